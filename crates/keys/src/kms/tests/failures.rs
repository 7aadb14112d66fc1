use std::time::{Duration, Instant};

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_sdk_kms::config::Builder;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_evm::{SignError, sign as sign_permit};
use k256::ecdsa::SigningKey;
use tokio::net::TcpListener;

use super::hostile::{Hostile, der, sign, signature, signed};
use super::moto::{settings, source};
use crate::SourceError;
use crate::kms::{KmsError, KmsSettings, KmsSource};
use crate::tests::permit::{Case, KEY, NOW};

const THROTTLED: &str = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;

#[tokio::test]
async fn throttling_is_waited_out_within_limits() {
    for code in ["ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"] {
        let body = THROTTLED.replace("ThrottlingException", code);
        let hostile = Hostile::start(400, &body).await;
        let error = sign(&hostile.source()).await.unwrap_err();
        assert!(matches!(&error, SourceError::Throttled { .. }), "{error}");
        assert!(error.to_string().contains("at all 4 attempts"), "{error}");
        assert_eq!(hostile.asked(), 4, "{code}");
    }
}

#[tokio::test]
async fn throttling_that_ends_is_not_told() {
    let answers = vec![
        (400, THROTTLED.to_owned()),
        (400, THROTTLED.to_owned()),
        (200, signed(&der(&signature()))),
    ];
    let hostile = Hostile::in_turn(Duration::ZERO, answers).await;
    sign(&hostile.source()).await.unwrap();
    assert_eq!(hostile.asked(), 3);
}

#[tokio::test]
async fn throttling_is_not_waited_for_beyond_the_deadline() {
    let hostile = Hostile::start(400, THROTTLED).await;
    let deadline = Duration::from_millis(200);
    let backoff = Duration::from_mins(1);
    let slow = KmsSettings { deadline, backoff, attempts: 50, ..settings(&hostile.endpoint) };
    let started = Instant::now();
    let error = sign(&source(&slow)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    // The first wait is drawn from nothing to the whole of it.
    let known = matches!(error, SourceError::TimedOut { .. } | SourceError::Throttled { .. });
    assert!(known, "{error}");
    assert!(hostile.asked() < 50);
}

#[tokio::test]
async fn a_server_that_breaks_is_asked_again_within_limits() {
    let body = r#"{"__type":"KMSInternalException","message":"internal"}"#;
    let hostile = Hostile::start(500, body).await;
    let error = sign(&hostile.source()).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    assert_eq!(hostile.asked(), 4);
}

#[tokio::test]
async fn what_kms_declines_is_not_asked_again() {
    for code in ["AccessDeniedException", "DisabledException", "KMSInvalidStateException"] {
        let body = format!(r#"{{"__type":"{code}","message":"key alias/hot"}}"#);
        let hostile = Hostile::start(400, &body).await;
        let error = sign(&hostile.source()).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, SourceError::Declined { .. }), "{text}");
        assert!(text.contains(code) && text.contains("key alias/hot"), "{text}");
        assert_eq!(hostile.asked(), 1);
    }
}

#[tokio::test]
async fn a_kms_that_is_slow_or_away_is_given_up() {
    let slow = Hostile::in_turn(Duration::from_secs(30), vec![(200, "{}".to_owned())]).await;
    let deadline = Duration::from_millis(300);
    let impatient = KmsSettings { deadline, ..settings(&slow.endpoint) };
    let started = Instant::now();
    let error = sign(&source(&impatient)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(error, SourceError::TimedOut { source_name: "kms".to_owned(), deadline });
    // Nobody listens on a port that was just given back.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = sign(&source(&settings(&endpoint))).await.unwrap_err();
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("KMS is not available: dispatch failure: "), "{text}");
    assert!(text.to_lowercase().contains("connection refused"), "{text}");
    require_words(&text);
}

/// What is told is for people: no form of a type, and not more than they read.
fn require_words(text: &str) {
    assert!(text.len() < 400, "{text}");
    assert!(
        !text.contains(['{', '}']) && !text.contains("Error(") && !text.contains("\\n"),
        "{text}"
    );
}

#[tokio::test]
async fn who_has_no_credentials_is_told_so_in_words() {
    let nobody = ProfileFileCredentialsProvider::builder().profile_name("nobody");
    let builder = Builder::new().credentials_provider(nobody.build());
    let settings = settings("http://127.0.0.1:1");
    let source = KmsSource::build("kms".into(), &settings, builder).unwrap();
    let error = source.find("hot", crate::Curve::Secp256k1).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("KMS is not available: dispatch failure: the credential"), "{text}");
    require_words(&text);
}

#[tokio::test]
async fn no_error_or_debug_form_shows_a_credential() {
    let body = r#"{"__type":"UnrecognizedClientException","message":"the token is invalid"}"#;
    let hostile = Hostile::start(403, body).await;
    let source = hostile.source();
    let error = sign(&source).await.unwrap_err();
    let shown = format!("{error} {error:?} {source:?}");
    assert!(!shown.contains("4242"), "{shown}");
    let settings = KmsSettings {
        endpoint: Some("http://kms.example.com".to_owned()),
        ..KmsSettings::new("eu-central-1")
    };
    let credentials = super::super::Credentials::new("A", "kms-secret-4242", None, None, "test");
    let refused = KmsSource::with_credentials("kms", &settings, credentials).unwrap_err();
    assert_eq!(refused, KmsError::Endpoint);
}

/// What KMS answers to who asks for the public half of a key.
fn public_half(secret: &[u8; 32]) -> String {
    let key = SigningKey::from_slice(secret).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    let mut info = hex::decode("3056301006072a8648ce3d020106052b8104000a034200").unwrap();
    info.extend_from_slice(point.as_bytes());
    serde_json::json!({
        "KeyId": "hot", "PublicKey": BASE64_STANDARD.encode(info), "KeySpec": "ECC_SECG_P256K1",
        "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["ECDSA_SHA_256"],
    })
    .to_string()
}

#[tokio::test]
async fn a_signer_of_alloys_gives_a_silent_kms_up_too() {
    let secret: [u8; 32] = hex::decode(KEY).unwrap().try_into().unwrap();
    let answers = vec![(200, public_half(&secret)); 2];
    let silent = Hostile::silent_after(answers).await;
    let mut settings = settings(&silent.endpoint);
    settings.deadline = Duration::from_millis(400);
    let signer = source(&settings).evm_signer("hot").await.unwrap();
    let case = Case::new();
    let outcome = sign_permit(&case.permit, &case.reservation, &case.policy, &signer, NOW);
    let outcome = tokio::time::timeout(Duration::from_secs(10), outcome).await.unwrap();
    assert!(matches!(outcome, Err(SignError::Backend(_))), "{outcome:?}");
}
