use countersign_approval::{Fact, Origin, Statement, TypedDataStandard};
use countersign_units::{EvmAddress, U256};

use crate::Permit;
use crate::eip712::{Kind, Path, Value, WitnessType};

/// Says what a permit allows, from its decoded values.
pub(crate) fn of_permit(permit: &Permit, digest: [u8; 32], not_judged: &[Fact]) -> Statement {
    let mut statement = Statement::new("Permit2: one transfer of tokens by a spender");
    let show = |address| permit.standard.show(address);
    statement.push("owner", show(permit.owner), Origin::Agreed);
    statement.push("chain id", permit.chain_id, Origin::Pinned);
    statement.push("Permit2 contract", show(permit.permit2), Origin::Pinned);
    statement.push("spender", show(permit.spender), Origin::Pinned);
    statement.push("token", show(permit.token), Origin::Agreed);
    statement.push("amount (base units)", permit.amount, Origin::Agreed);
    statement.push("deadline (Unix seconds)", permit.deadline, Origin::Bounded);
    statement.push("nonce", permit.nonce, Origin::Claimed);
    push_witness(permit, &mut statement);
    let facts: Vec<&str> = not_judged.iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("digest", format_args!("0x{}", hex::encode(digest)), Origin::Context);
    statement
}

fn push_witness(permit: &Permit, statement: &mut Statement) {
    let Ok(types) = WitnessType::parse(&permit.witness_type) else { return };
    let (origins, standard) = (permit.witness_origins.iter(), permit.standard);
    let mut page = Page { types: &types, standard, origins, statement };
    page.push(&Kind::Struct(0), &permit.witness, &Path::Root("witness"));
}

/// Writes a witness onto a statement, in the order in which it was judged.
struct Page<'a> {
    types: &'a WitnessType<'a>,
    standard: TypedDataStandard,
    origins: std::slice::Iter<'a, Origin>,
    statement: &'a mut Statement,
}

impl Page<'_> {
    fn push(&mut self, kind: &Kind, value: &Value, path: &Path<'_>) {
        match (kind, value) {
            (Kind::Struct(_), Value::Struct(place, members)) => {
                let types = self.types;
                let defs = types.get(*place).map(|def| def.members.as_slice()).unwrap_or_default();
                for (def, value) in defs.iter().zip(members) {
                    self.push(&def.kind, value, &Path::Member(path, def.name));
                }
            }
            (Kind::Array(element, _), Value::Array(values)) => {
                let count = format_args!("{} elements", values.len());
                self.statement.push(path.to_string(), count, Origin::Context);
                for (place, value) in values.iter().enumerate() {
                    self.push(element, value, &Path::Element(path, place));
                }
            }
            (kind, value) => {
                let origin = self.origins.next().copied().unwrap_or(Origin::Claimed);
                self.statement.push(
                    path.to_string(),
                    show_scalar(kind, value, self.standard),
                    origin,
                );
            }
        }
    }
}

/// Writes a scalar for people.
pub(crate) fn show_scalar(kind: &Kind, value: &Value, standard: TypedDataStandard) -> String {
    match (kind, value) {
        (Kind::Address, Value::Word(word)) => word
            .last_chunk()
            .map_or_else(String::new, |bytes| standard.show(EvmAddress::new(*bytes))),
        (Kind::Bool, Value::Word(word)) => (*word != [0; 32]).to_string(),
        (Kind::Int(_), Value::Word(word)) => {
            let unsigned = U256::from_be_bytes(*word);
            let negative = unsigned.bit(255);
            if negative { format!("-{}", unsigned.wrapping_neg()) } else { unsigned.to_string() }
        }
        (Kind::FixedBytes(size), Value::Word(word)) => {
            let bytes = word.get(..usize::from(*size)).unwrap_or_default();
            format!("0x{}", hex::encode(bytes))
        }
        (_, Value::Word(word)) => U256::from_be_bytes(*word).to_string(),
        (_, Value::Bytes(bytes)) => format!("0x{}", hex::encode(bytes)),
        (_, Value::String(text)) => format!("{text:?}"),
        (_, Value::Array(_) | Value::Struct(..)) => String::new(),
    }
}
