use countersign_api_types::json::{self, Value};
use countersign_approval::{EvmFacts, Fact, Permit2Terms, Pin, TypedDataStandard, UnpinnedMembers};
use countersign_evm::{PermitPayload, VerifyError, judge};
use countersign_units::{EvmAddress, Lots, UnixSeconds};
use serde_json::value::RawValue;

use super::line::Line;
use super::read::{Invalid, Reader, fact_names, uint};
use super::verdict::{Digest, Outcome};

/// How far the clock and the latest block may differ where the terms do not say.
const MAX_CLOCK_SKEW: u64 = 300;

pub(super) fn check(
    line: &Line<'_>,
    standard: TypedDataStandard,
    clock: UnixSeconds,
) -> Result<Outcome, Invalid> {
    let parse = |name, text| json::parse(text).map_err(|error| format!("{name}: {error}"));
    let terms = parse("terms", line.terms.get())?;
    let facts = line.facts.map(|facts| parse("facts", facts.get())).transpose()?;
    let required =
        line.require_facts.map(|facts| parse("require_facts", facts.get())).transpose()?;
    let reader = Reader::new("terms", &terms)?;
    let now = reader.small("now")?.map_or(clock, UnixSeconds::new);
    let mut permit2 = read_terms(reader, standard)?;
    if let Some(required) = &required {
        permit2.require_facts.extend(fact_names(required, &Fact::EVM)?);
    }
    let facts =
        facts.as_ref().map(|facts| read_facts(facts, standard)).transpose()?.unwrap_or_default();
    match judge(
        &PermitPayload::new(line.payload.map_or("null", RawValue::get)),
        &permit2,
        &facts,
        now,
    ) {
        Ok(judgement) => Ok(Outcome::Sign {
            digest: Digest::One(format!("0x{}", hex::encode(judgement.digest()))),
            statement: judgement.statement(),
            not_judged: judgement.not_judged().to_vec(),
        }),
        Err(VerifyError::Refused(refusal)) => {
            let not_judged = Fact::EVM.into_iter().filter(|fact| !facts.has(*fact)).collect();
            Ok(Outcome::Refuse { violations: refusal.violations().to_vec(), not_judged })
        }
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

fn read_terms(terms: Reader<'_>, standard: TypedDataStandard) -> Result<Permit2Terms, Invalid> {
    let address = |terms: Reader<'_>, member: &str| address(terms, standard, member);
    let nonces = terms.elements("used_nonces")?.iter().map(uint).collect::<Option<_>>();
    let facts =
        terms.get("require_facts").map(|names| fact_names(names, &Fact::EVM)).transpose()?;
    Ok(Permit2Terms {
        standard,
        owner: terms.required("owner", address)?,
        signer: address(terms, "signer")?,
        chain_id: terms.required("chain_id", Reader::small)?,
        permit2: terms.required("permit2_address", address)?,
        escrows: vec![terms.required("spender", address)?],
        escrow_code_hash: terms.bytes32("spender_code_hash")?,
        escrow_implementation: address(terms, "spender_implementation")?,
        token: terms.required("token", address)?,
        amount: Lots::new(terms.required("amount", Reader::uint)?),
        nonce: terms.uint("nonce")?,
        used_nonces: nonces.ok_or_else(|| terms.bad("used_nonces", "integers"))?,
        deadline: terms.uint("deadline")?,
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        max_deadline: terms.required("max_deadline", Reader::uint)?,
        witness_types: vec![terms.required("witness_type", Reader::parsed)?],
        witness: terms.get("witness").map_or(Ok(Pin::nothing()), |value| read_pin(value, terms))?,
        resolvers: Vec::new(),
        // The format says that a member which is absent is not pinned.
        unpinned_members: UnpinnedMembers::Allow,
        require_facts: facts.unwrap_or_default(),
        max_allowance: terms.uint("max_allowance")?.map(Lots::new),
        max_clock_skew: terms.small("max_clock_skew")?.unwrap_or(MAX_CLOCK_SKEW),
    })
}

fn address(
    reader: Reader<'_>,
    standard: TypedDataStandard,
    member: &str,
) -> Result<Option<EvmAddress>, Invalid> {
    match standard {
        TypedDataStandard::Eip712 => reader.parsed(member),
        TypedDataStandard::Tip712 => reader.tron_address(member),
    }
}

fn read_pin(value: &Value<'_>, terms: Reader<'_>) -> Result<Pin, Invalid> {
    Ok(match value {
        Value::Null => return Err(terms.bad("witness", "no null")),
        Value::Bool(truth) => Pin::Bool(*truth),
        Value::Number(text) => Pin::Text((*text).to_owned()),
        Value::String(text) => Pin::Text(text.as_ref().to_owned()),
        Value::Array(elements) => Pin::List(
            elements.iter().map(|element| read_pin(element, terms)).collect::<Result<_, _>>()?,
        ),
        Value::Object(object) => {
            let pin = |(name, value): (&str, &Value<'_>)| {
                read_pin(value, terms).map(|pin| (name.to_owned(), pin))
            };
            let there = object.members().filter(|(_, value)| !value.is_null());
            Pin::Struct(there.map(pin).collect::<Result<_, _>>()?)
        }
    })
}

fn read_facts(facts: &Value<'_>, standard: TypedDataStandard) -> Result<EvmFacts, Invalid> {
    let facts = Reader::new("facts", facts)?;
    Ok(EvmFacts {
        owner_code: facts.bytes("owner_code")?,
        spender_code_hash: facts.bytes32("spender_code_hash")?,
        spender_implementation: address(facts, standard, "spender_implementation")?,
        balance: facts.uint("balance")?.map(Lots::new),
        domain_separator: facts.bytes32("domain_separator")?,
        allowance: facts.uint("allowance")?.map(Lots::new),
        nonce_bitmap: facts.uint("nonce_bitmap")?,
        block_time: facts.small("block_time")?.map(UnixSeconds::new),
        block_number: None,
    })
}
