//! What is asked for again where an answer is lost, and what is not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use countersign::approval::IntentStandard;
use countersign::http_client::Retry;
use countersign::http_client::oneclick::OneClickClient;
use countersign::{Countersign, FlowError, QuotedApi};
use countersign_tests::{Scene, short_steps};

use crate::bed::{scene, with_intents};

/// Stands before an API, and answers the first calls of one kind with 503.
fn failing(url: &str, call: &'static str, times: u32) -> (String, Arc<AtomicU32>) {
    let rest = url.strip_prefix("http://").unwrap();
    let host = rest.split('/').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = url.replace(&host, &listener.local_addr().unwrap().to_string());
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (host, counter) = (host.clone(), Arc::clone(&counter));
            thread::spawn(move || {
                relay(client, &host, |path| {
                    path.contains(call) && counter.fetch_add(1, Ordering::SeqCst) < times
                })
            });
        }
    });
    (own, asked)
}

/// Passes one call on.
fn relay(mut client: TcpStream, host: &str, fails: impl Fn(&str) -> bool) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if fails(head.lines().next()?) {
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return client.write_all(answer.as_bytes()).ok();
    }
    let mut server = TcpStream::connect(host).ok()?;
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).ok()?;
    server.write_all(&body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    client.write_all(&answer).ok()
}

async fn create(scene: &Scene, url: &str) -> Result<(), FlowError> {
    let client = OneClickClient::builder(url).partner_key(scene.sandbox.oneclick_key().into());
    let api = QuotedApi::oneclick(client.build().unwrap()).by_intent(IntentStandard::Erc191);
    let flow = with_intents(Countersign::builder(api, scene.config()), scene).build();
    let accepted = flow.accept(flow.quote(&scene.request()).await?)?;
    flow.create(accepted).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_is_asked_for_again_by_itself_and_the_quote_is_not() {
    let scene = scene(short_steps(), "USDC@ethereum", "USDC@base").await;
    let (url, asked) = failing(&scene.sandbox.oneclick_url(), "generate-intent", 2);
    create(&scene, &url).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(scene.sandbox.deposits().len(), 1);

    let (url, _) = failing(&scene.sandbox.oneclick_url(), "generate-intent", u32::MAX);
    let Err(FlowError::Api { source, .. }) = create(&scene, &url).await else { panic!("created") };
    // Whoever is told that it is safe asks for all of it again.
    assert_eq!(source.retry, Retry::Never, "{source}");
    assert_eq!(scene.sandbox.deposits().len(), 2);
}
