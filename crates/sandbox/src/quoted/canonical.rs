//! The text of a quote that is signed.
//!
//! It is made as the API's own code makes it: an object of the request's members, over which the
//! offer's are spread, written with sorted keys.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::QuoteSigner;
use crate::json::Json;

const REQUEST: [&str; 11] = [
    "swapType",
    "slippageTolerance",
    "originAsset",
    "depositType",
    "destinationAsset",
    "amount",
    "refundTo",
    "refundType",
    "recipient",
    "recipientType",
    "deadline",
];
const REQUEST_UNLESS_FALSY: [&str; 5] = [
    "quoteWaitingTimeMs",
    "referral",
    "virtualChainRecipient",
    "virtualChainRefundRecipient",
    "customRecipientMsg",
];
const AMOUNTS: [&str; 8] = [
    "amountIn",
    "amountInFormatted",
    "amountInUsd",
    "minAmountIn",
    "amountOut",
    "amountOutFormatted",
    "amountOutUsd",
    "minAmountOut",
];
/// Members of a quote to be funded, which take the place of the request's even where they are not
/// there.
const FUNDED: [&str; 10] = [
    "depositAddress",
    "depositMemo",
    "deadline",
    "timeWhenInactive",
    "timeEstimate",
    "virtualChainRecipient",
    "virtualChainRefundRecipient",
    "customRecipientMsg",
    "refundFee",
    "withdrawFee",
];

/// What of a quote is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Covered {
    /// All that is signed today.
    Current,
    /// The amounts alone, as it was once.
    AmountsAlone,
}

/// Signs an answer as it stands.
pub(crate) fn sign(answer: &mut Json, signer: &QuoteSigner, covered: Covered) {
    let digest = Sha256::digest(text(answer, covered));
    let signature = signer.sign(&bs58::encode(digest).into_string());
    answer.set("signature", Json::from(signature));
}

/// Writes what is signed of an answer.
pub(super) fn text(answer: &Json, covered: Covered) -> String {
    let nothing = Json::Null;
    let [request, quote, timestamp] =
        ["quoteRequest", "quote", "timestamp"].map(|name| answer.get(name).unwrap_or(&nothing));
    let dry = request.get("dry").cloned().unwrap_or(Json::Null);
    let is_dry = dry == Json::Bool(true);
    let mut members = BTreeMap::from([("dry", dry), ("timestamp", timestamp.clone())]);
    for name in REQUEST {
        members.extend(request.get(name).map(|value| (name, value.clone())));
    }
    for name in REQUEST_UNLESS_FALSY {
        members.extend(
            request.get(name).filter(|value| is_truthy(value)).map(|value| (name, value.clone())),
        );
    }
    for name in AMOUNTS {
        members.extend(quote.get(name).map(|value| (name, value.clone())));
    }
    if !is_dry && covered == Covered::Current {
        for name in FUNDED {
            members.remove(name);
            members.extend(
                quote.get(name).filter(|value| is_truthy(value)).map(|value| (name, value.clone())),
            );
        }
    }
    Json::object(members).to_string()
}

fn is_truthy(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::Number(digits) => digits != "0",
        Json::Text(text) => !text.is_empty(),
        Json::Bool(true) | Json::List(_) | Json::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quote with each trap in it.
    fn answer(dry: bool) -> Json {
        let request = Json::object([
            ("dry", Json::from(dry)),
            ("swapType", Json::from("EXACT_INPUT")),
            ("deadline", Json::from("asked")),
            ("quoteWaitingTimeMs", Json::from(0)),
            ("virtualChainRecipient", Json::from("asked")),
            ("referral", Json::from("us")),
            ("insured", Json::from(true)),
        ]);
        let quote = Json::object([
            ("amountIn", Json::from("7")),
            ("deadline", Json::from("offered")),
            ("depositMemo", Json::Null),
            ("timeEstimate", Json::from(30)),
            ("withdrawFee", Json::from("0")),
        ]);
        Json::object([("quoteRequest", request), ("quote", quote), ("timestamp", Json::from("t"))])
    }

    #[test]
    fn the_offers_members_take_the_place_of_the_requests_even_where_there_are_none() {
        assert_eq!(
            text(&answer(false), Covered::Current),
            r#"{"amountIn":"7","deadline":"offered","dry":false,"referral":"us","swapType":"EXACT_INPUT","timeEstimate":30,"timestamp":"t","withdrawFee":"0"}"#
        );
    }

    #[test]
    fn a_price_alone_has_the_requests_members_and_the_amounts() {
        let expected = r#"{"amountIn":"7","deadline":"asked","dry":true,"referral":"us","swapType":"EXACT_INPUT","timestamp":"t","virtualChainRecipient":"asked"}"#;
        assert_eq!(text(&answer(true), Covered::Current), expected);
        let wet = text(&answer(false), Covered::AmountsAlone);
        assert_eq!(wet, expected.replace("\"dry\":true", "\"dry\":false"));
    }
}
