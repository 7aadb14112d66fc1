//! Worker processes that crash, are killed, stop, and get broken answers: no swap is lost, and none
//! is executed twice.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they counted"
)]

mod bed;
mod child;
mod deals;
mod deposit_points;
mod deposits;
mod dice;
mod judge;
mod kills;
mod mood;
mod orders;
mod parallel;
mod points;
mod process;
mod site;
mod stops;
