//! What stands open towards Permit2.

use countersign_approval::ChainViewError;
use countersign_chain_rpc::{EvmRpcSettings, OpenAllowance};
use countersign_units::{EvmAddress, Lots};
use serde_json::json;

use crate::node::{CHAIN_ID, FakeNode, OWNER, PERMIT2, Script, word};

/// A token of each kind: with an exact allowance, with none, and with any amount.
fn tokens() -> [EvmAddress; 3] {
    [[1; 20], [2; 20], [3; 20]].map(EvmAddress::new)
}

fn script() -> Script {
    Script::one(|question, mut answer| {
        let call = &question["params"][0];
        let token: Option<EvmAddress> = call["to"].as_str().map(|to| to.parse().unwrap());
        if call["data"].as_str().is_some_and(|data| data.starts_with("0xdd62ed3e")) {
            answer["result"] = match tokens().iter().position(|known| Some(*known) == token) {
                Some(0) => json!(word(4_000)),
                Some(1) => json!(word(0)),
                _ => json!(format!("0x{}", "ff".repeat(32))),
            };
        }
        answer
    })
}

async fn read(settings: EvmRpcSettings) -> (FakeNode, Result<Vec<OpenAllowance>, ChainViewError>) {
    let node = FakeNode::start(script()).await;
    let [owner, permit2] = [OWNER, PERMIT2].map(|text| text.parse().unwrap());
    let view = node.view(settings);
    let open = view.allowances(CHAIN_ID, owner, permit2, &tokens()).await;
    (node, open)
}

#[tokio::test]
async fn each_token_is_reported_in_its_order() {
    let (server, open) = read(EvmRpcSettings::default()).await;
    let balance = Lots::from(5_000);
    let [exact, none, any] = tokens();
    let of = |token, allowance, unlimited| OpenAllowance { token, allowance, balance, unlimited };
    let open = open.unwrap();
    assert_eq!(
        open,
        [
            of(exact, Lots::from(4_000), false),
            of(none, Lots::ZERO, false),
            of(any, Lots::MAX, true),
        ]
    );
    assert_eq!(open.iter().map(OpenAllowance::is_open).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn many_tokens_are_asked_about_in_parts() {
    let settings = EvmRpcSettings { max_batch: 4, ..EvmRpcSettings::default() };
    let (node, in_parts) = read(settings).await;
    let (_, at_once) = read(EvmRpcSettings::default()).await;
    assert_eq!(in_parts, at_once);
    let sizes: Vec<_> = node.asked().iter().map(|asked| asked.as_array().unwrap().len()).collect();
    assert_eq!(sizes, [2, 4, 2]);
}

#[tokio::test]
async fn no_tokens_are_no_question() {
    let node = FakeNode::start(script()).await;
    let [owner, permit2] = [OWNER, PERMIT2].map(|text| text.parse().unwrap());
    let open = node.view(EvmRpcSettings::default()).allowances(CHAIN_ID, owner, permit2, &[]).await;
    assert_eq!(open, Ok(vec![]));
    let other = node.view(EvmRpcSettings::default()).allowances(1, owner, permit2, &[]).await;
    assert!(matches!(other, Err(ChainViewError::OtherChain { .. })), "{other:?}");
}
