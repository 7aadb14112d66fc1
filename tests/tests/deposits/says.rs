//! An API that says other things than it does.

use async_trait::async_trait;
use countersign::{
    ApiError, Intent, Offer, Order, QuotedApi, Submission, SwapApi, SwapStatus, Takes,
};
use countersign_tests::Scene;

use crate::bed::{By, Over, api};

type Change<T> = Box<dyn Fn(&mut T) + Send + Sync>;

/// An API that says other things than it does.
pub(crate) struct Says {
    api: QuotedApi,
    offer: Change<Offer>,
    status: Change<SwapStatus>,
}

impl Says {
    /// Changes what is offered.
    pub(crate) fn offer(scene: &Scene, offer: impl Fn(&mut Offer) + Send + Sync + 'static) -> Self {
        Self { offer: Box::new(offer), ..Self::status(scene, |_| {}) }
    }

    /// Changes how far it is said to be.
    pub(crate) fn status(
        scene: &Scene,
        status: impl Fn(&mut SwapStatus) + Send + Sync + 'static,
    ) -> Self {
        let api = api(scene, Over::OneClick, By::Deposit);
        Self { api, offer: Box::new(|_| {}), status: Box::new(status) }
    }
}

#[async_trait]
impl SwapApi for Says {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn takes(&self) -> Takes {
        self.api.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        let mut offer = self.api.quote(order).await?;
        (self.offer)(&mut offer);
        Ok(offer)
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.api.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        self.api.submit(intent_id, submission).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let mut seen = self.api.status(intent_id).await?;
        (self.status)(&mut seen);
        Ok(seen)
    }
}
