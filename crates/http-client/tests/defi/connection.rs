//! Connections that fail, break or stall, over plain sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign_http_client::transport::Waiting;
use countersign_http_client::{Cause, ClientError, DefiClient, Retry, TransportError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{KEY, approval, builder, creation};

/// Answers each connection with the same bytes, then stalls or closes it.
async fn raw(bytes: &'static [u8], stall: bool) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(bytes).await;
                if stall {
                    tokio::time::sleep(Duration::from_mins(1)).await;
                }
            });
        }
    });
    (address, count)
}

fn client(address: SocketAddr) -> DefiClient {
    builder(address).retries(1).build().unwrap()
}

async fn create(address: SocketAddr) -> ClientError {
    client(address).create_intent(&creation()).await.unwrap_err()
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = create(address).await;
    assert!(matches!(error.cause(), Cause::Transport(TransportError::Connect { .. })), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert_eq!((error.retry(), error.code()), (Retry::Safe, "connect"));
}

#[tokio::test]
async fn the_other_side_speaks_no_tls() {
    let (address, _) = raw(b"HTTP/1.1 200 OK\r\n\r\n", false).await;
    let base = format!("https://{address}");
    let client = DefiClient::builder(&base).api_key(KEY.into()).build().unwrap();
    let error = client.add_approval("i1", &approval()).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Transport(TransportError::Connect { .. })), "{error}");
    assert_eq!(error.retry(), Retry::Safe);
}

#[tokio::test]
async fn a_handshake_that_stalls() {
    let (address, _) = raw(b"", true).await;
    let limit = Duration::from_millis(300);
    let builder = DefiClient::builder(&format!("https://{address}")).api_key(KEY.into());
    let client = builder.connect_deadline(limit).build().unwrap();
    let error = client.add_approval("i1", &approval()).await.unwrap_err();
    let timeout = TransportError::Timeout { waiting: Waiting::Connection, limit };
    assert_eq!(error.cause(), &Cause::Transport(timeout));
    assert_eq!(error.retry(), Retry::Safe);
}

#[tokio::test]
async fn a_connection_that_closes_without_an_answer() {
    let (address, count) = raw(b"", false).await;
    let error = create(address).await;
    assert!(matches!(error.cause(), Cause::Transport(TransportError::Io { .. })), "{error}");
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "io"));
    assert_eq!(count.load(Ordering::SeqCst), 1, "a create is sent once");
    let error = client(address).networks().await.unwrap_err();
    assert_eq!(error.retry(), Retry::Safe);
    assert_eq!(count.load(Ordering::SeqCst), 3, "a GET is sent again");
}

#[tokio::test]
async fn a_body_that_ends_early() {
    let whole = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"id\":\"i1\"}";
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    for bytes in [&whole[..], &chunked[..]] {
        let (address, _) = raw(bytes, false).await;
        let error = create(address).await;
        assert!(matches!(error.cause(), Cause::Transport(TransportError::Io { .. })), "{error}");
        assert_eq!(error.retry(), Retry::AskFirst);
    }
}

#[tokio::test]
async fn a_body_that_stalls() {
    let (address, _) = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", true).await;
    let started = Instant::now();
    let limit = Duration::from_millis(300);
    let client = builder(address).attempt_deadline(limit).build().unwrap();
    let error = client.create_intent(&creation()).await.unwrap_err();
    let timeout = TransportError::Timeout { waiting: Waiting::Answer, limit };
    assert_eq!(error.cause(), &Cause::Transport(timeout));
    assert_eq!((error.retry(), error.code()), (Retry::AskFirst, "timeout"));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_waited_for() {
    let (address, _) = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n{", true).await;
    let error = create(address).await;
    assert_eq!(error.cause(), &Cause::Transport(TransportError::TooLarge { limit: 1 << 20 }));
    assert_eq!(error.retry(), Retry::AskFirst);
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_the_cap() {
    const CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
        20\r\n0123456789abcdef0123456789abcdef\r\n20\r\n0123456789abcdef0123456789abcdef\r\n";
    let (address, _) = raw(CHUNK, true).await;
    let client = builder(address).max_body(40).build().unwrap();
    let error = client.networks().await.unwrap_err();
    assert_eq!(error.cause(), &Cause::Transport(TransportError::TooLarge { limit: 40 }));
}

#[tokio::test]
async fn what_is_no_http() {
    let (address, _) = raw(b"SSH-2.0-none\r\n\r\n", false).await;
    let error = create(address).await;
    assert!(matches!(error.cause(), Cause::Transport(TransportError::Io { .. })), "{error}");
}
