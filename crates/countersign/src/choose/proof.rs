//! Whether a price is proven: 1Click and Aurora sign those too that nothing can be paid into.

use std::sync::Arc;

use countersign_approval::{
    Code, ConfigDigest, Policy, QuoteTerms, Refusal, Registry, SwapId, Terms, Violation, Violations,
};
use countersign_near::{QuoteAnswer, prove as prove_quote};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

use super::Backing;
use crate::accept::deposit;
use crate::deposit::{Question, keys, quote_terms};
use crate::{Offer, Order, QuoteAgreement, SignedQuote};

/// How far clocks may differ, in seconds, where no policy says it.
const SKEW: u64 = 300;

/// Compares a signed answer with the order and with the pinned keys. What isn't signed, or what nobody
/// pinned a key for, is the API's word.
pub(super) fn prove(
    offer: &Offer,
    order: &Order,
    (registry, policy): (&Registry, Option<&Policy>),
    now: UnixMillis,
) -> Result<Backing, Refusal> {
    let is_pinned = registry.quotes().is_some_and(|pins| !pins.keys.is_empty());
    let Some(signed) = offer.told.signed.as_ref().filter(|_| is_pinned) else {
        return Ok(Backing::Promise);
    };
    let agreed = agreement(order, registry, policy)?;
    let terms = terms(order, (registry, policy), (&agreed, signed), now);
    let answer = QuoteAnswer::new(signed.answer.as_str());
    let proven = prove_quote(answer, &Arc::new(terms), &keys(&agreed)?, now.to_seconds())?;
    require_same(offer, proven.min_amount_out(), proven.amount_out())?;
    Ok(Backing::Signed { key: *proven.signed_by(), digest: *proven.digest() })
}

/// What was read as the offer has to be what was proven.
fn require_same(offer: &Offer, least: Lots, expected: Lots) -> Result<(), Refusal> {
    if offer.min_out == least && offer.max_out == Some(expected) {
        return Ok(());
    }
    let found = offer.max_out.unwrap_or(Lots::ZERO);
    let (expected, found) =
        (format!("{least} to {expected}"), format!("{} to {found}", offer.min_out));
    Err(Refusal::one(Violation::new(Code::Quote, "quote", expected, found)))
}

fn agreement(
    order: &Order,
    registry: &Registry,
    policy: Option<&Policy>,
) -> Result<QuoteAgreement, Refusal> {
    let mut violations = Violations::new();
    let bounds = match policy {
        Some(policy) => deposit::bounds_of_quotes(policy),
        // Whoever asks for a price alone is shown the fees, and bounds none.
        None => (order.slippage, Bps::new(10_000).ok()),
    };
    let agreed = deposit::quote(order, registry, bounds, &mut violations);
    violations.into_result()?;
    let missing = || Violation::new(Code::Unpinned, "asset_ids", "an asset id", "none");
    agreed.ok_or_else(|| Refusal::one(missing()))
}

/// Says what was asked: a price alone, which nothing can be paid into.
fn terms(
    order: &Order,
    (registry, policy): (&Registry, Option<&Policy>),
    (agreed, signed): (&QuoteAgreement, &SignedQuote),
    now: UnixMillis,
) -> Terms<QuoteTerms> {
    let latest = |policy: &Policy| now.to_seconds().saturating_add(policy.max_deadline_seconds());
    let question = Question {
        dry: true,
        quote: agreed,
        is_inside: signed.inside.is_some(),
        asked_at: signed.asked_at,
        deadline: signed.deadline,
        min_remaining: policy.map_or(0, Policy::min_remaining_seconds),
        latest_deadline: policy.map_or(UnixSeconds::new(u64::MAX), latest),
        max_clock_skew: policy.map_or(SKEW, Policy::max_clock_skew_seconds),
    };
    let digest = registry.digest();
    Terms {
        swap_id: SwapId::generate(),
        environment: registry.environment(),
        source: order.source.clone(),
        destination: order.destination.clone(),
        recipient: order.recipient.clone(),
        refund_address: signed.inside.clone().unwrap_or_else(|| order.refund_address.clone()),
        config: ConfigDigest { policy: policy.map_or(digest, Policy::digest), registry: digest },
        approval: quote_terms(&question, order.source.amount),
    }
}
