//! What a node says of a transaction shows no key either.

use countersign_approval::SolanaChainView;
use countersign_chain_rpc::SolanaRpc;
use serde_json::json;

use crate::fake::secrets::{KEY, PATH};
use crate::node::{FakeNode, Script, query};

#[tokio::test]
async fn no_failure_of_a_transaction_shows_the_key() {
    let told = || format!("no such project: {PATH}");
    let fails = Script::part("simulateTransaction", "/result/value/err", json!(told()));
    let refused = Script::one(move |question, answer| {
        if question["method"] != "simulateTransaction" {
            return answer;
        }
        let error = json!({"code": -32_602, "message": told()});
        json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
    });
    for script in [fails, refused] {
        let node = FakeNode::start(script).await;
        let facts = SolanaRpc::new(node.http(PATH)).facts(&query()).await.unwrap();
        let shown = format!("{facts:?}");
        assert!(shown.contains("no such project: /v3/[redacted]"), "{shown}");
        assert!(!shown.contains(KEY), "{shown}");
    }
}
