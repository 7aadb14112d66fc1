use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use k256::ecdsa::signature::hazmat::PrehashSigner as _;
use k256::ecdsa::{Signature, SigningKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::moto::{settings, source};
use crate::kms::KmsSource;
use crate::source::{Brief, Prehash, Source as _};
use crate::{KeyPath, KeyRef, PublicKey, SourceError};

/// A KMS that gives its answers in turn, and the last one to all that follows.
pub(super) struct Hostile {
    pub(super) endpoint: String,
    asked: Arc<AtomicU32>,
}

/// A status, and a body.
pub(super) type Answer = (u16, String);

impl Hostile {
    pub(super) async fn start(status: u16, body: &str) -> Self {
        Self::in_turn(Duration::ZERO, vec![(status, body.to_owned())]).await
    }

    pub(super) async fn in_turn(wait: Duration, answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let turn = usize::try_from(counter.fetch_add(1, Ordering::SeqCst)).unwrap();
                let next = answers.get(turn).or(answers.last()).unwrap();
                tokio::spawn(answer(stream, wait, next.clone()));
            }
        });
        Self { endpoint, asked }
    }

    /// Gives its answers in turn, and none to what follows.
    pub(super) async fn silent_after(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut answers, mut silent) = (answers.into_iter(), Vec::new());
            while let Ok((stream, _)) = listener.accept().await {
                match answers.next() {
                    Some(next) => drop(tokio::spawn(answer(stream, Duration::ZERO, next))),
                    None => silent.push(stream),
                }
            }
        });
        Self { endpoint, asked: Arc::default() }
    }

    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    pub(super) fn source(&self) -> KmsSource {
        source(&settings(&self.endpoint))
    }
}

/// Answers one request on a connection, and closes it.
async fn answer(mut stream: TcpStream, wait: Duration, (status, body): Answer) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut part = [0; 4096];
        let Ok(read @ 1..) = stream.read(&mut part).await else { return };
        request.extend_from_slice(&part[..read]);
    }
    tokio::time::sleep(wait).await;
    let text = format!(
        "HTTP/1.1 {status} Something\r\ncontent-type: application/x-amz-json-1.1\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Says whether all of a request's body is there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

pub(super) fn key() -> KeyRef {
    let point = hex::decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let public_key = PublicKey::Secp256k1(point.unwrap().try_into().unwrap());
    KeyRef { id: "alias/hot".into(), path: KeyPath::Single, public_key }
}

pub(super) async fn sign(source: &KmsSource) -> Result<(), SourceError> {
    source.sign_ecdsa(&key(), Prehash::new(&[7; 32]), &Brief::none()).await.map(drop)
}

/// A signature by the key of these tests, whose secret is one.
pub(super) fn signature() -> Signature {
    let mut secret = [0; 32];
    secret[31] = 1;
    let key = SigningKey::from_slice(&secret).unwrap();
    let signature: Signature = key.sign_prehash(&[7; 32]).unwrap();
    signature.normalize_s().unwrap_or(signature)
}

pub(super) fn der(signature: &Signature) -> Vec<u8> {
    signature.to_der().as_bytes().to_vec()
}

pub(super) fn signed(der: &[u8]) -> String {
    format!(r#"{{"Signature":"{}"}}"#, BASE64_STANDARD.encode(der))
}
