use countersign_approval::{
    Code, Fact, Permit2Pins, Permit2Terms, Pin, Policy, UnpinnedMembers, Violation, Violations,
};
use countersign_units::{EvmAddress, Lots, U256, UnixMillis};

use super::{facts_of, member};
use crate::{Agreement, Order};

/// What the registry pins for the source network, whole.
struct Pinned<'r> {
    pins: &'r Permit2Pins,
    contract: EvmAddress,
    owner: EvmAddress,
    token: EvmAddress,
}

/// Makes terms of what is pinned and bounded, or notes what is missing.
pub(super) fn agree(
    order: &Order,
    pins: &Permit2Pins,
    policy: &Policy,
    now: UnixMillis,
    violations: &mut Violations,
) -> Option<Agreement> {
    for (key, empty) in [
        ("escrows", pins.escrows.is_empty()),
        ("witnesses", pins.witnesses.is_empty()),
        ("resolvers", pins.resolvers.is_empty()),
        ("permit2", pins.contract.is_none()),
    ] {
        violations.require(!empty, Code::Unpinned, member(order, key), "a pinned value", "none");
    }
    let address = |text: &str| pins.standard.parse_address(text);
    let owner = address(&order.owner);
    if let Err(error) = &owner {
        violations.push(Violation::new(Code::Owner, "owner", error, &order.owner));
    }
    let token = address(&order.source_address).ok()?;
    let expected = "a token: Permit2 does not move a chain's own coin";
    violations.require(!token.is_zero(), Code::Mechanism, "token", expected, &order.source_address);
    let pinned = Pinned { pins, contract: pins.contract?, owner: owner.ok()?, token };
    Some(Agreement::Permit2(Box::new(permit2_terms(order, policy, &pinned, now))))
}

fn permit2_terms(
    order: &Order,
    policy: &Policy,
    pinned: &Pinned<'_>,
    now: UnixMillis,
) -> Permit2Terms {
    let Pinned { pins, contract, owner, token } = *pinned;
    let limits = policy.limits(&order.source.token);
    let max_allowance = limits.and_then(|limits| limits.max_allowance);
    let horizon = now.to_seconds().saturating_add(policy.max_deadline_seconds());
    Permit2Terms {
        standard: pins.standard,
        owner,
        signer: None,
        chain_id: pins.chain_id,
        permit2: contract,
        escrows: pins.escrows.clone(),
        escrow_code_hash: pins.escrow_code_hash,
        escrow_implementation: pins.escrow_implementation,
        token,
        amount: order.source.amount,
        nonce: None,
        used_nonces: Vec::new(),
        deadline: None,
        min_remaining: policy.min_remaining_seconds(),
        max_deadline: U256::from(horizon.value()),
        witness_types: pins.witnesses.clone(),
        witness: Pin::nothing(),
        resolvers: pins.resolvers.clone(),
        unpinned_members: UnpinnedMembers::Refuse,
        require_facts: required_facts(pins, policy, max_allowance),
        max_allowance,
        max_clock_skew: policy.max_clock_skew_seconds(),
    }
}

/// Returns the facts that policy requires, and those without which a pin or a bound would guard
/// nothing.
fn required_facts(pins: &Permit2Pins, policy: &Policy, max_allowance: Option<Lots>) -> Vec<Fact> {
    let mut facts = facts_of(policy, &Fact::EVM);
    let needed = [
        (pins.escrow_code_hash.is_some(), Fact::SpenderCodeHash),
        (pins.escrow_implementation.is_some(), Fact::SpenderImplementation),
        (max_allowance.is_some(), Fact::Allowance),
    ];
    facts.extend(needed.into_iter().filter_map(|(pinned, fact)| pinned.then_some(fact)));
    facts.sort_unstable();
    facts.dedup();
    facts
}
