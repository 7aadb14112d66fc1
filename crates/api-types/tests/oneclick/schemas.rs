//! Every request that is written is valid by the APIs' own schemas, where these are at hand.

use std::path::PathBuf;

use countersign_api_types::aurora;
use countersign_api_types::oneclick::{
    Exact, Quote, QuoteOptions, QuoteRequest, QuoteResponse, Shown, Wire,
};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::strategies;

/// Returns a description of an API, or says that there is none at hand.
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
fn document(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES") else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return None;
    };
    let text = std::fs::read_to_string(PathBuf::from(folder).join("spec").join(name)).unwrap();
    // JSON is YAML, but the readers are not the same.
    Some(serde_json::from_str(&text).unwrap_or_else(|_| serde_saphyr::from_str(&text).unwrap()))
}

/// Makes a validator of one part of a description; the part may point to others.
fn validator(document: &Value, part: &str) -> Validator {
    assert!(document.pointer(part).is_some(), "no {part}");
    let mut schema = document.clone();
    let part = part.replace('{', "%7B").replace('}', "%7D");
    let members = schema.as_object_mut().unwrap();
    members.insert("$ref".to_owned(), json!(format!("#{part}")));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn request(document: &Value, path: &str) -> Validator {
    let path = path.replace('/', "~1");
    let part = format!("/paths/{path}/post/requestBody/content/application~1json/schema");
    validator(document, &part)
}

fn all_valid<T: Wire + std::fmt::Debug>(validator: &Validator, bodies: impl Strategy<Value = T>) {
    let outcome = TestRunner::new(Config::with_cases(64)).run(&bodies, |body| {
        let text = body.to_json().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let value: Value = serde_json::from_str(&text).unwrap();
        let error = validator.validate(&value).err().map(|error| error.to_string());
        prop_assert_eq!(error, None, "{}", text);
        Ok(())
    });
    outcome.unwrap();
}

/// Any request that Aurora takes.
fn aurora_requests() -> impl Strategy<Value = aurora::QuoteRequest> {
    strategies::common_request()
        .prop_filter_map("confidential", |request| aurora::QuoteRequest::new(request).ok())
}

#[test]
fn aurora_takes_every_request_that_is_written() {
    let Some(document) = document("aurora-openapi.json") else { return };
    all_valid(&request(&document, "/api/quote/{apiKey}"), aurora_requests());
}

/// The refusal of a request for Aurora is needed: its schema doesn't take what 1Click does.
#[test]
fn aurora_takes_not_every_request_of_1click() {
    let Some(document) = document("aurora-openapi.json") else { return };
    let echo = "/paths/~1api~1quote~1{apiKey}/post/responses/200/content/application~1json/schema\
        /properties/quoteRequest";
    let echo = validator(&document, echo);
    let outcome = TestRunner::new(Config::with_cases(64)).run(&aurora_requests(), |request| {
        let request = request.into_inner();
        let insured = QuoteOptions { insured: Some(true), ..request.options.clone() };
        let insured = QuoteRequest { options: insured, ..request.clone() };
        let value = |request: &QuoteRequest| serde_json::from_str(&request.to_json().unwrap());
        prop_assert!(echo.is_valid(&value(&request).unwrap()));
        prop_assert!(!echo.is_valid(&value(&insured).unwrap()));
        Ok(())
    });
    outcome.unwrap();
}

/// A quote in the words that Aurora has for it: no fees, and all that is shown.
fn aurora_quotes() -> impl Strategy<Value = QuoteResponse> {
    (strategies::quote_response(), aurora_requests()).prop_map(|(response, request)| {
        let shown = Shown { formatted: Some("1.0".to_owned()), usd: Some("1".to_owned()) };
        let quote = Quote {
            chain_deposit_addresses: Vec::new(),
            refund_fee: None,
            withdraw_fee: None,
            amount_in_shown: shown.clone(),
            amount_out_shown: shown,
            time_estimate: Some(5_u64.into()),
            ..response.quote.value().clone()
        };
        QuoteResponse {
            correlation_id: Some("c".to_owned()),
            quote_request: Exact::write(&request.into_inner()).unwrap(),
            quote: Exact::write(&quote).unwrap(),
            ..response
        }
    })
}

#[test]
fn a_quote_of_aurora_can_be_written_as_its_schema_wants_it() {
    let Some(document) = document("aurora-openapi.json") else { return };
    let answer =
        "/paths/~1api~1quote~1{apiKey}/post/responses/200/content/application~1json/schema";
    all_valid(&validator(&document, answer), aurora_quotes());
}

#[test]
fn oneclick_takes_every_request_that_is_written() {
    let Some(document) = document("oneclick-openapi.yaml") else { return };
    all_valid(&request(&document, "/v0/quote"), strategies::quote_request());
    all_valid(&request(&document, "/v0/deposit/submit"), strategies::deposit());
    all_valid(&request(&document, "/v0/generate-intent"), strategies::generate_intent());
    all_valid(&request(&document, "/v0/submit-intent"), strategies::submit_intent());
}

#[test]
fn the_schema_of_a_signed_intent_refuses_others() {
    let Some(document) = document("oneclick-openapi.yaml") else { return };
    let validator = request(&document, "/v0/submit-intent");
    let signed = |standard: &str| {
        json!({"type": "swap_transfer", "signedData":
            {"standard": standard, "payload": "P", "signature": "secp256k1:S"}})
    };
    assert!(validator.is_valid(&signed("erc191")));
    assert!(!validator.is_valid(&signed("raw_ed25519")), "a public key is missing");
    assert!(!validator.is_valid(&signed("nep413")), "the payload is no object");
    assert!(!validator.is_valid(&signed("bip322")), "there is no such standard");
}
