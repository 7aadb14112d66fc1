//! Who acts on Solana, and how it begins.

use countersign_units::UnixSeconds;
use solana_address::Address;
use solana_instruction::Instruction;
use solana_message::AddressLookupTableAccount;
use solana_sdk::account::Account;
use solana_sdk::program_error::ProgramError;
use solana_sdk::signature::{Keypair, Signer};
use solana_sdk::transaction::TransactionError;
use solana_system_interface::instruction::create_account;

use super::tokens::{Asset, Mint, TokenProgram};
use super::{Draft, Engine, Executed, Rejected, sign, table};
use crate::chain::ChainError;

/// What those who pay fees begin with, in lamports.
const FEES: u64 = 1_000_000_000_000;

/// The cluster, and those who act on it.
pub(crate) struct Solana {
    pub(crate) engine: Engine,
    /// Owns SOL and tokens of both programs.
    pub(crate) user: Keypair,
    /// Pays the fees of swaps.
    pub(crate) sponsor: Keypair,
    /// Takes deposits out of the vault and pays out.
    pub(crate) resolver: Keypair,
    /// Owns the accounts that are paid into.
    pub(crate) vault: Keypair,
    /// Owns next to nothing; hostile answers name it.
    pub(crate) attacker: Keypair,
    /// Where accounts may be looked up.
    pub(crate) table: AddressLookupTableAccount,
    mints: Vec<Mint>,
}

/// A token to make, and who gets how much of it.
pub(crate) struct NewMint {
    pub(crate) program: TokenProgram,
    pub(crate) decimals: u8,
    pub(crate) user: u64,
    pub(crate) resolver: u64,
}

impl Solana {
    /// Starts the cluster with new keys.
    pub(crate) fn start(now: UnixSeconds) -> Self {
        let [user, sponsor, resolver, vault, attacker] = std::array::from_fn(|_| Keypair::new());
        let mut engine = Engine::start(now);
        for payer in [&sponsor, &resolver, &vault, &attacker] {
            engine.put(payer.pubkey(), coins(FEES));
        }
        let table = AddressLookupTableAccount { key: Address::default(), addresses: Vec::new() };
        Self { engine, user, sponsor, resolver, vault, attacker, table, mints: Vec::new() }
    }

    /// Hands SOL out.
    pub(crate) fn hand_out(&mut self, user: u64, resolver: u64) -> Asset {
        self.engine.put(self.user.pubkey(), coins(user));
        self.engine.put(self.resolver.pubkey(), coins(resolver));
        Asset::Native
    }

    /// Lets an account have so many lamports.
    pub(crate) fn give_coins(&mut self, owner: &Address, lamports: u64) {
        self.engine.put(*owner, coins(lamports));
    }

    /// Makes new tokens for an owner.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the transaction fails.
    pub(crate) fn give(
        &mut self,
        now: UnixSeconds,
        mint: Mint,
        (owner, amount): (&Address, u64),
    ) -> Result<(), ChainError> {
        let issuer = self.resolver.insecure_clone();
        let payer = issuer.pubkey();
        let instructions =
            vec![mint.create_account(&payer, owner), mint.mint_to(&payer, owner, amount)?];
        self.run(now, instructions, &[&issuer])?;
        Ok(())
    }

    /// Makes a token and hands it out. The vault's account is made here for tokens of the first
    /// program alone: swaps of the others have to make it.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if a transaction fails.
    pub(crate) fn issue(&mut self, now: UnixSeconds, new: &NewMint) -> Result<Mint, ChainError> {
        let key = Keypair::new();
        let NewMint { program, decimals, .. } = *new;
        let mint = Mint { address: key.pubkey(), program, decimals };
        let instructions = self.issuing(mint, new)?;
        let issuer = self.resolver.insecure_clone();
        self.run(now, instructions, &[&issuer, &key])?;
        self.mints.push(mint);
        Ok(mint)
    }

    /// Makes the lookup table that swaps use.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the transaction fails.
    pub(crate) fn make_table(&mut self, now: UnixSeconds) -> Result<(), ChainError> {
        let vault = self.vault.pubkey();
        let tokens = self.mints.iter().flat_map(|mint| [mint.address, mint.account_of(&vault)]);
        let addresses = tokens.chain([vault, self.resolver.pubkey()]).collect();
        self.table = self.add_table(now, addresses)?;
        Ok(())
    }

    /// Makes a lookup table, and waits until it can be used.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the transaction fails.
    pub(crate) fn add_table(
        &mut self,
        now: UnixSeconds,
        addresses: Vec<Address>,
    ) -> Result<AddressLookupTableAccount, ChainError> {
        // A table is named after a slot that has passed.
        let slot = self.engine.latest().slot;
        self.engine.next_slot(now);
        let sponsor = self.sponsor.insecure_clone();
        let (table, instructions) = table::make(&sponsor.pubkey(), slot, addresses);
        self.run(now, instructions, &[&sponsor])?;
        self.engine.next_slot(now);
        Ok(table)
    }

    /// Returns a token, whichever.
    pub(crate) fn first_mint(&self) -> Option<Mint> {
        self.mints.first().copied()
    }

    /// Runs instructions in a transaction of its own; the first key pays.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the cluster answers with.
    pub(super) fn run(
        &mut self,
        now: UnixSeconds,
        instructions: Vec<Instruction>,
        keys: &[&Keypair],
    ) -> Result<Executed, Rejected> {
        // A blockhash of its own: the same payment twice is two transactions.
        let blockhash = self.engine.fresh_block(now).hash;
        let payer = keys.first().map(Signer::pubkey).unwrap_or_default();
        let draft = Draft { legacy: false, payer, instructions, tables: Vec::new(), blockhash };
        let unwritten = || Rejected::before_it_ran(TransactionError::SanitizeFailure);
        let mut transaction = draft.compile().ok_or_else(unwritten)?;
        for key in keys {
            sign(&mut transaction, key);
        }
        self.engine.submit(now, transaction)
    }

    fn issuing(&self, mint: Mint, new: &NewMint) -> Result<Vec<Instruction>, ProgramError> {
        let issuer = self.resolver.pubkey();
        let bytes = mint.program.mint_bytes()?;
        let (rent, space) = (self.engine.rent(bytes), u64::try_from(bytes).unwrap_or_default());
        let program = mint.program.id();
        let mut all = vec![create_account(&issuer, &mint.address, rent, space, &program)];
        all.extend(mint.initialize(&issuer)?);
        for (owner, amount) in [(self.user.pubkey(), new.user), (issuer, new.resolver)] {
            all.push(mint.create_account(&issuer, &owner));
            all.push(mint.mint_to(&issuer, &owner, amount)?);
        }
        if mint.program == TokenProgram::Spl {
            all.push(mint.create_account(&issuer, &self.vault.pubkey()));
        }
        Ok(all)
    }
}

fn coins(lamports: u64) -> Account {
    Account { lamports, ..Account::default() }
}

impl From<ProgramError> for ChainError {
    fn from(error: ProgramError) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<Rejected> for ChainError {
    fn from(rejected: Rejected) -> Self {
        Self::Reverted(rejected.to_string())
    }
}
