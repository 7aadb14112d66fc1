//! What a profile writes reads back as the same value, and is JSON to every reader.

use std::fmt::Debug;

use countersign_api_types::defi::{Profile, Wire};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use crate::strategies;

fn round_trips<T, S>(strategy: impl Fn(Profile) -> S)
where
    T: Wire + Debug + PartialEq,
    S: Strategy<Value = T>,
{
    for profile in Profile::ALL {
        let mut runner = TestRunner::default();
        let outcome = runner.run(&strategy(profile), |value| {
            let text = value
                .to_json(profile)
                .map_err(|error| TestCaseError::fail(format!("{profile}: {error}")))?;
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
            prop_assert_eq!(T::from_json(&text), Ok(value), "{}: {}", profile, text);
            Ok(())
        });
        outcome.unwrap();
    }
}

#[test]
fn quote_requests() {
    round_trips(strategies::quote_request);
}

#[test]
fn quotes() {
    round_trips(strategies::quote);
}

#[test]
fn create_requests() {
    round_trips(strategies::create_request);
}

#[test]
fn created_intents() {
    round_trips(strategies::created_intent);
}

#[test]
fn approvals() {
    round_trips(strategies::approval);
}

#[test]
fn answers_to_approvals() {
    round_trips(strategies::added_approval);
}

#[test]
fn statuses() {
    round_trips(strategies::intent_status);
}

#[test]
fn swap_lists() {
    round_trips(strategies::swaps);
}

#[test]
fn network_lists() {
    round_trips(strategies::networks);
}

#[test]
fn token_lists() {
    round_trips(strategies::tokens);
}

#[test]
fn errors() {
    round_trips(strategies::api_error);
}
