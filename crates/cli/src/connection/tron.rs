//! The HTTP API of Tron's nodes.

use countersign::approval::{NetworkKind, Registry};
use countersign::chain_rpc::{RpcUrl, TronRpc};
use countersign::http_client::transport::{Auth, Limits};
use countersign::http_client::{ExposeSecret, SecretString};
#[cfg(feature = "sandbox")]
use countersign_sandbox::Sandbox;

use super::{NodeView, SetupError, node_url, read_secret};
use crate::arguments::{Chains, NodeAt, NodeUrl};

/// Connects to those that the arguments name, and else to those beside a node's JSON-RPC.
pub(super) fn apis(
    chains: &Chains,
    registry: &Registry,
) -> Result<Vec<(String, NodeView)>, SetupError> {
    let mut apis = named(chains, registry)?;
    for NodeAt { network, node } in &chains.nodes {
        let Some(network) = network.as_ref().filter(|name| is_tron(name, registry)) else {
            continue;
        };
        let is_named = apis.iter().any(|(known, _)| known == network);
        let url = if is_named { None } else { beside(text(node)?.expose_secret()) };
        if let Some(url) = url {
            let parsed = url.expose_secret().parse();
            let failed = |source| SetupError::Node { network: network.clone(), source };
            apis.push((network.clone(), connect(parsed.map_err(failed)?)?));
        }
    }
    Ok(apis)
}

fn named(chains: &Chains, registry: &Registry) -> Result<Vec<(String, NodeView)>, SetupError> {
    let mut apis: Vec<(String, NodeView)> = Vec::new();
    for NodeAt { network, node } in &chains.tron_apis {
        let network = network.as_ref().ok_or(SetupError::NoNetwork)?;
        if apis.iter().any(|(known, _)| known == network) {
            return Err(SetupError::TwoNodes(network.clone()));
        }
        if !is_tron(network, registry) {
            return Err(SetupError::NotTron(network.clone()));
        }
        apis.push((network.clone(), connect(node_url(network, node)?)?));
    }
    Ok(apis)
}

/// Connects to the one of a sandbox, where a network has one.
#[cfg(feature = "sandbox")]
pub(crate) fn sandbox_tron(
    sandbox: &Sandbox,
    network: &str,
) -> Result<Option<NodeView>, SetupError> {
    sandbox.tron_url(network).map(|url| connect(url.parse()?)).transpose()
}

fn is_tron(network: &str, registry: &Registry) -> bool {
    registry.network(network).is_some_and(|network| network.kind == NetworkKind::Tron)
}

fn connect(url: RpcUrl) -> Result<NodeView, SetupError> {
    Ok(NodeView::Tron(Box::new(TronRpc::connect(url, Auth::None, Limits::default())?)))
}

fn text(node: &NodeUrl) -> Result<SecretString, SetupError> {
    match node {
        NodeUrl::Given(url) => Ok(url.clone()),
        NodeUrl::InFile(path) => read_secret(path),
    }
}

/// Returns the URL beside which a JSON-RPC is: what stands before its last part, `jsonrpc`.
fn beside(json_rpc: &str) -> Option<SecretString> {
    let (path, query) = json_rpc.split_once('?').unwrap_or((json_rpc, ""));
    let base = path.trim_end_matches('/').strip_suffix("/jsonrpc")?;
    Some(if query.is_empty() { base.into() } else { format!("{base}?{query}").into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_beside_the_json_rpc_of_the_same_node() {
        for (json_rpc, expected) in [
            ("https://node.example/jsonrpc", Some("https://node.example")),
            ("https://node.example/key/jsonrpc/", Some("https://node.example/key")),
            ("https://node.example/jsonrpc?key=a", Some("https://node.example?key=a")),
            ("https://node.example/rpc", None),
            ("https://node.example/?a=/jsonrpc", None),
        ] {
            let found = beside(json_rpc);
            assert_eq!(found.as_ref().map(ExposeSecret::expose_secret), expected, "{json_rpc}");
        }
    }
}
