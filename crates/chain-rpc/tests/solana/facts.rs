//! What is asked, and what is made of the answers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{
    AccountChange, AccountSnapshot, Fact, LookupTable, MintFacts, SeenTables, Simulation,
    SolanaChainView, SolanaFacts, TokenAccount, TokenAccountState,
};
use countersign_chain_rpc::{SolanaRpc, SolanaRpcSettings};
use countersign_units::{Lots, SolanaAddress};
use serde_json::{Value, json};

use crate::fake::assert_unavailable;
use crate::node::{FakeNode, Script, facts_of};
use crate::sample::{
    BLOCKHASH, DESTINATION, MINT, RENT, RESOLVER, SETTLED_SLOT, SLOT, SOURCE, SPONSOR, SPONSORED,
    SYSTEM, TABLE, TABLES, TOKEN, USER, account, hash, held, packed, query,
};

fn token_account(owner: SolanaAddress, amount: u64) -> TokenAccount {
    TokenAccount {
        program: Some(TOKEN.parse().unwrap()),
        mint: Some(MINT),
        owner,
        amount: Some(Lots::from(amount)),
        delegate: None,
        close_authority: None,
        state: TokenAccountState::Initialized,
    }
}

fn change(address: SolanaAddress, owner: SolanaAddress, amounts: [u64; 2]) -> AccountChange {
    let [before, after] = amounts.map(|amount| {
        let token = Some(token_account(owner, amount));
        let program = TOKEN.parse().unwrap();
        let data_hash = Some(hash(&packed(&held(owner, amount))));
        Some(AccountSnapshot { program, lamports: RENT, space: Some(165), data_hash, token })
    });
    AccountChange { address, before, after }
}

fn paid() -> AccountChange {
    let [before, after] = [SPONSORED, SPONSORED - 10_000].map(|lamports| {
        let program = SYSTEM.parse().unwrap();
        let data_hash = Some(hash(&[]));
        Some(AccountSnapshot { program, lamports, space: Some(0), data_hash, token: None })
    });
    AccountChange { address: SPONSOR, before, after }
}

fn honest_facts() -> SolanaFacts {
    let table = LookupTable {
        owner: TABLES.parse().unwrap(),
        deactivation_slot: u64::MAX,
        last_extended_slot: 300_000_000,
        last_extended_start_index: 1,
        addresses: vec![MINT, DESTINATION],
    };
    let tables = BTreeMap::from([(TABLE, table)]);
    let mint = MintFacts {
        program: Some(TOKEN.parse().unwrap()),
        decimals: Some(6),
        ..MintFacts::default()
    };
    let accounts = vec![
        paid(),
        change(SOURCE, USER, [1_000_000, 750_000]),
        change(DESTINATION, RESOLVER, [u64::MAX - 250_000, u64::MAX]),
    ];
    SolanaFacts {
        tables: Some(SeenTables { slot: SETTLED_SLOT, tables }),
        mint: Some(mint),
        source: Some(Some(token_account(USER, 1_000_000))),
        destination: Some(Some(token_account(RESOLVER, u64::MAX - 250_000))),
        blockhash: Some(true),
        simulation: Some(Simulation { error: None, accounts }),
    }
}

#[tokio::test]
async fn reads_every_fact() {
    let facts = facts_of(Script::honest()).await.unwrap();
    for fact in Fact::SOLANA {
        assert!(facts.has(fact), "{fact}");
    }
    assert_eq!(facts, honest_facts());
}

#[tokio::test]
async fn asks_in_two_requests_and_for_the_cluster_in_each() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(SolanaRpcSettings::default());
    for _ in 0..2 {
        view.facts(&query()).await.unwrap();
    }
    let asked = node.asked();
    let methods = |request: &Value| -> Vec<String> {
        let questions = request.as_array().unwrap().iter();
        questions.map(|question| question["method"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(asked.len(), 4);
    for pair in asked.chunks(2) {
        assert_eq!(methods(&pair[0]), ["getGenesisHash", "getMultipleAccounts"]);
        let current =
            ["getGenesisHash", "isBlockhashValid", "getMultipleAccounts", "simulateTransaction"];
        assert_eq!(methods(&pair[1]), current);
    }
}

#[tokio::test]
async fn asks_exactly_what_is_to_be_known() {
    let node = FakeNode::start(Script::honest()).await;
    node.view(SolanaRpcSettings::default()).facts(&query()).await.unwrap();
    let asked = node.asked();
    let texts = |addresses: &[SolanaAddress]| -> Vec<String> {
        addresses.iter().map(ToString::to_string).collect()
    };
    let settled = json!({"commitment": "finalized", "encoding": "base64"});
    let named = texts(&[MINT, SOURCE, TABLE, DESTINATION]);
    assert_eq!(asked[0][1]["params"], json!([named, settled]));

    let confirmed = json!({"commitment": "confirmed", "minContextSlot": SETTLED_SLOT});
    assert_eq!(asked[1][1]["params"], json!([BLOCKHASH.to_string(), confirmed]));
    let watched = texts(&[SPONSOR, SOURCE, DESTINATION]);
    let mut with_data = confirmed.clone();
    with_data["encoding"] = json!("base64");
    assert_eq!(asked[1][2]["params"], json!([watched, with_data]));
    let mut run = with_data;
    run["sigVerify"] = json!(false);
    run["replaceRecentBlockhash"] = json!(false);
    run["accounts"] = json!({"encoding": "base64", "addresses": watched});
    assert_eq!(asked[1][3]["params"], json!(["Av+A", run]));
}

#[tokio::test]
async fn asks_one_by_one_where_batches_are_not_taken() {
    let node = FakeNode::start(Script::honest()).await;
    let one_by_one = node.view(SolanaRpcSettings { max_batch: 1 }).facts(&query()).await.unwrap();
    assert_eq!(one_by_one, honest_facts());
    let asked = node.asked();
    assert_eq!(asked.len(), 6);
    assert!(asked.iter().all(Value::is_object));
}

#[tokio::test]
async fn connects_by_a_url_alone() {
    let node = FakeNode::start(Script::honest()).await;
    let url = format!("http://{}", node.address).parse().unwrap();
    assert_eq!(SolanaRpc::connect(url).unwrap().facts(&query()).await, Ok(honest_facts()));
}

#[tokio::test]
async fn there_is_room_for_large_accounts() {
    let large = account(&USER.to_string(), RENT, &vec![7; 1 << 21]);
    let node = FakeNode::start(Script::at(SPONSOR, &large)).await;
    let url = format!("http://{}", node.address).parse().unwrap();
    let facts = SolanaRpc::connect(url).unwrap().facts(&query()).await.unwrap();
    let sponsor = facts.simulation.unwrap().accounts.remove(0);
    assert_eq!(sponsor.after.unwrap().program, USER);
}

#[tokio::test]
async fn sol_moves_without_facts_about_a_token() {
    let node = FakeNode::start(Script::honest()).await;
    let mut native = query();
    (native.mint, native.tables) = (None, Vec::new());
    let facts = node.view(SolanaRpcSettings::default()).facts(&native).await.unwrap();
    assert_eq!((&facts.mint, &facts.source, &facts.destination), (&None, &None, &None));
    let no_tables = SeenTables { slot: SETTLED_SLOT, tables: BTreeMap::new() };
    assert_eq!(facts.tables, Some(no_tables));
    let watched = facts.simulation.unwrap().accounts;
    assert_eq!(watched, [paid(), change(SOURCE, USER, [1_000_000, 750_000])]);
    assert_eq!(node.asked()[0][1]["params"][0], json!([]));
}

#[tokio::test]
async fn a_blockhash_that_the_cluster_does_not_take_is_told() {
    let unknown = Script::part("isBlockhashValid", "/result/value", json!(false));
    assert_eq!(facts_of(unknown).await.unwrap().blockhash, Some(false));
}

#[tokio::test]
async fn asks_again_while_the_cluster_moves_on() {
    let moving = |stops: u64| {
        let asked = AtomicU64::new(0);
        Script::one(move |question, mut answer| {
            if question["method"] == "simulateTransaction" {
                let behind = stops.saturating_sub(asked.fetch_add(1, Ordering::SeqCst));
                answer["result"]["context"]["slot"] = json!(SLOT + behind.min(1));
            }
            answer
        })
    };
    let node = FakeNode::start(moving(4)).await;
    let facts = node.view(SolanaRpcSettings::default()).facts(&query()).await;
    assert_eq!(facts, Ok(honest_facts()));
    assert_eq!(node.asked().len(), 6, "it moved on four times");
    assert_unavailable(moving(u64::MAX), "the chain moved on, 5 times").await;
}

#[tokio::test]
async fn more_accounts_than_one_answer_holds_are_asked_for_in_parts() {
    let node = FakeNode::start(Script::honest()).await;
    let mut many = query();
    let others = (0..250_u8).map(|byte| SolanaAddress::new([byte; 32]));
    many.writable.extend(others);
    let view = node.view(SolanaRpcSettings::default());
    let watched = view.facts(&many).await.unwrap().simulation.unwrap().accounts;
    // Sponsor, source and destination are among them, and are told once.
    assert_eq!(watched.len(), 250);
    let changed: Vec<_> =
        watched.iter().filter(|change| change.before != change.after).cloned().collect();
    let simulation = honest_facts().simulation.unwrap();
    assert_eq!(changed, simulation.accounts);
    let sizes = |at: usize| node.asked()[1][at]["params"][0].as_array().unwrap().len();
    assert_eq!([2, 3, 4].map(sizes), [100, 100, 50]);

    let mut other = [7; 32];
    other[0] = 8;
    many.writable.extend((250..=255_u8).map(|byte| SolanaAddress::new([byte; 32])));
    many.writable.push(SolanaAddress::new(other));
    let error = view.facts(&many).await.unwrap_err().to_string();
    assert!(error.contains("at most 256 writable accounts, found 257"), "{error}");
}
