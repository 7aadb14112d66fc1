//! `countersign audit`: proof that the journal is what was written.

mod checkpoint;
mod export;
mod key;
mod keygen;
mod verify;

pub(super) use checkpoint::written;
pub(super) use key::read as read_key;

use super::block_on;
use crate::arguments::Audit;
use crate::exit::{Ended, Failure};

pub(crate) fn run(arguments: &Audit) -> Result<Ended, Failure> {
    match arguments {
        Audit::Keygen(arguments) => keygen::run(arguments),
        Audit::Checkpoint(arguments) => block_on(checkpoint::run(arguments)),
        Audit::Export(arguments) => block_on(export::run(arguments)),
        Audit::Verify(arguments) => block_on(verify::run(arguments)),
    }
}
