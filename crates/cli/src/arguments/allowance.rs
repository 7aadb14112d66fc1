use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign::TokenAt;

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
    /// The network, by the registry's name of it [default: that of the token, and else ethereum]
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// The token, by its symbol in the registry
    #[arg(long, value_name = "SYMBOL[@NETWORK]")]
    token: String,
    /// Whose allowance [default: the account of the key, or with --sandbox the one that swaps]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
    #[command(flatten)]
    pub(crate) over: OverNodes,
}

impl AllowanceOf {
    /// Returns the token, and the network that it is on.
    pub(crate) fn at(&self) -> Result<TokenAt, String> {
        let named = self.token.split_once('@');
        let (symbol, of_token) =
            named.map_or((self.token.as_str(), None), |(symbol, network)| (symbol, Some(network)));
        let network = match (of_token, self.network.as_deref()) {
            (Some(one), Some(other)) if one != other => {
                return Err(format!("--network: expected {one}, as --token says, found {other}"));
            }
            (named, given) => named.or(given).unwrap_or("ethereum"),
        };
        Ok(TokenAt { symbol: symbol.to_owned(), network: network.to_owned() })
    }
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
