//! Each swap's history, durable.

mod audit;
mod chain;
mod digest;
mod entry;
mod error;
mod ledger;
mod postgres;
mod sql;
mod sqlite;
mod state;
mod store;
mod text;

pub use audit::{
    Anchor, AuditKey, AuditKeyError, AuditPublicKey, Audited, Checkpoint, Commitment, ExportError,
    VerifyError, export, verify,
};
pub use chain::{ChainError, Head, History, Link};
pub use digest::Digest;
pub use entry::{
    Answer, ApprovalBytes, Asset, CoinRecord, ConfigRecord, Entry, Finding, IntentRecord,
    Judgement, Line, OfferRecord, RefundStep, Request, Reserved, Seen, Stage, StatementRecord,
    Verdict, What,
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
