//! The URL of a node holds its key: it is sent, and shown nowhere.

use countersign_testkit::Captured;
use serde_json::json;
use tokio::net::TcpListener;

use super::http;
use crate::node::{ChainView as _, FakeNode, Script, View, query};

pub(crate) const KEY: &str = "k3y-0123456789";
pub(crate) const PATH: &str = "/v3/k3y-0123456789/?token=k3y-0123456789-too";

#[tokio::test]
async fn no_log_shows_the_key_at_any_level() {
    let captured = Captured::start();

    for script in [Script::honest(), Script::http(|_| (503, PATH.to_owned()))] {
        let node = FakeNode::start(script).await;
        // Either outcome is logged.
        let _ = View::new(node.http(PATH)).facts(&query()).await;
        assert_eq!(node.uris(), [PATH, PATH]);
    }
    let text = captured.text();
    assert!(text.contains("countersign_http_client"), "our own log is captured");
    assert!(text.contains("hyper"), "that of the layers below is captured");
    assert!(!text.contains(KEY), "{text}");
}

#[tokio::test]
async fn the_whole_url_is_asked() {
    let node = FakeNode::start(Script::honest()).await;
    View::new(node.http(PATH)).facts(&query()).await.unwrap();
    assert_eq!(node.uris(), [PATH, PATH]);
}

#[tokio::test]
async fn no_error_shows_the_key() {
    let echo = format!("no such project: {PATH}");
    let failing = Script::one(move |question, _| {
        let error = json!({"code": 401, "message": echo});
        json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
    });
    let node = FakeNode::start(failing).await;
    let view = View::new(node.http(PATH));
    let error = view.facts(&query()).await.unwrap_err();
    let shown = format!("{error} {error:?} {view:?} {:?}", node.http(PATH));
    assert!(shown.contains("no such project: /v3/[redacted]"), "{shown}");
    assert!(!shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn no_failure_of_the_connection_shows_the_key() {
    // Nobody listens where somebody just did.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = View::new(http(&format!("http://{address}{PATH}"))).facts(&query()).await;
    let shown = format!("{error:?}");
    assert!(shown.contains("expected a connection"), "{shown}");
    assert!(!shown.contains(KEY), "{shown}");

    let result = json!({"jsonrpc": "2.0", "id": 1, "result": PATH}).to_string();
    let version = json!({"jsonrpc": PATH, "id": 1, "result": null}).to_string();
    let id = json!({"jsonrpc": "2.0", "id": PATH, "result": null}).to_string();
    for body in [result, version, id, String::new(), format!("\"{KEY}\""), format!("[{KEY}")] {
        let node = FakeNode::start(Script::http(move |_| (200, body.clone()))).await;
        let error = View::new(node.http(PATH)).facts(&query()).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
    }
}
