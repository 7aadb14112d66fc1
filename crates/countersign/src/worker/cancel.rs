//! An approval that is made useless before its time, so that a second one becomes safe.
//!
//! ```text
//! asked ─► reserved, signed ─► sent ─► mined ─► proven unused ─► dead: the swap ends as failed
//!                                └──────────────► used before ─► too late: the swap goes on
//! ```
//!
//! Each step is in the journal before its effect is let out, so whoever drives the swap next goes on
//! with it: the same bytes are sent again.

mod ask;
mod calls;
mod coins;
mod gaps;
mod nonces;
mod tron;
mod way;

use countersign_approval::{AssetAmount, Environment, Terms};
use countersign_journal::{
    Asset, CancelKind, CancelStep, Death, Label, Note, Outcome, Payload, What,
};
use countersign_units::UnixMillis;

use super::cancelling::{Cancelling, Sent};
use super::death::Fate;
use super::drive::{Drive, Next};
use super::{WorkError, later};
use crate::Event;
use crate::flow::VerifiedCancel;
use way::Way;

/// How many looks in a row have to say that an approval was used, where our own cancel may be what
/// they see: nodes behind one address don't agree at once.
const SURE: u32 = 3;
/// How many blocks make what an EVM chain holds one that is not undone.
const EVM_BLOCKS: u64 = 12;
/// The same on Bitcoin.
const BITCOIN_BLOCKS: u32 = 6;

impl Drive<'_> {
    /// Says whether there is a way to make the approval useless before it ends by itself.
    pub(super) fn is_cancellable(&self) -> bool {
        self.way().is_ok_and(|way| !matches!(way, Way::WaitOut))
    }

    /// Says that an approval has to be cancelled that nobody wants any more.
    pub(super) fn note_live(&mut self) -> Result<(), WorkError> {
        if !self.is_past(self.worker.options.patience) {
            return Ok(());
        }
        let message =
            "the approval can still be used long after its deadline: it has to be cancelled";
        tracing::warn!(swap_id = %self.known.swap_id, "{message}");
        self.note_cancel_failure("late", message)
    }

    /// Takes a cancel that was asked for one step on.
    pub(super) async fn go_on_cancelling(&mut self) -> Result<Next, WorkError> {
        self.look_at_status().await?;
        let before = self.sightings;
        let next = match self.way()? {
            Way::Permit(permit) => self.cancel_permit(&permit).await,
            Way::Tron(permit) => self.cancel_on_tron(&permit).await,
            Way::Deposit(deposit) => self.cancel_deposit(&deposit).await,
            Way::Coins(ids) => self.cancel_coins(&ids).await,
            Way::WaitOut => self.wait_it_out().await,
        };
        self.sightings = self.sightings.in_a_row(before);
        next
    }

    /// Hears the counterparty. What it says is evidence, and decides nothing here.
    async fn look_at_status(&mut self) -> Result<(), WorkError> {
        let Some(intent_id) = self.known.intent_id().cloned() else { return Ok(()) };
        if let Ok(seen) = self.flow().api().status(intent_id.as_str()).await {
            let seen = self.as_ours(seen)?;
            self.note_seen(&seen)?;
        }
        Ok(())
    }

    /// Waits until a transaction can't be mined any more that ends by itself.
    async fn wait_it_out(&mut self) -> Result<Next, WorkError> {
        match self.fate().await {
            Fate::Used(_) => self.too_late().await,
            Fate::Dead(death) => self.proven_dead(death).await,
            Fate::Over(death) | Fate::Replaced(death) => {
                self.over(death, "whether it was used before can't be told").await
            }
            Fate::Live => {
                self.tell_step("it can still be mined; waiting until it can't");
                self.wait_for_cancel().await
            }
        }
    }

    /// Ends a swap whose approval can't be used any more and was not.
    async fn proven_dead(&mut self, death: Death) -> Result<Next, WorkError> {
        self.note(What::Dead(death))?;
        if self.known.moved {
            let reason = "cancelled, and not used, says the chain; the counterparty said that funds \
                          had moved";
            return self.end(Outcome::Disputed, reason).await;
        }
        self.end_and_release(Outcome::Failed, "cancelled: the approval is dead, and was not used")
            .await
    }

    /// Ends a swap whose approval can't be used any more, where nobody can tell whether it was. Its
    /// limits stay counted, and a person has to look: the nonce may be spent by ourselves alone, so
    /// no word of the counterparty decides it.
    async fn over(&mut self, death: Death, why: &str) -> Result<Next, WorkError> {
        self.note(What::Dead(death))?;
        let said =
            if self.known.moved { "; the counterparty said that funds had moved" } else { "" };
        let reason = format!(
            "cancelled: the approval is dead; {why}{said}, so its limits stay counted for a day. \
             Look whether funds have left before another swap is made"
        );
        self.end(Outcome::Disputed, reason).await
    }

    /// Goes on as if nobody had wanted to cancel: the approval was used.
    async fn too_late(&mut self) -> Result<Next, WorkError> {
        self.tell_step("too late: the approval was used, and the swap goes on");
        self.note(What::Cancel(CancelStep::TooLate))?;
        self.commit().await?;
        Ok(Next::Now)
    }

    /// Takes an approval for used once enough looks in a row have said so.
    async fn used_it_seems(&mut self) -> Result<Next, WorkError> {
        self.sightings.used = self.sightings.used.saturating_add(1);
        let ours = self.known.cancel.as_ref().is_some_and(|cancel| cancel.was_signed);
        if ours && self.sightings.used < SURE {
            return self.wait_for_cancel().await;
        }
        self.too_late().await
    }

    /// Reserves and signs what ends the approval, writes it down, and sends it.
    async fn sign_cancel(
        &mut self,
        kind: CancelKind,
        verified: VerifiedCancel,
    ) -> Result<(), WorkError> {
        let claim = verified.claim();
        self.require_lease()?;
        let step = What::Cancel(CancelStep::reserved(&claim)?);
        let ledger = self.writer.ledger(self.pending());
        let reservation = self.flow().reserve_cancel(&ledger, claim).await?;
        self.written();
        self.noted(&step)?;
        let signed = self.flow().sign_cancel(&verified, &reservation).await?;
        self.tell_step(&format!("about to be sent: {}", signed.id));
        self.note(What::Cancel(CancelStep::Signed {
            kind,
            digest: signed.digest.into(),
            id: Label::new(&signed.id)?,
            transaction: Payload::new(hex::encode(&signed.transaction))?,
        }))?;
        self.commit().await
    }

    /// Writes down that a block holds what ends the approval, once.
    async fn seen_mined(&mut self, id: &Label, height: u64) -> Result<(), WorkError> {
        let known = self.known.cancel.as_ref().and_then(|cancel| cancel.mined.as_ref());
        if known.is_some_and(|known| *known == (id.clone(), height)) {
            return Ok(());
        }
        self.tell_step(&format!("{id} is in block {height}"));
        self.note(What::Cancel(CancelStep::Mined { id: id.clone(), height }))?;
        self.commit().await
    }

    /// Forgets what can't take effect any more, so that another may be signed.
    async fn lost(&mut self, reason: &str) -> Result<Next, WorkError> {
        self.tell_step(reason);
        self.note(What::Cancel(CancelStep::Lost { reason: Note::whole(reason) }))?;
        self.commit().await?;
        Ok(Next::Now)
    }

    /// Tries again later what failed, and says so.
    async fn cancel_again(
        &mut self,
        code: &str,
        why: impl std::fmt::Display + Send,
    ) -> Result<Next, WorkError> {
        let why = why.to_string();
        self.tell_step(&format!("not yet: {why}"));
        self.note_cancel_failure(code, why)?;
        self.commit().await?;
        Ok(self.after_miss())
    }

    /// Waits for what was sent: the longer it takes, the longer.
    async fn wait_for_cancel(&mut self) -> Result<Next, WorkError> {
        self.commit_in_time().await?;
        let since = self.known.cancel.as_ref().map_or(self.known.opened_at, Cancelling::last_at);
        let age = self.now().value().saturating_sub(since.value());
        Ok(self.in_about(std::time::Duration::from_millis(age / 2)))
    }

    /// Says whether what was signed last waits for so long that more is offered for it.
    fn is_stuck(&self) -> bool {
        let cancel = self.known.cancel.as_ref();
        cancel.is_some_and(|cancel| self.waits_long(cancel.sent.len(), cancel.sent_at))
    }

    /// Says whether what was signed so often, and last at a moment, waits for long: each time for twice
    /// as long.
    fn waits_long(&self, times: usize, last: UnixMillis) -> bool {
        const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        let doubled = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
        self.now() >= later(last, PATIENCE.saturating_mul(doubled))
    }

    /// Returns what was signed last to end the approval.
    fn sent_last(&self) -> Option<Sent> {
        self.known.cancel.as_ref()?.last().cloned()
    }

    fn tell_step(&self, step: &str) {
        self.tell(Event::Cancelling { step });
    }

    /// Says how many blocks make what an EVM chain holds one that is not undone. The sandbox makes
    /// blocks for transactions alone, and undoes none.
    fn evm_blocks(&self) -> u64 {
        if self.is_sandbox() { 1 } else { EVM_BLOCKS }
    }

    fn bitcoin_blocks(&self) -> u32 {
        if self.is_sandbox() { 1 } else { BITCOIN_BLOCKS }
    }

    fn is_sandbox(&self) -> bool {
        self.known.request.environment == Environment::Sandbox
    }

    /// Says what is cancelled, as the terms of what cancels it.
    fn cancelled_terms(&self) -> Result<Terms<()>, WorkError> {
        let request = &self.known.request;
        Ok(Terms {
            swap_id: self.known.swap_id,
            environment: request.environment,
            source: amount(&request.source),
            destination: amount(&request.destination),
            recipient: request.recipient.as_str().to_owned(),
            refund_address: request.refund_address.as_str().to_owned(),
            config: self.flow().config_digest()?,
            approval: (),
        })
    }
}

fn amount(asset: &Asset) -> AssetAmount {
    AssetAmount {
        token: asset.token.as_str().to_owned(),
        symbol: asset.symbol.as_str().to_owned(),
        network: asset.network.as_str().to_owned(),
        decimals: asset.decimals,
        amount: asset.amount,
    }
}
