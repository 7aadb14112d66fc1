//! What is sent again, how often and when.

use std::time::{Duration, Instant};

use countersign_api_types::defi::Profile;
use countersign_http_client::{Cause, Retry, TransportError};

use crate::server::{Reply, Server, approval, creation, order};

const QUOTE: &str = r#"{"id":"q1","from":{"amount_lots":"1500000"},"to":{"min_amount_lots":5}}"#;

fn broken(times: usize) -> Vec<Reply> {
    vec![Reply::new(503, "broken"); times]
}

#[tokio::test]
async fn a_get_is_sent_again_until_it_succeeds() {
    let mut replies = broken(2);
    replies.push(Reply::ok("[]"));
    let server = Server::start(replies).await;
    assert!(server.client(Profile::G2).networks().await.is_ok());
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_get_is_sent_again_no_more_than_its_limit() {
    let server = Server::start(broken(9)).await;
    let client = server.builder().retries(2).build().unwrap();
    let error = client.intent_status("i1").await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Status { status: 503, .. }));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_get_that_the_api_declines_is_not_sent_again() {
    for status in [400, 401, 403, 404, 422] {
        let server = Server::start([Reply::new(status, "no")]).await;
        assert!(server.client(Profile::G2).networks().await.is_err());
        assert_eq!(server.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_post_is_sent_once_whatever_happens() {
    for reply in [Reply::new(503, ""), Reply::new(429, ""), Reply::new(408, "")] {
        let server = Server::start(vec![reply; 9]).await;
        let client = server.client(Profile::G2);
        assert!(client.create_intent(&creation()).await.is_err());
        assert!(client.add_approval("i1", &approval()).await.is_err());
        assert!(client.quote(&order()).await.is_err());
        assert_eq!(server.asked().len(), 3);
    }
}

#[tokio::test]
async fn a_quote_is_sent_again_where_that_was_set() {
    let server = Server::start([Reply::new(503, ""), Reply::ok(QUOTE), Reply::new(503, "")]).await;
    let client = server.builder().profile(Profile::G2).repeat_quotes(true).build().unwrap();
    assert!(client.quote(&order()).await.is_ok());
    assert_eq!(server.asked().len(), 2);
    assert!(client.create_intent(&creation()).await.is_err());
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_wait_that_the_api_asks_for_is_kept() {
    let limited = Reply::new(429, "").header("retry-after", "1");
    let dated = Reply::new(503, "")
        .header("date", "Thu, 26 Feb 2026 16:40:00 GMT")
        .header("retry-after", "Thu, 26 Feb 2026 16:40:01 GMT");
    let server = Server::start([limited, dated, Reply::ok("[]")]).await;
    let started = Instant::now();
    assert!(server.client(Profile::G2).networks().await.is_ok());
    assert!(started.elapsed() >= Duration::from_secs(2));
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let server = Server::start([Reply::new(429, "").header("retry-after", "3600")]).await;
    let started = Instant::now();
    let error = server.client(Profile::G2).networks().await.unwrap_err();
    let retry_after = Some(Duration::from_hours(1));
    assert_eq!(error.cause(), &Cause::RateLimited { retry_after });
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_total_deadline_holds_over_all_attempts() {
    let slow = Reply::ok("[]").after(Duration::from_mins(1));
    let server = Server::start(vec![slow; 9]).await;
    let client = server
        .builder()
        .attempt_deadline(Duration::from_millis(400))
        .total_deadline(Duration::from_millis(1_500))
        .retries(100)
        .build()
        .unwrap();
    let started = Instant::now();
    let error = client.networks().await.unwrap_err();
    let took = started.elapsed();
    assert!(matches!(error.cause(), Cause::Transport(TransportError::Timeout { .. })), "{error}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!((2..=5).contains(&server.asked().len()));
    assert_eq!((error.retry(), error.code()), (Retry::Safe, "timeout"));
}
