//! A counterparty that does what it is asked to, and says what it likes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign::Submission;
use countersign::http_client::Retry;
use countersign::{ApiError, DefiApi, Intent, Offer, Order, Status, SwapApi, SwapStatus, Worker};
use tokio::sync::Notify;

use super::bed::{Bed, key};

/// What was asked of a counterparty, and whether it has fallen silent.
#[derive(Clone, Default)]
pub(super) struct Calls {
    calls: Arc<Mutex<Vec<&'static str>>>,
    silence: Arc<Notify>,
}

impl Calls {
    pub(super) fn count(&self, call: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|made| **made == call).count()
    }

    /// Counts a call, and says how many were before it.
    fn add(&self, call: &'static str) -> usize {
        let before = self.count(call);
        self.calls.lock().unwrap().push(call);
        before
    }
}

/// Takes each approval, and carries it out unless it is idle, whatever it says.
pub(super) struct Liar {
    api: DefiApi,
    says: Result<SwapStatus, ApiError>,
    /// The call that it never answers.
    silent: Option<&'static str>,
    /// Whether it does nothing with an approval.
    idle: bool,
    calls: Calls,
}

impl Liar {
    /// Says the same of each swap.
    pub(super) fn saying(bed: &Bed, status: Status) -> Self {
        let says = Ok(SwapStatus::new(status));
        Self { api: bed.scene.api(), says, silent: None, idle: false, calls: Calls::default() }
    }

    /// Says nothing of any swap.
    pub(super) fn dark(bed: &Bed, code: &'static str) -> Self {
        Self { says: Err(nothing(code, Retry::Safe)), ..Self::saying(bed, Status::Created) }
    }

    /// Names a deposit.
    pub(super) fn of_deposit(mut self, txid: &str) -> Self {
        if let Ok(says) = &mut self.says {
            says.deposit_tx = Some(txid.to_owned());
        }
        self
    }

    /// Carries nothing out.
    pub(super) fn idle(self) -> Self {
        Self { idle: true, ..self }
    }

    /// Never answers a call, and does nothing at it.
    pub(super) fn silent_at(self, call: &'static str) -> Self {
        Self { silent: Some(call), ..self }
    }

    pub(super) fn counted(self, calls: &Calls) -> Self {
        Self { calls: calls.clone(), ..self }
    }

    async fn hears(&self, call: &'static str) {
        self.calls.add(call);
        if self.silent == Some(call) {
            self.calls.silence.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// An error without an effect, or that may have had one.
fn nothing(code: &'static str, retry: Retry) -> ApiError {
    ApiError { code, retry, retry_after: None, message: "nothing".to_owned() }
}

#[async_trait]
impl SwapApi for Liar {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.api.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.hears("submit").await;
        if self.idle {
            return Ok(());
        }
        self.api.submit(intent_id, approval).await?;
        // Until the deposit is on the chain.
        while self.api.status(intent_id).await?.deposit_tx.is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    async fn status(&self, _: &str) -> Result<SwapStatus, ApiError> {
        self.hears("status").await;
        self.says.clone()
    }
}

/// Runs a swap into the silence of its counterparty, and takes its worker away there.
pub(super) async fn cut_off(bed: &Bed, worker: &Worker, calls: &Calls) {
    let (name, request) = (key("one"), bed.scene.request());
    tokio::select! {
        done = worker.swap(&name, &request, |_| {}) => panic!("it was answered: {done:?}"),
        () = calls.silence.notified() => {}
    }
}

/// Creates nothing when it is first asked to.
pub(super) struct Busy {
    api: DefiApi,
    retry: Retry,
    calls: Calls,
}

impl Busy {
    pub(super) fn new(bed: &Bed, retry: Retry, calls: &Calls) -> Self {
        Self { api: bed.scene.api(), retry, calls: calls.clone() }
    }
}

#[async_trait]
impl SwapApi for Busy {
    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.api.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        match self.calls.add("create") {
            0 => Err(nothing("rate_limited", self.retry)),
            _ => self.api.create(order, offer).await,
        }
    }

    async fn submit(&self, intent_id: &str, approval: &Submission) -> Result<(), ApiError> {
        self.api.submit(intent_id, approval).await
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.api.status(intent_id).await
    }
}
