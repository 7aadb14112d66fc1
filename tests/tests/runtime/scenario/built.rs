use countersign_approval::{AssetTransfer, CosignTerms, OthersSign, SolanaFacts};
use countersign_units::SolanaHash;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signature, Signer};
use solana_transaction::versioned::VersionedTransaction;

use super::{Asset, MAX_FEE, Scenario, address, theirs};
use crate::chain::Chain;

/// A transaction on a chain, with its terms.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) tx: VersionedTransaction,
    pub(crate) terms: CosignTerms,
    pub(crate) facts: SolanaFacts,
    pub(crate) seed: [u8; 32],
    pub(super) scenario: Scenario,
    pub(super) tables: Vec<AddressLookupTableAccount>,
    pub(super) blockhash: Hash,
}

/// What there is before and after: of SOL on our key, and of the asset where it leaves and goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Balances {
    pub(crate) lamports: u64,
    pub(crate) source: u64,
    pub(crate) destination: u64,
}

impl Built {
    /// Makes another transaction that has one instruction more.
    pub(crate) fn with(&self, place: usize, more: Instruction) -> Self {
        let mut built = self.clone();
        built.instructions.insert(place, more);
        built.compile();
        built
    }

    /// Makes another transaction that has these instructions.
    pub(crate) fn instead(&self, instructions: Vec<Instruction>) -> Self {
        let mut built = Self { instructions, ..self.clone() };
        built.compile();
        built
    }

    /// Names the chain's newest blockhash.
    pub(crate) fn renew(&mut self, chain: &Chain) {
        self.blockhash = chain.blockhash();
        self.terms.recent_blockhash = Some(SolanaHash::new(self.blockhash.to_bytes()));
    }

    /// Makes the first lookup table longer, on the chain and in terms.
    pub(crate) fn extend_table(&mut self, chain: &mut Chain, more: [Pubkey; 2]) {
        let table = &mut self.tables[0];
        table.addresses.extend(more);
        chain.put_table(table);
        let known = self.terms.lookup_tables.get_mut(&address(table.key)).unwrap();
        known.extend(more.map(address));
    }

    /// Makes the transaction of its instructions, and lets those sign who sign before us.
    pub(super) fn compile(&mut self) {
        let payer = self.scenario.fee_payer();
        let message = match self.scenario.tables {
            None => VersionedMessage::Legacy(Message::new_with_blockhash(
                &self.instructions,
                Some(&payer),
                &self.blockhash,
            )),
            Some(_) => VersionedMessage::V0(
                v0::Message::try_compile(&payer, &self.instructions, &self.tables, self.blockhash)
                    .unwrap(),
            ),
        };
        let signers = usize::from(message.header().num_required_signatures);
        self.tx = VersionedTransaction { signatures: vec![Signature::default(); signers], message };
        if self.scenario.others_sign == OthersSign::Before {
            let mut tx = self.tx.clone();
            self.sign_as_others(&mut tx);
            self.tx = tx;
        }
    }

    /// Fills each slot but ours.
    pub(crate) fn sign_as_others(&self, tx: &mut VersionedTransaction) {
        let message = tx.message.serialize();
        let others = self.scenario.other_keypairs();
        let keys = tx.message.static_account_keys();
        for (key, slot) in keys.iter().zip(&mut tx.signatures) {
            if let Some(other) = others.iter().find(|other| other.pubkey() == *key) {
                *slot = other.sign_message(&message);
            }
        }
    }

    /// Fills each slot, as somebody who signs blindly would.
    pub(crate) fn signed_by_all(&self) -> VersionedTransaction {
        let mut tx = self.tx.clone();
        self.sign_as_others(&mut tx);
        let user = Keypair::new_from_array(self.seed);
        tx.signatures[self.our_slot()] = user.sign_message(&tx.message.serialize());
        tx
    }

    pub(crate) fn wire(&self) -> Vec<u8> {
        wincode::serialize(&self.tx).unwrap()
    }

    pub(crate) fn our_slot(&self) -> usize {
        let user = self.user();
        self.tx.message.static_account_keys().iter().position(|key| *key == user).unwrap()
    }

    /// Returns a key of the scenario's by its name.
    pub(crate) fn keypair(&self, name: &str) -> Keypair {
        self.scenario.keypair(name)
    }

    pub(crate) fn user(&self) -> Pubkey {
        self.scenario.user()
    }

    pub(crate) fn fee_payer(&self) -> Pubkey {
        self.scenario.fee_payer()
    }

    /// The accounts that are ours: our key, and where tokens move the account that they leave.
    pub(crate) fn ours(&self) -> Vec<Pubkey> {
        match &self.terms.transfer {
            AssetTransfer::Native { .. } => vec![self.user()],
            AssetTransfer::Token(token) => vec![self.user(), theirs(token.source)],
        }
    }

    pub(crate) const fn amount(&self) -> u64 {
        self.scenario.amount
    }

    /// Returns how much SOL leaves our key besides the amount: at least and at most.
    pub(crate) fn our_fee(&self) -> (u64, u64) {
        let signatures = u64::try_from(self.tx.signatures.len()).unwrap();
        if self.scenario.user_pays { (5_000 * signatures, MAX_FEE) } else { (0, 0) }
    }

    pub(crate) fn moves_sol(&self) -> bool {
        self.scenario.asset == Asset::Native
    }

    pub(crate) fn balances(&self, chain: &Chain) -> Balances {
        let lamports = chain.lamports(&self.user());
        let (source, destination) = match &self.terms.transfer {
            AssetTransfer::Native { destination, .. } => {
                (lamports, chain.lamports(&theirs(*destination)))
            }
            AssetTransfer::Token(token) => {
                (chain.tokens(&theirs(token.source)), chain.tokens(&theirs(token.destination)))
            }
        };
        Balances { lamports, source, destination }
    }
}
