//! Proof that a journal is what was written, for somebody who has nothing else.

mod checkpoint;
mod export;
mod key;
mod line;
mod verify;
mod verify_error;

pub(crate) use checkpoint::root;
pub use checkpoint::{Anchor, Checkpoint, Commitment};
pub use export::{ExportError, export};
pub use key::{AuditKey, AuditKeyError, AuditPublicKey};
pub use verify::{Audited, verify};
pub use verify_error::VerifyError;
