//! The API key is in no log, error or `Debug` form.

use countersign_api_types::defi::Profile;
use countersign_http_client::{ConfigError, DefiClient, SigningRules};
use countersign_testkit::Captured;

use crate::server::{KEY, Reply, Server, approval, creation};
use crate::verifier::{SIGNER, header};

/// A part of the key that no text may hold.
const PART: &str = "0123456789";

#[tokio::test]
async fn no_log_holds_the_key_at_any_level() {
    let captured = Captured::start();

    let server = Server::start([Reply::new(503, ""), Reply::ok("[]"), Reply::new(500, KEY)]).await;
    let client = server.client(Profile::G2);
    client.networks().await.unwrap();
    client.create_intent(&creation()).await.unwrap_err();
    assert_eq!(server.asked().len(), 3);
    assert!(server.asked().iter().all(|asked| asked.headers["x-api-key"] == KEY));

    let server = Server::start([Reply::new(503, ""), Reply::ok("[]")]).await;
    let auth = SIGNER.auth(SigningRules::default());
    server.builder().signed_requests(auth).build().unwrap().networks().await.unwrap();
    let signed = server.asked();
    assert_eq!(signed.len(), 2);

    let text = captured.text();
    assert!(text.contains("countersign_http_client"), "our own log is captured");
    assert!(text.contains("hyper"), "that of the layers below is captured");
    assert!(!text.contains(PART), "{text}");
    for asked in &signed {
        assert!(!text.contains(header(asked, "x-api-key")), "{text}");
        assert!(!text.contains(header(asked, "x-api-signature")), "{text}");
    }
}

#[tokio::test]
async fn no_debug_form_holds_the_key() {
    let server = Server::start([]).await;
    let builder = server.builder();
    let client = builder.clone().build().unwrap();
    assert!(!format!("{builder:#?} {client:#?}").contains(PART));
}

#[tokio::test]
async fn no_error_repeats_a_key_that_the_api_echoes() {
    let escaped = KEY.replace('/', "\\/");
    for reply in [
        Reply::new(401, &format!("{}unknown key {KEY}", "x".repeat(240))),
        Reply::new(401, &format!(r#"{{"code":401,"type":"{KEY}","message":"bad key {KEY}"}}"#)),
        Reply::new(401, &format!(r#"{{"code":9,"message":"{escaped}","entity":"{escaped}"}}"#)),
        Reply::ok(&format!(r#"{{"id":"i1","status":["{KEY}"],"key":"{KEY}"}}"#)),
        Reply::ok(&format!(r#"{{"id":"{}{KEY}","deadline_at":"{}{KEY}"}}"#, "-", "x".repeat(58))),
        Reply::ok(&format!(r#"{{"id":"i1","status":"x","from":"{escaped}"}}"#)),
        Reply::ok(&format!(r#"{{"id":"{KEY}","intent_id":"{KEY}","status":"Created"}}"#)),
    ] {
        let server = Server::start([reply.clone(), reply.clone(), reply.clone()]).await;
        let client = server.client(Profile::G2);
        let errors = [
            client.intent_status("i1").await.err(),
            client.create_intent(&creation()).await.err(),
            client.add_approval("i1", &approval()).await.err(),
        ];
        assert!(errors.iter().any(Option::is_some), "{reply:?}");
        for error in errors.into_iter().flatten() {
            let text = format!("{error} {error:?}");
            assert!(!text.contains(PART), "{text}");
        }
    }
}

#[test]
fn no_configuration_error_holds_the_key() {
    for key in [format!("{KEY}\n"), format!("{KEY} {KEY}"), String::new()] {
        let builder = DefiClient::builder("https://api.example.com").api_key(key.into());
        assert!(!builder.build().unwrap_err().to_string().contains(PART));
    }
    let none = DefiClient::builder("https://api.example.com").build().unwrap_err();
    assert_eq!(none, ConfigError::NoKey);
    let base = format!("https://user:{KEY}@api.example.com");
    let builder = DefiClient::builder(&base).api_key(KEY.into());
    assert!(!format!("{builder:?}").contains(PART));
    assert!(!format!("{:?}", builder.build().unwrap_err()).contains(PART));
}
