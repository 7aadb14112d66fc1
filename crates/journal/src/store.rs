use std::collections::BTreeMap;

use std::time::Duration;

use async_trait::async_trait;
use countersign_approval::{AssetLimits, Claim, Environment, SwapId, Taken};
use countersign_units::{UnixMillis, UnixSeconds};

use crate::{AuditKey, Checkpoint, Digest, Entry, Head, History, Label, State, StoreError};

/// Where swaps, their entries, reservations, leases and checkpoints are kept, durably.
///
/// A call that returns is on disk. Times are the caller's: what keeps two writers apart is the
/// fencing token, never a clock.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a swap under its idempotency key, and takes its lease. The first of the entries is its
    /// [`Request`](crate::Request).
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::KeyTaken`] if the key stands for another request,
    /// [`StoreError::Impossible`], or what keeps the store from being written.
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError>;

    /// Appends entries, and makes the lease last at least until `write.until`. The same entries in
    /// the same place may be written again, and are there once.
    ///
    /// With [`Dead`](crate::What::Dead) the swap's reservation stands against another one no longer;
    /// its limits stay counted until [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::LeaseLost`], [`StoreError::Conflict`], [`StoreError::Impossible`] (also
    /// for entries that [`reserve`](Self::reserve) and [`release`](Self::release) write, and for a
    /// signature without a live reservation), [`StoreError::Ledger`] for a deadline that is not over,
    /// or what keeps the store from being written.
    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError>;

    /// Records a claim with its limits, and appends entries and after them the one that says so:
    /// all of it or nothing.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Ledger`] as [`Ledger::record`](countersign_approval::Ledger::record)
    /// does, and what [`append`](Self::append) does.
    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError>;

    /// Records what makes a swap's live approval useless, and appends entries and after them the one
    /// that says so: all of it or nothing. No limit counts.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Ledger`] as
    /// [`Ledger::record_cancel`](countersign_approval::Ledger::record_cancel) does, and what
    /// [`append`](Self::append) does.
    async fn reserve_cancel(&self, write: &Write<'_>, claim: &Claim) -> Result<Head, StoreError>;

    /// Frees the limits of a swap whose approval can no longer be used, and appends entries and
    /// after them the one that says so: all of it or nothing. It can't be used after its time, nor
    /// once [`Dead`](crate::What::Dead) is written, be that among the entries or before.
    ///
    /// With [`NeverLetOut`](crate::Death::NeverLetOut) among the entries the nonce, coins and message
    /// are free again too: in no other case are they.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Ledger`] as [`Ledger::release`](countersign_approval::Ledger::release)
    /// does, and what [`append`](Self::append) does.
    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError>;

    /// Records a claim of a swap that has no history here.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Ledger`], [`StoreError::Leased`] if the swap has a history, or what keeps
    /// the store from being written.
    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError>;

    /// Frees the limits of a swap that has no history here.
    ///
    /// # Errors
    ///
    /// Returns what [`record_alone`](Self::record_alone) does.
    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError>;

    /// Gives back the nonce, coins and message of a swap that has no history here, and by which nothing
    /// was signed. Its limits stay counted.
    ///
    /// # Errors
    ///
    /// Returns what [`record_alone`](Self::record_alone) does.
    async fn give_up_alone(&self, swap_id: SwapId) -> Result<(), StoreError>;

    /// Says which of some resources belong to a swap, in no order.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Corrupted`], or what keeps the store from being read.
    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, StoreError>;

    /// Reads a swap's history and checks it: the chain, the order, and what stands beside it.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::UnknownSwap`], [`StoreError::Chain`] or [`StoreError::Corrupted`].
    async fn load(&self, swap_id: SwapId) -> Result<History, StoreError>;

    /// Finds the swap of an idempotency key.
    ///
    /// # Errors
    ///
    /// Returns what keeps the store from being read.
    async fn find(&self, key: &Label) -> Result<Option<Summary>, StoreError>;

    /// Lists swaps by their ids, which sort by the time they were made.
    ///
    /// # Errors
    ///
    /// Returns what keeps the store from being read.
    async fn list(&self, page: Page) -> Result<Vec<Summary>, StoreError>;

    /// Counts the swaps in each state; a state that none is in is not there.
    ///
    /// # Errors
    ///
    /// Returns what keeps the store from being read.
    async fn count(&self) -> Result<BTreeMap<State, u64>, StoreError>;

    /// Takes leases of open swaps that nobody holds and whose time has come, those that wait longest
    /// first, and at most `most` of them. Some are left to others, whatever their time: those that the
    /// caller can't drive.
    ///
    /// # Errors
    ///
    /// Returns what keeps the store from being written.
    async fn lease_open(
        &self,
        term: &Term<'_>,
        most: u32,
        now: UnixMillis,
        except: &[SwapId],
    ) -> Result<Vec<Lease>, StoreError>;

    /// Takes the lease of one swap, open or not.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Leased`] if somebody holds it, or [`StoreError::UnknownSwap`].
    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError>;

    /// Makes a lease last until another time.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::LeaseLost`] if somebody else has taken it since.
    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError>;

    /// Gives a lease back. Nobody takes the swap before `not_before`: when it is worth a look again.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::LeaseLost`] if somebody else has taken it since.
    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError>;

    /// Commits to the heads of all swaps that changed since the last checkpoint, signed. Nothing
    /// where none did.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::NotSigned`], [`StoreError::Corrupted`], or what keeps the store from
    /// being written.
    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError>;

    /// Reads the checkpoint with a number, from 0, with the heads that it commits to.
    ///
    /// # Errors
    ///
    /// Returns [`StoreError::Corrupted`], or what keeps the store from being read.
    async fn read_checkpoint(
        &self,
        number: u64,
    ) -> Result<Option<(Checkpoint, Vec<SwapHead>)>, StoreError>;

    /// Reads the entries of all swaps after one and up to another as they are stored, unchecked and
    /// sorted by swap and number. Each swap is whole, as it was in one moment.
    ///
    /// # Errors
    ///
    /// Returns what keeps the store from being read.
    async fn read_raw(
        &self,
        after: Option<SwapId>,
        last: SwapId,
    ) -> Result<Vec<RawEntry>, StoreError>;
}

/// A swap to be opened.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills it in whole")]
pub struct Opening<'a> {
    /// Our own id for it, which is not used if the key has a swap.
    pub swap_id: SwapId,
    /// Its first entries. The first one names the idempotency key and the request's digest.
    pub entries: &'a [Entry],
    /// The lease that is taken with it.
    pub term: Term<'a>,
}

/// What came of opening a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must tell the two apart")]
pub enum Opened {
    /// The swap is new, and the caller's.
    New(Lease, Head),
    /// The same request was made before under this key.
    Same(Summary),
}

/// Who takes a lease, and until when.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a lease has a holder and an end")]
pub struct Term<'a> {
    /// Who: for people, it decides nothing.
    pub holder: &'a Label,
    /// Until when.
    pub until: UnixMillis,
}

/// The right to write to a swap until it ends or somebody else takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a lease that is dropped blocks its swap until it ends"]
#[non_exhaustive]
pub struct Lease {
    /// The swap.
    pub swap_id: SwapId,
    /// The fencing token: each lease of a swap has a higher one than those before.
    pub token: u64,
    /// Until when it holds.
    pub until: UnixMillis,
}

impl Lease {
    /// The longest time that a lease holds, or that a swap which was given back may wait. What is to end
    /// later was written by a clock that was ahead, and is free.
    pub const LONGEST: Duration = Duration::from_mins(10);
}

/// Entries to be appended.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills it in whole")]
pub struct Write<'a> {
    /// The right to do so.
    pub lease: &'a Lease,
    /// What the writer knows as the chain's end.
    pub head: Head,
    /// What is appended.
    pub entries: &'a [Entry],
    /// The time.
    pub now: UnixMillis,
    /// Until when the lease holds afterwards, where that is later than it does already.
    pub until: UnixMillis,
}

/// A swap in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// The caller's name of it.
    pub key: Label,
    /// SHA-256 of the request.
    pub request: Digest,
    /// Where value moves.
    pub environment: Environment,
    /// Where it is.
    pub state: State,
    /// Where its chain ends.
    pub head: Head,
    /// When it was opened: the time of its first entry.
    pub opened_at: UnixMillis,
    /// When it was last written to: the time of its last entry.
    pub changed_at: UnixMillis,
}

/// Which swaps to list.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills it in")]
pub struct Page {
    /// Which.
    pub which: Which,
    /// Those after this one.
    pub after: Option<SwapId>,
    /// How many at most.
    pub most: u32,
}

/// By what swaps are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the indexes that there are")]
pub enum Which {
    /// All.
    All,
    /// Those that are not at their end.
    Open,
    /// Those in one state.
    In(State),
}

/// A swap's id and where its chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a swap has one head")]
pub struct SwapHead {
    /// The swap.
    pub swap_id: SwapId,
    /// Where its chain ends.
    pub head: Head,
}

/// An entry as it is stored. Nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawEntry {
    /// The swap.
    pub swap_id: SwapId,
    /// Its number in the swap.
    pub sequence: u64,
    /// Its hash.
    pub hash: Digest,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

#[cfg(test)]
struct _DynCompatible(Box<dyn Store>);
