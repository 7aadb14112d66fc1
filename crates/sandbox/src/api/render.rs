//! The same answers in each dialect's members.

use countersign_units::Lots;

pub(super) mod flat;

use super::Dialect;
use crate::answer::{Answer, Params};
use crate::clock;
use crate::json::Json;
use crate::swap::{Event, Intent, Quote};
use crate::world::Token;

/// Writes a quote.
pub(super) fn quote(dialect: Dialect, quote: &Quote) -> Json {
    let (from, mid, to) = match dialect {
        Dialect::G0 => return flat::quote(quote),
        Dialect::G1 => prefixed_quote(quote),
        Dialect::G2 => plain_quote(quote),
        Dialect::G3 => decimal_quote(quote),
    };
    Json::object([
        ("id", Json::text(quote.id)),
        ("from", from),
        ("mid", mid),
        ("to", to),
        ("slippage_bps", Json::text(quote.slippage_bps)),
        ("expires_at", Json::from(quote.expires_at.value())),
    ])
}

/// Writes a create answer.
pub(crate) fn intent<P: Params>(dialect: Dialect, answer: &Answer<P>) -> Json {
    let (deadline, (from, to)) = match dialect {
        Dialect::G0 => return flat::intent(answer),
        Dialect::G1 => ("deadline_at", prefixed_parties(answer)),
        Dialect::G2 => ("deadline_at", plain_parties(answer)),
        Dialect::G3 => ("expires_at", refundable_parties(answer)),
    };
    Json::object([
        ("id", Json::text(answer.id)),
        (deadline, answer.deadline.clone()),
        ("approval_type", Json::text(&answer.approval_type)),
        ("secret_hash", Json::text(&answer.secret_hash)),
        ("approve_to", answer.approve_to.clone()),
        ("from", from),
        ("to", to),
        ("refund_address", Json::text(&answer.refund_address)),
        ("quote", quote(dialect, &answer.quote)),
        ("params_to_sign", answer.payload.render(answer.style)),
    ])
}

/// Writes an intent's status.
pub(super) fn status(intent: &Intent) -> Json {
    match intent.dialect {
        Dialect::G0 => flat::status(intent),
        Dialect::G1 | Dialect::G2 => prefixed_status(intent),
        Dialect::G3 => nested_status(intent),
    }
}

/// Writes an intent as an item of the swap list, which only the flat and the newest dialect
/// document.
pub(super) fn list_item(dialect: Dialect, intent: &Intent) -> Json {
    let mut item = match dialect {
        Dialect::G0 => flat::status(intent),
        Dialect::G1 | Dialect::G2 | Dialect::G3 => nested_status(intent),
    };
    item.set("approval_mechanism", Json::from(intent.funding.mechanism()));
    item
}

fn prefixed_quote(quote: &Quote) -> (Json, Json, Json) {
    let from = Json::object([
        ("from_network_id", network(&quote.source)),
        ("from_token", Json::text(&quote.source.address)),
        ("from_amount_lots", Json::number(quote.amount)),
        ("from_amount_decimals", decimals(&quote.source)),
    ]);
    let mid = nulls([
        "mid_token_id",
        "mid_token",
        "mid_token_min_amount",
        "mid_token_max_amount",
        "mid_token_decimals",
    ]);
    let to = Json::object([
        ("to_network_id", network(&quote.target)),
        ("to_token", Json::text(&quote.target.address)),
        ("to_min_amount_lots", Json::number(quote.price.minimum)),
        ("to_max_amount_lots", Json::number(quote.price.expected)),
        ("to_amount_decimals", decimals(&quote.target)),
    ]);
    (from, mid, to)
}

fn plain_quote(quote: &Quote) -> (Json, Json, Json) {
    let side = |token: &Token| {
        Json::object([
            ("network_id", network(token)),
            ("token", Json::text(&token.address)),
            ("token_id", Json::from(token.listing.api_id)),
        ])
    };
    let mut from = side(&quote.source);
    from.push("amount_lots", Json::number(quote.amount));
    from.push("amount_decimals", decimals(&quote.source));
    let mut to = side(&quote.target);
    to.push("min_amount_lots", Json::number(quote.price.minimum));
    to.push("max_amount_lots", Json::number(quote.price.expected));
    to.push("amount_decimals", decimals(&quote.target));
    let mid =
        nulls(["token_id", "token", "token_min_amount", "token_max_amount", "token_decimals"]);
    (from, mid, to)
}

fn decimal_quote(quote: &Quote) -> (Json, Json, Json) {
    let mut from = decimal_side(&quote.source);
    from.push("amount", amount(quote.amount, &quote.source));
    let mut to = decimal_side(&quote.target);
    to.push("min_amount", amount(quote.price.minimum, &quote.target));
    to.push("max_amount", amount(quote.price.expected, &quote.target));
    (from, Json::Null, to)
}

fn prefixed_parties<P>(answer: &Answer<P>) -> (Json, Json) {
    (
        Json::object([("from_address", Json::text(&answer.from_address))]),
        Json::object([("to_address", Json::text(&answer.to_address))]),
    )
}

fn plain_parties<P>(answer: &Answer<P>) -> (Json, Json) {
    (
        Json::object([("address", Json::text(&answer.from_address))]),
        Json::object([("address", Json::text(&answer.to_address))]),
    )
}

fn refundable_parties<P>(answer: &Answer<P>) -> (Json, Json) {
    let (mut from, to) = plain_parties(answer);
    from.push("refund_address", Json::text(&answer.refund_address));
    (from, to)
}

fn prefixed_status(intent: &Intent) -> Json {
    let quote = &intent.quote;
    Json::object([
        ("intent_id", Json::text(intent.id)),
        ("status", Json::text(intent.status)),
        ("from_amount_lots", Json::text(quote.amount)),
        ("from_network_id", network(&quote.source)),
        ("from_token", Json::text(&quote.source.address)),
        ("from_token_id", Json::from(quote.source.listing.api_id)),
        ("to_network_id", network(&quote.target)),
        ("to_token", Json::text(&quote.target.address)),
        ("to_token_id", Json::from(quote.target.listing.api_id)),
        ("to_min_amount_lots", Json::text(quote.price.minimum)),
        ("to_max_amount_lots", Json::text(quote.price.expected)),
        ("swap_metadata", swap_metadata(intent)),
    ])
}

fn swap_metadata(intent: &Intent) -> Json {
    let history = &intent.history;
    if history.deposit.is_none() {
        return Json::Null;
    }
    Json::object([
        ("id", Json::text(intent.id)),
        ("proxy_address", Json::Null),
        ("user_deposit_tx", hash(history.deposit)),
        ("fulfill_tx", hash(history.payout)),
        ("swap_tx", Json::Null),
        ("created_at", Json::from(clock::iso8601(history.created_at))),
        ("user_deposited_at", time(history.deposit)),
        ("fulfilled_at", time(history.payout)),
        ("swapped_at", Json::Null),
        ("refunded_at", time(history.refund)),
    ])
}

fn nested_status(intent: &Intent) -> Json {
    let (quote, history) = (&intent.quote, &intent.history);
    let side = |token: &Token, address: &str, event: Option<Event>| {
        let mut side = Json::object([
            ("address", Json::from(address)),
            ("tx", hash(event)),
            ("tx_at", time(event)),
        ]);
        side.extend(decimal_side(token));
        side
    };
    let mut from = side(&quote.source, &intent.parties.from, history.deposit);
    from.push("amount", amount(quote.amount, &quote.source));
    let mut to = side(&quote.target, &intent.parties.to, history.payout);
    to.push("min_amount", amount(quote.price.minimum, &quote.target));
    to.push("max_amount", amount(quote.price.expected, &quote.target));
    Json::object([
        ("intent_id", Json::text(intent.id)),
        ("status", Json::text(intent.status)),
        ("from", from),
        ("to", to),
        ("refund_address", Json::text(&intent.parties.refund)),
    ])
}

fn decimal_side(token: &Token) -> Json {
    Json::object([
        ("network_id", network(token)),
        ("contract_address", Json::text(&token.address)),
        ("token_id", Json::from(token.listing.api_id)),
        ("decimals", decimals(token)),
    ])
}

fn network(token: &Token) -> Json {
    Json::from(token.listing.network.api_id)
}

fn decimals(token: &Token) -> Json {
    Json::number(token.listing.decimals)
}

fn amount(lots: alloy::primitives::U256, token: &Token) -> Json {
    Json::from(Lots::new(lots).to_decimal(token.listing.decimals))
}

fn hash(event: Option<Event>) -> Json {
    Json::from(event.map(|event| event.id.to_string()))
}

fn time(event: Option<Event>) -> Json {
    Json::from(event.map(|event| clock::iso8601(event.at)))
}

fn nulls<const N: usize>(names: [&str; N]) -> Json {
    Json::object(names.map(|name| (name, Json::Null)))
}
