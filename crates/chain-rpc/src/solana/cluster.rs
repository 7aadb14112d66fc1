use countersign_units::SolanaHash;

use super::SolanaRpcSettings;
use super::questions::{GENESIS, genesis};
use crate::rpc::{Call, Node, RpcError, Said, read};

/// Asks one node about one cluster.
pub(super) struct Cluster {
    pub(super) node: Node,
    pub(super) settings: SolanaRpcSettings,
}

impl Cluster {
    /// Asks all questions and returns what the node says to each, in the same order.
    ///
    /// The cluster is asked for each time: behind one URL there may be another node by now.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node is of another cluster, or does not answer.
    pub(super) async fn ask(
        &self,
        expected: SolanaHash,
        calls: impl IntoIterator<Item = Call>,
    ) -> Result<Vec<Said>, RpcError> {
        let calls: Vec<Call> = [genesis()].into_iter().chain(calls).collect();
        let mut answers = self.node.ask_each(&calls, self.settings.max_batch).await?.into_iter();
        let first = answers.next().ok_or(RpcError::Unanswered { method: GENESIS })??;
        let found: SolanaHash = read(&first, GENESIS, "a hash in base58")?;
        if found != expected {
            return Err(RpcError::OtherCluster { expected, found });
        }
        Ok(answers.collect())
    }
}
