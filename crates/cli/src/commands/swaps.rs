//! `countersign swaps`: which swaps the journal holds, and what happened in them.

mod find;
mod list;
mod show;
mod watch;
mod words;

pub(super) use find::{api_of, find};

use super::block_on;
use crate::arguments::Swaps;
use crate::exit::{Ended, Failure};

pub(crate) fn run(arguments: &Swaps) -> Result<Ended, Failure> {
    block_on(async {
        match arguments {
            Swaps::List(arguments) => list::run(arguments).await,
            Swaps::Show(arguments) => show::run(arguments).await,
            Swaps::Watch(arguments) => watch::run(arguments).await,
        }
    })
}
