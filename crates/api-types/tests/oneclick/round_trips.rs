//! What is written reads back as the same value, and is JSON to every reader.

use std::fmt::Debug;

use countersign_api_types::aurora;
use countersign_api_types::oneclick::{Exact, QuoteResponse, Wire};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use crate::strategies;

fn round_trips<T>(strategy: impl Strategy<Value = T>)
where
    T: Wire + Debug + PartialEq,
{
    let outcome = TestRunner::default().run(&strategy, |value| {
        let text = value.to_json().map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        prop_assert_eq!(T::from_json(&text), Ok(value), "{}", text);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn quotes() {
    round_trips(strategies::quote_request());
    round_trips(strategies::quote());
    round_trips(strategies::quote_response());
}

#[test]
fn a_quote_keeps_its_text() {
    let strategy = strategies::quote_response();
    let outcome = TestRunner::default().run(&strategy, |quote| {
        let text = format!(" {}\n", quote.to_json().unwrap().replace("\":", "\" : "));
        let exact = Exact::<QuoteResponse>::from_json(&text).unwrap();
        prop_assert_eq!(exact.raw().as_str(), text.trim());
        for raw in [exact.quote_request.raw(), exact.quote.raw()] {
            prop_assert!(text.contains(raw.as_str()));
        }
        prop_assert_eq!(Exact::<QuoteResponse>::from_json(&exact.to_json().unwrap()), Ok(exact));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn statuses_and_deposits() {
    round_trips(strategies::status());
    round_trips(strategies::deposit());
    round_trips(strategies::withdrawals());
}

#[test]
fn tokens_of_both_apis() {
    round_trips(strategies::tokens());
    round_trips(strategies::tokens().prop_map(aurora::TokenList::from));
}

#[test]
fn intents() {
    round_trips(strategies::generate_intent());
    round_trips(strategies::generated_intent());
    round_trips(strategies::submit_intent());
    round_trips(strategies::submitted_intent());
}

#[test]
fn errors() {
    round_trips(strategies::api_error());
}

#[test]
fn requests_of_aurora() {
    let taken = strategies::common_request()
        .prop_filter_map("confidential", |request| aurora::QuoteRequest::new(request).ok());
    round_trips(taken);
}
