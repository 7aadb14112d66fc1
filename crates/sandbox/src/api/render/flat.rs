//! The answers of the flat dialect, in the words of the protocol under the API.

use super::{decimals, network, nulls, swap_metadata};
use crate::answer::{Answer, Params};
use crate::json::Json;
use crate::swap::{Intent, Quote, Status};

/// Writes a quote.
pub(super) fn quote(quote: &Quote) -> Json {
    let mut json = Json::object([("id", Json::text(quote.id))]);
    json.extend(sides(quote));
    json.extend(nulls([
        "intermediate_token",
        "intermediate_token_amount_min",
        "intermediate_token_amount_max",
        "intermediate_token_decimals",
    ]));
    json.extend(Json::object([
        ("slippage_bps", Json::text(quote.slippage_bps)),
        ("expiry", Json::from(quote.expires_at.value())),
        ("swap_type", Json::from("standard")),
        ("deposit_type", Json::from("escrowed")),
        ("affiliate_fees", Json::Object(Vec::new())),
    ]));
    json
}

/// Writes a create answer. The documents end at the payload; what follows is there for a client
/// that compares the answer with what it asked for.
pub(super) fn intent<P: Params>(answer: &Answer<P>) -> Json {
    Json::object([
        ("intent_id", Json::text(answer.id)),
        ("deadline_secs", answer.deadline.clone()),
        ("approval_mechanism", Json::text(&answer.approval_type)),
        ("secret_hash", Json::text(&answer.secret_hash)),
        ("params_to_sign", answer.payload.render(answer.style)),
        ("approve_to", answer.approve_to.clone()),
        ("user_source_public_key", Json::Null),
        ("user_source_address", Json::text(&answer.from_address)),
        ("user_destination_address", Json::text(&answer.to_address)),
        ("refund_address", Json::text(&answer.refund_address)),
        ("quote", quote(&answer.quote)),
    ])
}

/// Writes an intent's status.
pub(super) fn status(intent: &Intent) -> Json {
    let mut json = Json::object([
        ("intent_id", Json::text(intent.id)),
        ("status", Json::from(word(intent.status))),
    ]);
    json.extend(sides(&intent.quote));
    json.push("fees", Json::List(Vec::new()));
    json.push("swap_metadata", swap_metadata(intent));
    json
}

/// Returns the protocol's own word for a status.
pub(in crate::api) const fn word(status: Status) -> &'static str {
    match status {
        Status::Created => "Initiated",
        Status::Approved => "ApprovalAdded",
        Status::Verified => "Accepted",
        Status::Deposited => "UserDeposited",
        Status::Finished => "Fulfilled",
        Status::Expired => "Expired",
        Status::RefundRequested => "RefundRequested",
        Status::Refunded => "Refunded",
    }
}

fn sides(quote: &Quote) -> Json {
    Json::object([
        ("source_chain", network(&quote.source)),
        ("source_token", Json::text(&quote.source.address)),
        ("source_amount_lots", Json::text(quote.amount)),
        ("source_amount_decimals", decimals(&quote.source)),
        ("dest_chain", network(&quote.target)),
        ("dest_token", Json::text(&quote.target.address)),
        ("min_dest_amount_lots", Json::text(quote.price.minimum)),
        ("max_dest_amount_lots", Json::text(quote.price.expected)),
        ("dest_amount_decimals", decimals(&quote.target)),
    ])
}
