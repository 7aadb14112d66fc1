#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod terms;
mod vectors;
