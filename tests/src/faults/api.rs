use async_trait::async_trait;
use countersign::Submission;
use countersign::units::UnixMillis;
use countersign::{ApiError, Intent, Offer, Order, SwapApi, SwapStatus, Takes};

use super::Faults;
use crate::watched::Around as _;

/// An API at whose calls a process may crash.
#[derive(Clone, Debug)]
pub struct FaultApi<A> {
    api: A,
    faults: Faults,
}

impl<A> FaultApi<A> {
    /// Stands before an API.
    pub const fn new(api: A, faults: Faults) -> Self {
        Self { api, faults }
    }
}

#[async_trait]
impl<A: SwapApi> SwapApi for FaultApi<A> {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn takes(&self) -> Takes {
        self.api.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.faults.around("api:quote", self.api.quote(order)).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.faults.around("api:create", self.api.create(order, offer)).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.faults.around("api:submit", self.api.submit(intent_id, approval)).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.faults.around("api:status", self.api.status(intent_id)).await
    }

    async fn created_since(
        &self,
        order: &Order,
        since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.faults.around("api:list", self.api.created_since(order, since)).await
    }
}
