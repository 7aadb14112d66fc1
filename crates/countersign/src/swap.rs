use countersign_approval::{Statement, SwapId};
use futures::StreamExt;

use crate::track::track;
use crate::{
    AllowanceChange, Countersign, FlowError, LiveApproval, Signed, Status, Step, SwapApi,
    SwapRequest, SwapStatus, TrackOptions,
};

/// What happened in a swap, as it happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A step begins.
    Began(Step),
    /// The swap is in the journal.
    Opened {
        /// Our own id of it.
        swap_id: SwapId,
    },
    /// The API offers this.
    Offered {
        /// What we give and what we get at least, in words.
        summary: &'a str,
    },
    /// The API created an intent.
    Created {
        /// The API's id of it.
        intent_id: &'a str,
    },
    /// Permit2 may move what the swap needs, by a call of ours that was mined.
    Allowed {
        /// What was changed.
        change: &'a AllowanceChange,
    },
    /// The payload is what was agreed.
    Verified {
        /// What a signature allows.
        statement: &'a Statement,
    },
    /// The approval was signed and is about to be submitted.
    Signed {
        /// What has to be known of it while it may be live.
        approval: &'a LiveApproval,
    },
    /// Coins came back from the output that they were locked up in.
    Refunded {
        /// The transaction that took them back.
        txid: &'a str,
    },
    /// The approval is being made useless before its time.
    Cancelling {
        /// How far that is, in words.
        step: &'a str,
    },
    /// The swap has a new status.
    Status(&'a SwapStatus),
}

/// How a swap ended.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct SwapOutcome {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// The API's id of the intent.
    pub intent_id: String,
    /// What was signed, in words.
    pub statement: Statement,
    /// The digest that was signed.
    pub digest: [u8; 32],
    /// The last status.
    pub status: SwapStatus,
}

impl Countersign {
    /// Runs a swap from its request to its end.
    ///
    /// `observe` is told what happens; it decides nothing.
    ///
    /// # Errors
    ///
    /// Returns the [`FlowError`] of the step that failed, and [`FlowError::AfterSigning`] with the
    /// approval where it may be live. In all other cases no approval left our hands.
    pub async fn swap(
        &self,
        request: &SwapRequest,
        options: TrackOptions,
        mut observe: impl FnMut(Event<'_>) + Send,
    ) -> Result<SwapOutcome, FlowError> {
        observe(Event::Began(Step::Quote));
        let offered = self.quote(request).await?;
        let accepted = self.accept(offered)?;
        let (gives, gets) =
            (accepted.terms().source.describe(), accepted.terms().destination.describe());
        observe(Event::Offered { summary: &format!("{gives} for at least {gets}") });
        observe(Event::Began(Step::Create));
        let created = self.create(accepted).await?;
        observe(Event::Created { intent_id: &created.intent().id });
        observe(Event::Began(Step::Verify));
        let verified = self.verify_allowed(self.bind(created)?, &mut observe).await?;
        let statement = verified.statement();
        observe(Event::Verified { statement: &statement });
        let reserved = self.reserve(self.review(verified).await?).await?;
        observe(Event::Began(Step::Sign));
        let approval = self.sign(&reserved).await?;
        let live = approval.live();
        observe(Event::Signed { approval: &live });
        let ended = self.finish(&approval, options, &mut observe).await;
        let status = ended.map_err(|source| FlowError::AfterSigning {
            approval: Box::new(live.clone()),
            source: Box::new(source),
        })?;
        let LiveApproval { swap_id, intent_id, digest, .. } = live;
        Ok(SwapOutcome { swap_id, intent_id, statement, digest, status })
    }

    async fn finish(
        &self,
        approval: &Signed,
        options: TrackOptions,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Result<SwapStatus, FlowError> {
        self.approve(approval).await?;
        observe(Event::Began(Step::Track));
        let ended = follow(self.api(), approval.intent_id(), options, observe).await?;
        require_paid(approval, &ended)?;
        Ok(ended)
    }
}

/// Requires a success to be one: at least what was agreed was paid out, where the API tells how much.
fn require_paid(approval: &Signed, ended: &SwapStatus) -> Result<(), FlowError> {
    let least = approval.evidence().least_out();
    match ended.amount_out {
        Some(found) if ended.status == Status::Finished && found < least => {
            Err(FlowError::Underpaid { least, found })
        }
        _ => Ok(()),
    }
}

/// Follows a swap to its end and returns its last status. Needs neither keys nor configuration.
///
/// # Errors
///
/// Returns [`FlowError::TrackTimeout`] or [`FlowError::Api`]; the swap goes on without us.
pub async fn follow(
    api: &dyn SwapApi,
    intent_id: &str,
    options: TrackOptions,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<SwapStatus, FlowError> {
    let mut statuses = std::pin::pin!(track(api, intent_id, options));
    let mut last = None;
    while let Some(seen) = statuses.next().await {
        let seen = seen?;
        observe(Event::Status(&seen));
        last = Some(seen);
    }
    let after = options.deadline;
    last.ok_or(FlowError::TrackTimeout { after, last_seen: "nothing".to_owned() })
}
