//! What a cluster says of an honest transfer.

use countersign_approval::{
    AccountChange, AccountSnapshot, AssetTransfer, LookupTable, MintFacts, SeenTables, Simulation,
    SolanaFacts, TokenAccount, TokenAccountState, TokenTransfer,
};
use countersign_solana::programs;
use countersign_units::{Lots, SolanaAddress};

use crate::draft::{AMOUNT, Kind, SPONSOR, USER, address};

const SLOT: u64 = 250_000_000;
const HELD: u64 = 9_000_000_000;
const LAMPORTS: u64 = 8_000_000_000;
const FEE: u64 = 10_060;
const RENT: u64 = 2_039_280;

/// Answers every question about a transfer of tokens.
pub(crate) fn facts(kind: Kind) -> SolanaFacts {
    let AssetTransfer::Token(token) = kind.transfer() else { return SolanaFacts::default() };
    let held = |owner, amount| TokenAccount {
        program: Some(token.program),
        mint: Some(token.mint),
        owner,
        amount: Some(Lots::from(amount)),
        delegate: None,
        close_authority: None,
        state: TokenAccountState::Initialized,
    };
    let mint = MintFacts {
        program: Some(token.program),
        decimals: Some(token.decimals),
        ..MintFacts::default()
    };
    SolanaFacts {
        tables: Some(tables(kind)),
        mint: Some(mint),
        source: Some(Some(held(address(&USER), HELD))),
        destination: Some(Some(held(token.destination_owner, 0))),
        blockhash: Some(true),
        simulation: Some(simulation(&token, held)),
    }
}

fn tables(kind: Kind) -> SeenTables {
    let tables = kind.tables().into_iter().map(|(table, addresses)| {
        let table_of = LookupTable {
            owner: programs::LOOKUP_TABLE,
            deactivation_slot: u64::MAX,
            last_extended_slot: SLOT - 1_000,
            last_extended_start_index: 0,
            addresses,
        };
        (table, table_of)
    });
    SeenTables { slot: SLOT, tables: tables.collect() }
}

fn simulation(
    token: &TokenTransfer,
    held: impl Fn(SolanaAddress, u64) -> TokenAccount,
) -> Simulation {
    let wallet = |lamports| AccountSnapshot {
        program: programs::SYSTEM,
        lamports,
        space: Some(0),
        data_hash: None,
        token: None,
    };
    let holds = |owner, amount| AccountSnapshot {
        program: token.program,
        lamports: RENT,
        space: Some(165),
        data_hash: None,
        token: Some(held(owner, amount)),
    };
    let change = |address, before, after| AccountChange {
        address,
        before: Some(before),
        after: Some(after),
    };
    let (user, resolver) = (address(&USER), token.destination_owner);
    let accounts = vec![
        change(address(&SPONSOR), wallet(LAMPORTS), wallet(LAMPORTS - FEE)),
        change(user, wallet(LAMPORTS), wallet(LAMPORTS)),
        change(token.source, holds(user, HELD), holds(user, HELD - AMOUNT)),
        change(token.destination, holds(resolver, 0), holds(resolver, AMOUNT)),
    ];
    Simulation { error: None, accounts }
}
