//! An intent from its claims to its signature.

mod judging;
mod refusing;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_approval::SwapId;
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{
    ApprovalBytes, ConfigRecord, JournalLedger, Label, Outcome, Reserved as ReservedRecord, What,
};

use tokio::time::sleep;

use super::drive::{Drive, Next};
use super::{WorkError, judgement, later, records};
use crate::flow::{LOOKS, SEEN_WITHIN, overtaken};
use crate::{
    Event, Evidence, FlowError, KeepRefund, KeepRefundError, MissingAllowance, Reserved, Reviewed,
    Signed, Step, Verified,
};

/// How long an intent may wait to be signed for, whatever its own deadline is.
const LONGEST: Duration = Duration::from_hours(24);
/// How often a deposit is drafted anew in one go. After that it waits a while.
const REDRAFTS: u32 = 5;

impl Drive<'_> {
    /// Takes an intent that was created to its signature, in memory and on disk.
    pub(super) async fn authorize(&mut self) -> Result<Next, WorkError> {
        if let Some(reason) = self.is_late() {
            return self.end(Outcome::Expired, reason).await;
        }
        let before = self.mark();
        let reserved = match self.reserved_in_turn().await {
            Ok(Some(reserved)) => reserved,
            Ok(None) => return Ok(Next::At(self.now())),
            Err(WorkError::Flow(error)) => return self.not_authorized(error, before).await,
            // It will not be readable later either, and nothing was signed.
            Err(error @ (WorkError::Unreadable(_) | WorkError::Text(_))) => {
                return self.end(Outcome::Failed, error).await;
            }
            Err(error) => return Err(error),
        };
        match self.signed(&reserved).await? {
            Ok(signed) => self.keep_signed(&signed).await,
            Err(error) => {
                self.note_failure(Step::Sign, "sign", &error)?;
                self.failure = Some(error);
                Ok(Next::Now)
            }
        }
    }

    /// Says why it is too late to sign: the counterparty's deadline is over, or ours, where it named
    /// none or one that is far off.
    fn is_late(&self) -> Option<&'static str> {
        let now = self.now();
        if self.known.deadline().is_some_and(|deadline| deadline < now.to_seconds()) {
            return Some("the intent's deadline passed before anything was signed");
        }
        (now > later(self.known.opened_at, LONGEST))
            .then_some("nothing could be signed for too long")
    }

    /// Judges the intent and reserves the right to sign. A deposit whose nonce or coins another swap
    /// took meanwhile is drafted anew, with others. An allowance that alone is missing is given, where
    /// policy lets us.
    async fn reserved_in_turn(&mut self) -> Result<Option<Reserved>, WorkError> {
        let (mut redrafts, mut looks) = (REDRAFTS, None);
        loop {
            let before = self.mark();
            match (self.reserved().await, looks) {
                (Err(WorkError::Flow(FlowError::Overtaken(_))), _) if redrafts > 0 => {
                    redrafts = redrafts.saturating_sub(1);
                }
                (Err(WorkError::Flow(FlowError::Allowance(missing))), None) => {
                    self.allowed(missing).await?;
                    looks = Some(LOOKS);
                }
                // Not every node has seen yet what another one has.
                (Err(WorkError::Flow(FlowError::Allowance(_))), Some(left)) if left > 0 => {
                    sleep(SEEN_WITHIN).await;
                    looks = Some(left.saturating_sub(1));
                }
                (done, _) => return done,
            }
            self.rewind(before);
        }
    }

    /// Gives the allowance that a swap lacks, where policy lets us.
    async fn allowed(&self, missing: Box<MissingAllowance>) -> Result<(), WorkError> {
        self.require_lease()?;
        let ledger = JournalLedger::new(Arc::clone(&self.worker.store));
        let giving = Box::pin(self.flow().give_allowance(&ledger, &missing));
        let Some(changes) = giving.await? else {
            return Err(FlowError::Allowance(missing).into());
        };
        for change in &changes {
            self.tell(Event::Allowed { change });
        }
        Ok(())
    }

    /// Judges the intent and reserves the right to sign. Nothing where this worker was told to stop
    /// meanwhile: what was judged is a safe place.
    async fn reserved(&mut self) -> Result<Option<Reserved>, WorkError> {
        self.tell(Event::Began(Step::Verify));
        let created = match self.created.take() {
            Some(created) => created,
            None => self.created_again()?,
        };
        let config = self.config()?;
        let mut bound = self.flow().bind(created)?;
        self.note_bound(&bound, config)?;
        let facts = self.flow().facts_by(&self.writer.ledger(Vec::new()), &mut bound).await?;
        let verified = self.judged(bound, &facts, config)?;
        let statement = verified.statement();
        self.tell(Event::Verified { statement: &statement });
        self.statement = Some(statement);
        let verified = self.reviewed(verified, config).await?;
        if self.is_stopping() {
            return Ok(None);
        }
        self.note_refund(verified.evidence())?;
        self.claimed(verified).await.map(Some)
    }

    fn config(&self) -> Result<ConfigRecord, FlowError> {
        let config = self.flow().config();
        Ok(judgement::config(config.registry(), &config.policy()?))
    }

    /// Reserves, and writes all that led to it in the same transaction.
    async fn claimed(&mut self, verified: Verified) -> Result<Reserved, WorkError> {
        let claim = verified.evidence().claim();
        let policy = self.flow().config().policy().map_err(FlowError::from)?;
        let limits = policy.limits(&claim.token).copied();
        let ledger = self.writer.ledger(self.pending());
        let own = redraftable(verified.evidence());
        let reserved = match self.flow().reserve_in(&ledger, Reviewed { verified }).await {
            Err(FlowError::Refused { step: Step::Reserve, refusal }) if own => {
                let (step, taken) = (Step::Reserve, overtaken(&ledger, &claim, &refusal).await?);
                let refused = FlowError::Refused { step, refusal };
                return Err(taken.map_or(refused, FlowError::Overtaken).into());
            }
            reserved => reserved?,
        };
        self.written();
        // Without limits nothing is reserved.
        let limits = limits.ok_or(WorkError::Unreadable("limits"))?;
        self.noted(&What::Reserved(ReservedRecord::of(&claim, limits)?))?;
        Ok(reserved)
    }

    /// Signs, once: a key that did not answer may have signed all the same, so it is not asked again.
    async fn signed(
        &mut self,
        reserved: &Reserved,
    ) -> Result<Result<Signed, FlowError>, WorkError> {
        self.tell(Event::Began(Step::Sign));
        self.require_lease()?;
        let keeper = self.flow().refund_keeper().unwrap_or(&InJournal);
        let ledger = self.writer.ledger(Vec::new());
        Ok(self.flow().sign_kept(reserved, &ledger, Some(keeper)).await)
    }

    /// Stores the signature before it is let out.
    async fn keep_signed(&mut self, signed: &Signed) -> Result<Next, WorkError> {
        let live = signed.live();
        let mut approval = records::approval(&signed.signature().to_submission())?;
        if let ApprovalBytes::Cosign { last_valid_block_height, .. } = &mut approval {
            let network = self.known.request.source.network.as_str();
            *last_valid_block_height = self.flow().latest_height(network).await;
        }
        self.note(What::Signed {
            digest: live.digest.into(),
            valid_until: live.valid_until,
            intent_id: Label::new(&live.intent_id)?,
            approval,
        })?;
        // What would come too late is not let out.
        if !self.is_too_late() {
            self.note(What::Submitted { attempt: 1 })?;
            self.unsent = true;
        }
        self.commit().await?;
        self.tell(Event::Signed { approval: &live });
        Ok(Next::Now)
    }
}

/// Says whether evidence is of a transaction that can be drafted with another nonce or other coins.
const fn redraftable(evidence: &Evidence) -> bool {
    matches!(evidence, Evidence::Call(_) | Evidence::Payment(_))
}

/// The journal as a keeper of recipes: the recipe is in it already, written with the reservation.
struct InJournal;

#[async_trait]
impl KeepRefund for InJournal {
    async fn keep(&self, _: SwapId, _: &RefundRecipe) -> Result<(), KeepRefundError> {
        Ok(())
    }
}
