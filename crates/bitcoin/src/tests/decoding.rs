//! Bytes that are no PSBT, or too many.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_approval::Code;
use serde_json::json;

use super::honest::{Built, Honest, Kind};
use super::terms::{NOW, no_facts};
use crate::decode::{MAX_BYTES, decode};
use crate::{PsbtPayload, VerifyError, judge};

/// A transaction with one input and one output.
fn unsigned_tx() -> Vec<u8> {
    let txin = [&[1; 32][..], &[0; 4], &[0], &[0xff; 4]].concat();
    let txout = [&[9, 0, 0, 0, 0, 0, 0, 0][..], &[1, 0x51]].concat();
    [&[2, 0, 0, 0, 1][..], &txin, &[1], &txout, &[0; 4]].concat()
}

/// A field whose key is a type and data, in the shortest writing.
fn field(key: &[u8], value: &[u8]) -> Vec<u8> {
    let compact = |size: usize| match u8::try_from(size) {
        Ok(small) if small < 0xfd => vec![small],
        _ => [&[0xfe][..], &u32::try_from(size).unwrap().to_le_bytes()].concat(),
    };
    [compact(key.len()), key.to_vec(), compact(value.len()), value.to_vec()].concat()
}

/// A PSBT of one input and one output, with these fields beside its transaction.
fn psbt(global: &[u8], input: &[u8], output: &[u8]) -> Vec<u8> {
    let tx = field(&[0], &unsigned_tx());
    [b"psbt\xff", tx.as_slice(), global, &[0], input, &[0], output, &[0]].concat()
}

fn is_read(bytes: &[u8]) -> bool {
    decode(bytes).is_ok()
}

#[test]
fn a_bare_psbt_is_read_and_no_byte_may_be_missing_or_more() {
    let bare = psbt(&[], &[], &[]);
    assert!(is_read(&bare));
    for end in 0..bare.len() {
        assert!(!is_read(&bare[..end]), "cut at {end}");
    }
    assert!(!is_read(&[bare.as_slice(), &[0]].concat()));
    assert!(!is_read(&[b"psbu\xff", &bare[5..]].concat()));
}

#[test]
fn the_unsigned_transaction_has_no_scripts_and_stands_once() {
    let tx = unsigned_tx();
    let twice = field(&[0], &tx);
    assert!(!is_read(&psbt(&twice, &[], &[])));
    let with = |tx: &[u8]| [b"psbt\xff", field(&[0], tx).as_slice(), &[0, 0, 0]].concat();
    assert!(is_read(&with(&tx)));
    let mut script_sig = tx.clone();
    script_sig.splice(41..42, [1, 0x51]);
    assert!(!is_read(&with(&script_sig)));
    let mut witness = tx.clone();
    witness.splice(4..4, [0, 1]);
    assert!(!is_read(&with(&witness)));
    assert!(!is_read(&with(&[tx.as_slice(), &[0]].concat())));
    // Another writing of one input: three bytes where one says it.
    let mut long = tx;
    long.splice(4..5, [0xfd, 1, 0]);
    assert!(!is_read(&with(&long)));
}

#[test]
fn no_key_stands_twice_in_a_map() {
    let unknown = field(&[0x70, 1], &[1]);
    let other = field(&[0x70, 2], &[1]);
    let many: Vec<u8> = (0..100).flat_map(|n| field(&[0x71, n], &[])).collect();
    for (fields, right) in [
        ([unknown.clone(), other].concat(), true),
        ([unknown.clone(), unknown.clone()].concat(), false),
        ([many.clone(), unknown.clone()].concat(), true),
        ([many, field(&[0x71, 7], &[1])].concat(), false),
    ] {
        assert_eq!(is_read(&psbt(&fields, &[], &[])), right);
        assert_eq!(is_read(&psbt(&[], &fields, &[])), right);
        assert_eq!(is_read(&psbt(&[], &[], &fields)), right);
    }
}

#[test]
fn sizes_and_types_are_written_shortly() {
    assert!(!is_read(&psbt(&[], &[0xfd, 1, 0, 0x70, 0], &[])));
    assert!(!is_read(&psbt(&[], &[1, 0x70, 0xfd, 1, 0, 9], &[])));
    assert!(!is_read(&psbt(&[], &field(&[0xfd, 0x70, 0], &[]), &[])));
    assert!(is_read(&psbt(&[], &field(&[0xfd, 0x70, 1], &[]), &[])));
    assert!(!is_read(&psbt(
        &[],
        &[1, 0x70, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[]
    )));
}

#[test]
fn known_fields_have_their_form() {
    let key = [&[6, 2][..], &[5; 32]].concat();
    let block = [&[0x15, 0xc0][..], &[5; 32]].concat();
    for (input, right) in [
        (field(&[0x03], &[1, 0, 0, 0]), true),
        (field(&[0x03], &[1, 0, 0]), false),
        (field(&[0x03, 1], &[1, 0, 0, 0]), false),
        (field(&[0x01, 1], &[0; 9]), false),
        (field(&key, &[0; 8]), true),
        (field(&key, &[0; 7]), false),
        (field(&[6, 2, 5], &[0; 8]), false),
        (field(&[2, 5, 5], &[0; 8]), false),
        (field(&[0x13], &[0; 64]), true),
        (field(&[0x13], &[0; 63]), false),
        (field(&[0x17], &[0; 32]), true),
        (field(&[0x17], &[0; 33]), false),
        (field(&[0x18], &[0; 31]), false),
        (field(&block, &[0x51, 0xc0]), true),
        (field(&block[..20], &[0x51, 0xc0]), false),
        (field(&[0x0e], &[0; 32]), false),
        (field(&[0x10], &[0; 4]), false),
    ] {
        assert_eq!(is_read(&psbt(&[], &input, &[])), right, "{}", hex::encode(input));
    }
    for (global, right) in [
        (field(&[0xfb], &[0; 4]), true),
        (field(&[0xfb], &[2, 0, 0, 0]), false),
        (field(&[0xfb], &[0]), false),
        (field(&[0x04], &[1]), false),
        (field(&[0xfc, 1, 9, 0], &[1]), true),
    ] {
        assert_eq!(is_read(&psbt(&global, &[], &[])), right, "{}", hex::encode(global));
    }
    for (output, right) in [
        (field(&[0x03], &[0; 8]), false),
        (field(&[0x05], &[0; 32]), true),
        (field(&[0x05], &[0; 31]), false),
        (field(&[0x06], &[128, 0xc0, 1, 0x51]), true),
        (field(&[0x06], &[129, 0xc0, 1, 0x51]), false),
        (field(&[0x06], &[1, 0xc0, 2, 0x51]), false),
        (field(&[0x06], &[]), false),
    ] {
        assert_eq!(is_read(&psbt(&[], &[], &output)), right, "{}", hex::encode(output));
    }
}

fn judged(built: &Built, psbt: &[u8]) -> Result<(), VerifyError> {
    let payload = json!({"psbt": STANDARD.encode(psbt), "inputs": built.ours});
    judge(&PsbtPayload::new(payload.to_string()), &built.terms, &no_facts(), NOW).map(|_| ())
}

fn is_malformed(judged: &Result<(), VerifyError>) -> bool {
    matches!(judged, Err(VerifyError::Refused(refusal)) if refusal.has(Code::Malformed))
}

#[test]
fn base64_has_one_writing() {
    let built = Honest::default().build();
    let honest = STANDARD.encode(built.psbt.serialize());
    let bare = honest.trim_end_matches('=').to_owned();
    let spaced = format!("{} {}", &honest[..8], &honest[8..]);
    let mut texts = vec![spaced, format!("{honest}\n"), honest.replacen('A', "-", 1)];
    texts.extend((bare != honest).then_some(bare));
    for text in texts {
        let payload = json!({"psbt": text, "inputs": built.ours});
        let judged = judge(&PsbtPayload::new(payload.to_string()), &built.terms, &no_facts(), NOW);
        let Err(VerifyError::Refused(refusal)) = judged else { panic!("{judged:?}") };
        assert!(refusal.has(Code::Encoding), "{refusal}");
    }
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let built = Honest::default().build();
    let start = Instant::now();
    assert!(is_malformed(&judged(&built, &vec![0; MAX_BYTES + 10])));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn ten_thousand_inputs_are_refused_in_time() {
    let coins = vec![(Kind::Wpkh, 1_000, false); 10_000];
    let built = Honest { coins, ..Honest::default() }.build();
    let bytes = built.psbt.serialize();
    let start = Instant::now();
    let refused = judged(&built, &bytes);
    assert!(is_malformed(&refused), "{refused:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_thousand_inputs_are_accepted() {
    let coins = vec![(Kind::Wpkh, 1_000, false); 1_000];
    let built = Honest { coins, fee: 100_000, ..Honest::default() }.build();
    judged(&built, &built.psbt.serialize()).unwrap();
}

#[test]
fn many_fields_and_deep_trees_cost_no_more_than_their_size() {
    let mut built = Honest::default().build();
    for number in 0..50_000_u32 {
        let key = number.to_le_bytes().to_vec();
        let key = bitcoin::psbt::raw::Key { type_value: 0x70, key };
        built.psbt.inputs[0].unknown.insert(key, vec![1]);
    }
    let start = Instant::now();
    judged(&built, &built.psbt.serialize()).unwrap();
    let leaves: Vec<u8> = (0..200_000).flat_map(|_| [128, 0xc0, 1, 0x51]).collect();
    assert!(is_read(&psbt(&[], &[], &field(&[0x06], &leaves))));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
