use std::path::PathBuf;

use clap::Args;
use countersign::TokenAt;
use countersign::http_client::SecretString;

/// Which nodes are asked about the chains.
#[derive(Debug, Args)]
pub(crate) struct Chains {
    /// A node of a network, by the registry's name of it: what it says is judged before anything is
    /// signed; @FILE reads the URL from a file that others can't read
    #[arg(long = "rpc", value_name = "NETWORK=URL|@FILE")]
    pub(crate) nodes: Vec<NodeAt>,
    /// The HTTP API of a Tron node, under which its /wallet is: deposits from Tron are made by it
    /// [default: beside the node's JSON-RPC, where the URL of that ends in /jsonrpc]
    #[arg(long = "tron-api", value_name = "NETWORK=URL|@FILE")]
    pub(crate) tron_apis: Vec<NodeAt>,
}

/// A network and where its node is.
///
/// Every text is one: what is refused here would be shown with the refusal, and with it the key
/// that URLs of nodes hold.
#[derive(Clone, Debug)]
pub(crate) struct NodeAt {
    /// None where the text does not begin with one.
    pub(crate) network: Option<String>,
    pub(crate) node: NodeUrl,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeUrl {
    /// A text that should be a URL.
    Given(SecretString),
    InFile(PathBuf),
}

impl From<&str> for NodeAt {
    fn from(text: &str) -> Self {
        // A URL without a network may have a `=` in its query.
        let named = text.split_once('=').filter(|(network, _)| is_name(network));
        let (network, node) =
            named.map_or((None, text), |(network, node)| (Some(network.to_owned()), node));
        let node = match node.strip_prefix('@') {
            Some(path) => NodeUrl::InFile(path.into()),
            None => NodeUrl::Given(node.into()),
        };
        Self { network, node }
    }
}

/// Says whether a text may be a network's name and can't be a part of a URL.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains([':', '/', '?', '&', '#', '@', '%'])
}

/// By which nodes chains alone are asked: those that are named, or a sandbox's.
#[derive(Debug, Args)]
pub(crate) struct OverNodes {
    /// Print the answer as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) pinned: RegistryFile,
    #[command(flatten)]
    pub(crate) chains: Chains,
    /// Start a sandbox and ask its chains; no account and no network is needed
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with = "nodes")]
    pub(crate) sandbox: bool,
}

/// What is pinned, where a sandbox may say it.
#[derive(Debug, Args)]
pub(crate) struct RegistryFile {
    /// The registry, which knows the tokens, and Permit2
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(
        feature = "sandbox",
        arg(required_unless_present = "sandbox", conflicts_with = "sandbox")
    )]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) registry: Option<PathBuf>,
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
    #[command(flatten)]
    pub(crate) over: OverNodes,
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

#[cfg(test)]
mod tests {
    use countersign::http_client::ExposeSecret;

    use super::*;

    #[test]
    fn a_text_is_split_into_network_and_url() {
        for (text, network, url) in [
            (
                "ethereum=https://node.example/?key=a",
                Some("ethereum"),
                "https://node.example/?key=a",
            ),
            ("ethereum=", Some("ethereum"), ""),
            ("https://node.example/?key=a", None, "https://node.example/?key=a"),
            ("https://node.example/a", None, "https://node.example/a"),
            ("=https://node.example/a", None, "=https://node.example/a"),
        ] {
            let at = NodeAt::from(text);
            assert_eq!(at.network.as_deref(), network, "{text}");
            let NodeUrl::Given(found) = at.node else { panic!("{text}: expected a URL") };
            assert_eq!(found.expose_secret(), url);
        }
        let at = NodeAt::from("base=@/run/node");
        assert!(matches!(at.node, NodeUrl::InFile(path) if path.as_os_str() == "/run/node"));
    }

    #[test]
    fn the_url_is_not_shown() {
        for text in ["ethereum=http://node.example/v3/SECRETKEY", "http://x/SECRETKEY?a=b"] {
            let shown = format!("{:?}", NodeAt::from(text));
            assert!(!shown.contains("SECRETKEY"), "{shown}");
        }
    }
}
