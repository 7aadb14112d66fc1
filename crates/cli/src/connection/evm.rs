//! Nodes of networks where Permit2 is.

use countersign::approval::Registry;
use countersign::chain_rpc::EvmRpc;

use super::{NodeView, SetupError, nodes};
use crate::arguments::Chains;

/// Connects to the node of a network that the arguments name.
pub(crate) fn evm_node(
    chains: &Chains,
    registry: &Registry,
    network: &str,
) -> Result<EvmRpc, SetupError> {
    let found = nodes(chains, registry)?.into_iter().find(|(name, _)| name == network);
    let (_, node) = found.ok_or(SetupError::Missing("--rpc NETWORK=URL of the network"))?;
    require_evm(node, network)
}

/// Requires a node of a network where Permit2 is.
pub(crate) fn require_evm(node: NodeView, network: &str) -> Result<EvmRpc, SetupError> {
    match node {
        NodeView::Evm(node) => Ok(node),
        NodeView::Bitcoin(_) | NodeView::Solana(_) | NodeView::Tron(_) => {
            Err(SetupError::UnknownNetwork(network.to_owned()))
        }
    }
}
