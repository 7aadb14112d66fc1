use std::sync::Arc;

use countersign_api_types::json::Value;
use countersign_approval::{
    AssetAmount, ConfigDigest, Environment, Fact, IntentKey, IntentNonceRule, IntentStandard,
    IntentTerms, NearFacts, Terms,
};
use countersign_near::{
    IntentOwner, IntentPayload, VerifiedIntent, VerifyError, implicit_account, intent_terms,
    verify_intent,
};
use countersign_units::{EvmAddress, SolanaAddress, UnixSeconds};
use serde_json::value::RawValue;

use super::line::Line;
use super::ours::{Ours, moment, now, refused, without_swap};
use super::quote::{lots, no_swap, prove_beside, required, texts};
use super::read::{Invalid, Reader};
use super::verdict::{Digest, Outcome};

const STANDARDS: [IntentStandard; 4] = [
    IntentStandard::Nep413,
    IntentStandard::Erc191,
    IntentStandard::Tip191,
    IntentStandard::RawEd25519,
];

/// What stands for what only a quote says.
const NOT_SAID: &str = "not said";

pub(super) fn check(line: &Line<'_>, clock: UnixSeconds) -> Result<Outcome, Invalid> {
    let ours = Ours::read(line)?;
    let reader = ours.terms()?;
    let now = now(reader, clock)?;
    let owner = read_owner(reader, ours.require_facts(&Fact::NEAR)?)?;
    let facts = ours.facts(read_facts)?;
    let not_given = || Fact::NEAR.into_iter().filter(|fact| !facts.has(*fact)).collect();
    let terms = match line.quote {
        None => read_terms(reader, owner)?,
        Some(quote) => {
            let quote = prove_beside(quote, now)?;
            match quote.and_then(|quote| intent_terms(&quote, owner)) {
                Ok(terms) => terms,
                Err(refusal) => return Ok(refused(&refusal, not_given())),
            }
        }
    };
    let payload = IntentPayload::new(line.payload.map_or("null", RawValue::get));
    match verify_intent(payload, &Arc::new(terms), &facts, now) {
        Ok(intent) => Ok(signed(&intent)),
        Err(VerifyError::Refused(refusal)) => Ok(refused(&refusal, not_given())),
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

fn signed(intent: &VerifiedIntent) -> Outcome {
    Outcome::Sign {
        digest: Digest::One(format!("0x{}", hex::encode(intent.digest().as_bytes()))),
        statement: without_swap(&intent.statement()),
        not_judged: intent.not_judged().to_vec(),
    }
}

fn read_owner(terms: Reader<'_>, require_facts: Vec<Fact>) -> Result<IntentOwner, Invalid> {
    let key = read_key(terms)?;
    let implicit = || implicit_account(&key);
    Ok(IntentOwner {
        standard: required(terms, "standard", &STANDARDS, IntentStandard::as_str)?,
        signer_id: terms.parsed("signer_id")?.unwrap_or_else(implicit),
        key,
        verifying_contract: terms.required("verifying_contract", Reader::parsed)?,
        nonce: read_nonce(terms)?,
        latest_deadline: moment(terms, "latest_deadline")?,
        bound: None,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        require_facts,
        max_clock_skew: 0,
    })
}

/// Reads a key: `ed25519:` and base58, or the `0x` address of a secp256k1 key.
fn read_key(terms: Reader<'_>) -> Result<IntentKey, Invalid> {
    let text: String = terms.required("key", Reader::parsed)?;
    let key = match text.strip_prefix("ed25519:") {
        // These are 32 bytes in base58, too.
        Some(key) => {
            key.parse::<SolanaAddress>().ok().map(|key| IntentKey::Ed25519(*key.as_bytes()))
        }
        None => text.parse::<EvmAddress>().ok().map(IntentKey::Secp256k1),
    };
    key.ok_or_else(|| {
        terms.bad("key", "ed25519: and base58, or an address of 0x and 40 hex digits")
    })
}

fn read_nonce(terms: Reader<'_>) -> Result<IntentNonceRule, Invalid> {
    if terms.flag("any_nonce")?.unwrap_or(false) {
        return Ok(IntentNonceRule::Any);
    }
    let salts = texts(terms, "salts")?.iter().map(|salt| read_salt(salt)).collect::<Option<_>>();
    let salts = salts.ok_or_else(|| terms.bad("salts", "salts of 8 hex digits"))?;
    Ok(IntentNonceRule::Versioned { salts })
}

fn read_salt(text: &str) -> Option<[u8; 4]> {
    hex::decode(text).ok()?.try_into().ok()
}

/// Reads what the one transfer must be, where no quote says it.
fn read_terms(terms: Reader<'_>, owner: IntentOwner) -> Result<Terms<IntentTerms>, Invalid> {
    let tokens = texts(terms, "tokens")?;
    let amount = terms.required("amount", lots)?;
    let first =
        tokens.first().ok_or_else(|| terms.bad("tokens", "one name of the token or more"))?;
    let source = AssetAmount {
        token: first.clone(),
        symbol: first.clone(),
        network: String::new(),
        decimals: 0,
        amount,
    };
    let fund_by = terms.required("deadline", moment)?;
    let receiver_id: String = terms.required("receiver_id", Reader::parsed)?;
    Ok(Terms {
        swap_id: no_swap()?,
        environment: Environment::Mainnet,
        destination: source.clone(),
        source,
        recipient: NOT_SAID.to_owned(),
        refund_address: NOT_SAID.to_owned(),
        config: ConfigDigest { policy: [0; 32], registry: [0; 32] },
        approval: IntentTerms {
            standard: owner.standard,
            verifying_contract: owner.verifying_contract,
            signer_id: owner.signer_id,
            key: owner.key,
            receiver_id,
            tokens,
            amount,
            memo: terms.parsed("memo")?,
            msg: terms.parsed("msg")?,
            fund_by,
            latest_deadline: owner.latest_deadline.unwrap_or(fund_by),
            bound: owner.bound,
            min_remaining: owner.min_remaining,
            nonce: owner.nonce,
            require_facts: owner.require_facts,
            max_clock_skew: owner.max_clock_skew,
        },
    })
}

fn read_facts(facts: &Value<'_>) -> Result<NearFacts, Invalid> {
    let facts = Reader::new("facts", facts)?;
    let salts = facts.get("intent_salt").map(|_| texts(facts, "intent_salt")).transpose()?;
    let salts = salts.map(|salts| salts.iter().map(|salt| read_salt(salt)).collect::<Option<_>>());
    let bad = || facts.bad("intent_salt", "salts of 8 hex digits");
    Ok(NearFacts {
        salts: salts.map(|salts| salts.ok_or_else(bad)).transpose()?,
        nonce_used: facts.flag("intent_nonce")?,
        key_registered: facts.flag("intent_key")?,
        balance: lots(facts, "balance")?,
    })
}
