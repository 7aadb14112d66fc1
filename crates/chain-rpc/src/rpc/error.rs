use countersign_approval::ChainViewError;
use countersign_http_client::TransportError;
use countersign_units::{SolanaHash, U256};

/// Why a node told nothing that can be used.
///
/// No text in here holds the node's URL beyond its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RpcError {
    /// There is no whole answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not a success.
    #[error("expected status 200, found {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is no JSON-RPC 2.0, or answers something else.
    #[error("expected {expected}, found {found}")]
    Malformed {
        /// What it had to be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A question has no answer.
    #[error("{method}: expected an answer, found none")]
    Unanswered {
        /// The method.
        method: &'static str,
    },
    /// The node says that it failed.
    #[error("{method}: the node answers with error {code}: {message}")]
    Node {
        /// The method, or `batch` for all of them.
        method: &'static str,
        /// The node's number for the error.
        code: i64,
        /// The node's words, shortened.
        message: String,
    },
    /// An answer is not of its form.
    #[error("{method}: expected {expected}, found {found}")]
    Value {
        /// The method.
        method: &'static str,
        /// What it had to be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The node is of another chain.
    #[error("expected a node of chain {expected}, found one of chain {found}")]
    OtherChain {
        /// The chain id that was asked for.
        expected: u64,
        /// The chain id that the node says.
        found: U256,
    },
    /// The node is of another Solana cluster.
    #[error("expected a node of the cluster {expected}, found one of {found}")]
    OtherCluster {
        /// The genesis hash that was asked for.
        expected: SolanaHash,
        /// The genesis hash that the node says.
        found: SolanaHash,
    },
    /// The answers are not of one block.
    #[error("expected answers as of one block, found that the chain moved on, {attempts} times")]
    Moved {
        /// How often it was tried.
        attempts: u32,
    },
}

impl RpcError {
    /// Tells what was wrong with an answer.
    pub(crate) fn value(method: &'static str, expected: &str, found: impl Into<String>) -> Self {
        Self::Value { method, expected: expected.to_owned(), found: found.into() }
    }
}

impl From<RpcError> for ChainViewError {
    fn from(error: RpcError) -> Self {
        match error {
            RpcError::OtherChain { expected, found } => Self::OtherChain { expected, found },
            RpcError::OtherCluster { expected, found } => Self::OtherCluster { expected, found },
            other => Self::Unavailable(other.to_string()),
        }
    }
}
