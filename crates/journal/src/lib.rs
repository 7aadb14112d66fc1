//! Each swap's history, durable: written before each effect is let out, so that no approval is lost
//! and none is made twice.
//!
//! # What is written when
//!
//! A swap that goes well takes five commits. Each is on disk before what follows it is done.
//!
//! | commit | call | entries | before |
//! | --- | --- | --- | --- |
//! | 1 | [`SwapWriter::open`] | [`Requested`](What::Requested), [`Judged`](What::Judged), [`Quoted`](What::Quoted), [`Creating`](What::Creating) | an intent is created |
//! | 2 | [`SwapWriter::ledger`] | [`Created`](What::Created), [`Bound`](What::Bound), [`Judged`](What::Judged), [`Reviewed`](What::Reviewed), [`Reserved`](What::Reserved) | anything is signed |
//! | 3 | [`SwapWriter::append`] | [`Signed`](What::Signed), [`Submitted`](What::Submitted) | the approval is submitted |
//! | 4 | [`SwapWriter::append`] | [`Answered`](What::Answered), [`Status`](What::Status) | – |
//! | 5 | [`SwapWriter::append`] or [`SwapWriter::release`] | [`Status`](What::Status), [`Ended`](What::Ended) | the caller is told |
//!
//! A refund recipe ([`RefundKept`](What::RefundKept)) is a part of commit 2, or a commit before 3. A
//! person's review, which may take long, is a commit within 2. Whoever finds a swap after a crash knows by its last entry what may
//! have been let out: after `Creating` there may be an intent, after `Reserved` there may be a
//! signature that nobody but the crashed process ever had, after `Signed` there is one and it is here,
//! after `Submitted` it may have arrived. A write whose answer was lost is made again: the same
//! entries in the same place are there once.
//!
//! An approval that is reserved keeps its swap from a second one until its time is over, or until
//! [`Dead`](What::Dead) says what else has ended it. Then [`SwapWriter::release`] frees what it took of
//! the limits. Its nonce, coins and message stay taken for good, unless it was
//! [never let out](Death::NeverLetOut).
//!
//! # Where it is written
//!
//! Behind one trait, [`Store`], are [`SqliteStore`], a file that needs no set-up, and
//! [`PostgresStore`], for many machines. Both run the same statements on the same tables:
//!
//! | table | for |
//! | --- | --- |
//! | `swaps` | one row a swap: its idempotency key, state, chain's head, and lease with its fencing token |
//! | `entries` | what happened: canonical bytes and hash, never changed |
//! | `reservations` | what approvals take; a unique index allows one live one a swap |
//! | `resources` | each nonce, coin and message, and the one swap that it belongs to |
//! | `tokens` | how much of a token is counted; the row whose lock those who reserve it compete for |
//! | `tallies` | how many swaps are at each end |
//! | `checkpoints`, `checkpoint_heads` | signed commitments to where the chains ended |
//! | `countersign_journal` | the schema's version |
//!
//! # What proves it
//!
//! Each entry's hash covers the one before it. A [`Checkpoint`], signed by an [`AuditKey`], commits to
//! the heads that changed and to the checkpoint before it, so the latest commits to all. [`audit::export`]
//! writes it all into a file that [`audit::verify`] reads alone.

pub mod audit;
mod chain;
mod connections;
mod digest;
mod entry;
mod error;
mod ledger;
mod postgres;
mod sql;
mod sqlite;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod writer;

pub use audit::{Anchor, AuditKey, AuditKeyError, AuditPublicKey, Checkpoint, Commitment};
pub use chain::{ChainError, Head, History, Link};
pub use digest::Digest;
pub use entry::{
    Answer, ApprovalBytes, Asset, CancelKind, CancelStep, CoinRecord, ConfigRecord, Death, Entry,
    Finding, IntentRecord, Judgement, Line, OfferRecord, RefundStep, Request, Reserved, Seen,
    Stage, StatementRecord, Verdict, What,
};
pub use error::StoreError;
pub use ledger::JournalLedger;
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;
pub use state::{Impossible, Outcome, ParseStateError, State, derive};
pub use store::{
    Lease, Opened, Opening, Page, RawEntry, Store, Summary, SwapHead, Term, Which, Write,
};
pub use text::{Label, Note, Payload, TextError};
pub use writer::{SwapLedger, SwapWriter};
