//! Transactions that other libraries made and signed: ours are the same, byte for byte.

use countersign_approval::{
    AssetTransfer, Code, CosignTerms, DurableNonce, OthersSign, SolanaFacts, TokenTransfer,
};
use countersign_units::{SolanaAddress, UnixSeconds};
use serde_json::{Value, json};

use super::terms::{NOW, parsed};
use crate::decode::{self, Decoded};
use crate::payload::{self, Sent};
use crate::sign::fill;
use crate::{CosignPayload, LocalCosignSigner, VerifyError, judge, programs};

const VECTORS: &str = include_str!("../../../../tests/vectors/sol-cosign.json");

/// The cases that the checks refuse, and why: each does something else beside one plain transfer,
/// or lives for good. A right signature says nothing about what is signed.
const REFUSED: [(&str, Code); 18] = [
    ("sponsor-payer-memo-signed-by-user-v0", Code::ExtraInstruction),
    ("sponsor-payer-durable-nonce-sponsor-authority-legacy", Code::DurableNonce),
    ("sponsor-payer-durable-nonce-sponsor-authority-v0", Code::DurableNonce),
    ("durable-nonce-separate-authority-three-signers-v0", Code::DurableNonce),
    ("user-is-first-signer-sponsor-cosigns-v0", Code::UnknownProgram),
    ("three-signers-third-already-signed-legacy", Code::UnknownProgram),
    ("three-signers-third-already-signed-v0", Code::UnknownProgram),
    ("three-signers-third-still-missing-v0", Code::UnknownProgram),
    ("three-signers-user-last-legacy", Code::UnknownProgram),
    ("three-signers-user-last-v0", Code::UnknownProgram),
    ("four-signers-two-missing-legacy", Code::UnknownProgram),
    ("wrap-sol-and-transfer-legacy", Code::ExtraInstruction),
    ("wrap-sol-and-transfer-v0", Code::ExtraInstruction),
    ("ten-transfers-legacy", Code::ExtraInstruction),
    ("ten-transfers-v0", Code::ExtraInstruction),
    ("spl-plain-transfer-legacy", Code::Mint),
    ("token2022-transfer-checked-with-fee-v0", Code::ExtraInstruction),
    ("account-order-not-as-web3-would-compile-legacy", Code::UnknownProgram),
];

fn cases() -> Vec<Value> {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn decoded(payload: &Value) -> Decoded {
    let payload = CosignPayload::new(payload.to_string());
    let payload = payload::read(&payload).unwrap();
    decode::from_payload(Sent::new(&payload).unwrap()).unwrap()
}

/// Makes the terms under which a case would be agreed: the first transfer that our key makes.
fn terms(case: &Value) -> CosignTerms {
    let user: SolanaAddress = parsed(&case["user"]["pubkey"]).unwrap();
    let signers = case["signers"].as_array().unwrap();
    let tables = case["lookup_tables"].as_array().unwrap().iter().map(|table| {
        let entries = table["addresses"].as_array().unwrap();
        (parsed(&table["table"]).unwrap(), entries.iter().map(|key| parsed(key).unwrap()).collect())
    });
    let transfer = transfer(case, user);
    CosignTerms {
        genesis_hash: None,
        user,
        fee_payer: parsed(&case["fee_payer"]).unwrap(),
        required_signers: signers.iter().map(|s| parsed(&s["pubkey"]).unwrap()).collect(),
        others_sign: OthersSign::Anytime,
        max_lamports_out: 1_000_000_000,
        transfer,
        recent_blockhash: parsed(&case["recent_blockhash"]),
        durable_nonce: DurableNonce::Refuse,
        allowed_programs: vec![
            programs::COMPUTE_BUDGET,
            programs::SYSTEM,
            programs::SPL_TOKEN,
            programs::TOKEN_2022,
            programs::ASSOCIATED_TOKEN,
            programs::MEMO,
        ],
        opaque_programs: Vec::new(),
        lookup_tables: tables.collect(),
        allowed_extensions: Vec::new(),
        max_compute_unit_price: None,
        deadline: None,
        min_remaining: 0,
        max_deadline: UnixSeconds::new(NOW.value() + 3_600),
        require_facts: Vec::new(),
    }
}

/// Finds the first transfer of our key in a case's own list of instructions.
fn transfer(case: &Value, user: SolanaAddress) -> AssetTransfer {
    let native = || AssetTransfer::Native { destination: user, lamports: 1 };
    let instructions = case["instructions"].as_array().unwrap();
    let found = instructions.iter().find_map(|found| read_transfer(found, user));
    let mut transfer = found.unwrap_or_else(native);
    let made = instructions
        .iter()
        .find(|made| parsed::<SolanaAddress>(&made["program"]) == Some(programs::ASSOCIATED_TOKEN));
    if let (AssetTransfer::Token(token), Some(made)) = (&mut transfer, made) {
        token.destination_owner = parsed(&made["accounts"][2]["pubkey"]).unwrap();
    }
    transfer
}

fn read_transfer(instruction: &Value, user: SolanaAddress) -> Option<AssetTransfer> {
    let program: SolanaAddress = parsed(&instruction["program"]).unwrap();
    let data = hex::decode(text(instruction, "data_hex")).unwrap();
    let accounts = instruction["accounts"].as_array().unwrap();
    let account =
        |place: usize| -> Option<SolanaAddress> { parsed(&accounts.get(place)?["pubkey"]) };
    let amount = |at: usize| Some(u64::from_le_bytes(data.get(at..at + 8)?.try_into().unwrap()));
    if program == programs::SYSTEM && data.starts_with(&[2, 0, 0, 0]) && account(0) == Some(user) {
        return Some(AssetTransfer::Native { destination: account(1)?, lamports: amount(4)? });
    }
    if program == programs::SPL_TOKEN && data.first() == Some(&3) && account(2) == Some(user) {
        // It names no mint, so any will do.
        return Some(AssetTransfer::Token(TokenTransfer {
            program,
            mint: user,
            decimals: 6,
            amount: amount(1)?,
            source: account(0)?,
            destination: account(1)?,
            destination_owner: user,
        }));
    }
    let is_token = program == programs::SPL_TOKEN || program == programs::TOKEN_2022;
    (is_token && data.first() == Some(&12) && account(3) == Some(user)).then(|| {
        let (source, mint, destination) = (account(0), account(1), account(2));
        AssetTransfer::Token(TokenTransfer {
            program,
            mint: mint.unwrap(),
            decimals: data[9],
            amount: amount(1).unwrap(),
            source: source.unwrap(),
            destination: destination.unwrap(),
            destination_owner: user,
        })
    })
}

#[test]
fn every_case_is_signed_to_the_same_bytes() {
    let cases = cases();
    assert!(cases.len() >= 33);
    for case in &cases {
        let name = text(case, "name");
        let signer = LocalCosignSigner::from_seed_hex(text(&case["user"], "seed_hex")).unwrap();
        for (form, unsigned, signed) in [
            ("transaction_hex", "unsigned_hex", "signed_hex"),
            ("transaction_base64", "unsigned_base64", "signed_base64"),
            ("transaction", "unsigned_hex", "signed_hex"),
            ("transaction", "unsigned_base64", "signed_base64"),
        ] {
            let decoded = decoded(&json!({ form: text(case, unsigned) }));
            assert_eq!(hex::encode(decoded.message_bytes()), text(case, "message_hex"), "{name}");
            let signature = signer.sign_bytes(decoded.message_bytes()).unwrap();
            let done = fill(&decoded, signer.address(), signature).unwrap();
            let signature = hex::encode(done.signature());
            assert_eq!(signature, text(case, "expected_signature_hex"), "{name}");
            assert_eq!(done.in_form_it_came(), text(case, signed), "{name}");
            assert_eq!(done.to_hex(), text(case, "signed_hex"), "{name}");
            assert_eq!(done.to_base64(), text(case, "signed_base64"), "{name}");
        }
    }
}

#[test]
fn every_case_is_read_as_it_was_made() {
    for case in &cases() {
        let name = text(case, "name");
        let decoded = decoded(&json!({ "transaction": text(case, "unsigned_hex") }));
        assert_eq!(decoded.version(), if case["version"] == 0 { "v0" } else { "legacy" }, "{name}");
        assert_eq!(decoded.blockhash().to_string(), text(case, "recent_blockhash"), "{name}");
        let signers = case["signers"].as_array().unwrap();
        assert_eq!(decoded.signers_count(), signers.len(), "{name}");
        for (place, (signer, found)) in signers.iter().zip(decoded.signers()).enumerate() {
            assert_eq!(found.to_string(), text(signer, "pubkey"), "{name}");
            assert_eq!(decoded.is_writable(place), signer["writable"] == true, "{name}");
        }
    }
}

#[test]
fn the_checks_refuse_what_is_in_the_table_and_nothing_else() {
    let mut refused = Vec::new();
    for case in &cases() {
        let name = text(case, "name");
        let payload = json!({ "transaction": text(case, "unsigned_hex") });
        let payload = CosignPayload::new(payload.to_string());
        match judge(&payload, &terms(case), &SolanaFacts::default(), NOW) {
            Ok(judgement) => {
                assert_eq!(hex::encode(judgement.message().as_bytes()), text(case, "message_hex"));
            }
            Err(VerifyError::Refused(refusal)) => {
                let code = REFUSED.iter().find(|(refused, _)| *refused == name);
                assert!(code.is_some_and(|(_, code)| refusal.has(*code)), "{name}: {refusal}");
                refused.push(name.to_owned());
            }
            Err(VerifyError::Terms(error)) => panic!("{name}: {error}"),
        }
    }
    assert_eq!(refused.len(), REFUSED.len(), "{refused:?}");
}
