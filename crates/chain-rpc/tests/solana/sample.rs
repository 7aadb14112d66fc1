//! Accounts as the programs pack them, and a transaction that moves tokens between two of them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_approval::{SolanaFactsQuery, TableUse};
use countersign_units::{SolanaAddress, SolanaHash};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use solana_address::Address;
use solana_address_lookup_table_interface::state::{AddressLookupTable, LookupTableMeta};
use solana_program_pack::Pack;
use spl_token_2022_interface::state::{Account, AccountState, Mint};

pub(crate) const SYSTEM: &str = "11111111111111111111111111111111";
pub(crate) const TOKEN: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
pub(crate) const TOKEN_2022: &str = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
pub(crate) const TABLES: &str = "AddressLookupTab1e1111111111111111111111111";
pub(crate) const DEVNET: &str = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";
/// A cluster of this machine.
pub(crate) const GENESIS: SolanaHash = SolanaHash::new([0x6e; 32]);
pub(crate) const BLOCKHASH: SolanaHash = SolanaHash::new([0xb1; 32]);
/// What can't be undone any more, and what has been voted for.
pub(crate) const SETTLED_SLOT: u64 = 348_193_000;
pub(crate) const SLOT: u64 = 348_193_032;
/// The same, by blocks, and the last height at which the blockhash is taken.
pub(crate) const SETTLED_HEIGHT: u64 = 326_000_000;
pub(crate) const HEIGHT: u64 = 326_000_032;
pub(crate) const LAST_HEIGHT: u64 = 326_000_150;
/// What an account of tokens keeps to be there.
pub(crate) const RENT: u64 = 2_039_280;
/// More than a float holds exactly: 2^53 + 1.
pub(crate) const SPONSORED: u64 = 9_007_199_254_740_993;

pub(crate) const SPONSOR: SolanaAddress = SolanaAddress::new([0x50; 32]);
pub(crate) const USER: SolanaAddress = SolanaAddress::new([0x05; 32]);
pub(crate) const RESOLVER: SolanaAddress = SolanaAddress::new([0x4e; 32]);
pub(crate) const MINT: SolanaAddress = SolanaAddress::new([0x31; 32]);
pub(crate) const SOURCE: SolanaAddress = SolanaAddress::new([0x51; 32]);
pub(crate) const DESTINATION: SolanaAddress = SolanaAddress::new([0xd0; 32]);
pub(crate) const TABLE: SolanaAddress = SolanaAddress::new([0x7a; 32]);

pub(crate) fn key(address: SolanaAddress) -> Address {
    Address::new_from_array(*address.as_bytes())
}

/// Writes an account as a node tells of it.
pub(crate) fn account(owner: &str, lamports: u64, data: &[u8]) -> Value {
    json!({
        "data": [STANDARD.encode(data), "base64"],
        "executable": false,
        "lamports": lamports,
        "owner": owner,
        "rentEpoch": u64::MAX,
        "space": data.len(),
    })
}

/// An account of tokens, in use, with nobody but its owner to move them.
pub(crate) fn held(owner: SolanaAddress, amount: u64) -> Account {
    let (mint, owner) = (key(MINT), key(owner));
    Account { mint, owner, amount, state: AccountState::Initialized, ..Account::default() }
}

pub(crate) fn hash(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(crate) fn packed<T: Pack>(state: &T) -> Vec<u8> {
    let mut data = vec![0; T::LEN];
    state.pack_into_slice(&mut data);
    data
}

pub(crate) fn mint() -> Mint {
    Mint { decimals: 6, is_initialized: true, supply: 1 << 60, ..Mint::default() }
}

pub(crate) fn table_meta() -> LookupTableMeta {
    let meta = LookupTableMeta::new(key(RESOLVER));
    LookupTableMeta { last_extended_slot: 300_000_000, last_extended_slot_start_index: 1, ..meta }
}

pub(crate) fn table(meta: LookupTableMeta, addresses: &[SolanaAddress]) -> Vec<u8> {
    let addresses = addresses.iter().map(|address| key(*address)).collect();
    AddressLookupTable { meta, addresses }.serialize_for_tests().unwrap()
}

/// What is there before the transaction. The destination is an entry of the lookup table.
pub(crate) fn before() -> BTreeMap<SolanaAddress, Value> {
    BTreeMap::from([
        (SPONSOR, account(SYSTEM, SPONSORED, &[])),
        (MINT, account(TOKEN, 1_461_600, &packed(&mint()))),
        (SOURCE, account(TOKEN, RENT, &packed(&held(USER, 1_000_000)))),
        (DESTINATION, account(TOKEN, RENT, &packed(&held(RESOLVER, u64::MAX - 250_000)))),
        (TABLE, account(TABLES, 1_300_000, &table(table_meta(), &[MINT, DESTINATION]))),
    ])
}

/// What is there after it: a quarter of a token has moved, and the sponsor paid the fee.
pub(crate) fn after() -> BTreeMap<SolanaAddress, Value> {
    let mut after = before();
    after.insert(SPONSOR, account(SYSTEM, SPONSORED - 10_000, &[]));
    after.insert(SOURCE, account(TOKEN, RENT, &packed(&held(USER, 750_000))));
    after.insert(DESTINATION, account(TOKEN, RENT, &packed(&held(RESOLVER, u64::MAX))));
    after
}

pub(crate) fn query() -> SolanaFactsQuery {
    SolanaFactsQuery {
        genesis_hash: GENESIS,
        transaction: vec![2, 0xff, 0x80],
        blockhash: BLOCKHASH,
        writable: vec![SPONSOR, SOURCE],
        tables: vec![TableUse { table: TABLE, writable: vec![1], readonly: vec![0] }],
        mint: Some(MINT),
        source: Some(SOURCE),
        destination: Some(DESTINATION),
    }
}
