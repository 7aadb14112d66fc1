//! What no node of any chain may answer: no facts come of it.

use std::time::Duration;

use serde_json::json;

use super::assert_unavailable;
use crate::node::Script;

#[tokio::test]
async fn answers_to_other_questions_are_no_facts() {
    let shifted = Script::one(|question, mut answer| {
        answer["id"] = json!(question["id"].as_u64().unwrap() + 100);
        answer
    });
    assert_unavailable(shifted, "expected an answer, found none").await;
    let doubled = Script::whole(|_, mut answer| {
        if let Some(batch) = answer.as_array_mut() {
            batch.extend(batch.first().cloned());
        }
        answer
    });
    assert_unavailable(doubled, "twice").await;
}

#[tokio::test]
async fn what_is_no_answer_over_http_is_none() {
    for status in [500, 429, 401, 302] {
        let told = format!("expected status 200, found {status}");
        assert_unavailable(Script::http(move |body| (status, body)), &told).await;
    }
    let text = Script::http(|_| (200, "<html>".to_owned()));
    assert_unavailable(text, "expected a JSON-RPC answer").await;
    let cut = Script::http(|body| (200, body[..body.len() / 2].to_owned()));
    assert_unavailable(cut, "expected a JSON-RPC answer").await;
    let oversized = Script::http(|body| (200, format!("{body}{}", " ".repeat(1 << 20))));
    assert_unavailable(oversized, "at most 1048576 bytes").await;
}

#[tokio::test]
async fn a_node_that_hangs_is_given_up() {
    let hanging = Script::after(Duration::from_mins(1));
    let limit = Duration::from_secs(10);
    let waited = tokio::time::timeout(limit, assert_unavailable(hanging, "within"));
    assert!(waited.await.is_ok());
}
