//! Why a question has no result, in the codes of JSON-RPC 2.0 and of Ethereum's and Solana's nodes.

use alloy::primitives::Bytes;

use crate::chain::ChainError;
use crate::json::Json;

/// Why a question has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RpcError {
    code: i32,
    message: String,
    /// What there is to know besides, such as what the contract answered that refused.
    data: Option<Json>,
}

impl RpcError {
    /// The body is no JSON.
    pub(super) fn parse() -> Self {
        Self::new(-32_700, "expected JSON")
    }

    /// The question is none.
    pub(super) fn invalid() -> Self {
        Self::new(-32_600, "expected a request of JSON-RPC 2.0, or a batch of them")
    }

    /// There is no such method.
    pub(super) fn method(found: &str) -> Self {
        Self::new(-32_601, format!("the method {found} does not exist"))
    }

    /// The parameters are not what the method takes.
    pub(super) fn params(expected: &str) -> Self {
        Self::new(-32_602, format!("expected {expected}"))
    }

    /// The block is not there, or no longer.
    pub(super) fn block() -> Self {
        Self::new(-32_001, "block not found")
    }

    /// A contract refused the call.
    pub(super) fn reverted(data: Bytes) -> Self {
        Self { data: Some(Json::text(data)), ..Self::new(3, "execution reverted") }
    }

    /// The machine stopped the call.
    pub(super) fn halted(reason: &str) -> Self {
        Self::new(-32_000, format!("execution halted: {reason}"))
    }

    /// An account's data is too long for base58.
    pub(super) fn needs_base64() -> Self {
        let message = "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.";
        Self::new(-32_600, message)
    }

    /// A transaction would fail, so it was not sent.
    pub(super) fn preflight(reason: &str, data: Json) -> Self {
        let message = format!("Transaction simulation failed: {reason}");
        Self { data: Some(data), ..Self::new(-32_002, message) }
    }

    /// A signature of a transaction is missing or wrong.
    pub(super) fn signature() -> Self {
        Self::new(-32_003, "Transaction signature verification failure")
    }

    /// The chain is not as far as the question demands.
    pub(super) fn too_early(slot: u64) -> Self {
        let data = Json::object([("contextSlot", Json::from(slot))]);
        Self { data: Some(data), ..Self::new(-32_016, "Minimum context slot has not been reached") }
    }

    /// Writes the error.
    pub(super) fn into_json(self) -> Json {
        let mut error = Json::object([
            ("code", Json::number(self.code)),
            ("message", Json::from(self.message)),
        ]);
        if let Some(data) = self.data {
            error.push("data", data);
        }
        error
    }

    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }
}

impl From<ChainError> for RpcError {
    fn from(error: ChainError) -> Self {
        let code = if matches!(error, ChainError::Refused(_)) { -32_000 } else { -32_603 };
        Self::new(code, error.to_string())
    }
}
