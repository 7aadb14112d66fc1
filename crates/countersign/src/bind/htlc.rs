//! The claims of an intent about a hash time-locked output: its hash, its lock time, and which of
//! the pinned templates and keys it is made of.

use countersign_approval::{
    Code, DerivedHtlc, HtlcKey, HtlcSpec, HtlcTerms, Refusal, Sats, SighashKind, Violation,
};
use countersign_bitcoin::{PsbtClaims, htlc_script};
use countersign_units::UnixSeconds;

use crate::{HtlcAgreement, Intent};

/// The first lock time that is a moment and not a height.
const FIRST_TIME: u32 = 500_000_000;
/// How long a block takes, which turns a bound in seconds into one in blocks.
const BLOCK_SECONDS: u64 = 600;

/// Adds the claims to what was agreed. Coins and height are filled in from the chain.
pub(super) fn terms(
    agreed: &HtlcAgreement,
    intent: &Intent,
    deadline: UnixSeconds,
    claims: &PsbtClaims,
) -> Result<HtlcTerms, Refusal> {
    let missing = |member: &str, expected: &str| {
        Refusal::one(Violation::new(Code::HtlcScript, member, expected, "nothing"))
    };
    let secret_hash = secret_hash(intent)?;
    // Where the answer says nothing else, the lock ends with the intent.
    let locktime = claims.locktime.or_else(|| u32::try_from(deadline.value()).ok());
    let locktime = locktime.ok_or_else(|| missing("locktime", "a lock time of 32 bits"))?;
    let public_key =
        agreed.public_key.ok_or_else(|| missing("public_key", "our key of the owner's coins"))?;
    let with = |template: &str, claim_key| HtlcTerms {
        network: agreed.network,
        public_key,
        coins: agreed.coins.clone().unwrap_or_default(),
        htlc: HtlcSpec {
            template: template.to_owned(),
            amount: agreed.amount,
            secret_hash,
            locktime,
            claim_key,
            refund_key: in_form_of(&claim_key, public_key),
            internal_key: None,
            derived: DerivedHtlc::default(),
        },
        change_script: agreed.owner_script.clone(),
        max_fee: Sats::new(agreed.policy.max_fee_sats).unwrap_or(Sats::MAX),
        max_fee_rate: Some(agreed.policy.max_fee_rate),
        stressed_fee_rate: agreed.policy.stressed_fee_rate,
        max_locktime: if locktime < FIRST_TIME { 0 } else { clamp(agreed.max_lock.value()) },
        current_height: 0,
        allowed_sighash: vec![SighashKind::All, SighashKind::Default],
        foreign_inputs: agreed.policy.foreign_inputs,
        min_confirmations: agreed.policy.min_confirmations,
        deadline: Some(deadline),
        max_deadline: agreed.max_deadline,
        require_facts: agreed.require_facts.clone(),
    };
    let candidates = agreed.templates.iter().flat_map(|template| {
        let keys = agreed.claim_keys.iter().flat_map(|key| forms(*key));
        keys.map(move |key| with(template, key))
    });
    let mut buildable = candidates.filter_map(|terms| {
        let script = htlc_script(&terms).ok().flatten()?;
        Some((terms, script))
    });
    let first = buildable.next();
    let first = first.ok_or_else(|| missing("htlc_templates", "a template that is known"))?;
    // Which of the pinned ones is funded shows in the outputs. Where it is none of them, all are
    // compared with the first, and refused with what it had to be.
    let funded = std::iter::once(first.clone())
        .chain(buildable)
        .find(|(_, script)| claims.pays.contains(script));
    Ok(funded.unwrap_or(first).0)
}

/// Bounds a lock time that is a height by the height of the chain.
pub(super) fn bound_by_height(terms: &mut HtlcTerms, max_lock_seconds: u64) {
    let height = terms.current_height;
    if terms.htlc.locktime < FIRST_TIME {
        let blocks = max_lock_seconds.checked_div(BLOCK_SECONDS).unwrap_or_default();
        terms.max_locktime = height.saturating_add(clamp(blocks)).min(FIRST_TIME.saturating_sub(1));
    }
}

fn secret_hash(intent: &Intent) -> Result<[u8; 32], Refusal> {
    let text = intent.secret_hash.as_deref().unwrap_or_default();
    let mut hash = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut hash).map_err(|_| {
        Refusal::one(Violation::new(Code::HtlcScript, "secret_hash", "32 bytes in hex", text))
    })?;
    Ok(hash)
}

/// Returns a key in each form that a template may want.
fn forms(key: [u8; 33]) -> [HtlcKey; 2] {
    let compressed = HtlcKey::Compressed(key);
    [compressed, HtlcKey::XOnly(compressed.x_only())]
}

fn in_form_of(other: &HtlcKey, key: [u8; 33]) -> HtlcKey {
    let compressed = HtlcKey::Compressed(key);
    match other {
        HtlcKey::Compressed(_) => compressed,
        HtlcKey::XOnly(_) => HtlcKey::XOnly(compressed.x_only()),
    }
}

fn clamp(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
