//! What each answer is told as.

use std::time::Duration;

use countersign_api_types::ReadError;
use countersign_api_types::defi::Profile;
use countersign_http_client::{Cause, ClientError, Retry, TransportError};

use crate::server::{Reply, Server, approval, creation, order};

async fn created(reply: Reply) -> ClientError {
    let server = Server::start([reply]).await;
    let error = server.client(Profile::G2).create_intent(&creation()).await.unwrap_err();
    assert_eq!(server.asked().len(), 1, "a create is sent once");
    error
}

#[tokio::test]
async fn a_status_without_an_error_of_the_api() {
    let error = created(Reply::new(502, "<html>\u{1b}[2Jbad gateway</html>")).await;
    let excerpt = r"<html>\u{1b}[2Jbad gateway</html>".to_owned();
    assert_eq!(error.cause(), &Cause::Status { status: 502, excerpt });
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "status"));
    let error = created(Reply::new(404, &"x".repeat(100_000))).await;
    assert_eq!(error.retry(), Retry::Never);
    assert!(error.to_string().len() < 400);
}

#[tokio::test]
async fn an_error_of_the_api_in_either_schema() {
    let error = created(Reply::new(422, r#"{"code":7,"message":"no","entity":"Quote"}"#)).await;
    assert!(matches!(error.cause(), Cause::Api { status: 422, error }
        if error.code == 7 && error.entity.as_deref() == Some("Quote")));
    assert_eq!((error.retry(), error.code()), (Retry::Never, "api"));
    let body = format!(r#"{{"code":7,"message":"a \"b\"\u001b[2J{}"}}"#, "x".repeat(5_000));
    let error = created(Reply::new(400, &body)).await;
    let shown = r#"create an intent: the API answers with status 400, code 7: a \"b\"\u{1b}[2Jxx"#;
    assert!(error.to_string().starts_with(shown), "{error}");
    assert!(error.to_string().len() < 400);
    let body = r#"{"code":500,"type":"internal","message":"later"}"#;
    let error = created(Reply::ok(body)).await;
    assert!(matches!(error.cause(), Cause::Api { status: 200, error } if error.code == 500));
    assert_eq!(error.retry(), Retry::AskFirst);
}

#[tokio::test]
async fn code_25_is_a_missing_allowance_whatever_the_status() {
    for status in [200, 400, 500] {
        let body = r#"{"code":25,"message":"insufficient allowance","entity":"Approval"}"#;
        let server = Server::start([Reply::new(status, body)]).await;
        let client = server.client(Profile::G1);
        let error = client.add_approval("i1", &approval()).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Permit2AllowanceMissing { .. }), "{error}");
        let told = (error.retry(), error.code());
        assert_eq!(told, (Retry::Safe, "permit2_allowance_missing"));
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_names_the_member() {
    let error = created(Reply::ok(r#"{"id":"i1","approval_type":7}"#)).await;
    let Cause::Undecodable { reason, excerpt } = error.cause() else { panic!("{error}") };
    let ReadError::Member { path, found, .. } = reason else { panic!("{reason}") };
    assert_eq!((path.as_str(), found.as_str()), ("approval_type", "7"));
    assert_eq!(excerpt, r#"{\"id\":\"i1\",\"approval_type\":7}"#);
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "undecodable"));
    for body in ["", "null", "[]", r#"{"id":"i1""#, r#"{"id":"a"}{"id":"a"}"#, r#"{"id":1,"id":1}"#]
    {
        let error = created(Reply::ok(body)).await;
        assert!(matches!(error.cause(), Cause::Undecodable { .. }), "{body}: {error}");
    }
    let error = created(Reply::ok(&"[".repeat(500_000))).await;
    assert!(error.to_string().len() < 1_000);
}

#[tokio::test]
async fn an_answer_that_is_not_text() {
    let reply = Reply { body: b"{\"id\":\"\xff\"}".to_vec(), ..Reply::ok("") };
    let error = created(reply).await;
    assert_eq!(error.cause(), &Cause::Transport(TransportError::NotText { valid: 7 }));
    assert_eq!(error.retry(), Retry::AskFirst);
}

#[tokio::test]
async fn an_answer_about_another_intent() {
    let server = Server::start([
        Reply::ok(r#"{"intent_id":"i2"}"#),
        Reply::ok(r#"{"id":"i2","status":"Finished"}"#),
        Reply::ok(""),
    ])
    .await;
    let client = server.client(Profile::G3);
    let other = Cause::OtherIntent { asked: "i1".to_owned(), answered: "i2".to_owned() };
    let error = client.add_approval("i1", &approval()).await.unwrap_err();
    assert_eq!((error.cause(), error.retry()), (&other, Retry::AskFirst));
    let error = client.intent_status("i1").await.unwrap_err();
    assert_eq!((error.cause(), error.retry()), (&other, Retry::Safe));
    assert_eq!(client.add_approval("i1", &approval()).await.unwrap().intent_id, None);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start([Reply::ok("[]"), Reply::ok("[]")]).await;
    let to = format!("http://{}/v1/networks", target.address);
    for status in [301, 302, 303, 307, 308] {
        let reply = || Reply::new(status, "").header("location", &to);
        let server = Server::start([reply(), reply()]).await;
        let client = server.client(Profile::G3);
        for error in [
            client.networks().await.unwrap_err(),
            client.create_intent(&creation()).await.unwrap_err(),
        ] {
            assert!(matches!(error.cause(), Cause::Status { status: s, .. } if *s == status));
            assert_eq!(error.retry(), Retry::Never);
        }
        assert_eq!(server.asked().len(), 2);
    }
    assert!(target.asked().is_empty());
}

#[tokio::test]
async fn a_limit_on_the_rate_is_told_with_its_wait() {
    let error = created(Reply::new(429, "slow down").header("retry-after", "7")).await;
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(error.cause(), &Cause::RateLimited { retry_after });
    assert_eq!((error.retry(), error.code()), (Retry::Safe, "rate_limited"));
}

#[tokio::test]
async fn an_answer_above_the_cap_is_not_read() {
    let large = format!(r#"{{"id":"q1","pad":"{}"}}"#, "x".repeat(2_000));
    let server = Server::start([Reply::ok(&large), Reply::ok("[]")]).await;
    let client = server.builder().max_body(1_000).build().unwrap();
    let error = client.quote(&order()).await.unwrap_err();
    assert_eq!(error.cause(), &Cause::Transport(TransportError::TooLarge { limit: 1_000 }));
    assert_eq!((error.retry(), error.code()), (Retry::Safe, "too_large"));
    assert!(client.networks().await.is_ok());
}
