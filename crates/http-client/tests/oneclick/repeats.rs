//! What is sent again, and what never is.

use std::time::{Duration, Instant};

use countersign_api_types::oneclick::{TokensRequest, WithdrawalsRequest};
use countersign_http_client::Retry;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::bodies::{
    GENERATED, TOKENS, aurora_order, deposit, generation, limits, order, question, quoted, signed,
    status,
};
use crate::scripted::{Reply, Server};

/// A server that fails twice before it answers.
async fn recovering(body: &str) -> Server {
    Server::start([Reply::new(503, ""), Reply::new(502, "{}"), Reply::ok(body)]).await
}

#[tokio::test]
async fn what_has_no_effect_is_sent_again() {
    let servers = [
        recovering(TOKENS).await,
        recovering(&quoted("x/y")).await,
        recovering(&status("x/y")).await,
        recovering(&status("x/y")).await,
        recovering("{}").await,
        recovering(GENERATED).await,
        recovering(&format!(r#"{{"tokens":{TOKENS}}}"#)).await,
        recovering(&quoted("x/y")).await,
        recovering(&status("x/y")).await,
        recovering(&status("x/y")).await,
        recovering(GENERATED).await,
    ];
    servers[0].oneclick().tokens(&TokensRequest::default()).await.unwrap();
    servers[1].oneclick().quote(&order(true)).await.unwrap();
    servers[2].oneclick().status(&question()).await.unwrap();
    servers[3].oneclick().submit_deposit(&deposit()).await.unwrap();
    let request = WithdrawalsRequest::default();
    servers[4].oneclick().any_input_withdrawals(&request).await.unwrap();
    servers[5].oneclick().generate_intent(&generation()).await.unwrap();
    servers[6].aurora().tokens().await.unwrap();
    servers[7].aurora().quote(&aurora_order(true)).await.unwrap();
    servers[8].aurora().status(&question()).await.unwrap();
    servers[9].aurora().submit_deposit(&deposit()).await.unwrap();
    servers[10].aurora().generate_intent(&generation()).await.unwrap();
    for server in &servers {
        let asked = server.asked();
        assert_eq!(asked.len(), 3, "{asked:?}");
        assert!(asked.iter().all(|again| again.body == asked[0].body && again.uri == asked[0].uri));
    }
}

#[tokio::test]
async fn what_has_an_effect_is_sent_once_whatever_happens() {
    for reply in [Reply::new(503, ""), Reply::new(429, ""), Reply::new(408, ""), Reply::ok("")] {
        let server = Server::start(vec![reply; 8]).await;
        let (oneclick, aurora) = (server.oneclick(), server.aurora());
        assert!(oneclick.quote(&order(false)).await.is_err());
        assert!(oneclick.submit_intent(&signed()).await.is_err());
        assert!(aurora.quote(&aurora_order(false)).await.is_err());
        assert!(aurora.submit_intent(&signed()).await.is_err());
        assert_eq!(server.asked().len(), 4);
    }
}

#[tokio::test]
async fn a_lost_answer_is_no_reason_to_send_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
        }
        // Whoever came a third time would wait here.
        tokio::time::timeout(Duration::from_millis(300), listener.accept()).await.is_ok()
    });
    let builder = countersign_http_client::OneClickClient::builder(&base).limits(limits());
    let client = builder.build().unwrap();
    for error in [
        client.quote(&order(false)).await.unwrap_err(),
        client.submit_intent(&signed()).await.unwrap_err(),
    ] {
        assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "io"), "{error}");
    }
    assert!(!served.await.unwrap());
}

#[tokio::test]
async fn a_wait_that_the_api_asks_for_is_kept() {
    let limited = Reply::new(429, "").header("retry-after", "1");
    let server = Server::start([limited, Reply::ok(&status("x/y"))]).await;
    let started = Instant::now();
    server.aurora().status(&question()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.asked().len(), 2);
}
