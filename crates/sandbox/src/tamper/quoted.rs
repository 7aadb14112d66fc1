//! Lies about quotes. What is signed is changed before it is signed, unless the lie says otherwise.

use alloy::primitives::U256;
use countersign_units::UnixMillis;

use super::Tamper;
use crate::json::Json;
use crate::quoted::{Covered, Scene, read_moment, sign, write_moment};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Changes an honest answer into the lie, and signs it.
pub(crate) fn apply(tamper: Tamper, mut answer: Json, scene: &Scene<'_>) -> Json {
    if tamper == Tamper::QuoteOtherUser {
        return scene.of_another.clone();
    }
    before_signing(tamper, &mut answer, scene);
    let (signer, covered) = match tamper {
        Tamper::QuoteDepositAddressOtherKey => (scene.other_signer, Covered::Current),
        Tamper::QuoteDepositAddressUnbound => (scene.signer, Covered::AmountsAlone),
        _ => (scene.signer, Covered::Current),
    };
    sign(&mut answer, signer, covered);
    after_signing(tamper, &mut answer, scene);
    answer
}

fn before_signing(tamper: Tamper, answer: &mut Json, scene: &Scene<'_>) {
    let [refund, recipient] = scene.attacker.each_ref().map(Json::text);
    match tamper {
        Tamper::QuoteEchoRecipient => echo(answer, "recipient", recipient),
        Tamper::QuoteEchoRecipientType => {
            let other = match member(answer, "quoteRequest", "recipientType") {
                "INTENTS" => "DESTINATION_CHAIN",
                _ => "INTENTS",
            };
            echo(answer, "recipientType", Json::from(other));
        }
        Tamper::QuoteEchoRefund => echo(answer, "refundTo", refund),
        Tamper::QuoteEchoAsset => {
            echo(answer, "destinationAsset", Json::text(&scene.other_asset));
        }
        Tamper::QuoteEchoOriginAsset => echo(answer, "originAsset", Json::text(&scene.other_asset)),
        Tamper::QuoteEchoAmount => {
            let twice = scene.order.amount.saturating_add(scene.order.amount);
            echo(answer, "amount", Json::text(twice));
        }
        Tamper::QuoteEchoSlippage => echo(answer, "slippageTolerance", Json::from(2_000)),
        Tamper::QuoteEchoSwapType => echo(answer, "swapType", Json::from("FLEX_INPUT")),
        Tamper::QuoteEchoReferral => echo(answer, "referral", Json::from("somebody")),
        Tamper::QuoteEchoDry => {
            echo(answer, "dry", Json::from(true));
            offer(answer, "depositAddress", refund);
        }
        Tamper::QuoteVirtualRecipient => {
            let other = Json::from(format!("0x{}", "ba".repeat(20)));
            offer(answer, "virtualChainRecipient", other);
        }
        Tamper::QuoteCustomMessage => {
            offer(answer, "customRecipientMsg", Json::from("{\"to\":\"ba.near\"}"));
        }
        Tamper::QuoteDepositAddressOtherKey | Tamper::QuoteDepositAddressUnbound => {
            offer(answer, "depositAddress", refund);
        }
        Tamper::QuoteDepositAddressOwn => {
            let own = Json::text(member(answer, "quoteRequest", "refundTo"));
            offer(answer, "depositAddress", own);
        }
        Tamper::QuoteDepositAddressForm => {
            offer(answer, "depositAddress", Json::from("not-an-address"));
        }
        Tamper::QuoteDepositAddressMissing => {
            if let Some(quote) = answer.get_mut("quote") {
                quote.remove("depositAddress");
            }
        }
        Tamper::QuoteMemo => offer(answer, "depositMemo", Json::from("4711")),
        _ => about_money_and_time(tamper, answer),
    }
}

fn about_money_and_time(tamper: Tamper, answer: &mut Json) {
    match tamper {
        Tamper::QuoteDeadlineMoved => {
            for name in ["deadline", "timeWhenInactive"] {
                shift(answer, "quote", name, -3 * DAY - MINUTE);
            }
        }
        Tamper::QuoteTimestamp => {
            let text = answer.get("timestamp").and_then(Json::as_text).unwrap_or_default();
            let moved = moved(text, -HOUR);
            answer.set("timestamp", moved);
        }
        Tamper::QuoteAmountIn => scale(answer, &["amountIn", "minAmountIn"], (2, 1)),
        Tamper::QuoteMinAmountOut => scale(answer, &["minAmountOut"], (1, 2)),
        Tamper::QuoteAmountOut => scale(answer, &["amountOut", "minAmountOut"], (1, 10)),
        _ => {}
    }
}

fn after_signing(tamper: Tamper, answer: &mut Json, scene: &Scene<'_>) {
    let [refund, _] = scene.attacker.each_ref().map(Json::text);
    match tamper {
        Tamper::QuoteSignature => {
            let signature = answer.get("signature").and_then(Json::as_text).unwrap_or_default();
            let other = one_bit_off(signature);
            answer.set("signature", Json::from(other));
        }
        Tamper::QuoteUnsigned => answer.set("signature", Json::from("")),
        Tamper::QuoteEchoDeadline => shift(answer, "quoteRequest", "deadline", 10 * MINUTE),
        Tamper::QuoteEchoDepositMode => echo(answer, "depositMode", Json::from("MEMO")),
        Tamper::QuoteEchoMember => echo(answer, "payoutAddress", Json::text(&scene.attacker[1])),
        Tamper::QuoteAppFees => {
            let fee = Json::object([
                ("recipient", Json::from("ba".repeat(32))),
                ("fee", Json::from(2_000)),
            ]);
            let fees = answer.get_mut("quoteRequest").and_then(|echo| echo.get_mut("appFees"));
            if let Some(Json::List(fees)) = fees {
                fees.push(fee);
            }
        }
        Tamper::QuoteFeeRecipient => {
            let fees = answer.get_mut("quoteRequest").and_then(|echo| echo.get_mut("appFees"));
            if let Some(Json::List(fees)) = fees
                && let Some(fee) = fees.first_mut()
            {
                fee.set("recipient", Json::from("ba".repeat(32)));
            }
        }
        Tamper::QuoteDepositAddress => offer(answer, "depositAddress", refund),
        Tamper::QuoteDepositAddressTwice => {
            if let Some(quote) = answer.get_mut("quote") {
                quote.push("depositAddress", refund);
            }
        }
        Tamper::QuoteChainAddresses => {
            let other = Json::object([("blockchain", Json::from("eth")), ("address", refund)]);
            offer(answer, "chainDepositAddresses", Json::list([other]));
        }
        _ => {}
    }
}

fn echo(answer: &mut Json, name: &str, value: Json) {
    if let Some(echo) = answer.get_mut("quoteRequest") {
        echo.set(name, value);
    }
}

fn offer(answer: &mut Json, name: &str, value: Json) {
    if let Some(quote) = answer.get_mut("quote") {
        quote.set(name, value);
    }
}

fn member<'a>(answer: &'a Json, part: &str, name: &str) -> &'a str {
    let member = answer.get(part).and_then(|part| part.get(name));
    member.and_then(Json::as_text).unwrap_or_default()
}

fn shift(answer: &mut Json, part: &str, name: &str, millis: i64) {
    let moved = moved(member(answer, part, name), millis);
    if let Some(part) = answer.get_mut(part) {
        part.set(name, moved);
    }
}

fn moved(text: &str, millis: i64) -> Json {
    let moment = read_moment(text).unwrap_or(UnixMillis::new(0)).value();
    Json::from(write_moment(UnixMillis::new(moment.saturating_add_signed(millis))))
}

fn scale(answer: &mut Json, names: &[&str], (by, over): (u64, u64)) {
    for name in names {
        let amount = U256::from_str_radix(member(answer, "quote", name), 10).unwrap_or_default();
        let scaled = amount.saturating_mul(U256::from(by)).checked_div(U256::from(over));
        offer(answer, name, Json::text(scaled.unwrap_or_default()));
    }
}

fn one_bit_off(signature: &str) -> String {
    let text = signature.strip_prefix("ed25519:").unwrap_or_default();
    let mut bytes = bs58::decode(text).into_vec().unwrap_or_default();
    if let Some(byte) = bytes.get_mut(7) {
        *byte ^= 4;
    }
    format!("ed25519:{}", bs58::encode(bytes).into_string())
}
