use countersign_approval::{Code, Fact, HtlcPins, Policy, Sats, Violation, Violations};
use countersign_bitcoin::script_of_address;
use countersign_units::UnixMillis;

use super::{facts_of, member};
use crate::{Agreement, HtlcAgreement, Order};

/// Collects what is pinned and bounded, or notes what is missing.
pub(super) fn agree(
    order: &Order,
    pins: &HtlcPins,
    policy: &Policy,
    now: UnixMillis,
    violations: &mut Violations,
) -> Option<Agreement> {
    for (key, empty) in
        [("htlc_templates", pins.templates.is_empty()), ("claim_keys", pins.claim_keys.is_empty())]
    {
        violations.require(!empty, Code::Unpinned, member(order, key), "a pinned value", "none");
    }
    let bounds = policy.bitcoin();
    let expected = "bounds of fees, in the policy";
    violations.require(bounds.is_some(), Code::Unpinned, "policy.bitcoin", expected, "none");
    let owner_script = script_of_address(&order.owner, pins.network);
    if let Err(error) = &owner_script {
        violations.push(Violation::new(Code::Owner, "owner", error, &order.owner));
    }
    // Change and refund go to one script, which is proven to be ours by the key of the coins.
    let own = order.refund_address == order.owner;
    let expected = "the owner's address, to which the refund goes";
    violations.require(own, Code::Owner, "refund_address", expected, &order.refund_address);
    let amount = sats(order);
    let found = order.source.amount;
    violations.require(amount.is_some(), Code::Amount, "amount", "at most 21e14 sats", found);
    let (bounds, seconds) = (bounds?.clone(), now.to_seconds());
    Some(Agreement::Htlc(Box::new(HtlcAgreement {
        network: pins.network,
        owner_script: owner_script.ok()?,
        public_key: None,
        coins: order.coins.clone(),
        templates: pins.templates.clone(),
        claim_keys: pins.claim_keys.clone(),
        amount: amount?,
        max_deadline: seconds.saturating_add(policy.max_deadline_seconds()),
        max_lock: seconds.saturating_add(bounds.max_lock_seconds),
        policy: bounds,
        require_facts: facts_of(policy, &Fact::BITCOIN),
    })))
}

fn sats(order: &Order) -> Option<Sats> {
    u64::try_from(order.source.amount.value()).ok().and_then(Sats::new)
}
