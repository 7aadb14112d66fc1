//! Vectors that viem, ethers and others agree on; the hashes are compared below the door.

use countersign_api_types::json;
use countersign_approval::{
    Code, EvmFacts, Permit2Terms, Pin, TypedDataStandard, UnpinnedMembers, Violations,
};
use countersign_units::{Lots, U256};
use serde_json::{Value, json};

use super::honest::{HORIZON, NOW};
use crate::eip712::{Path, Reading, Source, WitnessType, decode_struct};
use crate::permit::Permit;
use crate::{LocalSigner, PermitDigest, PermitPayload, SignedPermit, VerifyError, judge};

const VECTORS: &str = include_str!("../../../../tests/vectors/evm-permit2.json");

/// The cases that the checks refuse, with the codes of the refusal: their deadlines lie in the past
/// or beyond any horizon. Every other case is verified.
const REFUSED: &[(&str, Code)] = &[
    ("deposit-deadline-0", Code::Deadline),
    ("deposit-deadline-0", Code::Witness),
    ("deposit-deadline-2^64", Code::Deadline),
    ("deposit-deadline-2^64", Code::Witness),
];

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn text<'v>(case: &'v Value, pointer: &str) -> &'v str {
    case.pointer(pointer).unwrap().as_str().unwrap()
}

fn uint(case: &Value, pointer: &str) -> U256 {
    text(case, pointer).parse().unwrap()
}

fn hex_of(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// Builds the permit of a case from its message, without any check.
fn permit(case: &Value, types: &WitnessType<'_>) -> Permit {
    let witness = case["message"]["witness"].to_string();
    let witness = json::parse(&witness).unwrap();
    let (path, mut violations) = (Path::Root("witness"), Violations::new());
    let reading = Reading { source: Source::Api, standard: TypedDataStandard::Eip712 };
    let witness = decode_struct(types, 0, &witness, reading, (&path, &mut violations));
    Permit {
        standard: TypedDataStandard::Eip712,
        owner: text(case, "/address").parse().unwrap(),
        chain_id: text(case, "/chain_id").parse().unwrap(),
        permit2: text(case, "/domain/verifyingContract").parse().unwrap(),
        token: text(case, "/message/permitted/token").parse().unwrap(),
        amount: Lots::new(uint(case, "/message/permitted/amount")),
        spender: text(case, "/message/spender").parse().unwrap(),
        nonce: uint(case, "/message/nonce"),
        deadline: uint(case, "/message/deadline"),
        witness: witness.unwrap_or_else(|| panic!("{}: {violations:?}", case["name"])),
        witness_type: text(case, "/witness_encode_type").to_owned(),
        witness_origins: vec![],
    }
}

#[test]
fn hashes_and_signatures_are_those_of_other_implementations() {
    for case in cases() {
        let name = text(&case, "/name");
        let types = WitnessType::parse(text(&case, "/witness_encode_type")).unwrap();
        let permit = permit(&case, &types);
        let hashes = permit.hashes(&types);
        assert_eq!(types.type_string(), text(&case, "/witness_type_string"), "{name}");
        assert_eq!(
            hex_of(types.primary().unwrap().type_hash),
            text(&case, "/witness_typehash"),
            "{name}"
        );
        assert_eq!(hex_of(hashes.type_hash), text(&case, "/typehash"), "{name}");
        assert_eq!(hex_of(hashes.witness), text(&case, "/witness_hash"), "{name}");
        assert_eq!(hex_of(hashes.domain_separator), text(&case, "/domain_separator"), "{name}");
        assert_eq!(hex_of(hashes.digest), text(&case, "/digest"), "{name}");

        let signer = LocalSigner::from_hex(text(&case, "/private_key")).unwrap();
        let unchecked = signer.sign_digest(hashes.digest);
        let approval =
            SignedPermit::check(unchecked, &PermitDigest::new(hashes.digest), permit.owner)
                .unwrap();
        assert_eq!(approval.to_string(), text(&case, "/signature"), "{name}");
    }
}

/// The terms under which a case is honest: its own values, and an hour's horizon.
fn terms(case: &Value) -> Permit2Terms {
    Permit2Terms {
        standard: TypedDataStandard::Eip712,
        owner: text(case, "/address").parse().unwrap(),
        signer: Some(text(case, "/address").parse().unwrap()),
        chain_id: text(case, "/chain_id").parse().unwrap(),
        permit2: text(case, "/domain/verifyingContract").parse().unwrap(),
        escrows: vec![text(case, "/message/spender").parse().unwrap()],
        escrow_code_hash: None,
        escrow_implementation: None,
        token: text(case, "/message/permitted/token").parse().unwrap(),
        amount: Lots::new(uint(case, "/message/permitted/amount")),
        nonce: Some(uint(case, "/message/nonce")),
        used_nonces: vec![],
        deadline: None,
        min_remaining: 0,
        max_deadline: U256::from(HORIZON),
        witness_types: vec![text(case, "/witness_encode_type").to_owned()],
        witness: Pin::nothing(),
        resolvers: vec![],
        unpinned_members: UnpinnedMembers::Allow,
        require_facts: vec![],
        max_allowance: None,
        max_clock_skew: 300,
    }
}

/// Both forms of a case, where it has both.
fn payloads(case: &Value) -> Vec<Value> {
    let typed_data = json!({
        "types": case["types"], "primaryType": case["primary_type"],
        "domain": case["domain"], "message": case["message"],
    });
    let mut payloads = vec![json!({
        "typed_data": typed_data,
        "witness_type_string": case["witness_type_string"],
        "witness_hash": case["witness_hash"],
    })];
    if let Some(api) = case.get("api_like") {
        payloads.push(json!({
            "approval_type": "permit2",
            "deadline_at": case["message"]["deadline"],
            "secret_hash": api["secret_hash"],
            "params_to_sign": api["params_to_sign"],
        }));
    }
    payloads
}

#[test]
fn each_case_is_verified_or_refused_with_the_code_of_the_table() {
    let mut refused = vec![];
    for case in cases() {
        let name = text(&case, "/name");
        for payload in payloads(&case) {
            let payload = PermitPayload::new(payload.to_string());
            match judge(&payload, &terms(&case), &EvmFacts::default(), NOW) {
                Ok(judgement) => {
                    assert_eq!(hex_of(judgement.digest()), text(&case, "/digest"), "{name}");
                }
                Err(VerifyError::Refused(refusal)) => {
                    refused.extend(
                        refusal
                            .violations()
                            .iter()
                            .map(|violation| (name.to_owned(), violation.code)),
                    );
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
    refused.sort();
    refused.dedup();
    let table: Vec<_> = REFUSED.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect();
    assert_eq!(refused, table);
}
