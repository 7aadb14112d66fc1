use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use countersign::TokenAt;
use countersign::chain_rpc::RpcUrl;

/// Which nodes are asked about the chains.
#[derive(Debug, Args)]
pub(crate) struct Chains {
    /// A node of a network, by the registry's name of it: what it says is judged before anything is
    /// signed; @FILE reads the URL from a file that others can't read
    #[arg(long = "rpc", value_name = "NETWORK=URL|@FILE")]
    pub(crate) nodes: Vec<NodeAt>,
}

/// A network and where its node is.
#[derive(Clone, Debug)]
pub(crate) struct NodeAt {
    pub(crate) network: String,
    pub(crate) node: NodeUrl,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeUrl {
    Given(RpcUrl),
    InFile(PathBuf),
}

impl FromStr for NodeAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (network, node) =
            text.split_once('=').ok_or("expected NETWORK=URL, such as ethereum=https://…")?;
        let node = match node.strip_prefix('@') {
            Some(path) => NodeUrl::InFile(path.into()),
            None => NodeUrl::Given(node.parse().map_err(|error| format!("{error}"))?),
        };
        Ok(Self { network: network.to_owned(), node })
    }
}

/// `countersign allowances`.
#[derive(Debug, Args)]
pub(crate) struct Allowances {
    /// The network, by the registry's name of it
    #[arg(long, value_name = "NAME", default_value = "ethereum")]
    pub(crate) network: String,
    /// Whose allowances [default with --sandbox: the account that swaps]
    #[arg(long, value_name = "ADDRESS")]
    #[cfg_attr(feature = "sandbox", arg(required_unless_present = "sandbox"))]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) owner: Option<String>,
    /// Print the calls by which this much of a token is let go, and not more: `100 USDC@ethereum`
    #[arg(long, value_names = ["AMOUNT", "TOKEN@NETWORK"], num_args = 2, conflicts_with = "revoke")]
    pub(crate) cover: Vec<String>,
    /// Print the calls that close every allowance that stands open
    #[arg(long)]
    pub(crate) revoke: bool,
    /// Print the answer as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The registry, which knows Permit2 and the tokens
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(
        feature = "sandbox",
        arg(required_unless_present = "sandbox", conflicts_with = "sandbox")
    )]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) registry: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) chains: Chains,
    /// Start a sandbox and ask its chains; no account and no network is needed
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with = "nodes")]
    pub(crate) sandbox: bool,
}

impl Allowances {
    /// Returns the amount and the token that are to be covered.
    pub(crate) fn cover(&self) -> Result<Option<(&str, TokenAt)>, String> {
        match self.cover.as_slice() {
            [amount, token] => {
                let token = token.parse().map_err(|error| format!("--cover: {error}"))?;
                Ok(Some((amount, token)))
            }
            _ => Ok(None),
        }
    }
}
