//! Swaps whose history is in a journal, from their request to their end, and after a crash.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod bed;
mod bounds;
mod carrying_on;
mod clocks;
mod cluster;
mod cosigned;
#[path = "../../benches/flow/counted.rs"]
mod counted;
mod crowd;
mod ending;
mod finishing;
mod keys;
mod liar;
mod lies;
mod other_api;
mod places;
mod refunding;
mod rigged;
mod silence;
