//! A deposit of our own between its signature and its block: its chain says what counts, and the API's
//! word of it is only compared.

use std::time::Duration;

use countersign_approval::excerpt;
use countersign_journal::{Answer, ApprovalBytes, Death, Outcome, What};
use countersign_units::Lots;

use super::death::Fate;
use super::drive::{Drive, Next};
use super::failures::DEPOSIT;
use super::{WorkError, later};
use crate::SwapStatus;
use crate::deposit::least_out;
use crate::flow::DepositFate;

/// How long after a node took a deposit its chain may still not show it.
const TAKEN_LAG: Duration = Duration::from_secs(4);
/// The same, where the node declined it or did not answer: that may be for a moment.
const OPEN_LAG: Duration = Duration::from_millis(500);

impl Drive<'_> {
    /// Sends a deposit again that its chain does not have, whatever the API shows and whatever a node
    /// said of it before: the same bytes, ever more seldom, until the deadline of its quote.
    pub(super) async fn look_after_deposit(&mut self) -> Result<Option<Next>, WorkError> {
        let Some(sent) = self.deposit().filter(|_| self.is_due()) else { return Ok(None) };
        match self.ask_deposit(&sent).await {
            DepositFate::Live | DepositFate::Unknown if !self.is_too_late() => {
                let again = self.known.attempts.saturating_add(1);
                self.submit_next(again).await.map(Some)
            }
            DepositFate::Failed { .. } | DepositFate::Expired(_) if !self.known.moved => {
                let reason = "its deposit was not executed, and can't be any more";
                self.close(Outcome::Failed, reason).await.map(Some)
            }
            // By our own clock it may still be mined for a while, so the journal would not free it yet.
            DepositFate::OutOfTime if !self.known.moved && self.is_past_its_end() => {
                let reason = "its deposit was not mined in time, and can't be any more";
                self.close(Outcome::Expired, reason).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Says whether the chain should have a deposit by now.
    fn is_due(&self) -> bool {
        let lag = match &self.known.answer {
            Some(Answer::Taken) => TAKEN_LAG,
            _ => OPEN_LAG,
        };
        let lag = self.doubled(lag);
        self.known.submitted_at.is_none_or(|sent| self.now() >= later(sent, lag))
    }

    /// Says whether a deposit, or a signed intent, would come too late to be swapped.
    pub(super) fn is_too_late(&self) -> bool {
        let now = self.now().to_seconds();
        self.own_id().is_some() && self.known.deadline().is_some_and(|deadline| now > deadline)
    }

    /// Ends a swap whose deposit is signed and was never let out: the journal alone has it, and what
    /// is sent now is swapped by nobody.
    pub(super) async fn never_send(&mut self) -> Result<Next, WorkError> {
        self.note(What::Dead(Death::NeverLetOut))?;
        let reason = "the quote's deadline passed before what was signed could be sent";
        self.end_and_release(Outcome::Expired, reason).await
    }

    /// Says whether a deposit can still be mined: then the swap is not ended, whatever is said, though
    /// nothing is sent for it any more. What ends it is its chain, or a cancel.
    pub(super) async fn stays_open(&mut self) -> Result<bool, WorkError> {
        let open = self.deposit().is_some() && matches!(self.fate().await, Fate::Live);
        if open && self.is_too_late() {
            self.note_late()?;
        }
        Ok(open)
    }

    /// Has a person look at a swap whose funds were said to have moved; not while a deposit can still be
    /// mined. What its chain says of a deposit is written down.
    pub(super) async fn dispute(&mut self, reason: String) -> Result<Next, WorkError> {
        if self.deposit().is_some() {
            match self.fate().await {
                Fate::Live => {
                    if self.is_too_late() {
                        self.note_late()?;
                    }
                    return self.wait().await;
                }
                Fate::Used(death)
                | Fate::Over(death)
                | Fate::Replaced(death)
                | Fate::Dead(death) => {
                    self.note(What::Dead(death))?;
                }
            }
        }
        self.end(Outcome::Disputed, reason).await
    }

    /// Says that a deposit has to be cancelled. A signed intent ends by itself.
    pub(super) fn note_late(&mut self) -> Result<(), WorkError> {
        if self.deposit().is_none() {
            return Ok(());
        }
        let message = "the deposit can still be mined after its deadline, and nobody swaps it then: \
                       it has to be cancelled";
        tracing::warn!(swap_id = %self.known.swap_id, "{message}");
        self.note_lasting(DEPOSIT, "late", message)
    }

    /// Says that less is said to have arrived than was sent.
    pub(super) fn note_incomplete(&mut self) -> Result<(), WorkError> {
        let source = &self.known.request.source;
        let message = format!(
            "less than {} {} has arrived, says the counterparty; exactly that was sent",
            source.amount.to_decimal(source.decimals),
            source.symbol.as_str(),
        );
        self.note_lasting(DEPOSIT, "incomplete", message)
    }

    /// Compares what is said to have paid in with what we sent. Something else doesn't count as ours.
    pub(super) fn as_ours(&mut self, seen: SwapStatus) -> Result<SwapStatus, WorkError> {
        let Some(own) = self.own_id().map(str::to_owned) else { return Ok(seen) };
        let mut named = seen.deposit_tx.iter().chain(&seen.paid_in).peekable();
        let Some(first) = named.peek().map(|id| excerpt(id)) else { return Ok(seen) };
        if named.any(|id| is_same_id(id, &own)) {
            return Ok(SwapStatus { deposit_tx: Some(own), ..seen });
        }
        let message = format!("expected {own} to have paid in, found {first}");
        self.note_lasting(DEPOSIT, "other_deposit", message)?;
        Ok(SwapStatus { deposit_tx: None, ..seen })
    }

    /// Says that too little was paid out, where that is so: a success is one only from the quote's least
    /// on.
    pub(super) fn underpaid(&self, seen: &SwapStatus) -> Option<String> {
        let (found, least) = (seen.amount_out?, self.least_out()?);
        let text = || format!("Finished, says the counterparty, with {found} of {least} paid out");
        (found < least).then(text)
    }

    /// Returns what the proven quote says is paid out at least.
    fn least_out(&self) -> Option<Lots> {
        self.own_id()?;
        least_out(self.known.intent.as_ref()?.params_to_sign.as_ref()?.as_str())
    }

    /// Returns the name of the transaction or the intent that pays in.
    fn own_id(&self) -> Option<&str> {
        match &self.known.approval.as_ref()?.bytes {
            ApprovalBytes::Deposit { id, .. } => Some(id.as_str()),
            ApprovalBytes::Intent { hash, .. } => Some(hash.as_str()),
            _ => None,
        }
    }
}

/// Compares the names of transactions by their value: hexadecimal ones have more than one text.
fn is_same_id(one: &str, other: &str) -> bool {
    let value = |id: &str| {
        let mut hash = [0; 32];
        hex::decode_to_slice(id.strip_prefix("0x").unwrap_or(id), &mut hash).ok()?;
        Some(hash)
    };
    match (value(one), value(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_value() {
        let id = "Ab".repeat(32);
        assert!(is_same_id(&format!("0x{id}"), &format!("0x{}", id.to_ascii_lowercase())));
        assert!(is_same_id(&id, &id.to_ascii_uppercase()));
        assert!(!is_same_id(&id, &"01".repeat(32)));
        assert!(is_same_id("5Kd", "5Kd"));
        assert!(!is_same_id("5Kd", "5kd"));
    }
}
