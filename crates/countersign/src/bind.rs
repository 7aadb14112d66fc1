use countersign_api_types::defi::Mechanism;
use countersign_approval::{
    Code, Network, Permit2Terms, Refusal, Terms, Violation, Violations, is_same_address,
};
use countersign_evm::PermitPayload;
use countersign_units::U256;

use crate::accept::compare_offer;
use crate::{Intent, Offer, Order};

/// Adds the claims of a created intent to the terms, after comparing everything that it repeats.
///
/// A claim never replaces what the terms already pin. What comes back is the terms, and the
/// payload as it is to be verified.
pub(crate) fn bind(
    mut terms: Terms<Permit2Terms>,
    (order, accepted): (&Order, &Offer),
    intent: &Intent,
    network: &Network,
) -> Result<(Terms<Permit2Terms>, PermitPayload), Refusal> {
    let mut violations = Violations::new();
    let found = intent.mechanism.name();
    violations.require(
        intent.mechanism == Mechanism::Permit2,
        Code::Mechanism,
        "approval_type",
        "permit2",
        found,
    );
    if let Some(approve_to) = &intent.approve_to {
        let pinned = network.approve_to.iter().any(|pinned| is_same_address(pinned, approve_to));
        violations.require(
            pinned,
            Code::ApproveTo,
            "approve_to",
            "nothing, or a pinned address",
            approve_to,
        );
    }
    check_id(&intent.id, &mut violations);
    check_echoes(order, intent, &mut violations);
    check_applied_offer(order, accepted, intent, &mut violations);
    let payload = payload(intent);
    if payload.is_none() {
        violations.push(Violation::new(Code::Malformed, "params_to_sign", "an object", "nothing"));
    }
    match intent.deadline {
        Some(deadline) => terms.approval.deadline = Some(U256::from(deadline.value())),
        None => violations.push(Violation::new(
            Code::Deadline,
            "deadline",
            "the intent's deadline",
            "nothing",
        )),
    }
    violations.into_result()?;
    payload.map(|payload| (terms, payload)).ok_or_else(|| {
        Refusal::one(Violation::new(Code::Malformed, "params_to_sign", "an object", "nothing"))
    })
}

/// Requires an id that can stand in a path, on a screen and in a log: an intent that can't be
/// approved must not be signed for.
fn check_id(id: &str, violations: &mut Violations) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte);
    let dots = id.bytes().all(|byte| byte == b'.');
    let fits = (1..=128).contains(&id.len()) && id.bytes().all(plain) && !dots;
    let expected = "1 to 128 letters, digits, or any of - _ . ~ :";
    violations.require(fits, Code::Malformed, "intent.id", expected, id);
}

/// Compares the addresses that an intent repeats with ours.
fn check_echoes(order: &Order, intent: &Intent, violations: &mut Violations) {
    for (code, member, found, expected) in [
        (Code::Owner, "from.address", &intent.from_address, &order.owner),
        (Code::Quote, "to.address", &intent.to_address, &order.recipient),
        (Code::Quote, "refund_address", &intent.refund_address, &order.refund_address),
    ] {
        if let Some(found) = found {
            violations.require(is_same_address(found, expected), code, member, expected, found);
        }
    }
}

/// Compares the offer that an intent says it applied with the accepted one.
fn check_applied_offer(
    order: &Order,
    accepted: &Offer,
    intent: &Intent,
    violations: &mut Violations,
) {
    let Some(applied) = &intent.offer else { return };
    let same = applied.id == accepted.id;
    violations.require(same, Code::Quote, "quote.id", &accepted.id, &applied.id);
    compare_offer(order, applied, "quote", violations);
    let most = (applied.max_out, accepted.max_out);
    if let (Some(applied), Some(accepted)) = most {
        let same = applied == accepted;
        violations.require(same, Code::Quote, "quote.to.max_amount", accepted, applied);
    }
    let least = accepted.min_out;
    let same = applied.min_out == least;
    violations.require(same, Code::Quote, "quote.to.min_amount", least, applied.min_out);
}

/// Writes what the API wants signed in the one form that is verified, and that
/// `countersign check` reads.
fn payload(intent: &Intent) -> Option<PermitPayload> {
    let params = intent.params_to_sign.as_deref()?;
    let deadline = intent.deadline.map(|deadline| format!(r#""deadline_at":{deadline},"#));
    let secret_hash = intent
        .secret_hash
        .as_ref()
        .map(|hash| format!(r#""secret_hash":{},"#, serde_json::Value::from(hash.as_str())));
    Some(PermitPayload::new(format!(
        r#"{{"approval_type":"permit2",{}{}"params_to_sign":{params}}}"#,
        deadline.unwrap_or_default(),
        secret_hash.unwrap_or_default(),
    )))
}
