//! The JSON of the swap intent APIs, in every dialect: read tolerantly, written strictly.
//!
//! What is here has been parsed and is believed by nobody: no type of this crate can be signed.

pub mod json;
