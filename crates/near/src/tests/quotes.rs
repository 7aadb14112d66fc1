//! Quotes that must be refused, each with its honest twin.

use countersign_approval::{
    AppFee, AssetAlias, Code, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteRebate,
    QuoteSwapType, QuoteTerms, Refusal, Terms,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use serde_json::{Value, json};

use super::honest::{
    DEADLINE_SECONDS, DEPOSIT, NOW, answer, canonical, prove_json, proven, sign, signature, terms,
    unsigned,
};
use crate::ProvenQuote;

/// Proves an answer that was changed before it was signed.
fn signed(change: impl FnOnce(&mut Value)) -> Result<ProvenQuote, Refusal> {
    let mut answer = unsigned();
    change(&mut answer);
    prove_json(&sign(answer), terms())
}

/// Proves an answer that was changed after it was signed.
fn tampered(change: impl FnOnce(&mut Value)) -> Result<ProvenQuote, Refusal> {
    let mut answer = answer();
    change(&mut answer);
    prove_json(&answer, terms())
}

fn asked(change: impl FnOnce(&mut Terms<QuoteTerms>)) -> Result<ProvenQuote, Refusal> {
    let mut terms = terms();
    change(&mut terms);
    prove_json(&answer(), terms)
}

fn codes(result: Result<ProvenQuote, Refusal>) -> Vec<&'static str> {
    let refusal = result.map(|_| ()).unwrap_err();
    let mut codes: Vec<_> = refusal.violations().iter().map(|found| found.code.as_str()).collect();
    codes.dedup();
    codes
}

#[test]
fn an_honest_quote_is_proven() {
    let quote = proven();
    assert_eq!(quote.deposit_address(), Some(DEPOSIT));
    assert_eq!(quote.deposit_memo(), None);
    assert_eq!(quote.amount_in(), Lots::from(100_000_000));
    assert_eq!(quote.min_amount_out(), Lots::from(671_220_121));
    assert_eq!(quote.fund_by(), UnixSeconds::new(DEADLINE_SECONDS));
    assert_eq!(quote.app_fees(), 25);
    let statement = quote.statement().to_string();
    for line in [DEPOSIT, "671220121", "fund by (Unix seconds)", "100 USDC on near"] {
        assert!(statement.contains(line), "{statement}");
    }
}

#[test]
fn each_member_that_is_signed_breaks_the_signature() {
    for (member, value) in [
        ("/quoteRequest/dry", json!(true)),
        ("/quoteRequest/swapType", json!("EXACT_OUTPUT")),
        ("/quoteRequest/slippageTolerance", json!(101)),
        ("/quoteRequest/originAsset", json!("nep141:other")),
        ("/quoteRequest/depositType", json!("ORIGIN_CHAIN")),
        ("/quoteRequest/destinationAsset", json!("nep141:other")),
        ("/quoteRequest/amount", json!("100000001")),
        ("/quoteRequest/refundTo", json!("0x0000000000000000000000000000000000000001")),
        ("/quoteRequest/refundType", json!("ORIGIN_CHAIN")),
        ("/quoteRequest/recipient", json!("13QkxhNMrTPxoCkRdYdJ65tFuwXPhL5gLS2Z5Nr6gjRK")),
        ("/quoteRequest/recipientType", json!("INTENTS")),
        ("/quoteRequest/quoteWaitingTimeMs", json!(1)),
        ("/quoteRequest/referral", json!("another")),
        ("/quote/amountIn", json!("100000001")),
        ("/quote/amountInFormatted", json!("100.00")),
        ("/quote/amountInUsd", json!("99.99")),
        ("/quote/minAmountIn", json!("1")),
        ("/quote/amountOut", json!("678000124")),
        ("/quote/amountOutFormatted", json!("0.678000124")),
        ("/quote/amountOutUsd", json!("99")),
        ("/quote/minAmountOut", json!("671220122")),
        ("/quote/timeEstimate", json!(38)),
        ("/quote/refundFee", json!("318835")),
        ("/quote/withdrawFee", json!("32001")),
        ("/quote/deadline", json!("2026-11-24T08:30:01.000Z")),
        ("/quote/timeWhenInactive", json!("2026-11-24T08:30:01.000Z")),
        ("/quote/depositAddress", json!("0".repeat(64))),
        ("/timestamp", json!("2026-11-21T08:00:00.022Z")),
    ] {
        let change = |answer: &mut Value| *answer.pointer_mut(member).unwrap() = value.clone();
        assert!(codes(tampered(change)).contains(&"quote_signature"), "{member}");
    }
    for member in ["depositMemo", "virtualChainRecipient", "customRecipientMsg"] {
        let change = |answer: &mut Value| answer["quote"][member] = "1".into();
        assert!(codes(tampered(change)).contains(&"quote_signature"), "{member}");
    }
}

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
        ("recipient", json!("13QkxhNMrTPxoCkRdYdJ65tFuwXPhL5gLS2Z5Nr6gjRK")),
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
fn what_is_offered_is_bounded() {
    for (member, value, expected) in [
        ("amountIn", json!("100000001"), "quote"),
        ("amountIn", json!("99999999"), "quote"),
        ("minAmountIn", json!("100000001"), "quote"),
        ("minAmountOut", json!("669999999"), "quote"),
        ("minAmountOut", json!("671220120"), "quote"),
        ("minAmountOut", json!("678000124"), "quote"),
        ("amountIn", json!("1e8"), "encoding"),
        ("amountIn", json!(100_000_000), "malformed"),
        ("refundFee", json!("-1"), "encoding"),
        ("deadline", json!("2026-11-21T08:29:59.000Z"), "deadline"),
        ("timeWhenInactive", json!("2026-11-21T08:00:00.000Z"), "deadline"),
        ("depositAddress", Value::Null, "deposit_address"),
        ("depositAddress", json!(""), "deposit_address"),
        ("depositAddress", json!("a b"), "deposit_address"),
        ("depositAddress", json!("a\u{200b}b"), "deposit_address"),
        ("depositAddress", json!("1".repeat(513)), "deposit_address"),
        ("depositAddress", json!(super::honest::OURS), "deposit_address"),
        ("depositMemo", json!("1\n2"), "memo"),
        ("depositMemo", json!("1".repeat(513)), "memo"),
        ("virtualChainRecipient", json!("another"), "echo"),
        ("customRecipientMsg", json!("another"), "echo"),
        (
            "chainDepositAddresses",
            json!([{"blockchain": "eth", "address": "0x1"}]),
            "deposit_address",
        ),
    ] {
        let found = codes(signed(|answer| answer["quote"][member] = value.clone()));
        assert!(found.contains(&expected), "{member}: {value}: {found:?}");
    }
    let memo = signed(|answer| answer["quote"]["depositMemo"] = "1234".into()).unwrap();
    assert_eq!(memo.deposit_memo(), Some("1234"));
    let empty = signed(|answer| answer["quote"]["depositMemo"] = "".into()).unwrap();
    assert_eq!(empty.deposit_memo(), None);
}

#[test]
fn policy_bounds_what_was_asked_too() {
    assert_eq!(codes(asked(|terms| terms.approval.max_slippage = Bps::new(99).unwrap())), ["fees"]);
    assert_eq!(codes(asked(|terms| terms.approval.max_app_fees = Bps::new(24).unwrap())), ["fees"]);
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

#[test]
fn a_price_alone_is_proven_by_its_own_projection() {
    let mut answer = unsigned();
    answer["quoteRequest"]["dry"] = true.into();
    answer["quoteRequest"]["virtualChainRecipient"] = "virtual \"1\"\\\u{1}\u{7f}é\n".into();
    for name in ["deadline", "timeWhenInactive", "depositAddress"] {
        answer["quote"].as_object_mut().unwrap().remove(name);
    }
    let mut terms = terms();
    terms.approval.dry = true;
    terms.approval.virtual_chain_recipient = Some("virtual \"1\"\\\u{1}\u{7f}é\n".to_owned());
    let answer = sign(answer);
    let quote = prove_json(&answer, terms.clone()).unwrap();
    assert_eq!((quote.deposit_address(), quote.deposit_memo()), (None, None));
    let mut with_address = answer;
    with_address["quote"]["depositAddress"] = DEPOSIT.into();
    assert_eq!(codes(prove_json(&with_address, terms)), ["deposit_address"]);
}

#[test]
fn a_status_leaves_out_what_we_put_back() {
    let mut answer = unsigned();
    answer["quoteRequest"]["quoteWaitingTimeMs"] = 3_000.into();
    let mut answer = sign(answer);
    let request = answer["quoteRequest"].as_object_mut().unwrap();
    request.remove("quoteWaitingTimeMs");
    request.remove("insured");
    let mut terms = terms();
    terms.approval.quote_waiting_time_ms = 3_000;
    terms.approval.insured = true;
    let status = json!({"status": "PENDING_DEPOSIT", "quoteResponse": answer});
    assert!(prove_json(&status, terms.clone()).is_ok());
    let mut two = status.clone();
    two["quote"] = answer["quote"].clone();
    assert_eq!(codes(prove_json(&two, terms.clone())), ["malformed"]);
    // The answer to a request repeats them.
    assert_eq!(codes(prove_json(&answer, terms.clone())), ["echo"]);
    terms.approval.quote_waiting_time_ms = 0;
    assert_eq!(codes(prove_json(&status, terms)), ["quote_signature"]);
}

#[test]
fn a_signature_over_the_amounts_alone_is_one_of_the_past() {
    let mut answer = unsigned();
    let text = canonical(&answer, false);
    answer["signature"] = signature(&text).into();
    assert_eq!(codes(prove_json(&answer, terms())), ["quote_signature"]);
    let mut stored = terms();
    stored.approval.age = countersign_approval::QuoteAge::Stored;
    assert_eq!(codes(prove_json(&answer, stored)), ["quote_signature"]);
}

#[test]
fn the_exact_side_may_be_the_other_one() {
    let mut answer = unsigned();
    answer["quoteRequest"]["swapType"] = "EXACT_OUTPUT".into();
    answer["quoteRequest"]["amount"] = "678000123".into();
    answer["quote"]["amountIn"] = "99000000".into();
    answer["quote"]["minAmountIn"] = "98000000".into();
    answer["quote"]["minAmountOut"] = "678000123".into();
    let answer = sign(answer);
    let mut terms = terms();
    terms.approval.swap_type = QuoteSwapType::ExactOutput;
    terms.approval.amount = Lots::from(678_000_123);
    assert_eq!(prove_json(&answer, terms.clone()).unwrap().amount_in(), Lots::from(99_000_000));
    terms.source.amount = Lots::from(98_999_999);
    assert_eq!(codes(prove_json(&answer, terms)), ["quote"]);
}

#[test]
fn a_signature_is_of_one_form() {
    for signature in [
        Value::Null,
        json!(7),
        json!(""),
        json!("ed25519:"),
        json!("ed25519:1111"),
        json!(format!("ed25519:{}", "1".repeat(64))),
        json!(format!("ed25519:{}", "0".repeat(88))),
        json!(answer()["signature"].as_str().unwrap().replace("ed25519:", "")),
        json!(format!("{} ", answer()["signature"].as_str().unwrap())),
    ] {
        let found = codes(tampered(|answer| answer["signature"] = signature.clone()));
        assert!(found.contains(&"quote_signature"), "{signature}");
    }
}

#[test]
fn text_that_can_be_read_in_two_ways_is_refused() {
    let text = answer().to_string();
    let twice = text.replacen("\"amountIn\":", "\"amountIn\":\"1\",\"amountIn\":", 1);
    for (text, expected) in
        [(twice.as_str(), "encoding"), ("", "malformed"), ("[]", "malformed"), ("{}", "malformed")]
    {
        let answer = crate::QuoteAnswer::new(text);
        let result = crate::prove(answer, &terms().into(), &super::honest::keys(), NOW);
        assert_eq!(codes(result), [expected], "{text}");
    }
}
