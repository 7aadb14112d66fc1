use std::time::Duration;

use clap::Args;

use super::{Means, seconds};

/// `countersign cancel`.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The swap's id or idempotency key
    #[arg(value_name = "SWAP")]
    pub(crate) swap: String,
    /// How long to stay with it, in seconds; what is not dead by then goes on with `resume` or `work`
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Print the result as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) means: Means,
}
