//! Bytes that are no transaction, or one that is written in another way.

use countersign_approval::{Code, Refusal};
use serde_json::{Value, json};
use solana_message::VersionedMessage;
use solana_message::compiled_instruction::CompiledInstruction;

use super::honest::{Built, Honest, judge_json, key, memo};
use crate::VerifyError;
use crate::decode::{Form, MAX_BYTES, decode};

fn code_of(wire: &[u8]) -> Option<Code> {
    decode(wire.to_vec(), Form::Hex).err().map(|violation| violation.code)
}

fn refused(payload: &Value, built: &Built) -> Refusal {
    match judge_json(payload, built) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("{payload}: {other:?}"),
    }
}

#[test]
fn no_byte_may_be_missing_or_more() {
    for honest in [Honest::default(), Honest { legacy: true, ..Honest::default() }] {
        let wire = honest.build().wire();
        assert_eq!(code_of(&wire), None);
        for end in 0..wire.len() {
            assert_eq!(code_of(&wire[..end]), Some(Code::Malformed), "cut at {end}");
        }
        for more in 0..=255 {
            assert_eq!(code_of(&[wire.as_slice(), &[more]].concat()), Some(Code::Malformed));
        }
    }
}

#[test]
fn what_is_larger_than_a_packet_is_refused() {
    let mut text = vec![b'm'; 700];
    let with_memo = |text: &[u8]| {
        let mut memo = memo(&[]);
        memo.data = text.to_vec();
        Honest { after: vec![memo], ..Honest::default() }.build()
    };
    text.resize(700 + MAX_BYTES - with_memo(&text).wire().len(), b'm');
    let built = with_memo(&text);
    assert_eq!(built.wire().len(), MAX_BYTES);
    built.judge().unwrap();
    text.push(b'm');
    let built = with_memo(&text);
    assert_eq!(code_of(&built.wire()), Some(Code::Malformed));
    assert!(refused(&built.payload(), &built).has(Code::Malformed));
}

#[test]
fn a_count_is_written_in_its_shortest_form() {
    let built = Honest { legacy: true, ..Honest::default() }.build();
    let wire = built.wire();
    let message = 1 + 64 * built.tx.signatures.len();
    // The counts of signatures, of keys, of instructions, and of an instruction's accounts.
    let keys = built.tx.message.static_account_keys().len();
    let instructions = message + 4 + 32 * keys + 32;
    for at in [0, message + 3, instructions, instructions + 2] {
        let mut long = wire.clone();
        long[at] |= 0x80;
        long.insert(at + 1, 0);
        assert_eq!(code_of(&long), Some(Code::Malformed), "at {at}");
    }
}

#[test]
fn versions_other_than_legacy_and_v0_are_refused() {
    let wire = Honest::default().build().wire();
    let version = 1 + 64 * 2;
    assert_eq!(wire[version], 0x80);
    for other in 0x81..=0xff {
        let mut changed = wire.clone();
        changed[version] = other;
        assert_eq!(code_of(&changed), Some(Code::Malformed), "{other}");
    }
    // The first version puts its message before its signatures.
    let message = solana_message::v1::Message {
        header: *Honest::default().build().tx.message.header(),
        ..Default::default()
    };
    let bytes = VersionedMessage::V1(message).serialize();
    assert_eq!(code_of(&[bytes.as_slice(), &[0; 128]].concat()), Some(Code::Malformed));
}

/// Changes the message of an honest transaction.
fn changed(change: impl Fn(&mut solana_message::v0::Message)) -> Option<Code> {
    let mut built = Honest { with_table: true, ..Honest::default() }.build();
    let VersionedMessage::V0(message) = &mut built.tx.message else { unreachable!() };
    change(message);
    built.sign_as_others();
    code_of(&built.wire())
}

#[test]
fn the_parts_of_a_message_fit_together() {
    assert_eq!(changed(|_| {}), None);
    let malformed = Some(Code::Malformed);
    assert_eq!(changed(|message| message.header.num_readonly_signed_accounts = 2), malformed);
    assert_eq!(changed(|message| message.header.num_readonly_unsigned_accounts = 200), malformed);
    assert_eq!(changed(|message| message.header.num_required_signatures = 0), malformed);
    assert_eq!(changed(|message| message.account_keys[3] = message.account_keys[1]), malformed);
    assert_eq!(changed(|message| message.instructions[0].program_id_index = 0), malformed);
    assert_eq!(changed(|message| message.instructions[0].program_id_index = 4), malformed);
    assert_eq!(changed(|message| message.instructions[0].accounts[0] = 6), malformed);
    assert_eq!(changed(|message| message.instructions[0].accounts[0] = 255), malformed);
    let lookup = Some(Code::LookupTable);
    let twice = |message: &mut solana_message::v0::Message| {
        message.address_table_lookups.push(message.address_table_lookups[0].clone());
    };
    assert_eq!(changed(twice), lookup);
    let empty = |message: &mut solana_message::v0::Message| {
        message.address_table_lookups[0].writable_indexes.clear();
        message.address_table_lookups[0].readonly_indexes.clear();
    };
    assert_eq!(changed(empty), lookup);
    let many = |count: usize| {
        move |message: &mut solana_message::v0::Message| {
            let more =
                CompiledInstruction { program_id_index: 3, accounts: Vec::new(), data: Vec::new() };
            message.instructions.resize(count, more);
        }
    };
    assert_eq!(changed(many(32)), None);
    assert_eq!(changed(many(33)), malformed);
    assert_eq!(changed(many(64)), malformed);
}

#[test]
fn each_slot_belongs_to_a_signer() {
    let mut built = Honest::default().build();
    built.tx.signatures.push([0; 64].into());
    assert_eq!(code_of(&built.wire()), Some(Code::Malformed));
    built.tx.signatures.truncate(1);
    assert_eq!(code_of(&built.wire()), Some(Code::Malformed));
}

#[test]
fn text_has_one_writing() {
    use base64::Engine as _;
    let built = Honest::default().build();
    let hex = hex::encode(built.wire());
    let base64 = base64::engine::general_purpose::STANDARD.encode(built.wire());
    judge_json(&json!({ "transaction_hex": hex.to_uppercase() }), &built).unwrap();
    for (name, text) in [
        ("transaction", format!("0x{hex}")),
        ("transaction_hex", format!("0x{hex}")),
        ("transaction_hex", format!("0X{hex}")),
        ("transaction_hex", base64.clone()),
        ("transaction_hex", format!("{hex} ")),
        ("transaction_hex", hex[1..].to_owned()),
        ("transaction_base64", format!("{base64}\n")),
        ("transaction_base64", format!(" {base64}")),
        ("transaction_base64", format!("{base64}=")),
        ("transaction", base64.replacen('A', "-", 1)),
    ] {
        let refusal = refused(&json!({ name: text }), &built);
        assert!(refusal.has(Code::Encoding), "{text}: {refusal}");
    }
    let other = Honest { blockhash: [8; 32], ..Honest::default() }.build();
    for payload in [
        json!({ "transaction_hex": hex, "transaction_base64": base64.replacen("Bw", "Bx", 1) }),
        json!({ "transaction": hex, "transaction_hex": hex::encode(other.wire()) }),
    ] {
        assert!(refused(&payload, &built).has(Code::Encoding));
    }
}

#[test]
fn a_payload_is_one_object_with_one_transaction() {
    let built = Honest::default().build();
    let hex = hex::encode(built.wire());
    for payload in [
        json!(null),
        json!([hex]),
        json!({}),
        json!({ "transaction": null }),
        json!({ "transaction": 7 }),
        json!({ "transaction": "" }),
        json!({ "transaction": hex, "params_to_sign": { "transaction": hex } }),
        json!({ "params": {}, "params_to_sign": { "transaction": hex } }),
    ] {
        assert!(refused(&payload, &built).has(Code::Malformed), "{payload}");
    }
    let twice = format!(r#"{{"transaction": "{hex}", "transaction": "{hex}"}}"#);
    let payload = crate::CosignPayload::new(twice);
    let judged = crate::judge(&payload, &built.terms, &built.facts, super::terms::NOW).unwrap_err();
    let VerifyError::Refused(refusal) = judged else { panic!("{judged}") };
    assert!(refusal.has(Code::Encoding));
    assert_eq!(key("user").to_string(), built.terms.user.to_string());
}
