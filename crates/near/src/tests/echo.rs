//! What an answer repeats of what was asked.

use countersign_approval::{
    AppFee, AssetAlias, Code, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteRebate,
    QuoteTerms,
};
use countersign_units::{Bps, UnixMillis, UnixSeconds};
use serde_json::{Value, json};

use super::honest::{NOW, prove_json, sign, terms, unsigned};
use super::quotes::{asked, codes, signed, tampered};

#[test]
fn members_that_are_not_signed_are_compared_with_what_was_asked() {
    for (member, value, expected) in [
        ("depositMode", json!("MEMO"), "echo"),
        ("deadline", json!("2026-11-21T08:30:00.001Z"), "echo"),
        ("deadline", json!("2026-11-21 08:30"), "encoding"),
        ("confidentiality", json!("basic"), "echo"),
        ("insured", json!(true), "echo"),
        ("sessionId", json!("another"), "echo"),
        ("connectedWallets", json!(["another"]), "echo"),
        ("rebates", json!([{"recipient": "another", "share": 100}]), "echo"),
        ("virtualChainRecipient", json!("another"), "echo"),
        ("virtualChainRefundRecipient", json!("another"), "echo"),
        ("customRecipientMsg", json!("another"), "echo"),
        ("appFees", json!([]), "echo"),
        ("appFees", json!([{"recipient": "ours.near", "fee": 4}]), "echo"),
        ("appFees", json!([{"recipient": "ours.near", "fee": 5.5}]), "fees"),
        ("invented", json!({"recipient": "another"}), "echo"),
        ("invented", json!(1), "echo"),
        ("sessionId", json!(7), "malformed"),
    ] {
        let found = codes(tampered(|answer| answer["quoteRequest"][member] = value.clone()));
        assert!(found.contains(&expected), "{member}: {value}: {found:?}");
        assert!(!found.contains(&"quote_signature"), "{member} is not signed");
    }
    let fees = json!([{"recipient": "ours.near", "fee": 5}, {"recipient": "x", "fee": 26}]);
    assert_eq!(codes(tampered(|answer| answer["quoteRequest"]["appFees"] = fees)), ["fees"]);
    let fees = json!([{"recipient": "ours.near", "fee": 5, "order": "x"}]);
    assert_eq!(codes(tampered(|answer| answer["quoteRequest"]["appFees"] = fees)), ["echo"]);
}

#[test]
fn what_is_the_same_in_another_way_is_no_change() {
    for (member, value) in [
        ("deadline", json!("2026-11-21T08:30:00Z")),
        ("deadline", json!("2026-11-21T09:30:00+01:00")),
        ("depositMode", Value::Null),
        ("confidentiality", Value::Null),
        ("insured", Value::Null),
        ("sessionId", json!("")),
        ("connectedWallets", json!([])),
        ("rebates", Value::Null),
        ("virtualChainRecipient", Value::Null),
        ("invented", Value::Null),
        ("invented", json!([])),
    ] {
        let result = tampered(|answer| answer["quoteRequest"][member] = value.clone());
        assert!(result.is_ok(), "{member}: {value}: {:?}", result.err());
    }
    let result = tampered(|answer| answer["quoteRequest"]["slippageTolerance"] = json!(100.0));
    assert!(result.is_ok(), "{:?}", result.err());
}

#[test]
fn a_genuine_quote_of_another_request_is_refused() {
    for (member, value) in [
        ("recipient", json!("6rL9mF7KCFZj2SkNUKkyjS4rnKvcS7F43Kwv4rJQWDdL")),
        ("refundTo", json!("0x0000000000000000000000000000000000000001")),
        ("originAsset", json!("nep141:other")),
        ("destinationAsset", json!("nep141:other")),
        ("amount", json!("100000001")),
        ("slippageTolerance", json!(99)),
        ("swapType", json!("FLEX_INPUT")),
        ("depositType", json!("CONFIDENTIAL_INTENTS")),
        ("refundType", json!("ORIGIN_CHAIN")),
        ("recipientType", json!("INTENTS")),
        ("referral", Value::Null),
        ("quoteWaitingTimeMs", json!(3000)),
    ] {
        let result = signed(|answer| answer["quoteRequest"][member] = value.clone());
        assert_eq!(codes(result), ["echo"], "{member}");
    }
    assert!(codes(signed(|answer| answer["quoteRequest"]["dry"] = true.into())).contains(&"echo"));
}

#[test]
fn policy_bounds_what_was_asked_too() {
    assert_eq!(codes(asked(|terms| terms.approval.max_slippage = Bps::new(99).unwrap())), ["fees"]);
    assert_eq!(codes(asked(|terms| terms.approval.max_app_fees = Bps::new(24).unwrap())), ["fees"]);
    assert_eq!(codes(asked(|terms| terms.approval.fee_recipients.clear())), ["fees"]);
    assert_eq!(codes(asked(|terms| terms.approval.latest_deadline = NOW)), ["deadline"]);
    assert_eq!(codes(asked(|terms| terms.approval.min_remaining = 1_800)), ["deadline"]);
    let late = UnixSeconds::new(NOW.value() + 1);
    assert_eq!(codes(asked(|terms| terms.approval.made_after = Some(late))), ["quote"]);
    let memo = QuoteDepositMode::Memo;
    assert_eq!(codes(asked(|terms| terms.approval.deposit_mode = memo)), ["echo", "memo"]);
    assert!(asked(|terms| terms.approval.deadline = None).is_ok());
}

type Change = fn(&mut QuoteTerms);

#[test]
fn each_thing_that_was_asked_for_must_be_repeated() {
    let changes: [(&str, Change); 11] = [
        ("sessionId", |asked| asked.session_id = Some("asked".to_owned())),
        ("referral", |asked| asked.referral = Some("asked".to_owned())),
        ("virtualChainRecipient", |asked| asked.virtual_chain_recipient = Some("asked".to_owned())),
        ("virtualChainRefundRecipient", |asked| {
            asked.virtual_chain_refund_recipient = Some("asked".to_owned());
        }),
        ("customRecipientMsg", |asked| asked.custom_recipient_msg = Some("asked".to_owned())),
        ("connectedWallets", |asked| asked.connected_wallets = vec!["asked".to_owned()]),
        ("rebates", |asked| {
            asked.rebates = vec![QuoteRebate { recipient: "asked".to_owned(), share: 100 }];
        }),
        ("appFees", |asked| {
            let fee = Bps::new(1).unwrap();
            asked.app_fees.push(AppFee { recipient: "asked".to_owned(), fee });
        }),
        ("insured", |asked| asked.insured = true),
        ("confidentiality", |asked| asked.confidentiality = QuoteConfidentiality::Advanced),
        ("deadline", |asked| asked.deadline = Some(UnixMillis::new(1))),
    ];
    for (member, change) in changes {
        let refusal = asked(|terms| change(&mut terms.approval)).map(|_| ()).unwrap_err();
        let names = |found: &&countersign_approval::Violation| {
            found.message.starts_with(&format!("quoteRequest.{member}"))
        };
        assert!(refusal.has(Code::Echo), "{member}");
        assert!(refusal.violations().iter().any(|found| names(&found)), "{member}: {refusal}");
    }
}

#[test]
fn an_asset_may_answer_by_a_name_of_our_table_alone() {
    let answered = "1cs_v1:eth:erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let mut answer = unsigned();
    answer["quoteRequest"]["originAsset"] = answered.into();
    let answer = sign(answer);
    assert_eq!(codes(prove_json(&answer, terms())), ["echo"]);
    let mut terms = terms();
    let asked = terms.approval.origin_asset.clone();
    terms.approval.asset_aliases = vec![AssetAlias { asked, answered: answered.to_owned() }];
    assert!(prove_json(&answer, terms).is_ok());
}

#[test]
fn an_account_on_a_chain_has_more_than_one_text_and_one_in_the_contract_has_not() {
    let mixed = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
    let mut answer = unsigned();
    answer["quoteRequest"]["refundTo"] = mixed.into();
    assert_eq!(codes(prove_json(&sign(answer.clone()), terms())), ["echo"]);
    answer["quoteRequest"]["refundType"] = "ORIGIN_CHAIN".into();
    let mut terms = terms();
    terms.approval.refund_type = QuotePlace::Chain;
    assert!(prove_json(&sign(answer), terms).is_ok());
}
