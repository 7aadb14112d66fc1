use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Api, Chains, Journal, KeyFile, KeyringAt, seconds};

/// `countersign resume`.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The id or idempotency key of the only swap that is carried on [default: each open one]
    #[arg(value_name = "SWAP", conflicts_with = "workers")]
    pub(crate) swap: Option<String>,
    /// How many swaps are driven at once
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) workers: NonZeroUsize,
    /// How long to stay with a swap that waits, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) stay: Duration,
    /// Print each swap as one line of JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) means: Means,
}

/// `countersign work`.
#[derive(Debug, Args)]
pub(crate) struct Work {
    /// How many swaps are driven at once
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) workers: NonZeroUsize,
    /// Print each change of a swap as one line of JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) means: Means,
}

/// By what swaps of a journal are carried on.
#[derive(Debug, Args)]
pub(crate) struct Means {
    /// A file with a private key that pays, readable by its owner alone, once for each key; without
    /// a network it is one for networks with Permit2
    #[arg(long = "key-file", value_name = "[NETWORK=]FILE", required_unless_present = "keyring")]
    pub(crate) key_files: Vec<KeyFile>,
    #[command(flatten)]
    pub(crate) keyring: KeyringAt,
    /// The registry: what is pinned
    #[arg(long, value_name = "FILE")]
    pub(crate) registry: PathBuf,
    /// The policy: what is bounded
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Where to keep what it takes to get coins on Bitcoin back, beside the journal, which has it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) refund_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) journal: Journal,
    #[command(flatten)]
    pub(crate) auditing: Auditing,
    #[command(flatten)]
    pub(crate) chains: Chains,
    #[command(flatten)]
    pub(crate) api: Api,
}

/// Who signs checkpoints, and how often.
#[derive(Debug, Args)]
pub(crate) struct Auditing {
    /// A file with the key of `audit keygen`: a checkpoint is made every so often, and at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_key: Option<PathBuf>,
    /// How often a checkpoint is made, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "60",
        value_parser = seconds,
        requires = "audit_key"
    )]
    pub(crate) audit_every: Duration,
}
