//! What holds for every quote and every intent.

use std::sync::{Arc, LazyLock};

use countersign_approval::{IntentStandard, IntentTerms, NearFacts, QuoteTerms, Terms};
use countersign_units::Lots;
use proptest::prelude::*;
use serde_json::Value;

use super::honest::{NOW, answer, canonical, keys, sign, terms, unsigned};
use super::payloads::{ALL, generated, intent_terms_for, message, payload};
use crate::{IntentPayload, QuoteAnswer, QuoteKeys, prove, verify_intent};

static ASKED: LazyLock<Arc<Terms<QuoteTerms>>> = LazyLock::new(|| Arc::new(terms()));
static KEYS: LazyLock<QuoteKeys> = LazyLock::new(keys);
static ANSWER: LazyLock<String> = LazyLock::new(|| answer().to_string());
static AGREED: LazyLock<[Arc<Terms<IntentTerms>>; 4]> =
    LazyLock::new(|| ALL.map(|standard| Arc::new(intent_terms_for(standard))));
static PAYLOADS: LazyLock<[String; 4]> = LazyLock::new(|| ALL.map(payload));

fn is_proven(text: &str) -> bool {
    prove(QuoteAnswer::new(text), &ASKED, &KEYS, NOW).is_ok()
}

/// Verifies a payload by the terms of one of the standards.
fn is_verified(place: usize, text: &str) -> bool {
    verify_intent(IntentPayload::new(text), &AGREED[place], &NearFacts::default(), NOW).is_ok()
}

/// Members of the request or of the offer that may hold any text and are signed.
fn any_text() -> impl Strategy<Value = String> {
    // Everything that JSON escapes, beside what it does not.
    prop_oneof!["[\\x00-\\x7f]{0,12}", "\\PC{0,12}", any::<String>()]
}

/// Replaces one byte by another that leaves the text one of UTF-8.
fn with_byte(text: &str, place: prop::sample::Index, byte: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let place = place.index(bytes.len());
    if bytes[place] == byte {
        return None;
    }
    bytes[place] = byte;
    String::from_utf8(bytes).ok()
}

/// Says whether two answers say the same of all that is looked at.
fn means_the_same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| {
        let mut answer: Value = serde_json::from_str(text).unwrap();
        let members = answer.as_object_mut().unwrap();
        let read = ["quoteRequest", "quote", "signature", "timestamp"];
        members.retain(|name, _| read.contains(&name.as_str()));
        let request = members["quoteRequest"].as_object_mut().unwrap();
        request.retain(|_, value| *value != 0 && *value != false);
        // Who else is paid is the API's own affair, within the bound.
        request["appFees"][0] = Value::Null;
        let deadline = request["deadline"].as_str().unwrap().to_uppercase();
        request["deadline"] = deadline.into();
        answer
    });
    one == other
}

/// Signatures are slow where nothing is optimised.
fn cases() -> u32 {
    ProptestConfig::default().cases.div_ceil(4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn what_is_signed_is_what_a_library_writes(
        texts in prop::array::uniform4(any_text()),
        numbers: [u32; 2],
        dry: bool,
    ) {
        let [formatted, usd, memo, referral] = texts;
        let [estimate, fee] = numbers;
        let mut answer = unsigned();
        answer["quoteRequest"]["dry"] = dry.into();
        answer["quoteRequest"]["referral"] = referral.clone().into();
        answer["quote"]["amountInFormatted"] = formatted.into();
        answer["quote"]["amountInUsd"] = usd.into();
        answer["quote"]["timeEstimate"] = estimate.into();
        answer["quote"]["refundFee"] = fee.to_string().into();
        if dry {
            answer["quote"]["depositAddress"] = Value::Null;
        } else {
            answer["quote"]["depositMemo"] = memo.clone().into();
        }
        let mut asked = terms();
        asked.approval.dry = dry;
        asked.approval.referral = Some(referral);
        let text = canonical(&answer, true);
        let result = super::honest::prove_json(&sign(answer), asked);
        let is_refused_for_memo = !dry && memo.chars().any(char::is_control);
        prop_assert_eq!(result.is_ok(), !is_refused_for_memo, "{:?}: {}", result.err(), text);
    }

    #[test]
    fn a_changed_byte_is_refused_or_changes_nothing(place: prop::sample::Index, byte in 1..=0x7e_u8) {
        let Some(changed) = with_byte(&ANSWER, place, byte) else { return Ok(()) };
        if is_proven(&changed) {
            prop_assert!(means_the_same(&ANSWER, &changed), "{}", changed);
        }
    }

    #[test]
    fn any_amount_in_is_the_agreed_one(amount: [u64; 4]) {
        let amount = Lots::new(countersign_units::U256::from_limbs(amount));
        let mut answer = unsigned();
        answer["quote"]["amountIn"] = amount.to_string().into();
        prop_assert!(!is_proven(&sign(answer).to_string()));
    }

    #[test]
    fn no_answer_panics(text in ".*", cut: prop::sample::Index) {
        prop_assert!(!is_proven(&text));
        let text = &ANSWER[..cut.index(ANSWER.len())];
        prop_assert!(!is_proven(text));
    }

    #[test]
    fn a_changed_byte_of_an_intent_is_refused_or_changes_nothing(
        standard in 0..4_usize,
        place: prop::sample::Index,
        byte in 1..=0x7e_u8,
    ) {
        let text = &PAYLOADS[standard];
        let Some(changed) = with_byte(text, place, byte) else { return Ok(()) };
        if is_verified(standard, &changed) {
            let [one, other] = [text, &changed].map(|text| {
                serde_json::from_str::<Value>(text).unwrap()["intent"].clone()
            });
            // A nonce has 15 bytes of chance in it, and a name like the envelope's may differ.
            let [one, other] = [one, other].map(|mut intent| {
                match &mut intent["payload"] {
                    Value::String(text) => {
                        let mut message: Value = serde_json::from_str(text).unwrap();
                        message["nonce"] = Value::Null;
                        *text = message.to_string();
                    }
                    payload => payload["nonce"] = Value::Null,
                }
                intent
            });
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn any_other_amount_or_receiver_is_refused(standard in 0..4_usize, amount: u64, receiver in "[a-z0-9.]{2,64}") {
        let name: IntentStandard = ALL[standard];
        let mut changed = message(name);
        changed["intents"][0]["tokens"][super::honest::USDC] = amount.to_string().into();
        prop_assert_eq!(is_verified(standard, &generated(name, &changed)), amount == 100_000_000);
        let mut changed = message(name);
        changed["intents"][0]["receiver_id"] = receiver.into();
        prop_assert!(!is_verified(standard, &generated(name, &changed)));
    }

    #[test]
    fn no_payload_panics(standard in 0..4_usize, text in ".*", cut: prop::sample::Index) {
        prop_assert!(!is_verified(standard, &text));
        let inner = payload(ALL[standard]).replacen("signer_id", &text.replace(['"', '\\'], ""), 1);
        prop_assert_eq!(is_verified(standard, &inner), text == "signer_id");
        let payload = &PAYLOADS[standard];
        prop_assert!(!is_verified(standard, &payload[..cut.index(payload.len())]));
    }
}
