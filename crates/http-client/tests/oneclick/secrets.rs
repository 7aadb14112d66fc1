//! Neither credential is in a log, an error or a `Debug` form, also where it is in the URL.

use countersign_http_client::{AuroraClient, ConfigError, OneClickClient};
use countersign_testkit::Captured;
use tokio::net::TcpListener;

use crate::bodies::{
    KEY, PATH_KEY, SENT_KEY, TOKEN, TOKENS, aurora_order, deposit, generation, limits, order,
    question, signed, status,
};
use crate::scripted::{Reply, Server};

/// A part of each key that no text may hold.
const PART: &str = "0123456789";

#[tokio::test]
async fn no_log_holds_a_key_at_any_level() {
    let captured = Captured::start();
    let replies = || [Reply::new(503, ""), Reply::ok(TOKENS), Reply::new(500, PATH_KEY)];
    let server = Server::start(replies()).await;
    assert!(server.oneclick().quote(&order(true)).await.is_err());
    server.oneclick().quote(&order(false)).await.unwrap_err();
    let server = Server::start(replies()).await;
    server.aurora().tokens().await.unwrap_err();
    server.aurora().submit_intent(&signed()).await.unwrap_err();
    assert!(server.asked().iter().all(|asked| asked.uri.path().ends_with(SENT_KEY)));
    let address = closed().await;
    let builder = AuroraClient::builder(&address).api_key(PATH_KEY.into()).limits(limits());
    builder.build().unwrap().tokens().await.unwrap_err();

    let text = captured.text();
    assert!(text.contains("countersign_http_client"), "our own log is captured");
    assert!(text.contains("hyper"), "that of the layers below is captured");
    assert!(!text.contains(PART), "{text}");
}

/// Returns a base URL where nobody listens.
async fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn no_debug_form_holds_a_key() {
    let server = Server::start([]).await;
    let (oneclick, aurora) = (server.oneclick_builder(), server.aurora_builder());
    let clients = (server.oneclick(), server.aurora());
    assert!(!format!("{oneclick:#?} {aurora:#?} {clients:#?}").contains(PART));
    assert!(!clients.1.base_url().to_string().contains(PART));
}

#[tokio::test]
async fn no_error_repeats_a_key_that_the_api_echoes() {
    let json = |key: &str| serde_json::to_string(key).unwrap();
    let slashed = |key: &str| json(key).replace('/', r"\/");
    for key in [KEY, TOKEN, PATH_KEY, SENT_KEY, &SENT_KEY.to_ascii_lowercase()] {
        let (json, slashed) = (json(key), slashed(key));
        for reply in [
            Reply::new(404, &format!("{}no route {key}", "x".repeat(240))),
            Reply::new(
                401,
                &format!(r#"{{"message":{json},"path":{slashed},"data":{{"k":{json}}}}}"#),
            ),
            Reply::new(
                500,
                &format!(r#"{{"message":["a",{slashed}],"error":{json},"timestamp":{json}}}"#),
            ),
            Reply::ok(&format!(r#"{{"status":[{json}],"correlationId":{json}}}"#)),
            Reply::ok(&format!(r#"{{"status":"{}","updatedAt":{json}}}"#, "x".repeat(58))),
            Reply::ok(&status("x/z").replace(r#""x/z""#, &json)),
            Reply::new(302, &json).header("location", &format!("http://127.0.0.1:1/{SENT_KEY}")),
        ] {
            let server = Server::start(vec![reply.clone(); 20]).await;
            let (oneclick, aurora) = (server.oneclick(), server.aurora());
            let errors = [
                oneclick.status(&question()).await.err(),
                oneclick.submit_deposit(&deposit()).await.err(),
                aurora.status(&question()).await.err(),
                aurora.quote(&aurora_order(false)).await.err(),
                aurora.generate_intent(&generation()).await.err(),
            ];
            // 1Click never had Aurora's key, nor Aurora those of 1Click.
            let mine = if [KEY, TOKEN].contains(&key) { &errors[..2] } else { &errors[2..] };
            for error in mine {
                let error = error.as_ref().unwrap();
                let text = format!("{error} {error:?}");
                assert!(!text.contains(PART), "{reply:?}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn no_broken_connection_shows_the_url() {
    let address = closed().await;
    for base in [address.clone(), address.replace("http:", "https:")] {
        let builder = AuroraClient::builder(&base).api_key(PATH_KEY.into()).limits(limits());
        let error = builder.build().unwrap().submit_intent(&signed()).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(PART) && !text.contains("submit"), "{text}");
        assert_eq!(error.code(), "connect");
    }
}

#[test]
fn no_configuration_error_holds_a_key() {
    let base = "https://api.example.com";
    for key in [format!("{KEY}\n"), format!("{KEY} {KEY}"), String::new()] {
        for error in [
            OneClickClient::builder(base).partner_key(key.clone().into()).build().unwrap_err(),
            OneClickClient::builder(base).user_session(key.clone().into()).build().unwrap_err(),
            AuroraClient::builder(base).api_key(key.clone().into()).build().unwrap_err(),
        ] {
            assert!(!format!("{error} {error:?}").contains(PART));
        }
    }
    assert_eq!(AuroraClient::builder(base).build().unwrap_err(), ConfigError::NoKey);
    let dots = AuroraClient::builder(base).api_key("..".into()).build().unwrap_err();
    assert_eq!(dots, ConfigError::UnsendableKey);
    let base = format!("https://user:{KEY}@api.example.com");
    let builder = AuroraClient::builder(&base).api_key(KEY.into());
    assert!(!format!("{builder:?} {:?}", builder.clone().build().unwrap_err()).contains(PART));
    let builder = OneClickClient::builder(&base);
    assert!(!format!("{builder:?} {:?}", builder.clone().build().unwrap_err()).contains(PART));
}
