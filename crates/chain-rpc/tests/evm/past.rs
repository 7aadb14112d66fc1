//! Whether a permit was used before its owner voided its nonce.

use countersign_approval::{ChainViewError, EvmChainView, NonceQuery, SeenUse, UseQuery};
use countersign_chain_rpc::EvmRpcSettings;
use countersign_units::U256;
use serde_json::{Value, json};

use crate::node::{self, FakeNode, OWNER, PERMIT2, Script, TOKEN};

const SENT: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const INVALIDATED: &str = "0x3704902f963766a4e561bbaab6e6cdc1b1dd12f6e9e99648da8843b3f46b918d";

fn log(contract: &str, topic: &str) -> Value {
    let owner = format!("0x{:0>64}", OWNER.trim_start_matches("0x"));
    json!({"address": contract, "topics": [topic, owner], "data": "0x"})
}

async fn seen(logs: Value) -> Result<SeenUse, ChainViewError> {
    let node = FakeNode::start(Script::result("eth_getLogs", logs)).await;
    let query = node::query();
    let nonce = NonceQuery {
        chain_id: query.chain_id,
        permit2: query.permit2,
        owner: query.owner,
        nonce: U256::from(0x2a06),
    };
    let query = UseQuery { nonce, token: query.token, block: 9 };
    node.view(EvmRpcSettings::default()).seen_use(&query).await
}

#[tokio::test]
async fn what_left_the_account_counts_only_beside_the_nonce_that_was_spent() {
    let (voided, sent) = (log(PERMIT2, INVALIDATED), log(TOKEN, SENT));
    let unused = SeenUse { before: false, within: false };
    assert_eq!(seen(json!([voided])).await, Ok(unused));
    assert_eq!(seen(json!([sent, voided])).await, Ok(SeenUse { within: true, ..unused }));
    // A node that does not have the block yet says nothing of it.
    for logs in [json!([]), json!([sent]), json!([log(TOKEN, INVALIDATED)]), json!({})] {
        assert!(seen(logs.clone()).await.is_err(), "{logs}");
    }
}
