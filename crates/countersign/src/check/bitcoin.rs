use countersign_api_types::json::{self, Value};
use countersign_approval::{
    BitcoinFacts, Coin, CoinId, DerivedHtlc, Fact, ForeignInputs, HtlcKey, HtlcSpec, HtlcTerms,
    Sats, SighashKind,
};
use countersign_bitcoin::{PsbtPayload, VerifyError, judge};
use countersign_units::UnixSeconds;
use serde_json::value::RawValue;

use super::line::Line;
use super::read::{Invalid, Reader, fact_names};
use super::verdict::{Digest, Outcome};

/// The fee rate at which a refund must be possible where the terms do not say, in sat/vB.
const STRESSED_FEE_RATE: u64 = 50;

pub(super) fn check(line: &Line<'_>, clock: UnixSeconds) -> Result<Outcome, Invalid> {
    let parse = |name, text| json::parse(text).map_err(|error| format!("{name}: {error}"));
    let terms = parse("terms", line.terms.get())?;
    let facts = line.facts.map(|facts| parse("facts", facts.get())).transpose()?;
    let required =
        line.require_facts.map(|facts| parse("require_facts", facts.get())).transpose()?;
    let reader = Reader::new("terms", &terms)?;
    let now = reader.small("now")?.map_or(clock, UnixSeconds::new);
    let mut terms = read_terms(reader)?;
    if let Some(required) = &required {
        terms.require_facts.extend(fact_names(required, &Fact::BITCOIN)?);
    }
    let facts = facts.as_ref().map(|facts| read_facts(facts, &terms.coins)).transpose()?;
    let facts = facts.unwrap_or_default();
    let payload = PsbtPayload::new(line.payload.map_or("null", RawValue::get));
    match judge(&payload, &terms, &facts, now) {
        Ok(judgement) => Ok(Outcome::Sign {
            digest: Digest::each(&judgement.digests()),
            statement: judgement.statement(),
            not_judged: judgement.not_judged().to_vec(),
        }),
        Err(VerifyError::Refused(refusal)) => {
            let not_judged = Fact::BITCOIN.into_iter().filter(|fact| !facts.has(*fact)).collect();
            Ok(Outcome::Refuse { violations: refusal.violations().to_vec(), not_judged })
        }
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

fn read_terms(terms: Reader<'_>) -> Result<HtlcTerms, Invalid> {
    let coins = terms.elements("coins")?.iter().map(read_coin).collect::<Result<_, _>>()?;
    let htlc = terms.get("htlc").ok_or_else(|| terms.bad("htlc", "an object"))?;
    let facts = terms.get("require_facts").map(|names| fact_names(names, &Fact::BITCOIN));
    Ok(HtlcTerms {
        network: terms.required("network", Reader::parsed)?,
        public_key: terms.required("public_key", Reader::array)?,
        coins,
        htlc: read_htlc(Reader::new("terms.htlc", htlc)?)?,
        change_script: terms.required("change_script", Reader::plain_bytes)?,
        max_fee: terms.required("max_fee_sats", sats)?,
        max_fee_rate: terms.small("max_fee_rate")?,
        stressed_fee_rate: terms.small("stressed_fee_rate")?.unwrap_or(STRESSED_FEE_RATE),
        max_locktime: terms.required("max_locktime", number)?,
        current_height: terms.required("current_height", number)?,
        allowed_sighash: read_sighashes(terms)?,
        foreign_inputs: read_foreign_inputs(terms)?,
        min_confirmations: number(terms, "min_confirmations")?.unwrap_or(1),
        deadline: terms.small("deadline")?.map(UnixSeconds::new),
        max_deadline: UnixSeconds::new(terms.small("max_deadline")?.unwrap_or(u64::MAX)),
        require_facts: facts.transpose()?.unwrap_or_default(),
    })
}

pub(super) fn read_coin(coin: &Value<'_>) -> Result<Coin, Invalid> {
    let coin = Reader::new("terms.coins", coin)?;
    Ok(Coin {
        id: read_coin_id(coin)?,
        amount: coin.required("amount", sats)?,
        script_pubkey: coin.required("script_pubkey", Reader::plain_bytes)?,
        public_key: coin.array("public_key")?,
    })
}

/// Reads an outpoint; its txid is written in reverse.
pub(super) fn read_coin_id(coin: Reader<'_>) -> Result<CoinId, Invalid> {
    let mut txid: [u8; 32] = coin.required("txid", Reader::array)?;
    txid.reverse();
    Ok(CoinId { txid, vout: coin.required("vout", number)? })
}

fn read_htlc(htlc: Reader<'_>) -> Result<HtlcSpec, Invalid> {
    let text = |name| htlc.parsed::<String>(name);
    let bytes = |name| htlc.plain_bytes(name);
    let leaves = htlc.get("leaves").map(|leaves| Reader::new("terms.htlc.leaves", leaves));
    let leaves = leaves.transpose()?;
    let leaf = |name| leaves.map_or(Ok(None), |leaves| leaves.plain_bytes(name));
    Ok(HtlcSpec {
        template: htlc.required("template", Reader::parsed)?,
        amount: htlc.required("amount", sats)?,
        secret_hash: htlc.required("secret_hash", Reader::array)?,
        locktime: htlc.required("locktime", number)?,
        claim_key: read_key(htlc, "claim_pubkey", "claim_x_only")?,
        refund_key: read_key(htlc, "refund_pubkey", "refund_x_only")?,
        internal_key: htlc.array("internal_key")?,
        derived: DerivedHtlc {
            kind: text("kind")?,
            address: text("address")?,
            script_pubkey: bytes("script_pubkey")?,
            witness_script: bytes("witness_script")?,
            claim_leaf: leaf("claim")?,
            refund_leaf: leaf("refund")?,
            fast_leaf: leaf("fast")?,
            merkle_root: htlc.array("merkle_root")?,
            refund_control_block: bytes("refund_control_block")?,
            fast_refund_control_block: bytes("fast_refund_control_block")?,
        },
    })
}

fn read_key(htlc: Reader<'_>, compressed: &str, x_only: &str) -> Result<HtlcKey, Invalid> {
    match htlc.array(compressed)? {
        Some(key) => Ok(HtlcKey::Compressed(key)),
        None => htlc.required(x_only, Reader::array).map(HtlcKey::XOnly),
    }
}

fn read_sighashes(terms: Reader<'_>) -> Result<Vec<SighashKind>, Invalid> {
    let read = |name: &Value<'_>| match name.as_str()?.trim_start_matches("SIGHASH_") {
        "ALL" => Some(SighashKind::All),
        "DEFAULT" | "DEFAULT (taproot)" => Some(SighashKind::Default),
        _ => None,
    };
    if terms.get("allowed_sighash").is_none() {
        return Ok(vec![SighashKind::All, SighashKind::Default]);
    }
    let names = terms.elements("allowed_sighash")?.iter().map(read);
    let expected = "a list of SIGHASH_ALL and SIGHASH_DEFAULT";
    names.collect::<Option<_>>().ok_or_else(|| terms.bad("allowed_sighash", expected))
}

fn read_foreign_inputs(terms: Reader<'_>) -> Result<ForeignInputs, Invalid> {
    match terms.get("foreign_inputs").map(|word| word.as_str().unwrap_or_default()) {
        None => Ok(ForeignInputs::default()),
        Some("refuse") => Ok(ForeignInputs::Refuse),
        Some("witness_utxo") => Ok(ForeignInputs::WitnessUtxo),
        Some("previous_tx") => Ok(ForeignInputs::PreviousTx),
        Some(_) => Err(terms.bad("foreign_inputs", "refuse, witness_utxo or previous_tx")),
    }
}

/// Reads facts; a number of confirmations alone is that of every coin in the terms.
pub(super) fn read_facts(facts: &Value<'_>, agreed: &[Coin]) -> Result<BitcoinFacts, Invalid> {
    let facts = Reader::new("facts", facts)?;
    let coins = facts.get("coins").map(|_| facts.elements("coins")).transpose()?;
    let coins = coins.map(|coins| coins.iter().map(read_coin).collect::<Result<_, _>>());
    Ok(BitcoinFacts {
        coins: coins.transpose()?,
        confirmations: read_confirmations(facts, agreed)?,
        reserved: read_reserved(facts, agreed)?,
        height: number(facts, "height")?,
    })
}

fn read_confirmations(
    facts: Reader<'_>,
    agreed: &[Coin],
) -> Result<Option<Vec<(CoinId, u32)>>, Invalid> {
    const NAME: &str = "confirmations";
    match facts.get(NAME) {
        None => Ok(None),
        Some(Value::Array(coins)) => coins
            .iter()
            .map(|coin| {
                let coin = Reader::new("facts.confirmations", coin)?;
                Ok((read_coin_id(coin)?, coin.required(NAME, number)?))
            })
            .collect::<Result<_, _>>()
            .map(Some),
        Some(Value::Object(coins)) => coins
            .members()
            .map(|(id, _)| {
                let coin = coin_id(id).ok_or_else(|| facts.bad(NAME, "txid:vout"))?;
                Ok((coin, Reader::of("facts.confirmations", coins).required(id, number)?))
            })
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => {
            let all = facts.required(NAME, number)?;
            Ok(Some(agreed.iter().map(|coin| (coin.id, all)).collect()))
        }
    }
}

/// Reads which coins are reserved: a list, or whether all of the terms' coins are.
fn read_reserved(facts: Reader<'_>, agreed: &[Coin]) -> Result<Option<Vec<CoinId>>, Invalid> {
    const NAME: &str = "reserved";
    match facts.get(NAME) {
        None => Ok(None),
        Some(Value::Bool(all)) => {
            Ok(Some(agreed.iter().filter(|_| *all).map(|coin| coin.id).collect()))
        }
        Some(_) => {
            let read = |coin: &Value<'_>| match coin.as_str() {
                Some(text) => coin_id(text).ok_or_else(|| facts.bad(NAME, "txid:vout")),
                None => read_coin_id(Reader::new("facts.reserved", coin)?),
            };
            facts.elements(NAME)?.iter().map(read).collect::<Result<_, _>>().map(Some)
        }
    }
}

pub(super) fn coin_id(text: &str) -> Option<CoinId> {
    let (txid, vout) = text.split_once(':')?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(txid, &mut bytes).ok()?;
    bytes.reverse();
    Some(CoinId { txid: bytes, vout: vout.parse().ok()? })
}

pub(super) fn sats(reader: Reader<'_>, member: &str) -> Result<Option<Sats>, Invalid> {
    let amount = reader.small(member)?;
    let read = |amount| Sats::new(amount).ok_or_else(|| reader.bad(member, "at most 21e14 sats"));
    amount.map(read).transpose()
}

pub(super) fn number(reader: Reader<'_>, member: &str) -> Result<Option<u32>, Invalid> {
    let value = reader.small(member)?;
    value
        .map(|value| value.try_into().map_err(|_| reader.bad(member, "an integer below 2^32")))
        .transpose()
}
