use async_trait::async_trait;
use countersign::http_client::Retry;
use countersign::{ApiError, Intent, Offer, Order, Submission, SwapApi, SwapStatus};

/// Stands in for an API where nothing is swapped.
pub(super) struct NoApi;

#[async_trait]
impl SwapApi for NoApi {
    async fn quote(&self, _: &Order) -> Result<Offer, ApiError> {
        Err(nobody())
    }

    async fn create(&self, _: &Order, _: &Offer) -> Result<Intent, ApiError> {
        Err(nobody())
    }

    async fn submit(&self, _: &str, _: &Submission) -> Result<(), ApiError> {
        Err(nobody())
    }

    async fn status(&self, _: &str) -> Result<SwapStatus, ApiError> {
        Err(nobody())
    }
}

fn nobody() -> ApiError {
    let message = "expected an API, found none: nothing is swapped here".to_owned();
    ApiError { code: "no_api", retry: Retry::Never, retry_after: None, message }
}
