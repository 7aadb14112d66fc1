//! Quotes that must be refused, each with its honest twin.

use countersign_approval::{QuoteSwapType, QuoteTerms, Refusal, Terms};
use countersign_units::{Lots, UnixSeconds};
use serde_json::{Value, json};

use super::honest::{
    DEADLINE_SECONDS, DEPOSIT, NOW, answer, canonical, prove_json, proven, sign, signature, terms,
    unsigned,
};
use crate::ProvenQuote;

/// Proves an answer that was changed before it was signed.
pub(super) fn signed(change: impl FnOnce(&mut Value)) -> Result<ProvenQuote, Refusal> {
    let mut answer = unsigned();
    change(&mut answer);
    prove_json(&sign(answer), terms())
}

/// Proves an answer that was changed after it was signed.
pub(super) fn tampered(change: impl FnOnce(&mut Value)) -> Result<ProvenQuote, Refusal> {
    let mut answer = answer();
    change(&mut answer);
    prove_json(&answer, terms())
}

pub(super) fn asked(change: impl FnOnce(&mut Terms<QuoteTerms>)) -> Result<ProvenQuote, Refusal> {
    let mut terms = terms();
    change(&mut terms);
    prove_json(&answer(), terms)
}

pub(super) fn codes(result: Result<ProvenQuote, Refusal>) -> Vec<&'static str> {
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
        ("/quoteRequest/recipient", json!("6rL9mF7KCFZj2SkNUKkyjS4rnKvcS7F43Kwv4rJQWDdL")),
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
