//! Signed requests, verified by another library over what arrived.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::Method;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign_api_types::defi::{SwapListRequest, TokensRequest};
use countersign_http_client::transport::{
    Freshness, Host, KeyHash, QueryValues, SignatureText, TimeUnit, TrailingSlash,
};
use countersign_http_client::{ConfigError, DefiClient, RsaAuth, SigningRules};
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

use crate::server::{Asked, Reply, Server, approval, creation, order};
use crate::verifier::{SIGNER, STRANGER, arrived, header};

const QUOTE: &str = r#"{"id":"q1","from":{"amount_lots":"1500000"},"to":{"min_amount_lots":5}}"#;
const CREATED: &str = r#"{"id":"i1","approval_type":"permit2","params_to_sign":{}}"#;

fn client(server: &Server, rules: SigningRules) -> DefiClient {
    server.builder().signed_requests(SIGNER.auth(rules)).build().unwrap()
}

/// Posts a quote in G3, whose path ends in a slash, and returns what arrived.
async fn posted(rules: SigningRules) -> Asked {
    let server = Server::start([Reply::ok(QUOTE)]).await;
    client(&server, rules).quote(&order()).await.unwrap();
    server.asked().remove(0)
}

/// Gets tokens by a search that has to be encoded, and returns what arrived.
async fn searched(rules: SigningRules) -> Asked {
    let server = Server::start([Reply::ok("[]")]).await;
    let request = TokensRequest {
        limit: Some(5),
        offset: Some(0),
        search: Some("é+b".to_owned()),
        network_id: Some(1),
    };
    client(&server, rules).tokens(&request).await.unwrap();
    server.asked().remove(0)
}

#[expect(clippy::disallowed_methods, reason = "the time that a signature is to be from")]
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

#[tokio::test]
async fn every_call_is_signed() {
    let server = Server::start([
        Reply::ok("[]"),
        Reply::ok("[]"),
        Reply::ok(QUOTE),
        Reply::ok(CREATED),
        Reply::ok(r#"{"intent_id":"i1"}"#),
        Reply::ok(r#"{"intent_id":"i1","status":"Approved"}"#),
        Reply::ok("[]"),
    ])
    .await;
    let client = client(&server, SigningRules::default());
    client.networks().await.unwrap();
    client.tokens(&TokensRequest::default()).await.unwrap();
    client.quote(&order()).await.unwrap();
    client.create_intent(&creation()).await.unwrap();
    client.add_approval("i1", &approval()).await.unwrap();
    client.intent_status("i1").await.unwrap();
    client.swaps(&SwapListRequest::default()).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 7);
    for asked in &asked {
        assert!(SIGNER.accepts(asked), "{}", arrived(asked));
        assert!(!STRANGER.accepts(asked), "{}", arrived(asked));
        assert_eq!(header(asked, "x-api-key"), SIGNER.pkcs1_hash());
    }
    assert_eq!(nonces(&asked).len(), 7);
}

#[tokio::test]
async fn the_body_and_the_query_arrive_in_the_form_that_is_signed() {
    let post = posted(SigningRules::default()).await;
    assert_eq!(
        arrived(&post),
        r#"POST:/v1/quotes/::{"amount":"1.5","from":{"token_id":1},"slippage_bps":"50","to":{"token_id":4}}"#
    );
    assert_eq!(header(&post, "content-type"), "application/json");
    assert_eq!(header(&post, "content-length"), post.body.len().to_string());
    let get = searched(SigningRules::default()).await;
    let signed = "GET:/v1/tokens:limit=5&network_id=1&offset=0&q=%C3%A9%2Bb:";
    assert_eq!(arrived(&get), signed);
    assert!(SIGNER.accepts(&get) && SIGNER.accepts(&post));
}

#[tokio::test]
async fn what_was_changed_on_its_way_is_not_accepted() {
    let post = posted(SigningRules::default()).await;
    let get = searched(SigningRules::default()).await;
    let changed = [
        Asked { body: post.body.replace("1.5", "9.5"), ..post.clone() },
        Asked { body: format!("{} ", post.body), ..post.clone() },
        Asked { body: String::new(), ..post.clone() },
        Asked { method: Method::PUT, ..post.clone() },
        Asked { uri: "/v1/intents/".parse().unwrap(), ..post.clone() },
        Asked { uri: "/v1/quotes".parse().unwrap(), ..post.clone() },
        Asked { uri: "/v1/quotes/?a=1".parse().unwrap(), ..post.clone() },
        Asked {
            uri: get.uri.to_string().replace("limit=5", "limit=6").parse().unwrap(),
            ..get.clone()
        },
        Asked { uri: "/v1/tokens".parse().unwrap(), ..get.clone() },
        Asked { body: "{}".to_owned(), ..get.clone() },
        Asked { headers: post.headers.clone(), ..get.clone() },
    ];
    for changed in &changed {
        assert!(!SIGNER.accepts(changed), "{}", arrived(changed));
    }
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let server = Server::start([Reply::new(503, ""), Reply::new(500, ""), Reply::ok("[]")]).await;
    let rules = SigningRules {
        time: TimeUnit::Milliseconds,
        freshness: Freshness::Signed,
        ..SigningRules::default()
    };
    client(&server, rules).networks().await.unwrap();
    let asked = server.asked();
    assert_eq!((asked.len(), nonces(&asked).len()), (3, 3));
    let times: Vec<u128> =
        asked.iter().map(|asked| header(asked, "x-api-timestamp").parse().unwrap()).collect();
    // The waits between them are of some milliseconds.
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    for asked in &asked {
        let fresh = [header(asked, "x-api-timestamp"), header(asked, "x-api-nonce")].join(":");
        let text = format!("{}:{fresh}", arrived(asked));
        assert!(SIGNER.verifies(&text, header(asked, "x-api-signature")), "{text}");
    }
}

#[tokio::test]
async fn a_repeated_quote_is_signed_anew() {
    let server = Server::start([Reply::new(503, ""), Reply::ok(QUOTE)]).await;
    let builder = server.builder().repeat_quotes(true);
    let auth = SIGNER.auth(SigningRules::default());
    builder.signed_requests(auth).build().unwrap().quote(&order()).await.unwrap();
    let asked = server.asked();
    assert_eq!((asked.len(), nonces(&asked).len()), (2, 2));
    assert!(asked.iter().all(|asked| SIGNER.accepts(asked)));
    assert_eq!(asked[0].body, asked[1].body);
}

#[tokio::test]
async fn time_is_in_the_unit_of_the_rules() {
    for (time, per_second) in [(TimeUnit::Seconds, 1), (TimeUnit::Milliseconds, 1_000)] {
        let before = now() * per_second / 1_000;
        let asked = posted(SigningRules { time, ..SigningRules::default() }).await;
        let sent: u128 = header(&asked, "x-api-timestamp").parse().unwrap();
        assert!((before..=now() * per_second / 1_000).contains(&sent), "{time:?}: {sent}");
        assert!(SIGNER.accepts(&asked));
    }
}

#[tokio::test]
async fn the_key_is_named_by_the_hash_of_the_rules() {
    for (key_hash, hash) in
        [(KeyHash::Pkcs1, SIGNER.pkcs1_hash()), (KeyHash::Spki, SIGNER.spki_hash())]
    {
        let rules = SigningRules { key_hash, ..SigningRules::default() };
        assert_eq!(header(&posted(rules).await, "x-api-key"), hash, "{key_hash:?}");
        assert_eq!(SIGNER.auth(rules).api_key(), hash);
    }
    assert_ne!(SIGNER.pkcs1_hash(), SIGNER.spki_hash());
}

#[tokio::test]
async fn the_signature_is_written_as_the_rules_say() {
    let rules = SigningRules { signature: SignatureText::Hex, ..SigningRules::default() };
    let asked = posted(rules).await;
    let text = header(&asked, "x-api-signature");
    assert_eq!(text, text.to_ascii_lowercase());
    assert!(SIGNER.verifies_bytes(&arrived(&asked), &hex::decode(text).unwrap()));
    let asked = posted(SigningRules::default()).await;
    let bytes = BASE64_STANDARD.decode(header(&asked, "x-api-signature")).unwrap();
    assert!(SIGNER.verifies_bytes(&arrived(&asked), &bytes));
}

#[tokio::test]
async fn path_and_host_are_signed_as_the_rules_say() {
    let rules = SigningRules { slash: TrailingSlash::Dropped, ..SigningRules::default() };
    let asked = posted(rules).await;
    assert_eq!(asked.uri.path(), "/v1/quotes/", "the slash is sent all the same");
    let signature = header(&asked, "x-api-signature");
    assert!(SIGNER.verifies(&format!("POST:/v1/quotes::{}", asked.body), signature));
    assert!(!SIGNER.accepts(&asked));

    let rules = SigningRules { host: Host::BeforePath, ..SigningRules::default() };
    let asked = posted(rules).await;
    let text = format!("POST:{}/v1/quotes/::{}", header(&asked, "host"), asked.body);
    assert!(SIGNER.verifies(&text, header(&asked, "x-api-signature")), "{text}");
    assert!(!SIGNER.accepts(&asked));
}

#[tokio::test]
async fn a_query_is_signed_as_the_rules_say() {
    let rules = SigningRules { query: QueryValues::Raw, ..SigningRules::default() };
    let asked = searched(rules).await;
    assert_eq!(asked.uri.query(), Some("limit=5&network_id=1&offset=0&q=%C3%A9%2Bb"));
    let text = "GET:/v1/tokens:limit=5&network_id=1&offset=0&q=é+b:";
    assert!(SIGNER.verifies(text, header(&asked, "x-api-signature")));
    assert!(!SIGNER.accepts(&asked));
}

#[test]
fn a_key_is_read_in_each_usual_form() {
    let key = &SIGNER.private;
    let pkcs1 = key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let pkcs8 = key.to_pkcs8_pem(LineEnding::CRLF).unwrap().to_string();
    assert!(pkcs1.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    assert!(pkcs8.starts_with("-----BEGIN PRIVATE KEY-----"));
    let commented = format!("Bag Attributes\n    friendlyName: api\n{pkcs8}");
    for pem in [pkcs1, pkcs8, commented] {
        let auth = RsaAuth::from_pem(&pem.into()).unwrap();
        assert_eq!(auth.api_key(), SIGNER.pkcs1_hash());
    }
    let der = key.to_pkcs1_der().unwrap();
    assert_eq!(RsaAuth::from_der(der.as_bytes()).unwrap().api_key(), SIGNER.pkcs1_hash());
}

#[test]
fn what_is_no_private_rsa_key_is_refused() {
    let public = SIGNER.private.to_public_key();
    let public = public.to_public_key_pem(LineEnding::LF).unwrap();
    let pkcs8 = SIGNER.private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    let cut = pkcs8.replacen('\n', "\nAAAA", 1);
    let encrypted = pkcs8.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let half = pkcs8[..pkcs8.len() / 2].to_owned();
    for pem in [String::new(), "key".to_owned(), public, cut, encrypted, half] {
        let error = RsaAuth::from_pem(&pem.clone().into()).unwrap_err();
        assert_eq!(error, ConfigError::NotAnRsaKey, "{pem}");
    }
    let der = &SIGNER.pkcs8;
    for der in [&[][..], &der[1..], &der[..der.len() - 1]] {
        assert_eq!(RsaAuth::from_der(der).unwrap_err(), ConfigError::NotAnRsaKey);
    }
}

#[test]
fn a_key_that_is_too_short_is_refused() {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1_024).unwrap();
    for der in [key.to_pkcs1_der().unwrap(), key.to_pkcs8_der().unwrap()] {
        assert_eq!(RsaAuth::from_der(der.as_bytes()).unwrap_err(), ConfigError::NotAnRsaKey);
    }
}

#[tokio::test]
async fn neither_key_nor_hash_is_in_a_debug_form_or_an_error() {
    let hash = SIGNER.pkcs1_hash();
    let pem = SIGNER.private.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    let echo = format!(r#"{{"code":401,"message":"unknown key {hash}","entity":"{hash}"}}"#);
    let server = Server::start([
        Reply::new(401, &echo.replace('/', r"\/")),
        Reply::new(401, &format!("no {hash}")),
        Reply::ok(&format!(r#"{{"id":"{hash}","status":"x"}}"#)),
    ])
    .await;
    let auth = RsaAuth::from_pem(&pem.into()).unwrap();
    let builder = server.builder().signed_requests(auth.clone());
    let client = builder.clone().build().unwrap();
    let debug = format!("{auth:#?} {builder:#?} {client:#?}");
    assert!(debug.contains("key_hash: Pkcs1"), "{debug}");
    let mut texts = vec![debug];
    for error in [
        client.create_intent(&creation()).await.unwrap_err(),
        client.create_intent(&creation()).await.unwrap_err(),
        client.intent_status("i1").await.unwrap_err(),
    ] {
        texts.push(format!("{error} {error:?}"));
    }
    for text in &texts {
        assert!(!text.contains(&hash), "{text}");
    }
    assert!(texts[1].contains("[redacted]"), "{}", texts[1]);
}

fn nonces(asked: &[Asked]) -> HashSet<&str> {
    let nonces: HashSet<_> = asked.iter().map(|asked| header(asked, "x-api-nonce")).collect();
    assert!(nonces.iter().all(|nonce| nonce.parse::<uuid::Uuid>().is_ok()), "{nonces:?}");
    nonces
}
