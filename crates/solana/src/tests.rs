#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod decoding;
mod facts;
pub(crate) mod honest;
mod keys;
mod other_libraries;
mod properties;
mod refusals;
pub(crate) mod signing;
mod statements;
mod terms;
mod vectors;
