//! A swap from its request to its intent.

use std::sync::Arc;
use std::time::Duration;

use countersign_approval::SwapId;
use countersign_journal::{
    Entry, Label, OfferRecord, Opened, Opening, Outcome, Request, Stage, StoreError, Summary,
    SwapWriter, What,
};
use tokio::time::sleep;

use super::drive::{Drive, Next};
use super::known::Known;
use super::{Progress, WorkError, Worker, judgement, records};
use crate::http_client::Retry;
use crate::{Accepted, Created, Event, FlowError, Intent, Order, Step, SwapRequest};

/// A swap before it is in the journal.
struct Draft {
    swap_id: SwapId,
    entries: Vec<Entry>,
    accepted: Result<Accepted, FlowError>,
}

impl Worker {
    /// Runs a swap from its request to its end, or for as long as the options say.
    ///
    /// The key is the caller's own name of the swap. The same key with the same request is the same
    /// swap: whoever calls second joins it, wherever it stands, and nothing is created or signed
    /// twice.
    ///
    /// `observe` is told what happens; it decides nothing.
    ///
    /// # Errors
    ///
    /// Returns a [`WorkError`]: [`StoreError::KeyTaken`] if the key stands for another request, and
    /// the error of a step before the swap is in the journal. Whatever fails later is in the
    /// [`Progress`].
    pub async fn swap(
        &self,
        key: &Label,
        request: &SwapRequest,
        mut observe: impl FnMut(Event<'_>) + Send,
    ) -> Result<Progress, WorkError> {
        // It holds all that is known of the swap.
        Box::pin(self.swap_told(key, request, &mut observe)).await
    }

    async fn swap_told(
        &self,
        key: &Label,
        request: &SwapRequest,
        mut observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Progress, WorkError> {
        let registry = self.flow.config().registry();
        let order = Order::new(request, registry).map_err(FlowError::from)?;
        let policy = self.flow.config().policy().map_err(FlowError::from)?;
        let config = judgement::config(registry, &policy);
        let (environment, api) = (registry.environment(), self.flow.api().name());
        let record = records::request(key, &order, environment, config, api)?;
        if let Some(found) = self.store.find(key).await? {
            return Box::pin(self.join(&found, &record, &mut observe)).await;
        }
        let draft = Box::pin(self.draft(request, &record, &mut observe)).await?;
        let opening =
            Opening { swap_id: draft.swap_id, entries: &draft.entries, term: self.term() };
        let store = Arc::clone(&self.store);
        let (writer, opened) = SwapWriter::open(store, &opening, self.now()).await?;
        let Some(writer) = writer else {
            let Opened::Same(found) = opened else {
                return Err(WorkError::Unreadable("a swap that was opened"));
            };
            return Box::pin(self.join(&found, &record, &mut observe)).await;
        };
        let known = known(&draft, record, self.now())?;
        observe(Event::Opened { swap_id: draft.swap_id });
        let mut drive = Drive::new(self, &self.flow, writer, known, &mut observe);
        match draft.accepted {
            Ok(accepted) => drive.accepted = Some(accepted),
            Err(refused) => drive.failure = Some(refused),
        }
        // It holds all that is known of the swap.
        Box::pin(drive.run()).await
    }

    /// Asks for an offer and judges it.
    async fn draft(
        &self,
        request: &SwapRequest,
        record: &Request,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Draft, WorkError> {
        observe(Event::Began(Step::Quote));
        let offered = self.flow.quote(request).await?;
        let floor = offered.order().destination.amount;
        let floor = Some(floor).filter(|floor| *floor > record.destination.amount);
        let offer = OfferRecord { floor, ..records::offer(offered.offer())? };
        let (swap_id, config) = (SwapId::generate(), record.config);
        let accepted = self.flow.accept_as(swap_id, offered);
        let verdict = match &accepted {
            Ok(_) => judgement::passed(None)?,
            Err(FlowError::Refused { refusal, .. }) => refusal.into(),
            Err(_) => {
                return Err(accepted.err().map_or(WorkError::Unreadable("a refusal"), Into::into));
            }
        };
        let judged = judgement::plain(Stage::Offer, config, verdict);
        let last = match &accepted {
            Ok(accepted) => {
                let terms = accepted.terms();
                let (gives, gets) = (terms.source.describe(), terms.destination.describe());
                observe(Event::Offered { summary: &format!("{gives} for at least {gets}") });
                What::Creating
            }
            Err(refused) => What::Ended {
                outcome: Outcome::Refused,
                reason: countersign_journal::Note::whole(refused),
            },
        };
        let requested = What::Requested(Box::new(record.clone()));
        let at = self.now();
        let what = [requested, What::Quoted(offer), What::Judged(Box::new(judged)), last];
        let entries = what.map(|what| Entry::new(at, what)).to_vec();
        Ok(Draft { swap_id, entries, accepted })
    }

    /// Goes on with a swap that is there already, or waits for whoever does.
    async fn join(
        &self,
        found: &Summary,
        record: &Request,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<Progress, WorkError> {
        let swap_id = found.swap_id;
        if found.request != record.digest {
            return Err(StoreError::KeyTaken { swap_id }.into());
        }
        observe(Event::Opened { swap_id });
        let until = super::later(self.now(), self.options.track.deadline);
        loop {
            let progress = self.progress(swap_id).await?;
            let stopping = *self.stopping.borrow();
            if progress.state.is_ended() || stopping || self.now() >= until {
                return Ok(progress);
            }
            match self.store.lease(swap_id, &self.term(), self.now()).await {
                Ok(lease) => return self.take(lease, observe).await?.run().await,
                Err(StoreError::Leased { .. }) => sleep(self.options.track.first_wait).await,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn known(
    draft: &Draft,
    record: Request,
    now: countersign_units::UnixMillis,
) -> Result<Known, WorkError> {
    let mut known = Known::new(draft.swap_id, record, now);
    for Entry { at, what } in draft.entries.iter().skip(1) {
        known.add(what, *at).map_err(StoreError::from)?;
    }
    Ok(known)
}

impl Drive<'_> {
    /// Creates the intent. The journal says already that there may be one.
    pub(super) async fn create(&mut self, accepted: Accepted) -> Result<Next, WorkError> {
        self.tell(Event::Began(Step::Create));
        self.require_lease()?;
        match self.intent(&accepted).await {
            Ok(intent) => {
                self.tell(Event::Created { intent_id: &intent.id });
                match records::intent(&intent) {
                    Ok(record) => self.note(What::Created(Box::new(record)))?,
                    Err(error) => {
                        self.end(Outcome::Refused, format!("the intent: {error}")).await?;
                    }
                }
                self.created = Some(Created { maker: accepted.maker, accepted, intent });
            }
            Err(FlowError::Api { step, source }) => {
                self.note_failure(step, source.code, &source)?;
                if source.retry != Retry::AskFirst {
                    let reason = format!("no intent was created: {source}");
                    self.end(Outcome::Failed, reason).await?;
                }
                self.failure = Some(FlowError::Api { step, source });
            }
            Err(error) => {
                self.end(Outcome::Failed, &error).await?;
                self.failure = Some(error);
            }
        }
        Ok(Next::Now)
    }

    /// Asks for an intent: again only where it is sure that nothing arrived.
    async fn intent(&self, accepted: &Accepted) -> Result<Intent, FlowError> {
        const TRIES: u32 = 5;
        const PAUSE: Duration = Duration::from_millis(250);
        const LONGEST_PAUSE: Duration = Duration::from_secs(5);
        let mut tries = 0_u32;
        loop {
            let error = match self.flow().create_intent(accepted).await {
                Err(FlowError::Api { step, source }) if source.retry == Retry::Safe => {
                    FlowError::Api { step, source }
                }
                done => return done,
            };
            tries = tries.saturating_add(1);
            let FlowError::Api { source, .. } = &error else { return Err(error) };
            let pause = source.retry_after.unwrap_or(PAUSE.saturating_mul(tries));
            if tries >= TRIES || pause > LONGEST_PAUSE {
                return Err(error);
            }
            sleep(pause).await;
        }
    }

    /// Makes the intent again that is in the journal, judged by today's registry and policy.
    pub(super) fn created_again(&self) -> Result<Created, WorkError> {
        let known = &self.known;
        let (Some(record), Some(intent)) = (&known.offer, &known.intent) else {
            return Err(WorkError::Unreadable("an offer and an intent"));
        };
        let request = records::asked(&known.request)?;
        // It was accepted in time; that is not asked again.
        let offer = crate::Offer { expires_at: None, ..records::offered(record) };
        let (swap_id, intent) = (known.swap_id, records::created(intent));
        Ok(self.flow().created_again(swap_id, &request, (offer, record.floor), intent)?)
    }
}
