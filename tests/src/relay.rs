use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use countersign::Submission;
use countersign::http_client::Retry;
use countersign::{ApiError, DefiApi, Intent, Offer, Order, SwapApi, SwapStatus};

type Change<T> = Box<dyn Fn(&mut T) + Send + Sync>;
type Delivery = Box<dyn Fn(u32) -> Fate + Send + Sync>;

/// An API that changes what another one answers: what a broken or bought implementation could
/// hand to the flow.
pub struct Relay {
    api: DefiApi,
    offer: Change<Offer>,
    intent: Change<Intent>,
    submission: Delivery,
    submissions: AtomicU32,
    hidden_statuses: AtomicU32,
}

/// What becomes of a submission.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a test names all of them")]
pub enum Fate {
    /// It arrives, and its answer comes back.
    Delivered,
    /// It arrives, and its answer is lost.
    AnswerLost(ApiError),
    /// It does not arrive.
    Lost(ApiError),
}

impl Relay {
    /// Relays everything as it is.
    pub fn new(api: DefiApi) -> Self {
        Self {
            api,
            offer: Box::new(|_| {}),
            intent: Box::new(|_| {}),
            submission: Box::new(|_| Fate::Delivered),
            submissions: AtomicU32::new(0),
            hidden_statuses: AtomicU32::new(0),
        }
    }

    /// Changes each offer.
    #[must_use]
    pub fn offers(mut self, change: impl Fn(&mut Offer) + Send + Sync + 'static) -> Self {
        self.offer = Box::new(change);
        self
    }

    /// Changes each created intent.
    #[must_use]
    pub fn intents(mut self, change: impl Fn(&mut Intent) + Send + Sync + 'static) -> Self {
        self.intent = Box::new(change);
        self
    }

    /// Decides about each submission, by how many were before it.
    #[must_use]
    pub fn submissions(mut self, fate: impl Fn(u32) -> Fate + Send + Sync + 'static) -> Self {
        self.submission = Box::new(fate);
        self
    }

    /// Does not tell the first statuses.
    #[must_use]
    pub fn hides_statuses(self, first: u32) -> Self {
        self.hidden_statuses.store(first, Ordering::SeqCst);
        self
    }
}

#[async_trait]
impl SwapApi for Relay {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        let mut offer = self.api.quote(order).await?;
        (self.offer)(&mut offer);
        Ok(offer)
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        let mut intent = self.api.create(order, offer).await?;
        (self.intent)(&mut intent);
        Ok(intent)
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        let before = self.submissions.fetch_add(1, Ordering::SeqCst);
        match (self.submission)(before) {
            Fate::Delivered => self.api.submit(intent_id, approval).await,
            Fate::AnswerLost(error) => {
                self.api.submit(intent_id, approval).await?;
                Err(error)
            }
            Fate::Lost(error) => Err(error),
        }
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let left = self.hidden_statuses.load(Ordering::SeqCst);
        if let Some(left) = left.checked_sub(1) {
            self.hidden_statuses.store(left, Ordering::SeqCst);
            let message = "no status for now".to_owned();
            return Err(ApiError {
                code: "status",
                retry: Retry::Safe,
                retry_after: None,
                message,
            });
        }
        self.api.status(intent_id).await
    }
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Relay").finish_non_exhaustive()
    }
}
