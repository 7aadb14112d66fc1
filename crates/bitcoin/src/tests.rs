#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod decoding;
mod engine;
mod honest;
mod official;
mod opened;
mod other_libraries;
mod payments;
mod properties;
mod refunds;
mod refusals;
mod signing;
mod terms;
mod vectors;
