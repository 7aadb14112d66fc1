//! Secrets are planted in a program that imports keys, swaps and fails in many ways. Everything that
//! it leaves behind is searched for them: what it says and logs, errors, `Debug` forms, the journal,
//! its memory, and a core dump.
//!
//! The search has to be able to find. So the crates are built once more, with their redaction switched
//! off (`xtask/unredacted`): what they show then is found. And since most secrets are in types that
//! can't be made to show them, the program is run carelessly, too: there it shows each secret in each
//! of these places, by wrappers of this test alone.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests fail by panicking, and the program here speaks to its test"
)]

mod cores;
mod counterparty;
mod derive;
mod findings;
mod forms;
mod hygiene;
mod memory;
mod orders;
mod planted;
mod process;
mod program;
mod search;
#[cfg(countersign_unredacted)]
mod unredacted;
