//! What is refused beyond the vectors, each beside its honest twin.

use countersign_approval::{Code, EvmFacts, Fact, Permit2Terms, Pin, UnpinnedMembers};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use serde_json::{Value, json};

use super::honest::{DEADLINE, Honest, NOW, OWNER, RESOLVER};
use crate::{PermitPayload, TermsError, VerifyError, facts_query, judge};

/// What Permit2 on chain 1 returns as its `DOMAIN_SEPARATOR()`.
const MAINNET_SEPARATOR: [u8; 32] =
    alloy::primitives::hex!("866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28");

/// Judges a payload and returns the codes of its refusal; none means that it was accepted.
fn codes_of(payload: &str, terms: &Permit2Terms, facts: &EvmFacts) -> Vec<Code> {
    match judge(&PermitPayload::new(payload), terms, facts, NOW) {
        Ok(_) => vec![],
        Err(VerifyError::Refused(refusal)) => {
            refusal.violations().iter().map(|violation| violation.code).collect()
        }
        Err(VerifyError::Terms(error)) => panic!("{error}"),
    }
}

fn codes(payload: &Value) -> Vec<Code> {
    codes_of(&payload.to_string(), &Honest::default().terms(), &EvmFacts::default())
}

fn with(mut payload: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    payload.pointer_mut(parent).unwrap()[name] = value;
    payload
}

fn without(mut payload: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    payload.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    payload
}

#[test]
fn the_honest_twins_are_accepted_and_have_one_digest() {
    let honest = Honest::default();
    let digest = |payload: Value| {
        let payload = PermitPayload::new(payload.to_string());
        judge(&payload, &honest.terms(), &EvmFacts::default(), NOW).unwrap().digest()
    };
    assert_eq!(digest(honest.api_form()), digest(honest.wallet_form()));
    let mut inside = honest.wallet_form();
    inside["params_to_sign"] = inside["params"].take();
    inside["params_to_sign"]["typed_data"] = inside["typed_data"].take();
    assert_eq!(digest(inside), digest(honest.wallet_form()));
}

#[test]
fn a_member_that_is_changed_in_the_api_form_is_refused() {
    let data = "/params_to_sign/additional_data";
    let honest = Honest::default();
    for (member, value, code) in [
        ("/approval_type", json!("broadcast"), Code::Mechanism),
        ("/approval_type", json!(null), Code::Mechanism),
        ("/deadline_at", json!(1_795_249_800_000_u64), Code::Deadline),
        ("/deadline_at", json!("0x6b017ec8"), Code::Encoding),
        ("/deadline_at", json!(1.5), Code::Encoding),
        ("/deadline_at", json!(-1), Code::Encoding),
        ("/deadline_at", json!(null), Code::Deadline),
        ("/secret_hash", json!(format!("0x{}", "08".repeat(32))), Code::Witness),
        ("/secret_hash", json!("0x07"), Code::Encoding),
        ("/params_to_sign/nonce", json!("0x2a"), Code::Encoding),
        ("/params_to_sign/nonce", json!("+42"), Code::Encoding),
        ("/params_to_sign/nonce", json!("042"), Code::Encoding),
        ("/params_to_sign/nonce", json!(true), Code::Encoding),
        (
            "/params_to_sign/escrow_contract_address",
            json!("5047df89E1A7EB370B5f9d7604BB5dF2278ca63E"),
            Code::Encoding,
        ),
        ("/params_to_sign/resolver_deposit_address", json!(super::honest::USDC), Code::Witness),
        ("/params_to_sign/resolver_deposit_address", json!(null), Code::Malformed),
        ("/params_to_sign/additional_data", json!(null), Code::Malformed),
        ("/params_to_sign/additional_data", json!([]), Code::Malformed),
        ("/params_to_sign/additional_data/domain/version", json!("1"), Code::Domain),
        ("/params_to_sign/additional_data/domain/salt", json!(null), Code::Domain),
        ("/params_to_sign/additional_data/domain/chainId", json!("1.0"), Code::Encoding),
        ("/params_to_sign/additional_data/domain/chainId", json!("0x"), Code::Encoding),
        ("/params_to_sign/additional_data/types", json!(null), Code::TypeInjection),
        ("/params_to_sign/additional_data/witness", json!(null), Code::Message),
        ("/params_to_sign/additional_data/witness/deadline", json!("1795248000"), Code::Witness),
        ("/params_to_sign/additional_data/witness_hash", json!(null), Code::WitnessHash),
        (
            "/params_to_sign/additional_data/witness_type_string",
            json!(null),
            Code::WitnessTypeString,
        ),
        (
            "/params_to_sign/additional_data/primaryType",
            json!("PermitBatchWitnessTransferFrom"),
            Code::PrimaryType,
        ),
        (
            "/params_to_sign/additional_data/secretHash",
            json!(format!("0x{}", "08".repeat(32))),
            Code::Witness,
        ),
        ("/typed_data", honest.typed_data(), Code::Malformed),
        ("/params", json!({}), Code::Malformed),
    ] {
        let codes = codes(&with(honest.api_form(), member, value.clone()));
        assert!(codes.contains(&code), "{member} = {value}: {codes:?}");
    }
    for harmless in ["/unknown", "/params_to_sign/unknown", &format!("{data}/unknown")] {
        assert_eq!(codes(&with(honest.api_form(), harmless, json!("x"))), [], "{harmless}");
    }
}

#[test]
fn a_member_that_is_changed_in_typed_data_is_refused() {
    let honest = Honest::default();
    for (member, value, code) in [
        ("/typed_data/unknown", json!(1), Code::Malformed),
        ("/typed_data/primaryType", json!(null), Code::PrimaryType),
        ("/typed_data/message/unknown", json!(1), Code::Message),
        ("/typed_data/message/permitted/unknown", json!(1), Code::Message),
        ("/typed_data/message/permitted", json!([]), Code::Message),
        ("/typed_data/message", json!("x"), Code::Message),
        ("/typed_data/message/nonce", json!(9_007_199_254_740_993_u64), Code::Encoding),
        ("/typed_data/message/nonce", json!("43"), Code::Nonce),
        ("/typed_data/message/deadline", json!(null), Code::Encoding),
        ("/params/nonce", json!("43"), Code::Nonce),
        ("/deadline_at", json!(1_795_249_801), Code::Deadline),
        ("/witness_hash", json!(format!("0x{}", "00".repeat(32))), Code::WitnessHash),
        ("/witness_type_string", json!(""), Code::WitnessTypeString),
        ("/approval_type", json!("cosign"), Code::Mechanism),
    ] {
        let codes = codes(&with(honest.wallet_form(), member, value.clone()));
        assert!(codes.contains(&code), "{member} = {value}: {codes:?}");
    }
    for member in ["permitted", "spender", "nonce", "deadline", "witness"] {
        let codes = codes(&without(honest.wallet_form(), &format!("/typed_data/message/{member}")));
        assert!(codes.contains(&Code::Message), "{member}: {codes:?}");
    }
    for optional in ["/params", "/secret_hash"] {
        let codes = codes(&without(honest.wallet_form(), optional));
        // Without the intent's secret hash nothing binds the witness member.
        let expected: &[Code] = if optional == "/secret_hash" { &[Code::Unpinned] } else { &[] };
        assert_eq!(codes, expected, "{optional}");
    }
}

#[test]
fn what_stands_beside_the_data_is_compared_on_every_level() {
    let honest = Honest::default();
    for (member, value, code) in [
        ("/approve_to", json!(super::honest::USDC), Code::ApproveTo),
        ("/params_to_sign/approve_to", json!(super::honest::USDC), Code::ApproveTo),
        ("/params_to_sign/approval_type", json!("broadcast"), Code::Mechanism),
        ("/nonce", json!("43"), Code::Nonce),
        ("/params_to_sign/additional_data/nonce", json!("43"), Code::Nonce),
        ("/params_to_sign/deadline_at", json!(1_795_249_801), Code::Deadline),
        ("/escrow_contract_address", json!(super::honest::USDC), Code::Spender),
        (
            "/params_to_sign/additional_data/permit2_contract_address",
            json!(super::honest::USDC),
            Code::VerifyingContract,
        ),
        ("/resolver_deposit_address", json!(super::honest::USDC), Code::Witness),
        ("/params_to_sign/secret_hash", json!(format!("0x{}", "08".repeat(32))), Code::Witness),
        ("/witness_hash", json!(format!("0x{}", "08".repeat(32))), Code::WitnessHash),
        ("/message", json!({}), Code::Malformed),
        ("/params_to_sign/types", json!({}), Code::Malformed),
        ("/params_to_sign/primaryType", json!("PermitWitnessTransferFrom"), Code::Malformed),
        ("/params_to_sign/additional_data/message", json!({}), Code::Malformed),
    ] {
        let codes = codes(&with(honest.api_form(), member, value.clone()));
        assert!(codes.contains(&code), "{member} = {value}: {codes:?}");
    }
    let twice = with(honest.api_form(), "/nonce", json!("42"));
    assert_eq!(codes(&twice), [], "the same value twice");
}

#[test]
fn a_member_that_only_shares_a_name_with_typed_data_is_ignored() {
    let honest = Honest::default();
    for (member, value) in [
        ("/message", json!("please sign")),
        ("/params_to_sign/domain", json!("example.com")),
        ("/params_to_sign/types", json!(["a"])),
        ("/witness", json!(null)),
    ] {
        assert_eq!(codes(&with(honest.api_form(), member, value)), [], "{member}");
    }
    for (member, value) in [
        ("/additional_data", json!({"nonce": "43"})),
        ("/params_to_sign/additional_data/typed_data", honest.typed_data()),
        ("/params_to_sign/additional_data/params_to_sign", json!({"nonce": "43"})),
    ] {
        assert_eq!(codes(&with(honest.api_form(), member, value)), [Code::Malformed], "{member}");
    }
}

#[test]
fn a_pin_below_the_witness_says_more_than_a_name() {
    let witness_type = "W(A a,address[] resolverDepositAddress)A(uint256 deadline)";
    let (types, witness) = (
        json!({
            "PermitWitnessTransferFrom": Honest::types()["PermitWitnessTransferFrom"],
            "TokenPermissions": Honest::types()["TokenPermissions"],
            "W": [{"name": "a", "type": "A"}, {"name": "resolverDepositAddress", "type": "address[]"}],
            "A": [{"name": "deadline", "type": "uint256"}],
        }),
        json!({"a": {"deadline": "0"}, "resolverDepositAddress": [super::honest::USDC]}),
    );
    let mut payload = Honest::default().wallet_form();
    payload["typed_data"]["types"] = types;
    payload["typed_data"]["types"]["PermitWitnessTransferFrom"][4]["type"] = json!("W");
    payload["typed_data"]["message"]["witness"] = witness;
    let text = |text: &str| Pin::Text(text.to_owned());
    let pins = |deadline: &str| {
        let deadline = Pin::Struct(vec![("deadline".to_owned(), text(deadline))]);
        let resolvers = Pin::List(vec![text(super::honest::USDC)]);
        Pin::Struct(vec![
            ("a".to_owned(), deadline),
            ("resolverDepositAddress".to_owned(), resolvers),
        ])
    };
    let terms = |witness| Permit2Terms {
        witness_types: vec![witness_type.to_owned()],
        witness,
        ..Honest::default().terms()
    };
    let judged = |witness| codes_of(&payload.to_string(), &terms(witness), &EvmFacts::default());
    assert_eq!(judged(pins("0")), []);
    assert_eq!(judged(pins("1")), [Code::Witness]);
    assert!(judged(Pin::nothing()).contains(&Code::Witness), "unpinned, it is a deadline");
}

#[test]
fn the_escrow_is_not_the_resolver() {
    let honest = Honest { resolver: super::honest::ESCROW.parse().unwrap(), ..Honest::default() };
    let payload = without(honest.wallet_form(), "/params").to_string();
    assert!(codes_of(&payload, &honest.terms(), &EvmFacts::default()).contains(&Code::Spender));
    let twin = Honest::default();
    let payload = without(twin.wallet_form(), "/params").to_string();
    assert_eq!(codes_of(&payload, &twin.terms(), &EvmFacts::default()), []);
}

#[test]
fn only_numbers_inside_typed_data_are_held_to_what_a_float_can_carry() {
    let honest = Honest { nonce: U256::from(9_007_199_254_740_993_u64), ..Honest::default() };
    let codes =
        |payload: &Value| codes_of(&payload.to_string(), &honest.terms(), &EvmFacts::default());
    let number = json!(9_007_199_254_740_993_u64);
    assert_eq!(codes(&with(honest.wallet_form(), "/params/nonce", number.clone())), []);
    assert_eq!(codes(&with(honest.api_form(), "/params_to_sign/nonce", number.clone())), []);
    let inside = with(honest.wallet_form(), "/typed_data/message/nonce", number);
    assert_eq!(codes(&inside), [Code::Encoding]);
}

#[test]
fn text_that_can_be_read_in_two_ways_is_refused() {
    let honest = Honest::default().api_form().to_string();
    let (terms, facts) = (Honest::default().terms(), EvmFacts::default());
    assert_eq!(codes_of(&honest, &terms, &facts), []);
    let twice = honest.replacen("\"nonce\":", "\"nonce\":\"1\",\"nonce\":", 1);
    assert_eq!(codes_of(&twice, &terms, &facts), [Code::Encoding]);
    for text in
        ["", "null", "[]", "7", "{}", &format!("{honest} x"), &honest[1..], &"[".repeat(100_000)]
    {
        assert_eq!(codes_of(text, &terms, &facts), [Code::Malformed], "{text:.20}");
    }
}

#[test]
fn a_fact_that_is_given_is_judged() {
    let honest = Honest::default();
    let (payload, terms) = (honest.api_form().to_string(), honest.terms());
    let good = EvmFacts {
        owner_code: Some(vec![]),
        spender_code_hash: Some([9; 32]),
        spender_implementation: Some(RESOLVER.parse().unwrap()),
        balance: Some(honest.amount),
        allowance: Some(honest.amount),
        domain_separator: Some(MAINNET_SEPARATOR),
        nonce_bitmap: Some(!(U256::from(1_u64 << 42))),
        block_time: Some(UnixSeconds::new(NOW.value() - 300)),
        block_number: None,
    };
    let terms = Permit2Terms {
        require_facts: Fact::EVM.to_vec(),
        escrow_code_hash: Some([9; 32]),
        escrow_implementation: Some(RESOLVER.parse().unwrap()),
        max_allowance: Some(honest.amount),
        ..terms
    };
    assert_eq!(codes_of(&payload, &terms, &good), []);
    let implementation = |address: &str| Some(address.parse().unwrap());
    let more = Some(Lots::from(1_000_000_001));
    for (facts, code) in [
        (EvmFacts { owner_code: Some(vec![0xef]), ..good.clone() }, Code::Owner),
        (EvmFacts { spender_code_hash: Some([8; 32]), ..good.clone() }, Code::Spender),
        (EvmFacts { spender_code_hash: Some([0; 32]), ..good.clone() }, Code::Spender),
        (EvmFacts { allowance: Some(Lots::from(999_999_999)), ..good.clone() }, Code::Allowance),
        (EvmFacts { spender_implementation: implementation(OWNER), ..good.clone() }, Code::Spender),
        (EvmFacts { balance: Some(Lots::from(999_999_999)), ..good.clone() }, Code::Amount),
        (EvmFacts { allowance: more, ..good.clone() }, Code::Allowance),
        (EvmFacts { domain_separator: Some([1; 32]), ..good.clone() }, Code::VerifyingContract),
        (EvmFacts { nonce_bitmap: Some(U256::from(1_u64 << 42)), ..good.clone() }, Code::Nonce),
        (
            EvmFacts { block_time: Some(UnixSeconds::new(NOW.value() - 301)), ..good.clone() },
            Code::Clock,
        ),
        (EvmFacts { block_time: None, ..good.clone() }, Code::Unavailable),
        (EvmFacts { allowance: None, ..good.clone() }, Code::Unavailable),
    ] {
        assert!(codes_of(&payload, &terms, &facts).contains(&code), "{code}: {facts:?}");
    }
    assert_eq!(codes_of(&payload, &terms, &EvmFacts::default()), [Code::Unavailable; 8]);
}

#[test]
fn a_proxy_that_nothing_pins_is_refused() {
    let honest = Honest::default();
    let (payload, terms) = (honest.api_form().to_string(), honest.terms());
    let facts = |implementation| EvmFacts {
        spender_implementation: Some(implementation),
        ..EvmFacts::default()
    };
    assert_eq!(codes_of(&payload, &terms, &facts(EvmAddress::ZERO)), []);
    let proxy = facts(RESOLVER.parse().unwrap());
    assert_eq!(codes_of(&payload, &terms, &proxy), [Code::Spender]);
}

#[test]
fn a_deadline_leaves_as_much_time_as_policy_wants() {
    let honest = Honest::default();
    let payload = honest.api_form().to_string();
    let left = DEADLINE - NOW.value();
    for (min_remaining, codes) in
        [(0, &[][..]), (left, &[]), (left + 1, &[Code::Deadline, Code::Witness])]
    {
        let terms = Permit2Terms { min_remaining, ..honest.terms() };
        assert_eq!(codes_of(&payload, &terms, &EvmFacts::default()), codes);
    }
}

#[test]
fn what_nothing_pins_is_refused() {
    let honest = Honest::default();
    let payload = honest.api_form().to_string();
    let refused = |terms: Permit2Terms| codes_of(&payload, &terms, &EvmFacts::default());
    let has = |terms: Permit2Terms, code| {
        assert!(refused(terms.clone()).contains(&code), "{:?}", refused(terms));
    };
    has(Permit2Terms { escrows: vec![], ..honest.terms() }, Code::Unpinned);
    has(Permit2Terms { witness_types: vec![], ..honest.terms() }, Code::Unpinned);
    has(Permit2Terms { resolvers: vec![], ..honest.terms() }, Code::Unpinned);
    let allowed = UnpinnedMembers::Allow;
    assert_eq!(
        refused(Permit2Terms { resolvers: vec![], unpinned_members: allowed, ..honest.terms() }),
        []
    );
}

#[test]
fn a_payload_is_compared_with_the_allowed_witness_that_it_uses() {
    let honest = Honest::default();
    let other = "DepositWitness(address resolverDepositAddress,uint256 deadline)".to_owned();
    let witness_types =
        vec![other, "Other(bool ok)".to_owned(), super::honest::DEPOSIT_WITNESS.to_owned()];
    let terms = Permit2Terms { witness_types, ..honest.terms() };
    assert_eq!(codes_of(&honest.api_form().to_string(), &terms, &EvmFacts::default()), []);
}

#[test]
fn terms_that_make_no_sense_are_our_own_mistake() {
    let honest = Honest::default();
    let payload = PermitPayload::new(honest.api_form().to_string());
    let pin = |name: &str, pin| Pin::Struct(vec![(name.to_owned(), pin)]);
    let text = |text: &str| Pin::Text(text.to_owned());
    for (terms, member) in [
        (Permit2Terms { witness: pin("deadlin", text("1")), ..honest.terms() }, "witness.deadlin"),
        (
            Permit2Terms { witness: pin("deadline", text("soon")), ..honest.terms() },
            "witness.deadline",
        ),
        (
            Permit2Terms { witness: pin("deadline", Pin::List(vec![])), ..honest.terms() },
            "witness.deadline",
        ),
        (Permit2Terms { witness: text("x"), ..honest.terms() }, "witness"),
    ] {
        let error = judge(&payload, &terms, &EvmFacts::default(), NOW).unwrap_err();
        let VerifyError::Terms(TermsError::Pin { member: found, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!(found, member);
    }
    let bad = Permit2Terms { witness_types: vec!["W(".to_owned()], ..honest.terms() };
    let error = judge(&payload, &bad, &EvmFacts::default(), NOW).unwrap_err();
    assert!(matches!(error, VerifyError::Terms(TermsError::WitnessType { .. })), "{error}");
}

#[test]
fn facts_are_asked_for_what_would_be_accepted() {
    let honest = Honest::default();
    let payload = PermitPayload::new(honest.api_form().to_string());
    let terms = Permit2Terms { require_facts: Fact::EVM.to_vec(), ..honest.terms() };
    let query = facts_query(&payload, &terms, NOW).unwrap();
    assert_eq!((query.owner, query.spender), (terms.owner, terms.escrows[0]));
    assert_eq!((query.permit2, query.token, query.chain_id), (terms.permit2, terms.token, 1));
    assert_eq!(query.nonce, honest.nonce);
    let other = Permit2Terms { chain_id: 56, ..terms };
    assert!(matches!(facts_query(&payload, &other, NOW), Err(VerifyError::Refused(_))));
}
