//! No text and no JSON panics, and every error stays small.

use std::fmt::Debug;

use countersign_api_types::oneclick::{
    ApiError, DepositSubmission, Exact, GenerateIntentRequest, GeneratedIntent, QuoteRequest,
    QuoteResponse, StatusResponse, SubmitIntentRequest, SubmittedIntent, TokenList, Wire,
    Withdrawals,
};
use countersign_api_types::{ReadError, aurora};
use proptest::prelude::*;
use serde_json::Value;

use crate::strategies;

/// The longest error message: two excerpts of 64 characters, each at most ten times as long.
const LONGEST: usize = 2_000;

/// Reads a text as every body there is, and returns the errors.
fn read_as_everything(text: &str) -> Vec<ReadError> {
    let status = StatusResponse::from_json(text);
    [
        status.as_ref().ok().and_then(|status| status.quote().err()),
        status.err(),
        QuoteRequest::from_json(text).err(),
        aurora::QuoteRequest::from_json(text).err(),
        Exact::<QuoteResponse>::from_json(text).err(),
        TokenList::from_json(text).err(),
        aurora::TokenList::from_json(text).err(),
        DepositSubmission::from_json(text).err(),
        Withdrawals::from_json(text).err(),
        GenerateIntentRequest::from_json(text).err(),
        GeneratedIntent::from_json(text).err(),
        SubmitIntentRequest::from_json(text).err(),
        SubmittedIntent::from_json(text).err(),
        ApiError::from_json(text).err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Valid bodies of each kind, to be broken.
fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        written(strategies::quote_response()),
        written(strategies::quote_request()),
        written(strategies::status()),
        written(strategies::tokens()),
        written(strategies::withdrawals()),
        written(strategies::generated_intent()),
        written(strategies::submit_intent()),
        written(strategies::api_error()),
    ]
}

fn written<T: Wire + Debug + 'static>(
    body: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<String> {
    body.prop_map(|body| body.to_json().unwrap()).boxed()
}

/// Values that stand where others were expected.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(serde_json::json!({})),
        Just(serde_json::json!([[]])),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,300}".prop_map(Value::from),
        "[0-9]{1,90}(\\.[0-9]{0,9})?(e[+-]?[0-9]{1,4})?".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:60Z".prop_map(Value::from),
    ]
}

/// Puts `odd` in the place of the member that `at` points to, counted over the whole tree.
fn replace(value: &mut Value, at: &mut usize, odd: &Value) {
    if *at == 0 {
        *value = odd.clone();
        *at = usize::MAX;
        return;
    }
    *at = at.saturating_sub(1);
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|inner| replace(inner, at, odd)),
        Value::Object(members) => members.values_mut().for_each(|inner| replace(inner, at, odd)),
        _ => {}
    }
}

fn assert_bounded(errors: &[ReadError]) {
    for error in errors {
        assert!(error.to_string().chars().count() < LONGEST, "{error}");
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text(text in ".*") {
        assert_bounded(&read_as_everything(&text));
    }

    #[test]
    fn any_value_in_any_place(body in body(), at in 0_usize..60, odd in odd_value()) {
        let mut value: Value = serde_json::from_str(&body).unwrap();
        replace(&mut value, &mut at.clone(), &odd);
        assert_bounded(&read_as_everything(&value.to_string()));
    }

    #[test]
    fn any_byte_changed(body in body(), at: prop::sample::Index, byte in 0x20_u8..0x7f) {
        let mut bytes = body.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        assert_bounded(&read_as_everything(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn a_body_cut_short_is_never_read(body in body(), at: prop::sample::Index) {
        let at = at.index(body.len());
        prop_assume!(at > 0 && body.is_char_boundary(at));
        prop_assert_eq!(read_as_everything(&body[..at]).len(), 13);
    }
}

#[test]
fn a_key_that_is_there_twice_is_not_read() {
    for text in [
        r#"{"status":"SUCCESS","status":"FAILED"}"#,
        r#"{"status":"SUCCESS","quoteResponse":{"quote":{"depositAddress":"a","depositAddress":"b"}}}"#,
        r#"{"intent":{"standard":"erc191","payload":"a","p\u0061yload":"b"}}"#,
    ] {
        assert_eq!(read_as_everything(text).len(), 13, "{text}");
    }
}
