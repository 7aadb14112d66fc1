use std::path::PathBuf;

use clap::Args;

use super::{Chains, KeyringAt};

/// `countersign refund`.
#[derive(Debug, Args)]
pub(crate) struct Refund {
    /// The recipe that was kept before the swap was signed
    #[arg(value_name = "FILE")]
    pub(crate) recipe: PathBuf,
    /// A file with the private key of the coins: 64 hex digits, readable by its owner alone
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "keyring",
        conflicts_with = "keyring"
    )]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) keyring: KeyringAt,
    /// The network, by the registry's name of it
    #[arg(long, value_name = "NAME", default_value = "bitcoin")]
    pub(crate) network: String,
    /// The fee, in satoshis per virtual byte
    #[arg(long, value_name = "SAT/VB", default_value_t = 10)]
    pub(crate) fee_rate: u64,
    /// The registry, which says which network it is
    #[arg(long, value_name = "FILE")]
    pub(crate) registry: PathBuf,
    /// The policy, which bounds the fee
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Print the result as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) chains: Chains,
}
