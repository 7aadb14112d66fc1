//! Reads the terms and the facts of a vector.

use std::str::FromStr;

use countersign_approval::{
    AccountChange, AccountSnapshot, AssetTransfer, CosignTerms, DurableNonce, Fact, LookupTable,
    MintFacts, OthersSign, SeenTables, Simulation, SolanaFacts, TokenAccount, TokenAccountState,
    TokenTransfer,
};
use countersign_units::{Lots, SolanaAddress, UnixSeconds};
use serde_json::Value;

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);

/// The extensions that change nothing about a transfer.
const NEUTRAL: [&str; 2] = ["metadata_pointer", "token_metadata"];

pub(super) fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str().map(|text| text.parse().ok().expect("a right text"))
}

/// Reads an integer, as a string or a number.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| parsed(value))
}

fn addresses(value: &Value) -> Vec<SolanaAddress> {
    value.as_array().into_iter().flatten().map(|text| parsed(text).unwrap()).collect()
}

fn strings(value: &Value) -> Option<Vec<String>> {
    let list = value.as_array()?;
    Some(list.iter().map(|text| text.as_str().unwrap().to_owned()).collect())
}

/// Reads the names of facts.
fn facts_of(value: &Value) -> Vec<Fact> {
    let names = value.as_array().into_iter().flatten();
    names.map(|name| serde_json::from_value(name.clone()).unwrap()).collect()
}

/// Reads the terms of a line, and the facts that it requires.
pub(super) fn read(line: &Value) -> CosignTerms {
    let terms = &line["terms"];
    let tables = terms["known_lookup_tables"].as_object().into_iter().flatten();
    let required = [facts_of(&terms["require_facts"]), facts_of(&line["require_facts"])].concat();
    CosignTerms {
        genesis_hash: None,
        user: parsed(&terms["user"]).unwrap(),
        fee_payer: parsed(&terms["fee_payer"]).unwrap(),
        required_signers: addresses(&terms["required_signers"]),
        others_sign: if terms["sponsor_signed"] == true {
            OthersSign::Before
        } else {
            OthersSign::Anytime
        },
        max_lamports_out: number(&terms["user_max_lamports_out"]).unwrap(),
        transfer: transfer(terms),
        recent_blockhash: parsed(&terms["recent_blockhash"]),
        durable_nonce: match (&terms["durable_nonce_allowed"], parsed(&terms["nonce_account"])) {
            (Value::Bool(true), Some(account)) => DurableNonce::Pinned(account),
            _ => DurableNonce::Refuse,
        },
        allowed_programs: addresses(&terms["allowed_programs"]),
        opaque_programs: addresses(&terms["opaque_programs"]),
        lookup_tables: tables.map(|(key, all)| (key.parse().unwrap(), addresses(all))).collect(),
        allowed_extensions: strings(&terms["allowed_extensions"])
            .unwrap_or_else(|| NEUTRAL.map(str::to_owned).to_vec()),
        max_compute_unit_price: number(&terms["max_compute_unit_price"]),
        deadline: number(&terms["deadline"]).map(UnixSeconds::new),
        min_remaining: 0,
        // No policy lets a deadline lie more than a day ahead.
        max_deadline: number(&terms["max_deadline"])
            .map_or(NOW.saturating_add(86_400), UnixSeconds::new),
        require_facts: required,
    }
}

fn transfer(terms: &Value) -> AssetTransfer {
    let amount = number(&terms["amount"]).unwrap();
    let destination_owner = parsed(&terms["destination_owner"]).unwrap();
    if terms["kind"] == "native" {
        return AssetTransfer::Native { destination: destination_owner, lamports: amount };
    }
    AssetTransfer::Token(TokenTransfer {
        program: parsed(&terms["token_program"]).unwrap(),
        mint: parsed(&terms["mint"]).unwrap(),
        decimals: terms["decimals"].as_u64().unwrap().try_into().unwrap(),
        amount,
        source: parsed(&terms["source_token_account"]).unwrap(),
        destination: parsed(&terms["destination_token_account"]).unwrap(),
        destination_owner,
    })
}

/// Reads the facts of a line. A member that is `null` where an account could stand is an account
/// that does not exist.
pub(super) fn facts(line: &Value) -> SolanaFacts {
    let Some(facts) = line["facts"].as_object() else { return SolanaFacts::default() };
    let account = |name: &str| facts.get(name).map(token_account);
    SolanaFacts {
        tables: facts.get("tables").map(|tables| SeenTables {
            slot: number(&facts["slot"]).unwrap(),
            tables: tables
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, table)| (key.parse().unwrap(), lookup_table(table)))
                .collect(),
        }),
        mint: facts.get("mint").map(mint),
        source: account("source"),
        destination: account("destination"),
        blockhash: facts.get("blockhash").map(|known| known.as_bool().unwrap()),
        simulation: facts.get("simulation").map(simulation),
    }
}

fn lookup_table(table: &Value) -> LookupTable {
    LookupTable {
        owner: parsed(&table["owner"]).unwrap(),
        deactivation_slot: number(&table["deactivation_slot"]).unwrap(),
        last_extended_slot: number(&table["last_extended_slot"]).unwrap(),
        last_extended_start_index: number(&table["last_extended_start_index"])
            .unwrap()
            .try_into()
            .unwrap(),
        addresses: addresses(&table["addresses"]),
    }
}

fn mint(mint: &Value) -> MintFacts {
    MintFacts {
        program: parsed(&mint["program"]),
        decimals: mint["decimals"].as_u64().map(|decimals| decimals.try_into().unwrap()),
        extensions: strings(&mint["extensions"]).unwrap_or_default(),
        paused: mint["paused"] == true,
        transfer_fee_bps: mint["transfer_fee_bps"].as_u64().unwrap_or(0).try_into().unwrap(),
        transfer_hook: parsed(&mint["transfer_hook"]),
    }
}

fn token_account(account: &Value) -> Option<TokenAccount> {
    account.as_object()?;
    Some(TokenAccount {
        program: parsed(&account["program"]),
        mint: parsed(&account["mint"]),
        owner: parsed(&account["owner"]).unwrap(),
        amount: number(&account["amount"]).map(Lots::from),
        delegate: parsed(&account["delegate"]),
        close_authority: parsed(&account["close_authority"]),
        state: match account["state"].as_str() {
            None | Some("initialized") => TokenAccountState::Initialized,
            Some("frozen") => TokenAccountState::Frozen,
            Some("uninitialized") => TokenAccountState::Uninitialized,
            Some(other) => panic!("{other}"),
        },
    })
}

fn simulation(simulation: &Value) -> Simulation {
    let accounts = simulation["accounts"].as_array().into_iter().flatten();
    Simulation {
        error: simulation["error"].as_str().map(str::to_owned),
        accounts: accounts
            .map(|change| AccountChange {
                address: parsed(&change["address"]).unwrap(),
                before: snapshot(&change["before"]),
                after: snapshot(&change["after"]),
            })
            .collect(),
    }
}

fn snapshot(account: &Value) -> Option<AccountSnapshot> {
    account.as_object()?;
    Some(AccountSnapshot {
        program: parsed(&account["program"]).unwrap(),
        lamports: number(&account["lamports"]).unwrap(),
        space: number(&account["space"]),
        data_hash: account["data_hash"].as_str().map(|text| {
            let mut hash = [0; 32];
            hex::decode_to_slice(text, &mut hash).unwrap();
            hash
        }),
        token: token_account(&account["token"]),
    })
}
