//! Lookup tables, and what takes their place.

use countersign_approval::{LookupTable, SolanaChainView, TableUse};
use countersign_chain_rpc::SolanaRpcSettings;
use countersign_units::SolanaAddress;
use serde_json::{Value, json};
use solana_address_lookup_table_interface::state::LookupTableMeta;

use crate::fake::assert_unavailable;
use crate::node::{FakeNode, Script, facts_of};
use crate::sample::{
    DESTINATION, MINT, SOURCE, SPONSOR, SYSTEM, TABLE, TABLES, account, query, table, table_meta,
};

fn tables(data: &[u8]) -> Value {
    account(TABLES, 1_300_000, data)
}

async fn seen(account: &Value) -> Option<LookupTable> {
    facts_of(Script::at(TABLE, account)).await.unwrap().tables.unwrap().tables.remove(&TABLE)
}

#[tokio::test]
async fn a_table_that_is_switched_off_is_told_as_one() {
    let off = LookupTableMeta { deactivation_slot: 7, authority: None, ..table_meta() };
    let table = seen(&tables(&table(off, &[MINT, DESTINATION]))).await.unwrap();
    assert_eq!((table.deactivation_slot, table.last_extended_slot), (7, 300_000_000));
    assert_eq!(table.last_extended_start_index, 1);
    assert_eq!(table.addresses, [MINT, DESTINATION]);
}

#[tokio::test]
async fn a_table_may_be_empty_or_full() {
    assert_eq!(seen(&tables(&table(table_meta(), &[]))).await.unwrap().addresses, []);
    let full = [DESTINATION; 256];
    assert_eq!(seen(&tables(&table(table_meta(), &full))).await.unwrap().addresses, full);
}

#[tokio::test]
async fn what_another_program_owns_is_no_table() {
    let forged = table(table_meta(), &[MINT, DESTINATION]);
    let seen = seen(&account(SYSTEM, 1, &forged)).await.unwrap();
    let expected = LookupTable {
        owner: SYSTEM.parse().unwrap(),
        deactivation_slot: 0,
        last_extended_slot: 0,
        last_extended_start_index: 0,
        addresses: Vec::new(),
    };
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_table_that_is_not_there_is_left_out() {
    assert_eq!(seen(&json!(null)).await, None);
}

#[tokio::test]
async fn entries_that_are_not_there_are_not_watched() {
    let node = FakeNode::start(Script::honest()).await;
    let mut beyond = query();
    beyond.tables = vec![
        TableUse { table: TABLE, writable: vec![1, 2, 255], readonly: vec![0] },
        TableUse { table: SOURCE, writable: vec![0], readonly: vec![] },
        TableUse { table: SolanaAddress::new([9; 32]), writable: vec![0], readonly: vec![] },
    ];
    let facts = node.view(SolanaRpcSettings::default()).facts(&beyond).await.unwrap();
    let watched = facts.simulation.unwrap().accounts;
    let watched: Vec<_> = watched.iter().map(|change| change.address).collect();
    assert_eq!(watched, [SPONSOR, SOURCE, DESTINATION]);
    assert_eq!(facts.tables.unwrap().tables.len(), 2);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_no_fact() {
    let whole = table(table_meta(), &[MINT, DESTINATION]);
    let long = table(table_meta(), &[DESTINATION; 257]);
    let mut unknown = whole.clone();
    unknown[0] = 2;
    let mut unmade = whole.clone();
    unmade[..4].copy_from_slice(&[0; 4]);
    let cut = &whole[..whole.len() - 1];
    for data in [cut, &whole[..55], &[], &long, &unknown, &unmade] {
        let told = "expected a lookup table of at most 256 entries";
        assert_unavailable(Script::at(TABLE, &tables(data)), told).await;
    }
}

#[tokio::test]
async fn more_tables_than_there_can_be_are_not_asked_for() {
    let node = FakeNode::start(Script::honest()).await;
    let mut many = query();
    let table = |byte| TableUse {
        table: SolanaAddress::new([byte; 32]),
        writable: vec![],
        readonly: vec![0],
    };
    many.tables = (0..101).map(table).collect();
    let error = node.view(SolanaRpcSettings::default()).facts(&many).await.unwrap_err();
    assert!(error.to_string().contains("at most 100 accounts"), "{error}");
    assert_eq!(node.asked().len(), 0);
}
