//! Intents that must be refused, each with its honest twin.

use countersign_approval::{
    Code, IntentBound, IntentKey, IntentNonceRule, IntentStandard, NearFacts, QuotePlace,
};
use countersign_units::{EvmAddress, Lots, UnixSeconds};
use serde_json::{Value, json};

use super::honest::{DEPOSIT, NOW, USDC, prove_json, proven, sign, terms, unsigned};
use super::payloads::{
    ALL, NONCE, generated, intent_terms_for, message, owner, payload, verify, verify_json,
};
use crate::{IntentOwner, IntentPayload, TermsError, VerifyError, intent_terms, verify_intent};

fn codes(result: Result<crate::VerifiedIntent, VerifyError>) -> Vec<&'static str> {
    match result {
        Err(VerifyError::Refused(refusal)) => {
            let found = refusal.violations().iter().map(|found| found.code.as_str());
            let mut codes: Vec<_> = found.collect();
            codes.dedup();
            codes
        }
        other => panic!("{other:?}"),
    }
}

/// What is found when the message is changed, whatever the standard.
fn changed(change: impl Fn(&mut Value)) -> Vec<&'static str> {
    let found = ALL.map(|standard| {
        let mut message = message(standard);
        change(&mut message);
        codes(verify(standard, &generated(standard, &message)))
    });
    let [first, others @ ..] = &found;
    assert!(others.iter().all(|other| other == first), "{found:?}");
    first.clone()
}

#[test]
fn an_honest_intent_is_verified() {
    for standard in ALL {
        let intent = verify(standard, &payload(standard)).unwrap();
        assert_eq!((intent.receiver_id(), intent.token()), (DEPOSIT, USDC));
        assert_eq!(intent.amount(), Lots::from(100_000_000));
        let claim = intent.claim();
        assert_eq!(claim.amount, intent.amount());
        let resource = format!("deposit:near/intents.near:{DEPOSIT}");
        assert!(claim.resources.contains(&resource), "{claim:?}");
        let nonce = hex::encode(intent.nonce());
        let resource = format!("near/intents.near/{}/{nonce}", intent.signer_id());
        assert!(claim.resources.contains(&resource), "{claim:?}");
        let statement = intent.statement().to_string();
        for line in [DEPOSIT, USDC, "100000000", "one transfer", "not judged"] {
            assert!(statement.contains(line), "{statement}");
        }
    }
}

#[test]
fn the_intent_may_come_alone() {
    let payload: Value = serde_json::from_str(&payload(IntentStandard::Nep413)).unwrap();
    assert!(verify(IntentStandard::Nep413, &payload["intent"].to_string()).is_ok());
}

#[test]
fn an_answer_with_two_intents_is_refused() {
    for name in ["standard", "payload"] {
        let mut answer: Value = serde_json::from_str(&payload(IntentStandard::Nep413)).unwrap();
        answer[name] = answer["intent"][name].clone();
        assert_eq!(codes(verify(IntentStandard::Nep413, &answer.to_string())), ["malformed"]);
    }
}

#[test]
fn nothing_but_the_one_transfer_is_taken() {
    let intent = |message: &Value| message["intents"][0].clone();
    let with = |name: &'static str, value: Value| {
        move |message: &mut Value| message["intents"][0][name] = value.clone()
    };
    assert_eq!(changed(|message| message["intents"] = json!([])), ["intent_kind"]);
    let twice =
        |message: &mut Value| message["intents"] = json!([intent(message), intent(message)]);
    assert_eq!(changed(twice), ["intent_kind"]);
    let diff = json!([{"intent": "token_diff", "diff": {USDC: "-100000000"}}]);
    assert_eq!(changed(|message| message["intents"] = diff.clone()), ["intent_kind"]);
    for kind in ["ft_withdraw", "native_withdraw", "add_public_key", "auth_call", "Transfer"] {
        assert_eq!(changed(with("intent", kind.into())), ["intent_kind"], "{kind}");
    }
    for (name, value) in [
        ("memo", json!("note")),
        ("msg", json!("{}")),
        ("state_init", json!({})),
        ("min_gas", json!("1")),
        ("notification", json!({"msg": ""})),
        ("notification", Value::Null),
        ("invented", json!(1)),
    ] {
        assert_eq!(changed(with(name, value)), ["intent_kind"], "{name}");
    }
    let two = json!({USDC: "100000000", "nep141:wrap.near": "1"});
    assert_eq!(changed(with("tokens", two)), ["intent_kind"]);
    assert_eq!(changed(with("tokens", json!({}))), ["intent_kind"]);
    assert_eq!(changed(with("tokens", json!({"nep141:wrap.near": "100000000"}))), ["token"]);
    assert_eq!(changed(with("tokens", json!({USDC: "100000001"}))), ["amount"]);
    assert_eq!(changed(with("tokens", json!({USDC: "99999999"}))), ["amount"]);
    assert_eq!(changed(with("tokens", json!({USDC: "1e8"}))), ["encoding"]);
    assert_eq!(changed(with("tokens", json!({USDC: 100_000_000}))), ["malformed"]);
    assert_eq!(changed(with("receiver_id", json!("thief.near"))), ["deposit_address"]);
    assert_eq!(changed(with("receiver_id", Value::Null)), ["malformed"]);
    for name in ["memo", "msg"] {
        assert!(ALL.iter().all(|standard| {
            let mut message = message(*standard);
            message["intents"][0][name] = Value::Null;
            verify(*standard, &generated(*standard, &message)).is_ok()
        }));
    }
}

#[test]
fn the_parties_are_ours() {
    assert_eq!(changed(|message| message["signer_id"] = "other.near".into()), ["signer"]);
    assert_eq!(changed(|message| message["invented"] = 1.into()), ["malformed"]);
    assert_eq!(changed(|message| message["deadline"] = Value::Null), ["encoding"]);
    for standard in ALL {
        let text = payload(standard).replace("intents.near", "intents2.near");
        assert_eq!(codes(verify(standard, &text)), ["verifying_contract"]);
    }
}

#[test]
fn the_deadline_is_within_that_of_the_quote() {
    let at = |deadline: Value, nonce: &'static str| {
        ALL.map(|standard| {
            let mut message = message(standard);
            message["deadline"] = deadline.clone();
            let text = generated(standard, &message).replace(NONCE, nonce);
            verify(standard, &text).map(|_| ())
        })
    };
    // The nonce carries the same moment.
    let seconds = json!({"timestamp": super::honest::DEADLINE_SECONDS + 72 * 3_600});
    assert!(at(seconds, NONCE).iter().all(Result::is_ok));
    assert!(at(json!("2026-11-24T09:30:00+01:00"), NONCE).iter().all(Result::is_ok));
    let later = changed(|message| message["deadline"] = "2026-11-24T08:30:01.000Z".into());
    assert_eq!(later, ["deadline", "nonce"]);
    let past = changed(|message| message["deadline"] = "2026-11-21T08:00:59.000Z".into());
    assert_eq!(past, ["deadline", "nonce"]);
    // In bounds, but not what the nonce carries.
    let other = changed(|message| message["deadline"] = "2026-11-24T08:29:59.999Z".into());
    assert_eq!(other, ["nonce"]);
    for malformed in [
        json!({"timestamp": "1"}),
        json!({"timestamp": 1.5}),
        json!(1),
        json!("tomorrow"),
        json!({"timestamp": -1}),
    ] {
        assert_eq!(changed(|message| message["deadline"] = malformed.clone()), ["encoding"]);
    }
    let more = json!({"timestamp": super::honest::DEADLINE_SECONDS, "more": 1});
    assert_eq!(changed(|message| message["deadline"] = more.clone()), ["malformed"]);
}

#[test]
fn too_late_to_fund_is_too_late() {
    for standard in ALL {
        let terms = intent_terms_for(standard).into();
        let late = UnixSeconds::new(super::honest::DEADLINE_SECONDS - 60);
        let payload = IntentPayload::new(payload(standard));
        let result = verify_intent(payload, &terms, &NearFacts::default(), late);
        assert_eq!(codes(result), ["deadline"]);
    }
}

#[test]
fn a_nonce_is_of_the_known_form_with_a_pinned_salt() {
    let standard = IntentStandard::Erc191;
    let with_nonce = |nonce: &str| payload(standard).replace(NONCE, nonce);
    let short = "AAAA";
    assert_eq!(codes(verify(standard, &with_nonce(short))), ["encoding"]);
    let no_padding = NONCE.trim_end_matches('=');
    assert_eq!(codes(verify(standard, &with_nonce(no_padding))), ["encoding"]);
    let unversioned = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(codes(verify(standard, &with_nonce(unversioned))), ["nonce"]);
    let mut terms = intent_terms_for(standard);
    terms.approval.nonce = IntentNonceRule::Any;
    assert!(verify_json(&with_nonce(unversioned), terms, &NearFacts::default()).is_ok());
    let salted = |pinned: &[[u8; 4]], seen: Option<Vec<[u8; 4]>>| {
        let mut terms = intent_terms_for(standard);
        terms.approval.nonce = IntentNonceRule::Versioned { salts: pinned.to_vec() };
        let facts = NearFacts { salts: seen, ..NearFacts::default() };
        verify_json(&payload(standard), terms, &facts)
    };
    let (ours, other) = ([0x25, 0x28, 0x12, 0xb3], [1, 2, 3, 4]);
    assert!(salted(&[other, ours], None).is_ok());
    assert!(salted(&[], Some(vec![ours])).is_ok());
    assert_eq!(codes(salted(&[other], None)), ["nonce"]);
    assert_eq!(codes(salted(&[ours], Some(vec![other]))), ["nonce"]);
    assert_eq!(codes(salted(&[], None)), ["unavailable"]);
}

#[test]
fn the_standard_is_the_one_that_was_asked_for() {
    for asked in ALL {
        for found in ALL.into_iter().filter(|found| *found != asked) {
            assert_eq!(codes(verify(asked, &payload(found))), ["standard"]);
        }
        let text = payload(asked);
        let renamed = text.replacen(asked.as_str(), "sep53", 1);
        assert_eq!(codes(verify(asked, &renamed)), ["standard"]);
    }
    let text = payload(IntentStandard::Erc191).replacen("erc191", "nep413", 1);
    assert_eq!(codes(verify(IntentStandard::Nep413, &text)), ["malformed"]);
}

#[test]
fn a_callback_is_refused() {
    let mut payload: Value = serde_json::from_str(&payload(IntentStandard::Nep413)).unwrap();
    payload["intent"]["payload"]["callbackUrl"] = Value::Null;
    assert!(verify(IntentStandard::Nep413, &payload.to_string()).is_ok());
    payload["intent"]["payload"]["callbackUrl"] = "https://example.org".into();
    assert_eq!(codes(verify(IntentStandard::Nep413, &payload.to_string())), ["intent_kind"]);
}

#[test]
fn text_that_can_be_read_in_two_ways_is_refused() {
    for standard in ALL {
        let text = payload(standard);
        // Inside the text that is signed, where the quotes are escaped.
        let twice =
            text.replacen(r#"\"receiver_id\":"#, r#"\"receiver_id\":\"x\",\"receiver_id\":"#, 1);
        assert_ne!(twice, text);
        assert_eq!(codes(verify(standard, &twice)), ["encoding"]);
        let twice = text.replacen(r#""standard":"#, r#""standard":"x","standard":"#, 1);
        assert_eq!(codes(verify(standard, &twice)), ["encoding"]);
    }
}

#[test]
fn facts_are_judged_where_they_are_given() {
    let standard = IntentStandard::RawEd25519;
    let with =
        |facts: NearFacts| verify_json(&payload(standard), intent_terms_for(standard), &facts);
    let none = NearFacts::default();
    assert_eq!(codes(with(NearFacts { nonce_used: Some(true), ..none.clone() })), ["nonce"]);
    assert_eq!(codes(with(NearFacts { key_registered: Some(false), ..none.clone() })), ["signer"]);
    let short = Some(Lots::from(99_999_999));
    assert_eq!(codes(with(NearFacts { balance: short, ..none.clone() })), ["amount"]);
    let all = NearFacts {
        salts: Some(vec![[0x25, 0x28, 0x12, 0xb3]]),
        nonce_used: Some(false),
        key_registered: Some(true),
        balance: Some(Lots::from(100_000_000)),
    };
    assert!(with(all.clone()).unwrap().not_judged().is_empty());
    let mut terms = intent_terms_for(standard);
    terms.approval.require_facts = countersign_approval::Fact::NEAR.to_vec();
    assert!(verify_json(&payload(standard), terms.clone(), &all).is_ok());
    let found = verify_json(&payload(standard), terms, &none);
    assert_eq!(codes(found), ["unavailable"]);
}

#[test]
fn terms_come_from_a_quote_that_an_intent_can_fund() {
    let owner = || owner(IntentStandard::Nep413);
    let terms_of = intent_terms(&proven(), owner()).unwrap();
    assert_eq!(terms_of.approval.receiver_id, DEPOSIT);
    assert_eq!(terms_of.approval.amount, Lots::from(100_000_000));
    assert_eq!(terms_of.destination.amount, Lots::from(671_220_121));
    let mut memo = unsigned();
    memo["quote"]["depositMemo"] = "1234".into();
    let memo = prove_json(&sign(memo), terms()).unwrap();
    assert!(intent_terms(&memo, owner()).unwrap_err().has(Code::Memo));
    let mut on_chain = unsigned();
    on_chain["quoteRequest"]["depositType"] = "ORIGIN_CHAIN".into();
    let mut asked = terms();
    asked.approval.deposit_type = QuotePlace::Chain;
    let on_chain = prove_json(&sign(on_chain), asked).unwrap();
    assert!(intent_terms(&on_chain, owner()).unwrap_err().has(Code::Mechanism));
    let mut soon = owner();
    soon.latest_deadline = Some(NOW);
    assert_eq!(intent_terms(&proven(), soon).unwrap().approval.latest_deadline, NOW);
}

#[test]
fn the_bound_of_a_policy_holds_to_the_second_and_is_named() {
    let inactive = super::honest::DEADLINE_SECONDS + 72 * 3_600;
    for standard in ALL {
        for bound in [IntentBound::MaxIntentSeconds, IntentBound::MaxDeadlineSeconds] {
            let within = |latest: u64| {
                let latest_deadline = Some(UnixSeconds::new(latest));
                let owner = IntentOwner { latest_deadline, bound: Some(bound), ..owner(standard) };
                let terms = intent_terms(&proven(), owner).unwrap();
                verify_json(&payload(standard), terms, &NearFacts::default())
            };
            let statement = within(inactive).unwrap().statement().to_string();
            let line = format!("{}, here {inactive}", bound.as_str());
            assert!(statement.contains(&line), "{statement}");
            let Err(VerifyError::Refused(refusal)) = within(inactive - 1) else { panic!("taken") };
            let [violation] = refusal.violations() else { panic!("{refusal}") };
            assert_eq!(violation.code, Code::Deadline);
            assert!(violation.message.contains("message.deadline"), "{violation}");
            assert!(violation.expected.ends_with(bound.as_str()), "{violation}");
            // The address of the quote lives no longer, whatever a policy allows.
            assert!(within(inactive + 1).unwrap().statement().to_string().contains(&line));
        }
        let statement = verify(standard, &payload(standard)).unwrap().statement().to_string();
        assert!(statement.contains(&format!("what was agreed, here {inactive}")), "{statement}");
        assert!(statement.contains("can be cancelled"), "{statement}");
    }
}

#[test]
fn terms_that_make_no_sense_are_our_own_mistake() {
    let standard = IntentStandard::Nep413;
    let mut terms = intent_terms_for(standard);
    terms.approval.amount = Lots::from(1);
    let found = verify_json(&payload(standard), terms, &NearFacts::default());
    assert!(matches!(found, Err(VerifyError::Terms(TermsError::Amounts { .. }))));
    let mut terms = intent_terms_for(standard);
    terms.approval.key = IntentKey::Secp256k1(EvmAddress::ZERO);
    let found = verify_json(&payload(standard), terms, &NearFacts::default());
    assert!(matches!(found, Err(VerifyError::Terms(TermsError::Key { .. }))));
}
