use countersign_approval::{Code, SolanaFacts};
use proptest::prelude::*;
use serde_json::json;

use super::honest::{Built, Honest, judge_json, memo, unit_price};
use super::terms::NOW;
use crate::decode::{Form, decode};
use crate::{CosignClaims, CosignPayload, VerifyError, facts_query, judge};

fn examples() -> Vec<Built> {
    let before = vec![unit_price(1_000)];
    let after = vec![memo(&["sponsor"])];
    [
        Honest { before, after, ..Honest::default() },
        Honest { legacy: true, ..Honest::default() },
        Honest { with_table: true, ..Honest::default() },
        Honest::native(),
    ]
    .map(|honest| honest.build())
    .into()
}

#[test]
fn any_byte_that_changes_is_noticed() {
    for built in examples() {
        let wire = built.wire();
        let message = 1 + 64 * built.tx.signatures.len();
        for at in 0..wire.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = wire.clone();
                changed[at] ^= flip;
                let judged = judge_json(&json!({ "transaction": hex::encode(changed) }), &built);
                let Err(VerifyError::Refused(refusal)) = judged else {
                    panic!("byte {at} of {}: {judged:?}", wire.len())
                };
                // In the slots it is a signature that is wrong, whoever's it is.
                let slots = (1..message).contains(&at);
                assert!(!slots || refusal.has(Code::Signers), "byte {at}: {refusal}");
            }
        }
    }
}

#[test]
fn any_byte_of_the_message_that_changes_is_noticed_without_signatures_too() {
    for mut built in examples() {
        built.terms.others_sign = countersign_approval::OthersSign::Anytime;
        built.tx.signatures.fill([0; 64].into());
        built.judge().unwrap();
        let wire = built.wire();
        let message = 1 + 64 * built.tx.signatures.len();
        let mut passed = Vec::new();
        for at in message..wire.len() {
            let mut changed = wire.clone();
            changed[at] ^= 0x01;
            let payload = json!({ "transaction": hex::encode(changed) });
            passed.extend(judge_json(&payload, &built).is_ok().then_some(at - message));
        }
        // Only what is neutral may differ: the price of a compute unit and the text of a memo,
        // which nobody but their payer and their signer cares about, and the mark that a program
        // may be written to, which the chain ignores.
        let neutral = neutral_bytes(&built);
        assert!(passed.iter().all(|at| neutral.contains(at)), "{passed:?} of {neutral:?}");
    }
}

/// Finds the bytes of a message that terms leave open.
fn neutral_bytes(built: &Built) -> Vec<usize> {
    let message = built.tx.message.serialize();
    let mut open = vec![3];
    for text in [&1_000_u64.to_le_bytes()[..], b"order 7"] {
        let start = message.windows(text.len()).position(|window| window == text);
        open.extend(start.into_iter().flat_map(|start| start..start + text.len()));
    }
    open
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = decode(bytes.clone(), Form::Hex);
        let built = Honest::default().build();
        let payload = json!({ "transaction": hex::encode(&bytes) });
        prop_assert!(judge_json(&payload, &built).is_err());
        let payload = CosignPayload::new(payload.to_string());
        prop_assert!(CosignClaims::of(&payload).is_none());
        prop_assert!(facts_query(&payload, &built.terms).is_none());
    }

    #[test]
    fn arbitrary_text_never_panics(text: String) {
        let terms = Honest::default().build().terms;
        let payload = CosignPayload::new(text);
        prop_assert!(judge(&payload, &terms, &SolanaFacts::default(), NOW).is_err());
    }

    #[test]
    fn bytes_that_are_mixed_up_never_panic(
        which in 0..4_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let built = &examples()[which];
        let mut wire = built.wire();
        for (at, byte) in edits {
            let at = at.index(wire.len());
            wire[at] = byte;
        }
        let _ = judge_json(&json!({ "transaction": hex::encode(&wire) }), built);
        wire.truncate(cut.index(wire.len()));
        let payload = json!({ "transaction": hex::encode(&wire) });
        prop_assert!(judge_json(&payload, built).is_err());
    }
}
