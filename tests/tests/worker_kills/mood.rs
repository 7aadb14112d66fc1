//! An API whose answers are lost, late or given twice.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::Submission;
use countersign::http_client::Retry;
use countersign::units::UnixMillis;
use countersign::{ApiError, Intent, Offer, Order, SwapApi, SwapStatus, Takes};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

/// What goes wrong. By default, nothing does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Mood {
    /// Of how many creates the answer is lost, though they arrive.
    pub(crate) lost_creates: u32,
    /// Of how many submissions the answer is lost, though they arrive.
    pub(crate) lost_submits: u32,
    /// How many status requests are not answered.
    pub(crate) lost_statuses: u32,
    /// How many status requests are answered with there being no such intent.
    pub(crate) forgotten: u32,
    /// Whether each submission arrives twice.
    pub(crate) twice: bool,
    /// How late the answers to submissions are, in milliseconds.
    pub(crate) late_ms: u64,
}

/// An API in a mood.
pub(crate) struct MoodyApi<A> {
    api: A,
    mood: Mood,
    creates: AtomicU32,
    submits: AtomicU32,
    statuses: AtomicU32,
}

impl<A> MoodyApi<A> {
    pub(crate) fn new(api: A, mood: Mood) -> Self {
        let [creates, submits, statuses] = [(); 3].map(|()| AtomicU32::new(0));
        Self { api, mood, creates, submits, statuses }
    }
}

#[async_trait]
impl<A: SwapApi> SwapApi for MoodyApi<A> {
    fn name(&self) -> &'static str {
        self.api.name()
    }

    fn takes(&self) -> Takes {
        self.api.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        let before = self.creates.fetch_add(1, Ordering::SeqCst);
        let created = self.api.create(order, offer).await?;
        if before < self.mood.lost_creates { Err(lost(Retry::AskFirst)) } else { Ok(created) }
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        let before = self.submits.fetch_add(1, Ordering::SeqCst);
        if self.mood.twice {
            self.api.submit(intent_id, approval).await?;
        }
        self.api.submit(intent_id, approval).await?;
        sleep(Duration::from_millis(self.mood.late_ms)).await;
        if before < self.mood.lost_submits { Err(lost(Retry::AskFirst)) } else { Ok(()) }
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        let before = self.statuses.fetch_add(1, Ordering::SeqCst);
        if before < self.mood.lost_statuses {
            return Err(lost(Retry::Safe));
        }
        if before < self.mood.forgotten {
            return Err(ApiError { code: "not_found", ..lost(Retry::Never) });
        }
        self.api.status(intent_id).await
    }

    async fn created_since(
        &self,
        order: &Order,
        since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.api.created_since(order, since).await
    }
}

fn lost(retry: Retry) -> ApiError {
    ApiError { code: "timeout", retry, retry_after: None, message: "no answer".to_owned() }
}
