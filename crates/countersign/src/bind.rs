mod cosign;
mod htlc;

use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, Code, Coin, CoinId, CosignTerms, HtlcTerms, Network, Permit2Terms, Refusal,
    SeenCoins, Terms, Violation, Violations, is_same_address,
};
use countersign_bitcoin::{PsbtClaims, PsbtPayload};
use countersign_evm::PermitPayload;
use countersign_solana::{CosignClaims, CosignPayload};
use countersign_units::{U256, UnixSeconds};

use crate::accept::compare_offer;
use crate::deposit::{self, BoundDeposit};
use crate::{Agreement, DepositSource, HtlcAgreement, Intent, Mechanism, Offer, Order};

/// Terms with an intent's claims, and the payload that is to be compared with them.
#[derive(Debug)]
pub(crate) enum BoundPayload {
    Permit2 { terms: Arc<Terms<Permit2Terms>>, payload: PermitPayload },
    Htlc(Box<BoundPsbt>),
    Cosign { terms: Arc<Terms<CosignTerms>>, payload: CosignPayload },
    Deposit(Box<BoundDeposit>),
}

/// Terms of a PSBT, which lack what only the chain can tell.
#[derive(Clone, Debug)]
pub(crate) struct BoundPsbt {
    pub(crate) terms: Terms<HtlcTerms>,
    pub(crate) payload: PsbtPayload,
    /// The coins that the payload spends, by its own word.
    pub(crate) spends: Vec<CoinId>,
    /// Whether the request named the coins in the terms.
    pub(crate) named: bool,
    /// How far ahead a lock time may lie; nothing where the terms say it already.
    pub(crate) max_lock_seconds: Option<u64>,
}

impl BoundPsbt {
    /// Takes terms that are whole already, to judge them by facts of another moment.
    pub(crate) const fn again(terms: Terms<HtlcTerms>, payload: PsbtPayload) -> Self {
        Self { terms, payload, spends: Vec::new(), named: true, max_lock_seconds: None }
    }

    /// Fills in what a view of the chain saw, and returns it as facts.
    ///
    /// Coins that the request did not name are those of ours that the payload spends.
    pub(crate) fn fill(&mut self, seen: &SeenCoins) -> BitcoinFacts {
        let terms = &mut self.terms.approval;
        terms.current_height = seen.height;
        if let Some(seconds) = self.max_lock_seconds {
            htlc::bound_by_height(terms, seconds);
        }
        let coins: Vec<Coin> = seen.coins.iter().map(|(coin, _)| coin.clone()).collect();
        if !self.named {
            let spent = coins.iter().filter(|coin| self.spends.contains(&coin.id));
            terms.coins = spent.cloned().collect();
        }
        BitcoinFacts {
            confirmations: Some(seen.coins.iter().map(|(coin, depth)| (coin.id, *depth)).collect()),
            coins: Some(coins),
            height: Some(seen.height),
            reserved: None,
        }
    }
}

/// Adds the claims of a created intent to the terms, after comparing everything that it repeats.
///
/// A claim never replaces what the terms already pin. What comes back is the terms, and the
/// payload as it is to be verified.
pub(crate) fn bind(
    terms: Terms<Agreement>,
    (order, accepted): (&Order, &Offer),
    intent: &Intent,
    (network, now): (&Network, UnixSeconds),
) -> Result<BoundPayload, Refusal> {
    let mut violations = Violations::new();
    check_mechanism(&terms.approval, intent, &mut violations);
    if let Some(approve_to) = &intent.approve_to {
        let pinned = network.approve_to.iter().any(|pinned| is_same_address(pinned, approve_to));
        let expected = "nothing, or a pinned address";
        violations.require(pinned, Code::ApproveTo, "approve_to", expected, approve_to);
    }
    check_id(&intent.id, &mut violations);
    check_echoes(order, intent, &mut violations);
    check_applied_offer(order, accepted, intent, &mut violations);
    let payload = payload(intent);
    if payload.is_none() {
        violations.push(missing_payload());
    }
    let expected = "the intent's deadline";
    let said = intent.deadline.is_some();
    violations.require(said, Code::Deadline, "deadline", expected, "nothing");
    violations.into_result()?;
    let (Some(payload), Some(deadline)) = (payload, intent.deadline) else {
        return Err(Refusal::one(missing_payload()));
    };
    let (terms, agreement) = terms.split();
    match agreement {
        Agreement::Permit2(mut permit2) => {
            permit2.deadline = Some(U256::from(deadline.value()));
            let terms = Arc::new(terms.with(*permit2));
            Ok(BoundPayload::Permit2 { terms, payload: PermitPayload::new(payload) })
        }
        Agreement::Cosign(agreement) => {
            let payload = CosignPayload::new(payload);
            // What can't be read has no claims; it is refused for that, with all else.
            let claims = CosignClaims::of(&payload);
            let cosign = cosign::terms(&agreement, deadline, claims.as_ref())?;
            Ok(BoundPayload::Cosign { terms: Arc::new(terms.with(cosign)), payload })
        }
        Agreement::Deposit(agreed) => {
            let deposit = deposit::bind(terms, *agreed, intent, now)?;
            Ok(BoundPayload::Deposit(Box::new(deposit)))
        }
        Agreement::Htlc(agreement) => {
            let payload = PsbtPayload::new(payload);
            let claims = PsbtClaims::read(&payload);
            check_count(&agreement, &claims)?;
            let htlc = htlc::terms(&agreement, intent, deadline, &claims)?;
            Ok(BoundPayload::Htlc(Box::new(BoundPsbt {
                terms: terms.with(htlc),
                payload,
                spends: claims.spends,
                named: agreement.coins.is_some(),
                max_lock_seconds: Some(agreement.policy.max_lock_seconds),
            })))
        }
    }
}

/// Requires the approval to be of the kind that the source network takes.
fn check_mechanism(agreement: &Agreement, intent: &Intent, violations: &mut Violations) {
    let expected = match agreement {
        Agreement::Permit2(_) => Mechanism::Permit2,
        Agreement::Htlc(_) => Mechanism::Htlc,
        Agreement::Cosign(_) => Mechanism::Cosign,
        Agreement::Deposit(deposit) => match deposit.from {
            DepositSource::Intents(_) => Mechanism::SignedIntent,
            _ => Mechanism::Deposit,
        },
    };
    let (right, found) = (intent.mechanism == expected, intent.mechanism.name());
    violations.require(right, Code::Mechanism, "approval_type", expected.name(), found);
}

/// Bounds how many coins an answer may choose where the request named none.
fn check_count(agreement: &HtlcAgreement, claims: &PsbtClaims) -> Result<(), Refusal> {
    let (count, most) = (claims.spends.len(), agreement.policy.max_inputs);
    if agreement.coins.is_some() || count <= most {
        return Ok(());
    }
    let expected = format!("at most {most} coins that the request did not name");
    let violation = Violation::new(Code::UnexpectedInput, "psbt.inputs", expected, count);
    Err(Refusal::one(violation))
}

fn missing_payload() -> Violation {
    Violation::new(Code::Malformed, "params_to_sign", "an object", "nothing")
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
fn payload(intent: &Intent) -> Option<String> {
    let params = intent.params_to_sign.as_deref()?;
    let deadline = intent.deadline.map(|deadline| format!(r#""deadline_at":{deadline},"#));
    let secret_hash = intent
        .secret_hash
        .as_ref()
        .map(|hash| format!(r#""secret_hash":{},"#, serde_json::Value::from(hash.as_str())));
    let mechanism = intent.mechanism.name();
    // What no dialect has may still say something about what is signed, so it is judged too.
    let beside = intent.beside.as_deref().unwrap_or_default();
    let beside =
        beside.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let comma = if beside.is_empty() { "" } else { "," };
    Some(format!(
        r#"{{{beside}{comma}"approval_type":"{mechanism}",{}{}"params_to_sign":{params}}}"#,
        deadline.unwrap_or_default(),
        secret_hash.unwrap_or_default(),
    ))
}
