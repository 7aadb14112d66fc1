//! What a transfer of our own needs, and how it is passed on.

use countersign_approval::{
    ChainViewError, LatestBlockhash, Rent, SolanaFactsQuery, SolanaTransferView, TransferFacts,
    TransferFactsQuery,
};
use countersign_chain_rpc::{SolanaRpc, SolanaRpcSettings};
use serde_json::{Value, json};
use spl_token_2022_interface::extension::ExtensionType;

use crate::node::{FakeNode, Script};
use crate::sample::{
    BLOCKHASH, DESTINATION, GENESIS, HEIGHT, LAST_HEIGHT, MINT, RENT, RESOLVER, SOURCE, SPONSOR,
    SPONSORED, TOKEN_2022, account, mint, packed, query,
};

async fn view(script: Script) -> (FakeNode, SolanaRpc) {
    let node = FakeNode::start(script).await;
    let view = node.view(SolanaRpcSettings::default());
    (node, view)
}

fn assert_unavailable<T: std::fmt::Debug>(told: Result<T, ChainViewError>, reason: &str) {
    match told {
        Err(ChainViewError::Unavailable(found)) => {
            assert!(found.contains(reason), "expected {reason:?} in {found:?}");
        }
        other => panic!("expected {reason:?}, found {other:?}"),
    }
}

fn transfer_query() -> TransferFactsQuery {
    // Transfers of our own use no lookup table.
    let writable = vec![SPONSOR, SOURCE, DESTINATION];
    let transaction = SolanaFactsQuery { tables: Vec::new(), writable, ..query() };
    TransferFactsQuery { transaction, owner: SPONSOR, recipient: RESOLVER }
}

async fn facts_of(script: Script) -> Result<TransferFacts, ChainViewError> {
    let (_node, view) = view(script).await;
    view.transfer_facts(&transfer_query()).await
}

#[tokio::test]
async fn a_blockhash_is_told_with_its_last_height() {
    let (node, view) = view(Script::honest()).await;
    let expected = LatestBlockhash { blockhash: BLOCKHASH, last_valid_block_height: LAST_HEIGHT };
    assert_eq!(view.latest_blockhash(GENESIS).await, Ok(expected));
    let asked = node.asked();
    assert_eq!(asked[0][1]["params"], json!([{"commitment": "confirmed"}]));
    for member in ["blockhash", "lastValidBlockHeight"] {
        let script = Script::without("getLatestBlockhash", "/result/value", member);
        let (_node, view) = self::view(script).await;
        assert_unavailable(view.latest_blockhash(GENESIS).await, "its last height");
    }
}

#[tokio::test]
async fn no_question_is_answered_by_another_cluster() {
    let script = || Script::part("getGenesisHash", "/result", json!(BLOCKHASH.to_string()));
    let other = ChainViewError::OtherCluster { expected: GENESIS, found: BLOCKHASH };
    let (node, view) = view(script()).await;
    assert_eq!(view.latest_blockhash(GENESIS).await.unwrap_err(), other);
    assert_eq!(view.compute_unit_price(GENESIS, &[]).await.unwrap_err(), other);
    assert_eq!(view.transfer_facts(&transfer_query()).await.unwrap_err(), other);
    assert_eq!(view.send(GENESIS, &transaction()).await.unwrap_err(), other);
    let asked = node.asked();
    assert!(!asked.iter().any(|body| body.to_string().contains("sendTransaction")), "{asked:?}");
}

#[tokio::test]
async fn a_price_is_what_three_of_four_blocks_took() {
    let price = async |prices: Value| {
        let (_node, view) =
            view(Script::part("getRecentPrioritizationFees", "/result", prices)).await;
        view.compute_unit_price(GENESIS, &[SOURCE, DESTINATION]).await
    };
    let of = |fees: &[u64]| {
        fees.iter().map(|fee| json!({"slot": 1, "prioritizationFee": fee})).collect::<Value>()
    };
    assert_eq!(price(of(&[7, 0, 1_000, 20])).await, Ok(20));
    assert_eq!(price(of(&[])).await, Ok(0));
    assert_eq!(price(of(&[5])).await, Ok(5));
    assert_eq!(price(of(&[9, u64::MAX])).await, Ok(u64::MAX));
    assert_unavailable(price(json!([{"slot": 1}])).await, "prices of slots");
}

#[tokio::test]
async fn all_facts_of_a_transfer_are_told() {
    let (node, view) = view(Script::honest()).await;
    let facts = view.transfer_facts(&transfer_query()).await.unwrap();
    let owner = facts.owner.unwrap().unwrap();
    assert_eq!((owner.lamports, owner.space), (SPONSORED, Some(0)));
    assert_eq!(facts.recipient, Some(None));
    assert_eq!(facts.rent, Some(Rent { wallet: 890_880, token_account: Some(RENT) }));
    assert_eq!(facts.block_height, Some(HEIGHT));
    assert_eq!(facts.transaction.blockhash, Some(true));
    assert!(facts.transaction.mint.is_some() && facts.transaction.source.is_some());
    assert_eq!(facts.transaction.simulation.unwrap().accounts.len(), 3);
    let named = node.asked()[0][1]["params"][0].as_array().unwrap().len();
    assert_eq!(named, 5, "mint, source, destination, owner and recipient");
}

#[tokio::test]
async fn a_transfer_of_sol_asks_for_no_token() {
    let (_node, view) = view(Script::honest()).await;
    let mut query = transfer_query();
    let transaction = &mut query.transaction;
    (transaction.mint, transaction.source, transaction.destination) = (None, None, None);
    let facts = view.transfer_facts(&query).await.unwrap();
    assert_eq!(facts.rent, Some(Rent { wallet: 890_880, token_account: None }));
    assert_eq!((facts.transaction.mint, facts.transaction.source), (None, None));
}

#[tokio::test]
async fn the_rent_is_of_an_account_with_what_the_mint_asks_for() {
    let rent = async |data: Vec<u8>| {
        let facts = facts_of(Script::at(MINT, &account(TOKEN_2022, 1, &data))).await;
        facts.unwrap().rent.unwrap().token_account.unwrap() / 6_960 - 128
    };
    assert_eq!(rent(packed(&mint())).await, 170);
    let mut hooked = packed(&mint());
    hooked.resize(165, 0);
    hooked.push(1);
    hooked.extend(u16::from(ExtensionType::TransferHook).to_le_bytes());
    hooked.extend(64_u16.to_le_bytes());
    hooked.extend([0; 64]);
    assert_eq!(rent(hooked).await, 175);
}

#[tokio::test]
async fn a_node_that_does_not_tell_is_no_fact() {
    for (method, wrong) in [
        ("getBlockHeight", json!("1")),
        ("getBlockHeight", json!(-1)),
        ("getMinimumBalanceForRentExemption", json!(1.5)),
        ("getMinimumBalanceForRentExemption", json!(null)),
    ] {
        let told = facts_of(Script::part(method, "/result", wrong)).await;
        assert_unavailable(told, "a number");
    }
}

fn transaction() -> Vec<u8> {
    [&[1][..], &[0xab; 64], &[1, 2, 3]].concat()
}

async fn sent(script: Script) -> Result<(), ChainViewError> {
    let (_node, view) = view(script).await;
    view.send(GENESIS, &transaction()).await
}

#[tokio::test]
async fn a_transaction_is_passed_on_as_it_is() {
    use base64::Engine as _;
    let (node, view) = view(Script::honest()).await;
    assert_eq!(view.send(GENESIS, &transaction()).await, Ok(()));
    let asked = node.asked();
    let [genesis, sent] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(genesis["method"], "getGenesisHash");
    let text = base64::engine::general_purpose::STANDARD.encode(transaction());
    assert_eq!(sent["params"][0], json!(text));
    assert_eq!(sent["params"][1]["encoding"], "base64");
    assert_eq!(sent["params"][1]["skipPreflight"], false);
}

#[tokio::test]
async fn what_is_in_a_block_by_now_was_passed_on() {
    let message = "Transaction simulation failed: This transaction has already been processed";
    assert_eq!(sent(Script::failing("sendTransaction", -32_002, message)).await, Ok(()));
}

#[tokio::test]
async fn it_is_told_whether_the_node_declined_or_did_not_answer() {
    let message = "Transaction simulation failed: Blockhash not found";
    for code in [-32_002, -32_003, -32_602] {
        let declined = sent(Script::failing("sendTransaction", code, message)).await;
        assert_eq!(declined, Err(ChainViewError::Declined(message.to_owned())));
    }
    for code in [-32_005, -32_016, -32_603] {
        let failed = sent(Script::failing("sendTransaction", code, "Node is behind")).await;
        assert_unavailable(failed, "Node is behind");
    }
    let other = Script::part("sendTransaction", "/result", json!("1111"));
    assert_unavailable(sent(other).await, "another name");
    assert_unavailable(sent(Script::http(|_| (503, String::new()))).await, "503");
}
