use clap::{Args, value_parser};

use super::{Asking, Endpoint, RegistryFile, Trade};

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
    #[command(flatten)]
    pub(crate) pinned: RegistryFile,
    /// Ask every API at once, and show their offers side by side
    #[arg(long, conflicts_with = "api_name")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) asking: Asking,
    /// The account that would pay; 1Click and Aurora want it named [default with --sandbox: one of its
    /// own]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
    /// Who would be paid; 1Click and Aurora want it named [default with --sandbox: a new address]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) recipient: Option<String>,
    #[command(flatten)]
    pub(crate) endpoint: Endpoint,
}
