use std::future::Future;
use std::time::Duration;

use countersign_http_client::TransportError;
use countersign_http_client::transport::Waiting;
use tokio::time::timeout;

use crate::rpc::RpcError;

/// How often all is asked again when the chain moved on.
const ATTEMPTS: u32 = 3;

/// Asks all again while what is asked tells nothing, which is that the chain moved on meanwhile.
///
/// # Errors
///
/// Returns [`RpcError::Moved`] if it moved on time and again, and what asking fails with at once.
pub(super) async fn until_unmoved<T, A>(ask: impl Fn() -> A) -> Result<T, RpcError>
where
    A: Future<Output = Result<Option<T>, RpcError>>,
{
    for _ in 0..ATTEMPTS {
        if let Some(told) = ask().await? {
            return Ok(told);
        }
    }
    Err(RpcError::Moved { attempts: ATTEMPTS })
}

/// Gives up what is asked at its limit.
///
/// # Errors
///
/// Returns [`TransportError::Timeout`] if that comes first, and what asking fails with.
pub(super) async fn within<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, RpcError>>,
) -> Result<T, RpcError> {
    let late = |_| Err(TransportError::Timeout { waiting: Waiting::Request, limit }.into());
    timeout(limit, asked).await.unwrap_or_else(late)
}
