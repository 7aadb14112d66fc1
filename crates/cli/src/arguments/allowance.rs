use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Journal, KeyFile, KeyringAt, OverNodes};

/// `countersign allowance`.
#[derive(Debug, Subcommand)]
pub(crate) enum Allowance {
    /// Show how much of a token Permit2 may move
    Show(AllowanceOf),
    /// Let Permit2 move nothing more of a token: send `approve(permit2, 0)` with the owner's key, and
    /// print the block that has it
    Revoke(Box<AllowanceRevoke>),
}

impl Allowance {
    pub(crate) const fn json(&self) -> bool {
        match self {
            Self::Show(of) => of.over.json,
            Self::Revoke(revoke) => revoke.of.over.json,
        }
    }
}

/// Whose allowance, and of what.
#[derive(Debug, Args)]
pub(crate) struct AllowanceOf {
    /// The network, by the registry's name of it
    #[arg(long, value_name = "NAME", default_value = "ethereum")]
    pub(crate) network: String,
    /// The token, by its symbol in the registry
    #[arg(long, value_name = "SYMBOL")]
    pub(crate) token: String,
    /// Whose allowance [default: the account of the key, or with --sandbox the one that swaps]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
    #[command(flatten)]
    pub(crate) over: OverNodes,
}

/// By what an allowance is taken back.
#[derive(Debug, Args)]
pub(crate) struct AllowanceRevoke {
    #[command(flatten)]
    pub(crate) of: AllowanceOf,
    /// A file with the owner's private key, readable by its owner alone
    #[arg(long = "key-file", value_name = "[NETWORK=]FILE")]
    #[cfg_attr(
        feature = "sandbox",
        arg(required_unless_present_any = ["sandbox", "keyring"], conflicts_with = "sandbox")
    )]
    #[cfg_attr(not(feature = "sandbox"), arg(required_unless_present = "keyring"))]
    pub(crate) key_files: Vec<KeyFile>,
    #[command(flatten)]
    pub(crate) keyring: KeyringAt,
    /// The policy, which bounds the fee
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(
        feature = "sandbox",
        arg(required_unless_present = "sandbox", conflicts_with = "sandbox")
    )]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) policy: Option<PathBuf>,
    /// The journal says which nonces of the account are ours already
    #[command(flatten)]
    pub(crate) journal: Journal,
}
