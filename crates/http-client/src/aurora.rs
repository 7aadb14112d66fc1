//! The client of Aurora's API in front of 1Click.

mod builder;
mod client;

pub use builder::AuroraClientBuilder;
pub use client::{AURORA_URL, AuroraClient};
