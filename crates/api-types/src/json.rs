//! A strict JSON reader: exact numbers, no duplicate keys, the source text at hand.
//!
//! What is signed is decoded from JSON, so the text must be readable in one way only. `serde_json`
//! keeps the last of two equal keys and turns a large integer into a float; this reader refuses
//! the first and keeps the digits of the second. Everything else is [RFC 8259].
//!
//! [RFC 8259]: <https://www.rfc-editor.org/rfc/rfc8259>

mod error;
mod reader;
mod value;

pub use error::{JsonError, JsonErrorKind};
pub use reader::{MAX_DEPTH, parse};
pub use value::{Object, Value};

#[cfg(test)]
mod tests;
