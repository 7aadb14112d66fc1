use std::path::PathBuf;

use clap::{Args, value_parser};

use super::{Endpoint, Trade};

/// `countersign networks`.
#[derive(Debug, Args)]
pub(crate) struct Networks {
    #[command(flatten)]
    pub(crate) endpoint: Endpoint,
}

/// `countersign tokens`.
#[derive(Debug, Args)]
pub(crate) struct Tokens {
    /// Only those of one network, by the API's own number; `countersign networks` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) network: Option<u64>,
    /// Only those with this symbol, name or address
    #[arg(long, value_name = "TEXT")]
    pub(crate) query: Option<String>,
    /// How many at most [default: what the API thinks right]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// How many to pass over
    #[arg(long, value_name = "N")]
    pub(crate) offset: Option<u64>,
    #[command(flatten)]
    pub(crate) endpoint: Endpoint,
}

/// `countersign quote`.
#[derive(Debug, Args)]
pub(crate) struct Quote {
    #[command(flatten)]
    pub(crate) trade: Trade,
    /// The registry, which knows the tokens
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(
        feature = "sandbox",
        arg(required_unless_present = "sandbox", conflicts_with = "sandbox")
    )]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) registry: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) endpoint: Endpoint,
}
