//! What a view of the cluster says. The vectors hold most cases; here is what they don't have.

use countersign_approval::{
    AccountChange, AccountSnapshot, AssetTransfer, Code, Fact, Refusal, SeenTables, Simulation,
    SolanaFacts, TokenAccount, TokenAccountState, TokenTransfer,
};
use countersign_units::{Lots, SolanaAddress};
use solana_sdk::instruction::{AccountMeta, Instruction};

use super::honest::{AMOUNT, Built, Honest, key, ours, theirs, token_transfer, transfer_of};
use crate::{VerifyError, facts_query, programs};

fn refusal(built: &Built) -> Refusal {
    match built.judge() {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn token_of(built: &Built) -> TokenTransfer {
    match &built.terms.transfer {
        AssetTransfer::Token(token) => token.clone(),
        AssetTransfer::Native { .. } => panic!("no token moves"),
    }
}

/// An account of the agreed token: the source is ours, the others are the resolver's.
pub(super) fn account(address: SolanaAddress, built: &Built) -> TokenAccount {
    let token = token_of(built);
    TokenAccount {
        program: Some(token.program),
        mint: Some(token.mint),
        owner: if address == token.source { built.terms.user } else { token.destination_owner },
        amount: Some(Lots::from(AMOUNT * 10)),
        delegate: None,
        close_authority: None,
        state: TokenAccountState::Initialized,
    }
}

fn system(lamports: u64) -> AccountSnapshot {
    AccountSnapshot {
        program: programs::SYSTEM,
        lamports,
        space: Some(0),
        data_hash: None,
        token: None,
    }
}

/// How an account holds tokens, with an amount of its own.
fn holding(account: &TokenAccount, amount: u64) -> AccountSnapshot {
    let token = TokenAccount { amount: Some(Lots::from(amount)), ..account.clone() };
    let program = token.program.unwrap();
    AccountSnapshot {
        program,
        lamports: 2_039_280,
        space: Some(165),
        data_hash: None,
        token: Some(token),
    }
}

/// The simulation of an honest transfer of tokens.
fn simulation(built: &Built) -> Simulation {
    let token = token_of(built);
    let (source, destination) = (account(token.source, built), account(token.destination, built));
    Simulation {
        error: None,
        accounts: vec![
            AccountChange {
                address: built.terms.fee_payer,
                before: Some(system(1_000_000)),
                after: Some(system(990_000)),
            },
            AccountChange {
                address: token.source,
                before: Some(holding(&source, AMOUNT * 10)),
                after: Some(holding(&source, AMOUNT * 9)),
            },
            AccountChange {
                address: token.destination,
                before: Some(holding(&destination, 5)),
                after: Some(holding(&destination, 5 + AMOUNT)),
            },
        ],
    }
}

/// An honest transaction by a program that nobody can read, and that policy opts into.
fn opaque() -> Built {
    let token = super::honest::token_transfer(programs::SPL_TOKEN);
    let accounts = vec![
        AccountMeta::new_readonly(key("user"), true),
        AccountMeta::new(theirs(token.source), false),
        AccountMeta::new(theirs(token.destination), false),
    ];
    let call = Instruction::new_with_bytes(key("escrow"), &[1, 2, 3], accounts);
    let mut built = Honest { instead: Some(vec![call]), ..Honest::default() }.build();
    built.terms.allowed_programs.push(ours(key("escrow")));
    built.terms.opaque_programs.push(ours(key("escrow")));
    built.facts.simulation = Some(simulation(&built));
    built
}

#[test]
fn facts_that_a_transaction_has_not_are_not_missed() {
    let mut native = Honest::native().build();
    native.terms.require_facts = vec![Fact::Tables, Fact::Mint, Fact::Source, Fact::Destination];
    assert_eq!(native.judge().unwrap().not_judged(), [Fact::Blockhash, Fact::Simulation]);
    let mut token = Honest { with_table: true, ..Honest::default() }.build();
    assert_eq!(token.judge().unwrap().not_judged(), Fact::SOLANA);
    for fact in Fact::SOLANA {
        token.terms.require_facts = vec![fact];
        assert!(refusal(&token).has(Code::Unavailable), "{fact}");
    }
}

#[test]
fn a_table_that_the_cluster_has_not_is_none() {
    let mut built = Honest { with_table: true, ..Honest::default() }.build();
    built.facts.tables = Some(SeenTables { slot: 7, tables: [].into() });
    assert!(refusal(&built).has(Code::LookupTable));
}

#[test]
fn an_opaque_program_is_signed_where_the_simulation_agrees() {
    opaque().judge().unwrap();
    let mut unshown = opaque();
    unshown.facts.simulation.as_mut().unwrap().accounts.pop();
    assert!(refusal(&unshown).has(Code::Simulation));
    let mut silent = opaque();
    silent.facts.simulation = None;
    assert!(refusal(&silent).has(Code::Unavailable));
    let mut closed = opaque();
    closed.terms.opaque_programs.clear();
    assert!(refusal(&closed).has(Code::UnknownProgram));
}

#[test]
fn an_opaque_program_gets_nothing_of_ours_beside_the_transfer() {
    let call = |name: &str, signs: bool| {
        let accounts = vec![AccountMeta::new_readonly(key(name), signs)];
        Instruction::new_with_bytes(key("escrow"), &[1], accounts)
    };
    let with = |call| {
        let mut built = Honest { after: vec![call], ..Honest::default() }.build();
        built.terms.allowed_programs.push(ours(key("escrow")));
        built.terms.opaque_programs.push(ours(key("escrow")));
        built.facts.simulation = Some(simulation(&built));
        built
    };
    with(call("sponsor", true)).judge().unwrap();
    for name in ["user", "source"] {
        let refusal = refusal(&with(call(name, name == "user")));
        assert!(refusal.has(Code::ExtraInstruction), "{name}: {refusal}");
    }
}

#[test]
fn what_an_opaque_program_may_write_to_is_shown_and_is_not_our_key() {
    let mut hidden = opaque();
    let more = |key, writable| AccountMeta { pubkey: key, is_signer: false, is_writable: writable };
    let token = token_of(&hidden);
    let build = |account: AccountMeta, user_writable: bool| {
        let accounts = vec![
            AccountMeta { pubkey: key("user"), is_signer: true, is_writable: user_writable },
            AccountMeta::new(theirs(token.source), false),
            AccountMeta::new(theirs(token.destination), false),
            account,
        ];
        let call = Instruction::new_with_bytes(key("escrow"), &[1, 2, 3], accounts);
        Honest { instead: Some(vec![call]), ..Honest::default() }.build().tx
    };
    hidden.tx = build(more(key("order"), false), false);
    hidden.judge().unwrap();
    hidden.tx = build(more(key("order"), true), false);
    assert!(refusal(&hidden).has(Code::Simulation));
    hidden.tx = build(more(key("order"), false), true);
    assert!(refusal(&hidden).has(Code::FeePayer));
    // Another account of ours, which only the simulation knows to be ours.
    hidden.tx = build(more(key("savings"), false), false);
    let savings = account(token.source, &hidden);
    let unchanged = AccountChange {
        address: ours(key("savings")),
        before: Some(holding(&savings, 7)),
        after: Some(holding(&savings, 7)),
    };
    hidden.facts.simulation.as_mut().unwrap().accounts.push(unchanged);
    assert!(refusal(&hidden).has(Code::Source));
}

#[test]
fn a_simulation_shows_each_account_once() {
    let mut built = Honest::default().build();
    built.facts.simulation = Some(simulation(&built));
    built.judge().unwrap();
    let again = built.facts.simulation.as_ref().unwrap().accounts[1].clone();
    built.facts.simulation.as_mut().unwrap().accounts.push(again);
    assert!(refusal(&built).has(Code::Simulation));
}

#[test]
fn wrapped_sol_takes_its_lamports_along() {
    let with = |mint, fallen: u64| {
        let token = TokenTransfer { mint, ..token_transfer(programs::SPL_TOKEN) };
        let instead = Some(vec![transfer_of(&token)]);
        let mut built = Honest { instead, ..Honest::default() }.build();
        built.terms.transfer = AssetTransfer::Token(token);
        let mut simulation = simulation(&built);
        let source = &mut simulation.accounts[1];
        for (side, lamports) in
            [(&mut source.before, AMOUNT * 10), (&mut source.after, AMOUNT * 10 - fallen)]
        {
            let account = side.as_mut().unwrap();
            account.lamports = lamports;
            account.token.as_mut().unwrap().mint = Some(mint);
        }
        simulation.accounts.iter_mut().for_each(|change| {
            let sides = [&mut change.before, &mut change.after].into_iter().flatten();
            sides.filter_map(|side| side.token.as_mut()).for_each(|held| held.mint = Some(mint));
        });
        built.facts = SolanaFacts { simulation: Some(simulation), ..SolanaFacts::default() };
        built.judge().is_ok()
    };
    for (mint, fallen, right) in [
        (programs::NATIVE_MINT, AMOUNT, true),
        (programs::NATIVE_MINT, AMOUNT + 1, false),
        (ours(key("mint")), 0, true),
        (ours(key("mint")), 1, false),
    ] {
        assert_eq!(with(mint, fallen), right, "{mint} {fallen}");
    }
}

#[test]
fn a_resolver_that_pays_the_fee_gets_less_than_we_give() {
    let build = |fee_payer: &'static str, gained: u64| {
        let mut built = Honest { fee_payer, ..Honest::native() }.build();
        let change = |address, before: u64, after: u64| AccountChange {
            address,
            before: Some(system(before)),
            after: Some(system(after)),
        };
        let mut accounts = vec![
            change(built.terms.user, AMOUNT * 2, AMOUNT),
            change(ours(key("resolver")), 7, 7 + gained),
        ];
        accounts.dedup_by_key(|change| change.address);
        built.facts.simulation = Some(Simulation { error: None, accounts });
        built
    };
    build("sponsor", AMOUNT).judge().unwrap();
    for gained in [AMOUNT - 10_000, AMOUNT + 1, 0] {
        assert!(refusal(&build("sponsor", gained)).has(Code::Simulation));
    }
    let mut resolver = build("resolver", AMOUNT - 10_000);
    resolver.terms.others_sign = countersign_approval::OthersSign::Anytime;
    resolver.judge().unwrap();
}

#[test]
fn the_query_asks_for_what_the_transaction_names() {
    let built = Honest { with_table: true, ..Honest::default() }.build();
    let payload = crate::CosignPayload::new(built.payload().to_string());
    let query = facts_query(&payload, &built.terms).unwrap();
    let token = token_of(&built);
    assert_eq!(query.genesis_hash, built.terms.genesis_hash.unwrap());
    assert_eq!(query.transaction, built.wire());
    assert_eq!(query.writable, [built.terms.fee_payer, token.source]);
    assert_eq!(query.tables.len(), 1);
    assert_eq!(
        (query.tables[0].table, query.tables[0].writable.as_slice()),
        (ours(key("table")), &[1][..])
    );
    assert_eq!(query.tables[0].readonly, [0]);
    assert_eq!((query.mint, query.source), (Some(token.mint), Some(token.source)));
    assert_eq!(query.destination, Some(token.destination));
    let mut unpinned = built.terms.clone();
    unpinned.genesis_hash = None;
    assert_eq!(facts_query(&payload, &unpinned), None);
    let native = Honest::native().build();
    let payload = crate::CosignPayload::new(native.payload().to_string());
    let query = facts_query(&payload, &native.terms).unwrap();
    assert_eq!((query.mint, query.source, query.destination), (None, None, None));
    let unreadable = crate::CosignPayload::new("{}");
    assert_eq!(facts_query(&unreadable, &native.terms), None);
}
