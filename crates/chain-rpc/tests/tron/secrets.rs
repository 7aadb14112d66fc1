//! No key that stands in the node's URL is told.

use countersign_approval::TronCallView;
use serde_json::json;

use crate::node::{CHAIN_ID, Node};

const KEY: &str = "0123456789abcdef-secret";

#[tokio::test]
async fn a_key_in_the_path_is_told_by_no_error_and_no_view() {
    let lie = json!({"Error": format!("no such key {KEY}")});
    for node in [
        Node::with(move |_, _, _| lie.clone()).await,
        Node::saying(500, KEY).await,
        Node::saying(200, KEY).await,
    ] {
        let view = node.view_at(&format!("/{KEY}"));
        let error = view.tron_call_state(CHAIN_ID, [7; 32]).await.unwrap_err();
        for told in [format!("{error} {error:?}"), format!("{view:?}")] {
            assert!(!told.contains(KEY), "{told}");
        }
    }
}
