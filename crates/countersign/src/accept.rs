mod cosign;
pub(crate) mod deposit;
mod htlc;
mod listed;
mod permit2;

use countersign_approval::{
    Code, ConfigDigest, Environment, Fact, Policy, Refusal, Registry, SwapId, Terms, Violation,
    Violations, is_same_address,
};
use countersign_units::{Lots, UnixMillis};

use crate::{Agreement, Offer, Order, Takes};

/// Makes terms of our order and the offer, or refuses the offer.
///
/// Everything in the terms comes from the order, the registry and the policy; of the offer they
/// take the least amount that it promises, which must be no less than what was asked for. Where the
/// API quotes a second time, what was asked for stays the least.
pub(crate) fn accept(
    order: &Order,
    offer: &Offer,
    registry: &Registry,
    policy: &Policy,
    (swap_id, takes, now): (SwapId, Takes, UnixMillis),
) -> Result<Terms<Agreement>, Refusal> {
    let mut violations = Violations::new();
    check_offer(order, offer, now, &mut violations);
    check_least(order, offer, registry, &mut violations);
    listed::require_read(offer, policy, &mut violations);
    check_bounds(order, policy, &mut violations);
    let agreement = match takes {
        Takes::Approval => agreement(order, registry, policy, now, &mut violations),
        Takes::Deposit => deposit::agree(order, registry, policy, (None, now), &mut violations),
        Takes::SignedIntent(standard) => {
            let asked = (Some(standard), now);
            deposit::agree(order, registry, policy, asked, &mut violations)
        }
    };
    violations.into_result()?;
    let Some(approval) = agreement else {
        return Err(Refusal::one(unpinned("networks", "a network of the registry", "less")));
    };
    let mut destination = order.destination.clone();
    let asked = !destination.amount.is_zero();
    // A quote that names an address is made anew, and may be a little worse than the one before: what
    // was asked for is its floor.
    if takes == Takes::Approval || !asked {
        destination.amount = offer.min_out;
    }
    Ok(Terms {
        swap_id,
        environment: registry.environment(),
        source: order.source.clone(),
        destination,
        recipient: order.recipient.clone(),
        refund_address: order.refund_address.clone(),
        config: ConfigDigest { policy: policy.digest(), registry: registry.digest() },
        approval,
    })
}

/// Collects what is pinned and bounded for the kind of the source network.
fn agreement(
    order: &Order,
    registry: &Registry,
    policy: &Policy,
    now: UnixMillis,
    violations: &mut Violations,
) -> Option<Agreement> {
    let name = &order.source.network;
    let network = registry.network(name)?;
    if let Some(pins) = &network.permit2 {
        return permit2::agree(order, pins, policy, now, violations);
    }
    if let Some(pins) = &network.htlc {
        return htlc::agree(order, pins, policy, now, violations);
    }
    let token = registry.token(&order.source.token);
    if let Some(pins) = network.cosign.as_ref().zip(token) {
        return cosign::agree(order, pins, policy, now, violations);
    }
    // A network of Solana names its cluster, or nothing of it is pinned.
    let expected = "a pinned cluster";
    violations.push(unpinned(&member(order, "genesis_hash"), expected, "nothing"));
    None
}

/// Returns the facts that policy requires, of those that a kind of chain has.
fn facts_of(policy: &Policy, known: &[Fact]) -> Vec<Fact> {
    policy.require_facts().iter().copied().filter(|fact| known.contains(fact)).collect()
}

/// Names a key of the source network in the registry.
fn member(order: &Order, key: &str) -> String {
    format!("networks.{}.{key}", order.source.network)
}

/// Compares an offer with the order that it answers.
pub(crate) fn check_offer(
    order: &Order,
    offer: &Offer,
    now: UnixMillis,
    violations: &mut Violations,
) {
    compare_offer(order, offer, "quote", violations);
    let least = order.destination.amount;
    let enough = offer.min_out >= least && !offer.min_out.is_zero();
    violations.require(
        enough,
        Code::Quote,
        "quote.to.min_amount",
        format_args!("at least {least}"),
        offer.min_out,
    );
    listed::compare(order, offer, violations);
    if let Some(max_out) = offer.max_out {
        check_spread(order, offer.min_out, max_out, violations);
    }
    if let Some(expires_at) = offer.expires_at {
        let expected = format_args!("after {now}");
        violations.require(expires_at > now, Code::Quote, "quote.expires_at", expected, expires_at);
    }
}

/// Requires the request to say the least that it takes, where value is real: an offer bounds itself
/// by nothing but its own numbers.
fn check_least(order: &Order, offer: &Offer, registry: &Registry, violations: &mut Violations) {
    let said = !order.destination.amount.is_zero();
    let needed = registry.environment() != Environment::Sandbox;
    let expected = "the least amount to get, since the network is live";
    violations.require(said || !needed, Code::Quote, "request.min_out", expected, "nothing");
    // Without a most, only the caller's own least bounds what the counterparty promises.
    let bounded = said || offer.max_out.is_some();
    let expected = "an amount, or a least amount in the request";
    violations.require(bounded, Code::Quote, "quote.to.max_amount", expected, "nothing");
}

/// Requires the least and the most of an offer to lie no further apart than the slippage that was
/// asked for.
fn check_spread(order: &Order, min_out: Lots, max_out: Lots, violations: &mut Violations) {
    let share = u64::from(order.slippage.complement().value());
    let floor = max_out.checked_mul_div(share, 10_000).unwrap_or(Lots::MAX);
    let within = min_out >= floor && min_out <= max_out;
    let expected = format_args!("from {floor} to {max_out}, by the slippage asked for");
    violations.require(within, Code::Quote, "quote.to.min_amount", expected, min_out);
}

/// Compares what an offer repeats of our order, wherever it is repeated.
pub(crate) fn compare_offer(order: &Order, offer: &Offer, at: &str, violations: &mut Violations) {
    let mut equal = |member: &str, holds: bool, expected: &dyn std::fmt::Display, found: String| {
        violations.require(holds, Code::Quote, format_args!("{at}.{member}"), expected, found);
    };
    let amount = order.source.amount;
    equal("from.amount", offer.from_amount == amount, &amount, offer.from_amount.to_string());
    for (member, found, expected) in [
        ("from.token", &offer.from_token, &order.source_address),
        ("to.token", &offer.to_token, &order.destination_address),
    ] {
        if let Some(found) = found {
            equal(member, is_same_address(found, expected), expected, found.clone());
        }
    }
    for (member, found, expected) in [
        ("from.network_id", offer.from_network, order.source_network_id),
        ("to.network_id", offer.to_network, order.destination_network_id),
        ("from.decimals", offer.from_decimals.map(u64::from), u64::from(order.source.decimals)),
        ("to.decimals", offer.to_decimals.map(u64::from), u64::from(order.destination.decimals)),
    ] {
        if let Some(found) = found {
            equal(member, found == expected, &expected, found.to_string());
        }
    }
    if let Some(slippage) = offer.slippage {
        equal("slippage_bps", slippage == order.slippage, &order.slippage, slippage.to_string());
    }
}

fn check_bounds(order: &Order, policy: &Policy, violations: &mut Violations) {
    let most = policy.max_slippage();
    let within = order.slippage <= most;
    violations.require(
        within,
        Code::Quote,
        "slippage_bps",
        format_args!("at most {most}"),
        order.slippage,
    );
    for (member, address) in
        [("recipient", &order.recipient), ("refund_address", &order.refund_address)]
    {
        let known = policy.allows_address(address);
        violations.require(known, Code::Limits, member, "an address of the address book", address);
    }
    let token = &order.source.token;
    let Some(limits) = policy.limits(token) else {
        let member = format!("limits.{token}");
        return violations.push(Violation::new(
            Code::Limits,
            member,
            "limits in the policy",
            "none",
        ));
    };
    let (amount, most) = (order.source.amount, limits.per_swap);
    let expected = format_args!("at most {most} base units");
    violations.require(
        amount <= most,
        Code::Limits,
        format_args!("limits.{token}.per_swap"),
        expected,
        amount,
    );
}

fn unpinned(member: &str, expected: &str, found: &str) -> Violation {
    Violation::new(Code::Unpinned, member, expected, found)
}
