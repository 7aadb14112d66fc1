//! A transaction that calls the escrow, with its terms, on a chain where the escrow lives.

use std::iter;

use countersign_approval::AssetTransfer;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};
use solana_system_interface::instruction as system;
use spl_associated_token_account_interface::address::get_associated_token_address_with_program_id;

use super::program::{ATTACKER, Escrow, ID, Trick, keeper};
use crate::chain::{Chain, mint};
use crate::scenario::{Built, Scenario, address, theirs};

/// What our token account has left when the agreed amount is gone twice.
pub(crate) const LEFT: u64 = 7;

/// An escrow and what it can get at.
pub(crate) struct Scene {
    /// The honest call.
    pub(crate) honest: Built,
    /// A transfer without the escrow, to the same vault.
    pub(crate) transfer: Instruction,
    /// Another token account of ours.
    pub(crate) savings: Pubkey,
    /// Where stolen goods go.
    pub(crate) loot: Pubkey,
    /// The state of the escrow.
    pub(crate) book: Pubkey,
    nonce: Pubkey,
    program: Pubkey,
}

/// Starts a chain that the escrow lives on.
pub(crate) fn start() -> Chain {
    use solana_program_runtime::solana_sbpf::program::BuiltinFunctionDefinition;
    let mut chain = Chain::start();
    chain.install(ID, Escrow::register);
    chain
}

impl Scene {
    /// Makes it for an asset, and gives everyone what they need.
    pub(crate) fn build(scenario: Scenario, chain: &mut Chain) -> Self {
        let honest = scenario.build_on(chain);
        let program = match &honest.terms.transfer {
            AssetTransfer::Native { .. } => solana_system_interface::program::ID,
            AssetTransfer::Token(token) => theirs(token.program),
        };
        let (transfer, loot) = (honest.instructions[0].clone(), held(&program, &ATTACKER));
        let [savings, book, nonce] = ["savings", "book", "nonce"].map(|name| honest.keypair(name));
        let mut scene = Self {
            honest,
            transfer,
            savings: savings.pubkey(),
            loot,
            book: book.pubkey(),
            nonce: nonce.pubkey(),
            program,
        };
        scene.prepare(chain, &savings, &nonce);
        scene.agree(chain);
        scene.honest = scene.call(Trick::Nothing);
        scene
    }

    pub(crate) fn moves_sol(&self) -> bool {
        self.honest.moves_sol()
    }

    /// What the escrow takes goes here.
    pub(crate) fn vault(&self) -> Pubkey {
        held(&self.program, &keeper().0)
    }

    /// The tricks that work here. An associated account of Token-2022 keeps its owner for good.
    pub(crate) fn tricks(&self) -> &'static [Trick] {
        let known = match self.program {
            spl_token_interface::ID => Trick::ALL.len(),
            spl_token_2022_interface::ID => Trick::ALL.len() - 2,
            _ => usize::from(Trick::TakesSol.byte()),
        };
        &Trick::ALL[1..known]
    }

    /// The transaction with a call that asks for a trick.
    pub(crate) fn call(&self, trick: Trick) -> Built {
        self.honest.instead(vec![self.instruction(trick)])
    }

    /// A call that asks for a trick.
    pub(crate) fn instruction(&self, trick: Trick) -> Instruction {
        let data = iter::once(trick.byte()).chain(self.honest.amount().to_le_bytes());
        Instruction { program_id: ID, accounts: self.accounts(trick), data: data.collect() }
    }

    /// The accounts of a call, in the order that the escrow reads them in.
    fn accounts(&self, trick: Trick) -> Vec<AccountMeta> {
        use solana_sdk::sysvar::{recent_blockhashes, rent};
        let (user, native) = (self.honest.user(), self.moves_sol());
        let source = self.honest.ours().pop().unwrap();
        let (keeper, mint) = (keeper().0, if native { ID } else { mint(&self.program).pubkey() });
        let pays = native || trick.needs_our_key();
        let signer = AccountMeta { pubkey: user, is_signer: true, is_writable: pays };
        let written = [source, self.vault(), self.loot, self.nonce];
        let system = solana_system_interface::program::ID;
        let read = [self.book, keeper, mint, self.program, system, ATTACKER];
        let sysvars = [recent_blockhashes::ID, rent::ID];
        // What burns changes the mint.
        let burns = matches!(trick, Trick::Burns | Trick::Closes);
        let savings = (trick == Trick::TakesSavings).then_some(self.savings);
        iter::once(signer)
            .chain(written.map(|key| AccountMeta::new(key, key == user)))
            .chain(read.into_iter().chain(sysvars).map(|key| AccountMeta::new_readonly(key, false)))
            .map(|meta| AccountMeta {
                is_writable: meta.is_writable || (burns && meta.pubkey == mint),
                ..meta
            })
            .chain(savings.map(|key| AccountMeta::new(key, false)))
            .collect()
    }

    /// Makes the vault what was agreed, and lets policy opt into the escrow.
    fn agree(&mut self, chain: &mut Chain) {
        let (vault, honest) = (self.vault(), &mut self.honest);
        match &mut honest.terms.transfer {
            AssetTransfer::Native { destination, .. } => *destination = address(vault),
            AssetTransfer::Token(token) => {
                token.destination = address(vault);
                token.destination_owner = address(keeper().0);
            }
        }
        let places = if honest.moves_sol() { 1 } else { 2 };
        self.transfer.accounts[places].pubkey = vault;
        honest.terms.allowed_programs.push(address(ID));
        honest.terms.opaque_programs.push(address(ID));
        honest.extend_table(chain, [vault, self.loot]);
        honest.renew(chain);
    }

    fn prepare(&self, chain: &mut Chain, savings: &Keypair, nonce: &Keypair) {
        let (user, (keeper, _)) = (self.honest.user(), keeper());
        for key in [&user, &keeper, &ATTACKER] {
            chain.fund(key);
        }
        let make = system::create_nonce_account(&chain.faucet(), &nonce.pubkey(), &user, 1 << 30);
        chain.run(&make, &[nonce]);
        chain.put(&self.book, ID, vec![0]);
        if !self.moves_sol() {
            chain.give(&self.program, &keeper, &self.vault(), 11);
            chain.give(&self.program, &ATTACKER, &self.loot, 13);
            let source = self.honest.ours()[1];
            // Enough to lose the agreed amount twice.
            chain.give(&self.program, &user, &source, self.honest.amount());
            chain.give_at(&self.program, &user, savings, 1_000);
        }
    }
}

/// Returns where an owner holds the asset of a program.
fn held(program: &Pubkey, owner: &Pubkey) -> Pubkey {
    if *program == solana_system_interface::program::ID {
        return *owner;
    }
    get_associated_token_address_with_program_id(owner, &mint(program).pubkey(), program)
}
