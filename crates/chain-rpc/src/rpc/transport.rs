use async_trait::async_trait;

use super::RpcError;

/// Carries one JSON-RPC request to a node and brings its answer back.
#[async_trait]
pub trait JsonRpcTransport: Send + Sync {
    /// Posts a JSON text and returns the text of the answer. Both may be a batch.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no whole answer. No text in it may hold a key.
    async fn post(&self, body: &str) -> Result<String, RpcError>;

    /// Cuts what may be a key of this transport out of a text from outside.
    fn redact(&self, text: &str) -> String {
        text.to_owned()
    }
}

#[cfg(test)]
struct _DynCompatible(Box<dyn JsonRpcTransport>);
