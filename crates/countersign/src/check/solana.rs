use std::collections::BTreeMap;

use countersign_api_types::json::{self, Value};
use countersign_approval::{
    AssetTransfer, CosignTerms, DurableNonce, Fact, OthersSign, SolanaFacts, TokenTransfer,
};
use countersign_solana::{CosignPayload, VerifyError, judge};
use countersign_units::{Lots, SolanaAddress, UnixSeconds};
use serde_json::value::RawValue;

use super::line::Line;
use super::read::{Invalid, Reader, fact_names};
use super::solana_facts;
use super::verdict::{Digest, Outcome};

/// The extensions of a mint that change nothing about a transfer; allowed where the terms do not
/// say which ones are.
const NEUTRAL_EXTENSIONS: [&str; 6] = [
    "metadata_pointer",
    "token_metadata",
    "group_pointer",
    "token_group",
    "group_member_pointer",
    "token_group_member",
];

/// How far ahead a deadline may lie at most, by any policy.
pub(super) const DAY_SECONDS: u64 = 86_400;

pub(super) fn check(line: &Line<'_>, clock: UnixSeconds) -> Result<Outcome, Invalid> {
    let parse = |name, text| json::parse(text).map_err(|error| format!("{name}: {error}"));
    let terms = parse("terms", line.terms.get())?;
    let facts = line.facts.map(|facts| parse("facts", facts.get())).transpose()?;
    let required =
        line.require_facts.map(|facts| parse("require_facts", facts.get())).transpose()?;
    let reader = Reader::new("terms", &terms)?;
    let now = reader.small("now")?.map_or(clock, UnixSeconds::new);
    // Where the terms do not say how far a deadline may lie ahead: as far as any policy lets it.
    let mut terms = read_terms(reader, now.saturating_add(DAY_SECONDS))?;
    if let Some(required) = &required {
        terms.require_facts.extend(fact_names(required, &Fact::SOLANA)?);
    }
    let facts = facts.as_ref().map_or(Ok(SolanaFacts::default()), solana_facts::read)?;
    let payload = CosignPayload::new(line.payload.map_or("null", RawValue::get));
    match judge(&payload, &terms, &facts, now) {
        Ok(judgement) => Ok(Outcome::Sign {
            digest: Digest::One(format!("0x{}", hex::encode(judgement.digest()))),
            statement: judgement.statement(),
            not_judged: judgement.not_judged().to_vec(),
        }),
        Err(VerifyError::Refused(refusal)) => {
            let not_judged = Fact::SOLANA.into_iter().filter(|fact| !facts.has(*fact)).collect();
            Ok(Outcome::Refuse { violations: refusal.violations().to_vec(), not_judged })
        }
        Err(VerifyError::Terms(error)) => Err(error.to_string()),
    }
}

fn read_terms(terms: Reader<'_>, horizon: UnixSeconds) -> Result<CosignTerms, Invalid> {
    let facts = terms.get("require_facts").map(|names| fact_names(names, &Fact::SOLANA));
    let signed = terms.flag("sponsor_signed")?.unwrap_or(false);
    let user = terms.required("user", Reader::parsed)?;
    let fee_payer = terms.required("fee_payer", Reader::parsed)?;
    let required_signers = match terms.get("required_signers") {
        Some(_) => addresses(terms, "required_signers")?,
        None if fee_payer == user => vec![user],
        None => vec![fee_payer, user],
    };
    Ok(CosignTerms {
        genesis_hash: terms.parsed("genesis_hash")?,
        user,
        fee_payer,
        required_signers,
        others_sign: if signed { OthersSign::Before } else { OthersSign::Anytime },
        max_lamports_out: terms.required("user_max_lamports_out", Reader::small)?,
        transfer: read_transfer(terms)?,
        recent_blockhash: terms.parsed("recent_blockhash")?,
        durable_nonce: read_durable_nonce(terms)?,
        allowed_programs: addresses(terms, "allowed_programs")?,
        opaque_programs: addresses(terms, "opaque_programs")?,
        lookup_tables: read_tables(terms)?,
        allowed_extensions: read_extensions(terms)?,
        max_compute_unit_price: terms.small("max_compute_unit_price")?,
        deadline: terms.small("deadline")?.map(UnixSeconds::new),
        min_remaining: terms.small("min_remaining")?.unwrap_or_default(),
        max_deadline: terms.small("max_deadline")?.map_or(horizon, UnixSeconds::new),
        require_facts: facts.transpose()?.unwrap_or_default(),
    })
}

fn read_transfer(terms: Reader<'_>) -> Result<AssetTransfer, Invalid> {
    let amount: Lots = terms.required("amount", lots)?;
    let amount = u64::try_from(amount.value());
    let amount = amount.map_err(|_| terms.bad("amount", "an integer below 2^64"))?;
    let destination_owner = terms.required("destination_owner", Reader::parsed)?;
    match terms.required::<String>("kind", Reader::parsed)?.as_str() {
        "native" => Ok(AssetTransfer::Native { destination: destination_owner, lamports: amount }),
        "spl" => Ok(AssetTransfer::Token(TokenTransfer {
            program: terms.required("token_program", Reader::parsed)?,
            mint: terms.required("mint", Reader::parsed)?,
            decimals: terms.required("decimals", decimals)?,
            amount,
            source: terms.required("source_token_account", Reader::parsed)?,
            destination: terms.required("destination_token_account", Reader::parsed)?,
            destination_owner,
        })),
        _ => Err(terms.bad("kind", "spl or native")),
    }
}

fn read_durable_nonce(terms: Reader<'_>) -> Result<DurableNonce, Invalid> {
    if !terms.flag("durable_nonce_allowed")?.unwrap_or(false) {
        return Ok(DurableNonce::Refuse);
    }
    // Allowed, but by no account that is pinned, is not allowed.
    Ok(terms.parsed("nonce_account")?.map_or(DurableNonce::Refuse, DurableNonce::Pinned))
}

fn read_tables(terms: Reader<'_>) -> Result<BTreeMap<SolanaAddress, Vec<SolanaAddress>>, Invalid> {
    const NAME: &str = "known_lookup_tables";
    let Some(tables) = terms.get(NAME) else { return Ok(BTreeMap::new()) };
    let tables = tables.as_object().ok_or_else(|| terms.bad(NAME, "tables by their addresses"))?;
    tables
        .members()
        .map(|(table, _)| {
            let address = table.parse().map_err(|error| terms.bad(NAME, error))?;
            Ok((address, addresses(Reader::of("terms.known_lookup_tables", tables), table)?))
        })
        .collect()
}

pub(super) fn read_extensions(terms: Reader<'_>) -> Result<Vec<String>, Invalid> {
    const NAME: &str = "allowed_extensions";
    if terms.get(NAME).is_none() {
        return Ok(NEUTRAL_EXTENSIONS.map(str::to_owned).to_vec());
    }
    let names = terms.elements(NAME)?.iter().map(|name| {
        name.as_str().map(str::to_owned).ok_or_else(|| terms.bad(NAME, "names of extensions"))
    });
    names.collect()
}

pub(super) fn addresses(reader: Reader<'_>, member: &str) -> Result<Vec<SolanaAddress>, Invalid> {
    let read = |value: &Value<'_>| {
        let address = value.as_str().unwrap_or_default().parse();
        address.map_err(|error| reader.bad(member, error))
    };
    reader.elements(member)?.iter().map(read).collect()
}

pub(super) fn lots(reader: Reader<'_>, member: &str) -> Result<Option<Lots>, Invalid> {
    Ok(reader.uint(member)?.map(Lots::new))
}

pub(super) fn decimals(reader: Reader<'_>, member: &str) -> Result<Option<u8>, Invalid> {
    let value = reader.small(member)?;
    value
        .map(|value| value.try_into().map_err(|_| reader.bad(member, "an integer below 256")))
        .transpose()
}
