use std::fmt;
use std::sync::Arc;

use countersign_approval::{
    Code, QuoteAge, QuoteTerms, Refusal, Statement, Terms, Violation, Violations,
};
use countersign_units::{Lots, UnixSeconds};

use super::canonical::Projection;
use super::judge::{Deposit, Judge, Verdict};
use super::sent::{self, Sent};
use super::signature::{self, Proof};
use super::statement;
use super::{QuoteAnswer, QuoteKeys};

/// From here on the signature of a quote binds its deposit address: 2026-06-24, and a day more.
const LEGACY_BEFORE: UnixSeconds = UnixSeconds::new(1_782_345_600);

/// A quote that a pinned key signed, and that answers what we asked in every member.
///
/// The only way to get one is [`prove`]. It is about a moment: it is to be funded until
/// [`fund_by`](Self::fund_by), and what comes back from storage is a [`QuoteAnswer`] again.
#[must_use = "a proven quote does nothing until it is funded"]
pub struct ProvenQuote {
    pub(crate) verdict: Verdict,
    pub(crate) proof: Proof,
    answer: QuoteAnswer,
    correlation_id: Option<Box<str>>,
    terms: Arc<Terms<QuoteTerms>>,
}

/// Verifies the signature of a quote, compares all of it with what we asked, and makes evidence of
/// it.
///
/// Reads no clock: `now` is given.
///
/// # Errors
///
/// Returns a [`Refusal`] with every violation that was found.
pub fn prove(
    answer: QuoteAnswer,
    terms: &Arc<Terms<QuoteTerms>>,
    keys: &QuoteKeys,
    now: UnixSeconds,
) -> Result<ProvenQuote, Refusal> {
    let (verdict, proof, correlation_id) = judge(answer.as_json(), terms, keys, now)?;
    Ok(ProvenQuote { verdict, proof, answer, correlation_id, terms: Arc::clone(terms) })
}

type Judged = (Verdict, Proof, Option<Box<str>>);

fn judge(
    json: &str,
    terms: &Terms<QuoteTerms>,
    keys: &QuoteKeys,
    now: UnixSeconds,
) -> Result<Judged, Refusal> {
    let mut violations = Violations::new();
    let value = sent::parse(json).map_err(Refusal::one)?;
    let sent = Sent::read(&value, &mut violations).map_err(Refusal::one)?;
    let mut judge = Judge { terms, sent: &sent, now, violations };
    let verdict = judge.judge();
    let Judge { mut violations, .. } = judge;
    let projections: &[_] = match terms.approval.age {
        QuoteAge::New => &[Projection::Current],
        QuoteAge::Stored => &[Projection::Current, Projection::Legacy],
    };
    let waiting = terms.approval.quote_waiting_time_ms.to_string();
    let proof = signature::prove(&sent, &waiting, projections, keys);
    let proof = proof.map_err(|violation| violations.push(violation)).ok();
    if let (Some(verdict), Some(proof)) = (&verdict, &proof) {
        require_old(proof, verdict.made_at, &mut violations);
    }
    violations.into_result()?;
    match (verdict, proof) {
        (Some(verdict), Some(proof)) => Ok((verdict, proof, sent.correlation_id.map(Into::into))),
        _ => Err(Refusal::one(Violation::new(Code::Malformed, "answer", "a whole quote", "less"))),
    }
}

/// A signature over the amounts alone counts only for a quote of the time when it was made so.
fn require_old(proof: &Proof, made_at: UnixSeconds, violations: &mut Violations) {
    let holds = proof.projection == Projection::Current || made_at < LEGACY_BEFORE;
    let expected = format_args!("one that binds the deposit address, from {LEGACY_BEFORE} on");
    let found = "one over the amounts alone";
    violations.require(holds, Code::QuoteSignature, "signature", expected, found);
}

impl ProvenQuote {
    /// Returns the answer as it was sent.
    pub const fn answer(&self) -> &QuoteAnswer {
        &self.answer
    }

    /// Returns the terms that it was compared with.
    pub fn terms(&self) -> &Terms<QuoteTerms> {
        &self.terms
    }

    /// Returns the address to fund. There is none for a price alone, and none where the signature
    /// does not cover it.
    pub fn deposit_address(&self) -> Option<&str> {
        self.deposit().map(|deposit| &*deposit.address)
    }

    /// Returns the memo without which a deposit is lost, where there is one.
    pub fn deposit_memo(&self) -> Option<&str> {
        self.deposit().and_then(|deposit| deposit.memo.as_deref())
    }

    fn deposit(&self) -> Option<&Deposit> {
        self.verdict.deposit.as_ref().filter(|_| !self.is_legacy())
    }

    /// Returns what is to be sent, exactly.
    pub const fn amount_in(&self) -> Lots {
        self.verdict.amount_in
    }

    /// Returns the least that may arrive for the swap to be made.
    pub const fn min_amount_in(&self) -> Lots {
        self.verdict.min_amount_in
    }

    /// Returns what comes if the price stays.
    pub const fn amount_out(&self) -> Lots {
        self.verdict.amount_out
    }

    /// Returns the least that comes.
    pub const fn min_amount_out(&self) -> Lots {
        self.verdict.min_amount_out
    }

    /// Returns the deadline of the request: what arrives later is refunded.
    pub const fn fund_by(&self) -> UnixSeconds {
        self.verdict.fund_by
    }

    /// Returns when the address dies: what arrives later may be lost.
    pub const fn inactive_at(&self) -> Option<UnixSeconds> {
        self.verdict.inactive_at
    }

    /// Returns when the quote was made.
    pub const fn made_at(&self) -> UnixSeconds {
        self.verdict.made_at
    }

    /// Returns what a refund costs, in base units of the source asset.
    pub const fn refund_fee(&self) -> Option<Lots> {
        self.verdict.refund_fee
    }

    /// Returns what the withdrawal costs, in base units of the destination asset; it has been taken
    /// off what comes.
    pub const fn withdraw_fee(&self) -> Option<Lots> {
        self.verdict.withdraw_fee
    }

    /// Returns all application fees together, in basis points.
    pub const fn app_fees(&self) -> u16 {
        self.verdict.app_fees
    }

    /// Returns SHA-256 of the canonical text that was signed.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.proof.digest
    }

    /// Returns the Ed25519 key that signed the quote.
    pub const fn signed_by(&self) -> &[u8; 32] {
        &self.proof.key
    }

    /// Says whether the signature covers the amounts alone, as it was until June 2026.
    pub fn is_legacy(&self) -> bool {
        self.proof.projection == Projection::Legacy
    }

    /// Returns the API's own name of its answer, which nothing binds.
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// Says in words what was quoted, and for which swap.
    pub fn statement(&self) -> Statement {
        statement::of_quote(self)
    }
}

impl fmt::Debug for ProvenQuote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProvenQuote")
            .field("digest", &hex::encode(self.digest()))
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}
