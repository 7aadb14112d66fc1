#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod covered;
mod echo;
mod fixtures;
mod honest;
mod intents;
mod payloads;
mod properties;
mod quotes;
mod signing;
mod terms;
mod vectors;
