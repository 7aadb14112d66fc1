//! The JSON of the swap intent APIs, in every dialect: read tolerantly, written strictly.
//!
//! What is here has been parsed and is believed by nobody: no type of this crate can be signed.

pub mod aurora;
pub mod defi;
pub mod json;
pub mod oneclick;

mod excerpt;
mod query;
mod raw_object;
mod read;
mod write;

pub use excerpt::excerpt;
pub use raw_object::{RawObject, RawObjectError};
pub use read::ReadError;
