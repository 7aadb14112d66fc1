//! Counterparties that lie or break, and backends that do: refused or failed with a type, nothing
//! signed that was not agreed, nothing moved. Beside each stands an honest twin that finishes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod backends;
mod faults;
mod relayed;
mod tampers;
