//! `countersign keys`: keys, and where they are kept.

mod address;
mod derive;
mod export_public;
mod import;
mod list;
mod new;
mod place;
mod row;
mod store;
mod test;

use super::block_on;
use crate::arguments::Keys;
use crate::exit::{Ended, Failure};

pub(crate) fn run(arguments: &Keys) -> Result<Ended, Failure> {
    match arguments {
        Keys::New(arguments) => new::run(arguments),
        Keys::Import(arguments) => import::run(arguments),
        Keys::List(arguments) => list::run(arguments),
        Keys::Address(arguments) => address::run(arguments),
        Keys::Derive(arguments) => derive::run(arguments),
        Keys::ExportPublic(arguments) => export_public::run(arguments),
        Keys::Test(arguments) => block_on(test::run(arguments)),
    }
}
