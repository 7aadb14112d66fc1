//! What a payload was judged by and what came of it, written down before a signature.

use countersign_approval::Decision;
use countersign_journal::{ConfigRecord, Digest, Label, Note, Payload, Stage, State, What};

use crate::flow::require_reviewed;
use crate::worker::drive::Drive;
use crate::worker::{WorkError, judgement};
use crate::{Bound, Countersign, Evidence, Facts, FlowError, Verified};

impl Drive<'_> {
    pub(super) fn note_bound(
        &mut self,
        bound: &Bound,
        config: ConfigRecord,
    ) -> Result<(), WorkError> {
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

    pub(super) fn judged(
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
    pub(super) async fn reviewed(
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
    pub(super) fn note_refund(&mut self, evidence: &Evidence) -> Result<(), WorkError> {
        let Evidence::Psbt(psbt) = evidence else { return Ok(()) };
        let recipe = serde_json::to_string(psbt.refund_recipe());
        let recipe = recipe.map_err(|_| WorkError::Unreadable("a recipe"))?;
        self.note(What::RefundKept { recipe: Payload::new(recipe)? })
    }
}
