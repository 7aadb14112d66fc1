//! Real quotes, where they are at hand, and each change of them: what the signature covers is refused
//! by it, and what it does not cover by what we asked.

use std::sync::Arc;

use countersign_approval::{Code, QuoteAge};
use countersign_units::Bps;
use serde_json::Value;

use super::fixtures::{asked, each_change, production, read, staging};
use crate::{QuoteAnswer, QuoteKeys, prove};

/// Members of the request that are signed, whatever the quote is.
const ASKED: [&str; 10] = [
    "dry",
    "swapType",
    "slippageTolerance",
    "originAsset",
    "depositType",
    "destinationAsset",
    "amount",
    "refundTo",
    "refundType",
    "recipient",
];
/// Members of the offer that are signed, whatever the quote is.
const OFFERED: [&str; 8] = [
    "amountIn",
    "amountInFormatted",
    "amountInUsd",
    "minAmountIn",
    "amountOut",
    "amountOutFormatted",
    "amountOutUsd",
    "minAmountOut",
];
/// Members of the offer that are signed where it is one to be funded, by the form of today.
const FUNDED: [&str; 9] = [
    "deadline",
    "timeWhenInactive",
    "depositAddress",
    "depositMemo",
    "timeEstimate",
    "refundFee",
    "withdrawFee",
    "virtualChainRecipient",
    "virtualChainRefundRecipient",
];
/// Members of the request of which the offer's take the place, where it is one to be funded.
const REPLACED: [&str; 3] = ["deadline", "virtualChainRecipient", "virtualChainRefundRecipient"];
/// Other members of the request that are signed where they say something.
const IF_SAID: [&str; 3] = ["recipientType", "referral", "quoteWaitingTimeMs"];
/// A quote that was really signed.
struct Sample {
    name: &'static str,
    keys: QuoteKeys,
    /// By the form of before 2026-06-24, of which a status leaves out what was waited for.
    is_old: bool,
}

fn samples() -> [Sample; 8] {
    let sample = |name, keys, is_old| Sample { name, keys, is_old };
    [
        sample("1click-quote-dry-sol-zec-2026-10-02.json", production(), false),
        sample("1click-quote-wet-solusdc-zec-2026-10-02.json", production(), false),
        sample("1click-status-pending-2026-10-02.json", production(), false),
        sample("1click-staging-dry-2026-06-23.json", staging(), false),
        sample("1click-staging-wet-2026-06-23.json", staging(), false),
        sample("1click-staging-statusquote-2026-06-23.json", staging(), false),
        sample("1click-deposit-submit-processing-2026-06-18.json", production(), true),
        sample("1click-status-success-2026-06-18.json", production(), true),
    ]
}

/// What a change is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Signature,
    Echo,
    /// Nothing that is signed or was asked for.
    Nothing,
}

/// Says what must find the change of a member.
fn found_by(place: &str, is_whole: bool) -> By {
    let mut parts = place.trim_start_matches('/').split('/');
    let (part, member) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let signed = match part {
        "signature" | "timestamp" => true,
        "quoteRequest" if REPLACED.contains(&member) => !is_whole,
        "quoteRequest" => ASKED.contains(&member) || IF_SAID.contains(&member),
        "quote" => OFFERED.contains(&member) || (is_whole && FUNDED.contains(&member)),
        _ => false,
    };
    match (signed, part) {
        (true, _) => By::Signature,
        (_, "quoteRequest") => By::Echo,
        _ => By::Nothing,
    }
}

/// Returns what a quote takes in fees, so that not one basis point more is within the bound.
fn all_fees(answer: &Value) -> Bps {
    let fees = answer["quoteRequest"]["appFees"].as_array().unwrap();
    let sum: u64 = fees.iter().map(|fee| fee["fee"].as_u64().unwrap()).sum();
    Bps::new(sum.try_into().unwrap()).unwrap()
}

/// Changes each of what a sample says, and returns how often a change was found by the signature, and
/// by what we asked.
fn change_all(sample: &Sample, answer: &Value) -> [usize; 2] {
    let root = if answer.get("quoteResponse").is_some() { "/quoteResponse" } else { "" };
    let quote = answer.pointer(root).unwrap();
    let (mut terms, now) = asked(quote);
    terms.approval.max_app_fees = all_fees(quote);
    if sample.is_old {
        terms.approval.quote_waiting_time_ms = 3_000;
        terms.approval.age = QuoteAge::Stored;
    }
    let is_whole = !terms.approval.dry && !sample.is_old;
    let terms = Arc::new(terms);
    let judge = |answer: &Value| {
        prove(QuoteAnswer::new(answer.to_string()), &terms, &sample.keys, now).err()
    };
    assert_eq!(judge(answer), None, "{}", sample.name);
    let mut counted = [0, 0];
    each_change(answer, root, &mut |place, changed| {
        let (refused, name) = (judge(&changed), sample.name);
        let of_signature = refused.as_ref().is_some_and(|it| it.has(Code::QuoteSignature));
        match found_by(&place[root.len()..], is_whole) {
            By::Signature => {
                counted[0] += 1;
                assert!(of_signature, "{name}: {place}: {refused:?} {changed}");
            }
            By::Echo => {
                counted[1] += 1;
                assert!(refused.is_some() && !of_signature, "{name}: {place}: {refused:?}");
            }
            By::Nothing => assert!(!of_signature, "{name}: {place}: {refused:?}"),
        }
    });
    counted
}

#[test]
fn any_change_of_what_is_signed_and_of_what_we_asked_is_refused() {
    std::thread::scope(|scope| {
        for sample in samples() {
            let Some(answer) = read(sample.name) else { return };
            scope.spawn(move || {
                let [signed, echoed] = change_all(&sample, &answer);
                let counted = format!("{}: {signed} signed, {echoed} echoed", sample.name);
                assert!(signed > 450 && echoed > 5, "{counted}");
            });
        }
    });
}
