use bitcoin::{Address, Script};
use countersign_approval::{BitcoinNetwork, Fact, HtlcSpec, Origin, Statement};

use crate::judge::{Funding, Role, Spend, network};

/// Says what a signed transaction does, from its decoded values.
pub(crate) fn of_funding(funding: &Funding, not_judged: &[Fact]) -> Statement {
    let mut statement =
        Statement::new("Bitcoin: one transaction that funds a hash time-locked output");
    statement.push("network", funding.network, Origin::Pinned);
    for (place, spend) in funding.spends.iter().enumerate() {
        push_input(place, spend, funding.network, &mut statement);
    }
    for (place, (output, role)) in funding.tx.output.iter().zip(&funding.roles).enumerate() {
        let (owner, origin) = match role {
            Role::Htlc => ("the hash time-locked output", Origin::Agreed),
            Role::Change => ("our change", Origin::Agreed),
            Role::Return => ("back to another who put in as much", Origin::Claimed),
            Role::Unknown => ("unknown", Origin::Claimed),
        };
        let script = describe(&output.script_pubkey, funding.network);
        let value = format_args!("{} sats to {script}: {owner}", output.value.to_sat());
        statement.push(format!("output {place}"), value, origin);
    }
    push_htlc(&funding.spec, &mut statement);
    push_fee(funding, &mut statement);
    let lock = funding.tx.lock_time.to_consensus_u32();
    statement.push("transaction lock time", lock, Origin::Bounded);
    for unused in &funding.unused {
        statement.push("kept, not used", unused, Origin::Claimed);
    }
    let facts: Vec<&str> = not_judged.iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("sign until (Unix seconds)", funding.valid_until, Origin::Bounded);
    let digest = format_args!("0x{}", hex::encode(funding.digest));
    statement.push("digest", digest, Origin::Context);
    statement
}

pub(crate) fn push_input(
    place: usize,
    spend: &Spend,
    network: BitcoinNetwork,
    statement: &mut Statement,
) {
    let (owner, origin) = if spend.is_ours() {
        ("ours, signed", Origin::Agreed)
    } else {
        ("another's, not signed", Origin::Claimed)
    };
    let (sats, id) = (spend.coin.value.to_sat(), spend.id);
    let script = describe(&spend.coin.script_pubkey, network);
    let value = format_args!("{sats} sats, {id}, {script}: {owner}");
    statement.push(format!("input {place}"), value, origin);
}

/// Says who may take the output, and when.
fn push_htlc(spec: &HtlcSpec, statement: &mut Statement) {
    let claim = hex::encode(spec.claim_key.x_only());
    let refund = hex::encode(spec.refund_key.x_only());
    let hash = hex::encode(spec.secret_hash);
    statement.push("template", &spec.template, Origin::Pinned);
    statement.push("amount", spec.amount, Origin::Agreed);
    statement.push("taken by", format_args!("key {claim}, with the secret"), Origin::Pinned);
    statement.push("SHA-256 of the secret", hash, Origin::Claimed);
    let when = lock_time(spec.locktime);
    let value = format_args!("our key {refund}, {when}");
    statement.push("taken back by", value, Origin::Bounded);
    if let Some(key) = spec.internal_key {
        let value = format_args!("{}: whoever has its key takes it at once", hex::encode(key));
        statement.push("agreed internal key", value, Origin::Agreed);
    }
}

/// Says in words when a lock opens.
pub(crate) fn lock_time(lock: u32) -> String {
    if lock < 500_000_000 {
        format!("from block {lock} on")
    } else {
        format!("from {lock} (Unix seconds) on")
    }
}

fn push_fee(funding: &Funding, statement: &mut Statement) {
    let fee = funding.fee;
    // Hundredths of a satoshi, so that no fraction is needed.
    let hundredths =
        fee.ours.value().saturating_mul(100).checked_div(fee.vsize).unwrap_or_default();
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let size = fee.vsize;
    let value = format_args!("{}, {whole}.{part:02} sat/vB of {size} vB", fee.ours);
    statement.push("fee, our share", value, Origin::Bounded);
    if fee.total != fee.ours {
        statement.push("fee, in all", fee.total, Origin::Claimed);
    }
}

pub(crate) fn describe(script: &Script, on: BitcoinNetwork) -> String {
    let address = Address::from_script(script, network(on));
    address.map_or_else(|_| format!("script {}", hex::encode(script.as_bytes())), |a| a.to_string())
}
