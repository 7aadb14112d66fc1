//! The client of the 1Click API, one file per resource.

mod answer;
mod builder;
mod client;
mod deposits;
mod exchange;
mod intents;
mod quotes;
mod tokens;

pub use builder::OneClickClientBuilder;
pub use client::{ONECLICK_URL, OneClickClient};
pub(crate) use exchange::Exchange;
