//! What each answer is told as.

use std::time::Duration;

use countersign_api_types::oneclick::StatusRequest;
use countersign_http_client::transport::Limits;
use countersign_http_client::{Cause, ClientError, Retry, TransportError};

use crate::bodies::{limits, order, question, signed, status};
use crate::scripted::{Reply, Server};

async fn wet(reply: Reply) -> ClientError {
    let server = Server::start([reply]).await;
    let error = server.oneclick().quote(&order(false)).await.unwrap_err();
    assert_eq!(server.asked().len(), 1, "a quote with an address is sent once");
    error
}

#[tokio::test]
async fn both_families_of_errors() {
    let live = r#"{"message":"recipient is not valid","correlationId":"c","timestamp":"t",
        "path":"/v0/quote"}"#;
    let error = wet(Reply::new(400, live)).await;
    let Cause::OneClick { status: 400, error: told } = error.cause() else { panic!("{error}") };
    assert_eq!((told.message.as_str(), told.status_code), ("recipient is not valid", None));
    assert_eq!((error.retry(), error.code()), (Retry::Never, "api"));
    let shown = "get a quote with an address: the API answers with status 400, \
        \"recipient is not valid\"";
    assert_eq!(error.to_string(), shown);

    let bare = Reply::new(404, r#"{"message":"Application key is not assigned","statusCode":404}"#);
    let server = Server::start([bare]).await;
    let error = server.aurora().status(&question()).await.unwrap_err();
    let Cause::OneClick { status: 404, error: told } = error.cause() else { panic!("{error}") };
    assert_eq!(told.status_code, Some(404));
    assert_eq!(error.retry(), Retry::Never);
}

#[tokio::test]
async fn a_status_without_an_error_of_the_api() {
    for (code, retry) in [(401, Retry::Never), (403, Retry::Never), (502, Retry::AskFirst)] {
        let error = wet(Reply::new(code, "<html>\u{1b}[2J</html>")).await;
        let excerpt = r"<html>\u{1b}[2J</html>".to_owned();
        assert_eq!(error.cause(), &Cause::Status { status: code, excerpt });
        assert_eq!((error.retry(), error.code()), (retry, "status"));
    }
    // The shape of a success under a status that is none.
    let error = wet(Reply::new(500, &crate::bodies::quoted("x/y"))).await;
    assert!(matches!(error.cause(), Cause::Status { status: 500, .. }), "{error}");
}

#[tokio::test]
async fn a_message_in_place_of_a_body_is_an_error_whatever_the_status() {
    let error = wet(Reply::ok(r#"{"message":["a","b"],"statusCode":500}"#)).await;
    assert!(matches!(error.cause(), Cause::OneClick { status: 200, error }
        if error.message == "a; b" && error.status_code == Some(500)));
    assert_eq!(error.retry(), Retry::AskFirst);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_names_the_member() {
    let error = wet(Reply::ok(r#"{"timestamp":"soon"}"#)).await;
    assert!(matches!(error.cause(), Cause::Undecodable { .. }));
    assert!(error.to_string().contains("timestamp: expected a time"), "{error}");
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "undecodable"));
    for body in ["", "null", "[]", r#"{"quote":{},"quote":{}}"#] {
        assert!(matches!(wet(Reply::ok(body)).await.cause(), Cause::Undecodable { .. }), "{body}");
    }
}

#[tokio::test]
async fn a_rate_limit_tells_how_long_to_wait() {
    let error = wet(Reply::new(429, "{}").header("retry-after", "7")).await;
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(error.cause(), &Cause::RateLimited { retry_after });
    assert_eq!(error.retry(), Retry::Safe);
}

#[tokio::test]
async fn an_answer_about_another_deposit() {
    let memo = status("x/y").replace(r#""depositMemo":null"#, r#""depositMemo":"7""#);
    let unread = r#"{"status":"SUCCESS","quoteResponse":{"quote":{"depositAddress":"z"}}}"#;
    let other = |memo: Option<&str>| {
        let deposit_memo = memo.map(str::to_owned);
        StatusRequest { deposit_address: "x/y".to_owned(), deposit_memo }
    };
    for (asked, answer, told) in [
        (other(None), status("x/z"), Some("x/z")),
        (other(None), memo.clone(), Some("7")),
        (other(Some("8")), memo.clone(), Some("7")),
        (other(None), unread.to_owned(), Some("z")),
        (other(Some("7")), memo, None),
        (other(Some("8")), status("x/y"), None),
        (other(None), r#"{"status":"SUCCESS"}"#.to_owned(), None),
        (other(None), r#"{"status":"SUCCESS","quoteResponse":{"quote":7}}"#.to_owned(), None),
    ] {
        let server = Server::start([Reply::ok(&answer), Reply::ok(&answer)]).await;
        let outcomes =
            [server.oneclick().status(&asked).await, server.aurora().status(&asked).await];
        for outcome in outcomes {
            let error = outcome.err();
            assert!(error.as_ref().is_none_or(|error| error.code() == "other_deposit"));
            let answered = error.as_ref().map(|error| match error.cause() {
                Cause::OtherDeposit { answered, .. } => answered.as_str(),
                _ => panic!("{error}"),
            });
            assert_eq!(answered, told, "{asked:?} {answer}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start([]).await;
    let to = format!("http://{}/v0/tokens", target.address);
    for code in [301, 302, 303, 307, 308] {
        let reply = || Reply::new(code, "").header("location", &to);
        let server = Server::start([reply(), reply(), reply()]).await;
        for error in [
            server.oneclick().quote(&order(false)).await.err(),
            server.oneclick().status(&question()).await.err(),
            server.aurora().submit_intent(&signed()).await.err(),
        ] {
            let error = error.unwrap();
            assert!(matches!(error.cause(), Cause::Status { status, .. } if *status == code));
            assert_eq!(error.retry(), Retry::Never);
        }
    }
    assert!(target.asked().is_empty());
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit_and_waited_for_until_its_deadline() {
    let server = Server::start([Reply::ok(&status("x/y"))]).await;
    let small = Limits { max_body: 100, ..limits() };
    let client = server.aurora_builder().limits(small).build().unwrap();
    let error = client.status(&question()).await.unwrap_err();
    assert_eq!(error.cause(), &Cause::Transport(TransportError::TooLarge { limit: 100 }));

    let slow = Reply::ok(&status("x/y")).after(Duration::from_mins(1));
    let server = Server::start([slow]).await;
    let short = Limits { attempt: Duration::from_millis(300), ..limits() };
    let client = server.oneclick_builder().limits(short).build().unwrap();
    let error = client.submit_intent(&signed()).await.unwrap_err();
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "timeout"));
    assert_eq!(server.asked().len(), 1);
}
