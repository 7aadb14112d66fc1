//! Solana's runtime with two mints.

use std::borrow::Cow;

use litesvm::LiteSVM;
use solana_address_lookup_table_interface::state::{AddressLookupTable, LookupTableMeta};
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage};
use solana_program_runtime::invoke_context::BuiltinFunctionRegisterer;
use solana_sdk::account::{Account, AccountSharedData};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};
use solana_sdk::transaction::TransactionError;
use solana_transaction::versioned::VersionedTransaction;
use spl_associated_token_account_interface::instruction::create_associated_token_account_idempotent;
use spl_token_2022_interface::instruction as token;

pub(crate) const DECIMALS: u8 = 6;
const SOL: u64 = 1_000_000_000;

pub(crate) struct Chain {
    svm: LiteSVM,
    faucet: Keypair,
    cases: u64,
}

/// The mint of a token program.
pub(crate) fn mint(program: &Pubkey) -> Keypair {
    Keypair::new_from_array(program.to_bytes())
}

impl Chain {
    pub(crate) fn start() -> Self {
        let faucet = Keypair::new_from_array([200; 32]);
        let mut chain = Self { svm: LiteSVM::new(), faucet, cases: 0 };
        // Tables take a slot to be usable.
        chain.svm.warp_to_slot(100);
        chain.svm.airdrop(&chain.faucet.pubkey(), 100_000 * SOL).unwrap();
        for program in [spl_token_interface::ID, spl_token_2022_interface::ID] {
            chain.make_mint(&program);
        }
        chain
    }

    /// Returns another number for each case, so that none meets the accounts of another.
    pub(crate) const fn next_case(&mut self) -> u64 {
        self.cases += 1;
        self.cases
    }

    pub(crate) fn blockhash(&self) -> Hash {
        self.svm.latest_blockhash()
    }

    /// Returns what an account of some bytes keeps to be there.
    pub(crate) fn rent(&self, bytes: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(bytes)
    }

    pub(crate) fn slot(&self) -> u64 {
        self.svm.get_sysvar::<solana_sdk::clock::Clock>().slot
    }

    pub(crate) fn execute(&mut self, tx: VersionedTransaction) {
        let again = tx.clone();
        self.svm.send_transaction(tx).unwrap_or_else(|failed| panic!("{failed:#?}"));
        // The chain takes a message once.
        assert!(self.svm.send_transaction(again).is_err());
    }

    /// Says whether the chain executes a transaction.
    pub(crate) fn takes(&mut self, tx: VersionedTransaction) -> bool {
        self.svm.send_transaction(tx).is_ok()
    }

    /// Makes another chain that goes on from where this one is.
    pub(crate) fn fork(&self) -> Self {
        Self { svm: self.svm.clone(), faucet: self.faucet.insecure_clone(), cases: self.cases }
    }

    /// Makes another block.
    pub(crate) fn move_on(&mut self) {
        self.svm.expire_blockhash();
    }

    /// Runs a transaction without sending it, whoever has signed it so far, and returns what it may
    /// write to as that is then.
    pub(crate) fn simulate(
        &self,
        tx: VersionedTransaction,
    ) -> Result<Vec<(Pubkey, AccountSharedData)>, TransactionError> {
        let svm = self.svm.clone().with_sigverify(false);
        let run = svm.simulate_transaction(tx);
        run.map(|done| done.post_accounts).map_err(|failed| failed.err)
    }

    /// Lets a program of our own live at an address.
    pub(crate) fn install(&mut self, program: Pubkey, entrypoint: BuiltinFunctionRegisterer) {
        self.svm.add_builtin(program, entrypoint);
    }

    pub(crate) fn faucet(&self) -> Pubkey {
        self.faucet.pubkey()
    }

    pub(crate) fn account(&self, key: &Pubkey) -> Option<Account> {
        self.svm.get_account(key)
    }

    /// Puts an account of a program where the program would have made it.
    pub(crate) fn put(&mut self, key: &Pubkey, owner: Pubkey, data: Vec<u8>) {
        let account = Account { lamports: SOL, data, owner, ..Account::default() };
        self.svm.set_account(*key, account).unwrap();
    }

    pub(crate) fn lamports(&self, key: &Pubkey) -> u64 {
        self.svm.get_balance(key).unwrap_or_default()
    }

    pub(crate) fn tokens(&self, account: &Pubkey) -> u64 {
        let Some(account) = self.svm.get_account(account) else { return 0 };
        u64::from_le_bytes(account.data[64..72].try_into().unwrap())
    }

    /// Returns what an account holds: of SOL, or of its token.
    pub(crate) fn holds(&self, account: &Pubkey, of_sol: bool) -> u64 {
        if of_sol { self.lamports(account) } else { self.tokens(account) }
    }

    /// Gives a key SOL.
    pub(crate) fn fund(&mut self, key: &Pubkey) {
        let give = solana_system_interface::instruction::transfer;
        self.run(&[give(&self.faucet.pubkey(), key, 2 * SOL)], &[]);
    }

    /// Gives an owner an associated token account with tokens in it.
    pub(crate) fn give(&mut self, program: &Pubkey, owner: &Pubkey, account: &Pubkey, amount: u64) {
        let (faucet, mint) = (self.faucet.pubkey(), mint(program).pubkey());
        let make = create_associated_token_account_idempotent(&faucet, owner, &mint, program);
        let fill = token::mint_to(program, &mint, account, &faucet, &[], amount).unwrap();
        self.run(&[make, fill], &[]);
    }

    /// Gives an owner a token account at another address than the associated one.
    pub(crate) fn give_at(
        &mut self,
        program: &Pubkey,
        owner: &Pubkey,
        account: &Keypair,
        amount: u64,
    ) {
        let (faucet, mint, key) = (self.faucet.pubkey(), mint(program).pubkey(), account.pubkey());
        let rent = self.svm.minimum_balance_for_rent_exemption(165);
        let make =
            solana_system_interface::instruction::create_account(&faucet, &key, rent, 165, program);
        let begin = token::initialize_account3(program, &key, &mint, owner).unwrap();
        let fill = token::mint_to(program, &mint, &key, &faucet, &[], amount).unwrap();
        self.run(&[make, begin, fill], &[account]);
    }

    /// Puts a lookup table where the lookup table program would have made it.
    pub(crate) fn put_table(&mut self, table: &AddressLookupTableAccount) {
        let data = AddressLookupTable {
            meta: LookupTableMeta::default(),
            addresses: Cow::Borrowed(&table.addresses),
        };
        let owner = solana_address_lookup_table_interface::program::ID;
        self.put(&table.key, owner, data.serialize_for_tests().unwrap());
    }

    fn make_mint(&mut self, program: &Pubkey) {
        let (faucet, mint) = (self.faucet.pubkey(), mint(program));
        let rent = self.svm.minimum_balance_for_rent_exemption(82);
        let key = mint.pubkey();
        let make =
            solana_system_interface::instruction::create_account(&faucet, &key, rent, 82, program);
        let begin = token::initialize_mint2(program, &key, &faucet, None, DECIMALS).unwrap();
        self.run(&[make, begin], &[&mint]);
    }

    pub(crate) fn run(&mut self, instructions: &[Instruction], signers: &[&Keypair]) {
        let payer = self.faucet.pubkey();
        let message = Message::new_with_blockhash(instructions, Some(&payer), &self.blockhash());
        let message = VersionedMessage::Legacy(message);
        let signers = [&[&self.faucet][..], signers].concat();
        let tx = VersionedTransaction::try_new(message, &signers).unwrap();
        self.svm.send_transaction(tx).unwrap_or_else(|failed| panic!("{failed:#?}"));
        // So that the same may be run again.
        self.svm.expire_blockhash();
    }
}
