//! An intent from its claims to its signature.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_approval::{Decision, SwapId};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{
    ApprovalBytes, ConfigRecord, Digest, JournalLedger, Label, Note, Outcome, Payload,
    Reserved as ReservedRecord, Stage, State, What,
};

use tokio::time::sleep;

use super::drive::{Drive, Next};
use super::notes::Mark;
use super::{WorkError, judgement, later, records};
use crate::flow::{LOOKS, SEEN_WITHIN, overtaken, require_reviewed};
use crate::{
    Bound, Countersign, Event, Evidence, Facts, FlowError, KeepRefund, KeepRefundError,
    MissingAllowance, Reserved, Reviewed, Signed, Step, Verified,
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

    fn note_bound(&mut self, bound: &Bound, config: ConfigRecord) -> Result<(), WorkError> {
        let intent = self.known.intent.as_ref();
        let deadline = intent.and_then(|intent| intent.deadline).map(Note::whole);
        let secret_hash = intent.and_then(|intent| intent.secret_hash.clone());
        let claims = [("deadline", deadline), ("secret_hash", secret_hash)];
        let claims = claims.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let claims = claims.map(|(name, value)| Ok((Label::new(name)?, value)));
        let claims = claims.collect::<Result<_, countersign_journal::TextError>>()?;
        // What was judged before a crash is judged again; its claims are there already.
        if self.known.state == State::Created {
            let payload = Digest::of(bound.payload().as_bytes());
            self.note(What::Bound { payload, claims })?;
            let judged = judgement::plain(Stage::Intent, config, judgement::passed(None)?);
            self.note(What::Judged(Box::new(judged)))?;
        }
        Ok(())
    }

    fn judged(
        &mut self,
        bound: Bound,
        facts: &Facts,
        config: ConfigRecord,
    ) -> Result<Verified, WorkError> {
        let judged = self.flow().verify_with(bound, facts);
        let (digest, verdict) = match &judged {
            Ok(verified) => {
                let digest = Digest::new(verified.evidence().digest());
                (Some(digest), judgement::passed(Some(&verified.statement()))?)
            }
            Err(FlowError::Refused { refusal, .. }) => (None, refusal.into()),
            Err(FlowError::Allowance(missing)) => (None, (&missing.refusal()).into()),
            Err(_) => return Ok(judged?),
        };
        let judgement = judgement::of_payload(config, digest, facts, verdict);
        self.note(What::Judged(Box::new(judgement)))?;
        Ok(judged?)
    }

    /// Has a person decide, where policy asks for it. That may take long, so what was judged is
    /// written before, and a deposit is drafted anew after it.
    async fn reviewed(
        &mut self,
        verified: Verified,
        config: ConfigRecord,
    ) -> Result<Verified, WorkError> {
        if !self.flow().needs_review(&verified)? {
            return Ok(verified);
        }
        let digest = Digest::new(verified.review_digest());
        if self.known.reviewed == Some(digest) {
            return Ok(verified);
        }
        self.commit().await?;
        match self.flow().decide(&verified).await? {
            None => Ok(verified),
            Some(Decision::Approve { by }) => {
                self.note(What::Reviewed { by: Note::whole(by), digest, denied: None })?;
                self.judged_anew(verified, config).await
            }
            Some(Decision::Deny { by, reason }) => {
                let error = FlowError::NotApproved(format!("{by} denied it: {reason}"));
                let denied = Some(Note::whole(reason));
                self.note(What::Reviewed { by: Note::whole(by), digest, denied })?;
                Err(error.into())
            }
        }
    }

    /// Drafts a deposit that a person has approved anew, by what its chain says now.
    async fn judged_anew(
        &mut self,
        verified: Verified,
        config: ConfigRecord,
    ) -> Result<Verified, WorkError> {
        let approved = verified.review_digest();
        let mut bound = match Countersign::bound_again(verified) {
            Ok(bound) => bound,
            Err(verified) => return Ok(*verified),
        };
        // What was decided is not asked again where the chain is away meanwhile.
        self.commit().await?;
        let facts = self.flow().facts_by(&self.writer.ledger(Vec::new()), &mut bound).await?;
        let verified = self.judged(bound, &facts, config)?;
        require_reviewed(&verified, approved)?;
        self.statement = Some(verified.statement());
        Ok(verified)
    }

    /// Notes what it takes to get coins back, before they can go.
    fn note_refund(&mut self, evidence: &Evidence) -> Result<(), WorkError> {
        let Evidence::Psbt(psbt) = evidence else { return Ok(()) };
        let recipe = serde_json::to_string(psbt.refund_recipe());
        let recipe = recipe.map_err(|_| WorkError::Unreadable("a recipe"))?;
        self.note(What::RefundKept { recipe: Payload::new(recipe)? })
    }

    /// Reserves, and writes all that led to it in the same transaction.
    async fn claimed(&mut self, verified: Verified) -> Result<Reserved, WorkError> {
        let claim = verified.evidence().claim();
        let policy = self.flow().config().policy().map_err(FlowError::from)?;
        let limits = policy.limits(&claim.token).copied();
        let ledger = self.writer.ledger(self.pending());
        let own = redraftable(verified.evidence());
        let reserved = match self.worker.flow.reserve_in(&ledger, Reviewed { verified }).await {
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

    /// Ends a swap whose approval must not be signed, or tries again later.
    async fn not_authorized(&mut self, error: FlowError, before: Mark) -> Result<Next, WorkError> {
        let step = error.step().unwrap_or(Step::Verify);
        if let (FlowError::Refused { refusal, .. }, false) = (&error, self.refusal_is_noted()) {
            let stage = match step {
                Step::Reserve => Stage::Limits,
                Step::Verify => Stage::Payload,
                _ => Stage::Intent,
            };
            // What the registry and the policy say of the request may have changed since.
            let in_time = stage != Stage::Intent || self.known.state == State::Created;
            let stage = if in_time { stage } else { Stage::Limits };
            let judged = judgement::plain(stage, self.config()?, refusal.into());
            self.note(What::Judged(Box::new(judged)))?;
        }
        let next = if let Some(outcome) = is_final(&error) {
            self.end(outcome, why(&error)).await?
        } else {
            self.not_now(step, &error, before).await?;
            self.after_miss()
        };
        self.failure = Some(error);
        Ok(next)
    }

    /// Writes down why it is not signed yet. What the journal has said lately is not written again, in
    /// whatever words, nor is what led to it.
    async fn not_now(
        &mut self,
        step: Step,
        error: &FlowError,
        before: Mark,
    ) -> Result<(), WorkError> {
        let (step, code) = (Label::new(step.as_str())?, Label::new(cause(error))?);
        let message = Note::whole(error);
        if before.known.failures.is_news(&step, &code, self.now()) {
            self.note(What::Failed { step, code, message })?;
        } else {
            self.rewind(before);
            self.known.failures.set(step, message);
        }
        self.commit().await
    }
}

/// Says whether evidence is of a transaction that can be drafted with another nonce or other coins.
const fn redraftable(evidence: &Evidence) -> bool {
    matches!(evidence, Evidence::Call(_) | Evidence::Payment(_))
}

/// Says how a swap ends that can't be signed for; nothing where it may go well later.
const fn is_final(error: &FlowError) -> Option<Outcome> {
    match error {
        // The allowance is its owner's to give, by a transaction of its own.
        FlowError::Refused { .. } | FlowError::NotApproved(_) | FlowError::Allowance(_) => {
            Some(Outcome::Refused)
        }
        FlowError::Config(_)
        | FlowError::PolicyChanged
        | FlowError::Paused
        | FlowError::Chain { .. }
        | FlowError::Ledger(_)
        | FlowError::NoKey { .. }
        | FlowError::Draft(_)
        | FlowError::Nonce(_)
        | FlowError::Overtaken(_)
        | FlowError::Api { .. } => None,
        _ => Some(Outcome::Failed),
    }
}

/// Says why a swap ends that can't be signed for.
fn why(error: &FlowError) -> String {
    match error {
        FlowError::Allowance(_) => {
            format!("{error}; nothing was signed: give the allowance, and ask under another key")
        }
        _ => error.to_string(),
    }
}

/// Names what keeps a swap from being signed for now.
const fn cause(error: &FlowError) -> &'static str {
    match error {
        FlowError::Config(_) => "config",
        FlowError::PolicyChanged => "policy_changed",
        FlowError::Paused => "paused",
        FlowError::Chain { .. } => "chain",
        FlowError::Ledger(_) => "ledger",
        FlowError::NoKey { .. } => "no_key",
        FlowError::Draft(_) => "draft",
        FlowError::Nonce(_) => "nonce",
        FlowError::Overtaken(_) => "overtaken",
        FlowError::Api { source, .. } => source.code,
        _ => "not_now",
    }
}

/// The journal as a keeper of recipes: the recipe is in it already, written with the reservation.
struct InJournal;

#[async_trait]
impl KeepRefund for InJournal {
    async fn keep(&self, _: SwapId, _: &RefundRecipe) -> Result<(), KeepRefundError> {
        Ok(())
    }
}
