//! Real answers, where they are at hand.

use std::path::PathBuf;
use std::sync::Arc;

use countersign_approval::{
    AssetAmount, Code, QuoteAge, QuoteConfidentiality, QuoteDepositMode, QuotePlace, QuoteSwapType,
    QuoteTerms, Refusal, Terms,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};
use serde_json::{Value, json};

use super::honest;
use crate::moment::Moment;
use crate::{ProvenQuote, QuoteAnswer, QuoteKeys, STAGING_QUOTE_KEY, prove};

pub(super) fn read(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES").map(PathBuf::from) else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return None;
    };
    let text = std::fs::read_to_string(folder.join("spec/samples").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

pub(super) fn staging() -> QuoteKeys {
    QuoteKeys::new([STAGING_QUOTE_KEY]).unwrap()
}

pub(super) fn production() -> QuoteKeys {
    QuoteKeys::production()
}

fn place(word: &Value) -> QuotePlace {
    match word.as_str().unwrap() {
        "INTENTS" => QuotePlace::Intents,
        "ORIGIN_CHAIN" | "DESTINATION_CHAIN" => QuotePlace::Chain,
        other => panic!("{other}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn lots(value: &Value) -> Lots {
    value.as_str().unwrap().parse().unwrap()
}

/// What whoever got this answer must have asked.
pub(super) fn asked(response: &Value) -> (Terms<QuoteTerms>, UnixSeconds) {
    let (request, quote) = (&response["quoteRequest"], &response["quote"]);
    let deadline = Moment::parse(request["deadline"].as_str().unwrap()).unwrap().to_seconds();
    let millis = request["deadline"].as_str().unwrap().get(20..23).unwrap().parse::<u64>().unwrap();
    let honest = honest::terms();
    let terms = Terms {
        source: AssetAmount { amount: lots(&quote["amountIn"]), ..honest.source },
        destination: AssetAmount { amount: lots(&quote["minAmountOut"]), ..honest.destination },
        recipient: text(&request["recipient"]),
        refund_address: text(&request["refundTo"]),
        approval: QuoteTerms {
            dry: request["dry"].as_bool().unwrap(),
            swap_type: QuoteSwapType::ExactInput,
            deposit_mode: QuoteDepositMode::Simple,
            slippage: Bps::new(100).unwrap(),
            origin_asset: text(&request["originAsset"]),
            destination_asset: text(&request["destinationAsset"]),
            amount: lots(&request["amount"]),
            deposit_type: place(&request["depositType"]),
            refund_type: place(&request["refundType"]),
            recipient_type: place(&request["recipientType"]),
            deadline: Some(UnixMillis::new(deadline.value() * 1_000 + millis)),
            latest_deadline: deadline,
            made_after: None,
            confidentiality: QuoteConfidentiality::Public,
            referral: request["referral"].as_str().map(str::to_owned),
            app_fees: vec![],
            max_app_fees: Bps::new(20).unwrap(),
            // 1Click's own account, in every quote that was captured.
            fee_recipients: vec![
                "5880ad2b362620fadf759cbceb1cd5737ce8c6ed7fb8e9942881e6731f9247dd".to_owned(),
            ],
            ..honest.approval
        },
        ..honest
    };
    (terms, UnixSeconds::new(deadline.value() - 600))
}

fn judge(
    answer: &Value,
    keys: &QuoteKeys,
    change: fn(&mut QuoteTerms),
) -> Result<ProvenQuote, Refusal> {
    let response = answer.get("quoteResponse").unwrap_or(answer);
    let (mut terms, now) = asked(response);
    change(&mut terms.approval);
    prove(QuoteAnswer::new(answer.to_string()), &Arc::new(terms), keys, now)
}

#[test]
fn real_quotes_are_proven() {
    for (name, keys) in [
        ("1click-quote-dry-sol-zec-2026-10-02.json", production()),
        ("1click-quote-wet-solusdc-zec-2026-10-02.json", production()),
        ("1click-status-pending-2026-10-02.json", production()),
        ("1click-staging-dry-2026-06-23.json", staging()),
        ("1click-staging-wet-2026-06-23.json", staging()),
        ("1click-staging-statusquote-2026-06-23.json", staging()),
    ] {
        let Some(answer) = read(name) else { return };
        let quote = judge(&answer, &keys, |_| ()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!quote.is_legacy());
        assert_eq!(quote.deposit_address().is_none(), quote.terms().approval.dry, "{name}");
        let other = if name.contains("staging") { production() } else { staging() };
        assert!(judge(&answer, &other, |_| ()).unwrap_err().has(Code::QuoteSignature), "{name}");
    }
}

#[test]
fn the_hash_of_the_wet_sample_is_the_documented_one() {
    let Some(answer) = read("1click-quote-wet-solusdc-zec-2026-10-02.json") else { return };
    let quote = judge(&answer, &production(), |_| ()).unwrap();
    let hash = bs58::encode(quote.digest()).into_string();
    assert_eq!(hash, "AkcqzyfZK91DKH6sxCGE8r89bHHN6gr4WDEptbZCXYJM");
    assert_eq!(quote.deposit_address(), answer["quote"]["depositAddress"].as_str());
    // Three days before the address dies.
    assert_eq!(quote.fund_by().value() + 72 * 3_600, quote.inactive_at().unwrap().value());
}

#[test]
fn old_quotes_are_proven_where_terms_say_so_and_fund_nothing() {
    for name in [
        "1click-deposit-submit-processing-2026-06-18.json",
        "1click-status-success-2026-06-18.json",
    ] {
        let Some(answer) = read(name) else { return };
        let stored = |asked: &mut QuoteTerms| {
            asked.quote_waiting_time_ms = 3_000;
            asked.age = QuoteAge::Stored;
        };
        let quote = judge(&answer, &production(), stored).unwrap();
        assert!(quote.is_legacy() && quote.deposit_address().is_none(), "{name}");
        let changes: [fn(&mut QuoteTerms); 2] =
            [|asked| asked.quote_waiting_time_ms = 3_000, |asked| asked.age = QuoteAge::Stored];
        for change in changes {
            let refusal = judge(&answer, &production(), change).unwrap_err();
            assert!(refusal.has(Code::QuoteSignature), "{name}: {refusal}");
        }
    }
}

/// Changes each byte of each string, each number and each boolean of an answer by itself.
pub(super) fn each_change(answer: &Value, at: &str, seen: &mut dyn FnMut(&str, Value)) {
    let mut change = |value: Value| {
        let mut changed = answer.clone();
        *changed.pointer_mut(at).unwrap() = value;
        seen(at, changed);
    };
    match answer.pointer(at).unwrap() {
        Value::String(text) => {
            for place in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
                change(String::from_utf8(bytes).unwrap().into());
            }
            change(format!("{text} ").into());
        }
        Value::Number(number) => change((number.as_u64().unwrap() + 1).into()),
        Value::Bool(truth) => change((!truth).into()),
        Value::Null => change(json!("1")),
        Value::Array(elements) => {
            (0..elements.len()).for_each(|n| each_change(answer, &format!("{at}/{n}"), seen));
        }
        Value::Object(members) => {
            members.keys().for_each(|name| each_change(answer, &format!("{at}/{name}"), seen));
        }
    }
}
