//! `LiteSVM`, with the blocks of a cluster around it.

use std::collections::HashMap;
use std::sync::LazyLock;

use countersign_units::UnixSeconds;
use litesvm::LiteSVM;
use litesvm::types::FailedTransactionMetadata;
use solana_address::Address;
use solana_address_lookup_table_interface::state::AddressLookupTable;
use solana_sdk::account::{Account, ReadableAccount};
use solana_sdk::clock::Clock;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;
use solana_sdk::slot_hashes::SlotHashes;
use solana_sdk::transaction::TransactionError;
use solana_transaction::versioned::VersionedTransaction;

use super::blocks::{BLOCKHASH_SLOTS, Block, Blocks};
use super::{Rejected, tokens};

/// How many transactions the engine itself remembers, which forgets the oldest slowly. What has
/// landed is remembered beside it.
const REMEMBERED: usize = 1_000;

/// Each cluster begins as a copy of this: it takes long to load the programs.
static BEGINNING: LazyLock<LiteSVM> = LazyLock::new(|| {
    LiteSVM::new()
        .with_sigverify(true)
        // It knows one blockhash alone: `blocks` knows all recent ones.
        .with_blockhash_check(false)
});

/// The programs, the accounts and the blocks.
pub(crate) struct Engine {
    svm: LiteSVM,
    blocks: Blocks,
    genesis: Hash,
    /// Each transaction that ran, ever: so many run while a blockhash is recent that an engine with
    /// a bound would run some twice.
    landed: HashMap<Signature, Landed>,
    /// What came in at each account: lamports, and tokens where it holds some.
    credits: HashMap<(Address, Unit), Vec<Credit>>,
}

/// What an account has more of than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Unit {
    Lamports,
    Tokens,
}

/// Something that came in at an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    /// The transaction.
    pub(crate) id: Signature,
    pub(crate) amount: u64,
}

/// In which slot a transaction ran, and whether it failed.
type Landed = (u64, Result<(), TransactionError>);

/// A transaction that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Executed {
    pub(crate) id: Signature,
    pub(crate) compute_units: u64,
    /// In lamports.
    pub(crate) fee: u64,
}

/// What a transaction would do.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    pub(crate) logs: Vec<String>,
    pub(crate) compute_units: u64,
    /// The accounts that it writes to, as they would be then.
    pub(crate) accounts: Vec<(Address, Account)>,
}

impl Engine {
    /// Starts a cluster of its own: its genesis hash is like no other's.
    pub(crate) fn start(now: UnixSeconds) -> Self {
        // A copy remembers no transactions, and so runs them twice, if it is not told to.
        let svm = BEGINNING.clone().with_transaction_history(REMEMBERED);
        let blocks = Blocks::new(now, svm.get_sysvar::<Clock>().slot);
        let mut engine = Self {
            svm,
            blocks,
            genesis: Hash::new_from_array(rand::random()),
            landed: HashMap::new(),
            credits: HashMap::new(),
        };
        engine.show_blocks(now);
        engine
    }

    pub(crate) const fn genesis(&self) -> Hash {
        self.genesis
    }

    pub(crate) const fn latest(&self) -> Block {
        self.blocks.latest()
    }

    /// Lets the blocks follow the clock.
    pub(crate) fn tick(&mut self, now: UnixSeconds) {
        if self.blocks.tick(now) {
            self.show_blocks(now);
        }
    }

    /// Returns a block whose blockhash is nobody else's.
    pub(crate) fn fresh_block(&mut self, now: UnixSeconds) -> Block {
        self.tick(now);
        self.blocks.renew(now)
    }

    /// Goes on to the next slot, however the clock stands.
    pub(crate) fn next_slot(&mut self, now: UnixSeconds) {
        self.blocks.skip(now, 1);
        self.show_blocks(now);
    }

    /// Lets so much time pass that no blockhash is recent any more but the newest.
    pub(crate) fn expire_blockhashes(&mut self, now: UnixSeconds) {
        self.blocks.skip(now, BLOCKHASH_SLOTS.saturating_add(1));
        self.show_blocks(now);
    }

    /// Returns the block of a blockhash that is still recent.
    pub(crate) fn recent(&self, hash: &Hash) -> Option<&Block> {
        self.blocks.recent(hash)
    }

    /// Runs a transaction.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the cluster answers with.
    pub(crate) fn submit(
        &mut self,
        now: UnixSeconds,
        transaction: VersionedTransaction,
    ) -> Result<Executed, Rejected> {
        self.tick(now);
        self.check_age(&transaction)?;
        let id = transaction.signatures.first().copied().unwrap_or_default();
        self.check_new(&id)?;
        let before = self.holdings(&transaction);
        let done = self.svm.send_transaction(transaction);
        if let Some(ran) = self.svm.get_transaction(&id) {
            let result = ran.as_ref().map(drop).map_err(|failed| failed.err.clone());
            self.landed.insert(id, (self.blocks.latest().slot, result));
        }
        let meta = done.map_err(rejected)?;
        self.note_credits(id, before);
        let (id, compute_units, fee) = (meta.signature, meta.compute_units_consumed, meta.fee);
        Ok(Executed { id, compute_units, fee })
    }

    /// Says what a transaction would do, with its signatures or whatever they are.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejected`] that the cluster would answer with.
    pub(crate) fn simulate(
        &mut self,
        transaction: VersionedTransaction,
        verify: bool,
    ) -> Result<Simulated, Rejected> {
        self.check_age(&transaction)?;
        self.check_new(&transaction.signatures.first().copied().unwrap_or_default())?;
        self.verify_signatures(verify);
        let done = self.svm.simulate_transaction(transaction);
        self.verify_signatures(true);
        let done = done.map_err(rejected)?;
        let accounts = done.post_accounts.into_iter();
        Ok(Simulated {
            logs: done.meta.logs,
            compute_units: done.meta.compute_units_consumed,
            accounts: accounts.map(|(address, account)| (address, account.into())).collect(),
        })
    }

    /// Returns what a transaction would cost, whether it runs or fails; `None` for one that is too
    /// old.
    pub(crate) fn fee(&mut self, transaction: VersionedTransaction) -> Option<u64> {
        self.check_age(&transaction).ok()?;
        self.verify_signatures(false);
        let done = self.svm.simulate_transaction(transaction);
        self.verify_signatures(true);
        Some(done.map_or_else(|failed| failed.meta.fee, |done| done.meta.fee))
    }

    /// Returns the first slot that there is.
    pub(crate) const fn first_slot(&self) -> u64 {
        self.blocks.first_slot()
    }

    /// Returns in which slot a transaction ran and whether it failed; `None` for one that did not.
    pub(crate) fn outcome(&self, id: &Signature) -> Option<Landed> {
        self.landed.get(id).cloned()
    }

    /// Returns what came in at an account, the oldest first.
    pub(super) fn credits(&self, account: Address, unit: Unit) -> &[Credit] {
        self.credits.get(&(account, unit)).map_or(&[], Vec::as_slice)
    }

    /// Returns an account that is there.
    pub(crate) fn account(&self, address: &Address) -> Option<Account> {
        // One that was closed has left an empty shell.
        self.svm.get_account(address).filter(|account| account.lamports() > 0)
    }

    /// Returns an account's lamports; zero where there is none.
    pub(crate) fn lamports(&self, address: &Address) -> u64 {
        self.svm.get_balance(address).unwrap_or_default()
    }

    /// Puts an account in its place without asking any program, as a genesis does.
    pub(crate) fn put(&mut self, address: Address, account: Account) {
        if let Err(error) = self.svm.set_account(address, account) {
            tracing::debug!(%address, ?error, "not put in its place");
        }
    }

    /// Returns what an account with so much data has to hold.
    pub(crate) fn rent(&self, bytes: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(bytes)
    }

    /// Reads what each account that a transaction names has.
    fn holdings(&self, transaction: &VersionedTransaction) -> Vec<(Address, Unit, u64)> {
        let message = &transaction.message;
        let looked_up = message.address_table_lookups().unwrap_or_default().iter();
        let looked_up = looked_up.flat_map(|lookup| {
            let indexes = lookup.writable_indexes.iter().map(|index| usize::from(*index));
            let table = self.table(&lookup.account_key);
            indexes.filter_map(move |index| table.get(index).copied()).collect::<Vec<_>>()
        });
        let named = message.static_account_keys().iter().copied().chain(looked_up);
        named.flat_map(|address| self.holding(address)).collect()
    }

    fn holding(&self, address: Address) -> [(Address, Unit, u64); 2] {
        let tokens = tokens::held(self, &address);
        [(address, Unit::Lamports, self.lamports(&address)), (address, Unit::Tokens, tokens)]
    }

    /// Returns the addresses of a lookup table.
    fn table(&self, address: &Address) -> Vec<Address> {
        let data = self.account(address).map(|account| account.data).unwrap_or_default();
        let table = AddressLookupTable::deserialize(&data);
        table.map(|table| table.addresses.to_vec()).unwrap_or_default()
    }

    /// Notes which accounts have more than before.
    fn note_credits(&mut self, id: Signature, before: Vec<(Address, Unit, u64)>) {
        for (address, unit, held) in before {
            let now = self.holding(address).into_iter().find(|(_, of, _)| *of == unit);
            let amount = now.map_or(0, |(_, _, now)| now.saturating_sub(held));
            if amount > 0 {
                self.credits.entry((address, unit)).or_default().push(Credit { id, amount });
            }
        }
    }

    /// Says whether signatures are looked at.
    fn verify_signatures(&mut self, verify: bool) {
        // There is no other way to set it than by taking the whole.
        self.svm = std::mem::take(&mut self.svm).with_sigverify(verify);
    }

    fn check_new(&self, id: &Signature) -> Result<(), Rejected> {
        let known = self.landed.contains_key(id);
        let again = || Rejected::before_it_ran(TransactionError::AlreadyProcessed);
        if known { Err(again()) } else { Ok(()) }
    }

    fn check_age(&self, transaction: &VersionedTransaction) -> Result<(), Rejected> {
        let known = self.recent(transaction.message.recent_blockhash()).is_some();
        let expired = || Rejected::before_it_ran(TransactionError::BlockhashNotFound);
        if known { Ok(()) } else { Err(expired()) }
    }

    /// Lets programs see which slot it is, and the blocks before.
    fn show_blocks(&mut self, now: UnixSeconds) {
        let slot = self.blocks.latest().slot;
        let unix_timestamp = i64::try_from(now.value()).unwrap_or(i64::MAX);
        let clock = self.svm.get_sysvar::<Clock>();
        self.svm.set_sysvar(&Clock { slot, unix_timestamp, ..clock });
        let before = self.blocks.before().into_iter();
        let hashes: Vec<_> = before.map(|block| (block.slot, block.hash)).collect();
        self.svm.set_sysvar(&SlotHashes::new(&hashes));
    }
}

fn rejected(failed: FailedTransactionMetadata) -> Rejected {
    let FailedTransactionMetadata { err: reason, meta } = failed;
    Rejected { reason, logs: meta.logs, compute_units: meta.compute_units_consumed }
}
