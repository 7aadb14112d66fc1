//! What a cluster says of a transfer, each fact beside one that is right.

use countersign_approval::{
    AccountChange, AccountSnapshot, Code, Fact, MintFacts, Rent, Simulation, SolanaFacts,
    TokenAccount, TokenAccountState, TransferAction, TransferFacts, TransferTerms,
};
use countersign_units::{Lots, SolanaAddress};

use super::honest::{AMOUNT, KINDS, Kind, LAST_HEIGHT, NOW, codes, destination, draft, terms};
use crate::tests::honest::{key, ours};
use crate::{judge_transfer, programs, transfer_facts_query};

const SPL: Kind = Kind::Token(programs::SPL_TOKEN);
const WALLET_RENT: u64 = 890_880;
const ACCOUNT_RENT: u64 = 2_039_280;
const HELD: u64 = 100_000_000;

fn wallet(lamports: u64) -> AccountSnapshot {
    AccountSnapshot {
        program: programs::SYSTEM,
        lamports,
        space: Some(0),
        data_hash: None,
        token: None,
    }
}

fn holding(terms: &TransferTerms, owner: SolanaAddress, amount: u64) -> TokenAccount {
    let TransferAction::Token(payment) = &terms.action else { panic!("expected tokens") };
    TokenAccount {
        program: Some(payment.program),
        mint: Some(payment.mint),
        owner,
        amount: Some(Lots::from(amount)),
        delegate: None,
        close_authority: None,
        state: TokenAccountState::Initialized,
    }
}

fn snapshot(token: TokenAccount) -> AccountSnapshot {
    AccountSnapshot {
        program: token.program.unwrap(),
        lamports: ACCOUNT_RENT,
        space: Some(165),
        data_hash: None,
        token: Some(token),
    }
}

/// All facts about a transfer to an address that nobody has used before.
fn facts(kind: Kind) -> TransferFacts {
    let terms = terms(kind);
    let token_account = (kind != Kind::Native).then_some(ACCOUNT_RENT);
    let mut facts = TransferFacts {
        transaction: SolanaFacts {
            blockhash: Some(true),
            simulation: Some(simulation(&terms)),
            ..SolanaFacts::default()
        },
        owner: Some(Some(wallet(HELD))),
        recipient: Some(None),
        rent: Some(Rent { wallet: WALLET_RENT, token_account }),
        block_height: Some(LAST_HEIGHT),
    };
    if let TransferAction::Token(payment) = &terms.action {
        facts.transaction.mint = Some(MintFacts {
            program: Some(payment.program),
            decimals: Some(6),
            ..MintFacts::default()
        });
        facts.transaction.source = Some(Some(holding(&terms, terms.owner, AMOUNT)));
        facts.transaction.destination = Some(None);
    }
    facts
}

fn simulation(terms: &TransferTerms) -> Simulation {
    let change = |address, before, after| AccountChange { address, before, after: Some(after) };
    let accounts = match &terms.action {
        TransferAction::Native { to, .. } => vec![
            change(terms.owner, Some(wallet(HELD)), wallet(HELD - AMOUNT - 5_005)),
            change(*to, None, wallet(AMOUNT)),
        ],
        TransferAction::Token(payment) => {
            let of = |owner, amount| snapshot(holding(terms, owner, amount));
            vec![
                change(terms.owner, Some(wallet(HELD)), wallet(HELD - ACCOUNT_RENT - 5_900)),
                change(payment.source, Some(of(terms.owner, AMOUNT)), of(terms.owner, 0)),
                change(destination(terms), None, of(payment.to, AMOUNT)),
            ]
        }
    };
    Simulation { error: None, accounts }
}

/// Judges an honest transfer by facts, all of which are required.
fn codes_by(kind: Kind, change: impl Fn(&mut TransferFacts)) -> Vec<Code> {
    let mut terms = terms(kind);
    terms.require_facts = Fact::SOLANA_TRANSFER.to_vec();
    let mut facts = facts(kind);
    change(&mut facts);
    codes(judge_transfer(&draft(&terms), &terms, &facts, NOW))
}

#[test]
fn all_facts_are_asked_for_and_right_ones_are_taken() {
    for kind in KINDS {
        assert_eq!(codes_by(kind, |_| ()), []);
        let terms = terms(kind);
        let judged = judge_transfer(&draft(&terms), &terms, &facts(kind), NOW).unwrap();
        assert_eq!(judged.not_judged(), []);
        let query = transfer_facts_query(&draft(&terms), &terms).unwrap();
        assert_eq!((query.owner, query.recipient), (terms.owner, terms.action.to()));
        assert_eq!(query.transaction.transaction, draft(&terms).as_wire());
        let mint = (kind != Kind::Native).then(|| ours(key("mint")));
        assert_eq!(query.transaction.mint, mint);
        let (_, to) = (query.transaction.source, destination(&terms));
        assert!(query.transaction.writable.contains(&to));
        assert!(query.transaction.writable.contains(&terms.owner));
    }
}

#[test]
fn facts_that_are_not_there_are_missed_where_they_are_required() {
    for kind in KINDS {
        let mut terms = terms(kind);
        let draft = draft(&terms);
        let none = TransferFacts::default();
        let judged = judge_transfer(&draft, &terms, &none, NOW).unwrap();
        let of_tokens = [Fact::Mint, Fact::Source, Fact::Destination];
        for fact in Fact::SOLANA_TRANSFER {
            let applies = kind != Kind::Native || !of_tokens.contains(&fact);
            assert_eq!(judged.not_judged().contains(&fact), applies);
            terms.require_facts = vec![fact];
            let expected: &[Code] = if applies { &[Code::Unavailable] } else { &[] };
            assert_eq!(codes(judge_transfer(&draft, &terms, &none, NOW)), expected, "{fact}");
        }
        terms.require_facts = vec![Fact::Tables];
        assert!(judge_transfer(&draft, &terms, &none, NOW).is_ok());
    }
}

#[test]
fn the_cluster_knows_the_blockhash() {
    for kind in KINDS {
        let dead = |facts: &mut TransferFacts| facts.transaction.blockhash = Some(false);
        assert_eq!(codes_by(kind, dead), [Code::Blockhash]);
        let late = |facts: &mut TransferFacts| facts.block_height = Some(LAST_HEIGHT + 1);
        assert_eq!(codes_by(kind, late), [Code::Blockhash]);
    }
}

#[test]
fn our_key_can_pay_all_of_it() {
    for kind in KINDS {
        let needed = {
            let terms = terms(kind);
            let judged = judge_transfer(&draft(&terms), &terms, &facts(kind), NOW).unwrap();
            judged.cost().total() + judged.agreed().lamports()
        };
        let has = |lamports| codes_by(kind, |facts| facts.owner = Some(Some(wallet(lamports))));
        assert_eq!(has(needed), []);
        assert_eq!(has(needed + WALLET_RENT), []);
        assert_eq!(has(needed - 1), [Code::Source]);
        // What stays is too little to stay.
        assert_eq!(has(needed + 1), [Code::Source]);
        assert_eq!(codes_by(kind, |facts| facts.owner = Some(None)), [Code::Source]);
        let nonce = AccountSnapshot { space: Some(80), ..wallet(HELD) };
        let is_nonce = |facts: &mut TransferFacts| facts.owner = Some(Some(nonce.clone()));
        assert_eq!(codes_by(kind, is_nonce), [Code::Source]);
    }
}

#[test]
fn who_is_paid_is_a_wallet_that_stays() {
    for kind in KINDS {
        let is = |account: &AccountSnapshot| {
            codes_by(kind, |facts| facts.recipient = Some(Some(account.clone())))
        };
        assert_eq!(is(&wallet(1)), []);
        for program in [programs::SPL_TOKEN, programs::STAKE, programs::LOADER_V3] {
            let other = AccountSnapshot { program, ..wallet(HELD) };
            assert_eq!(is(&other), [Code::Destination]);
        }
        assert_eq!(is(&AccountSnapshot { space: Some(80), ..wallet(HELD) }), [Code::Destination]);
    }
    let rent = |wallet| {
        codes_by(Kind::Native, |facts| {
            facts.rent = Some(Rent { wallet, token_account: None });
        })
    };
    assert_eq!(rent(AMOUNT), []);
    assert_eq!(rent(AMOUNT + 1), [Code::Destination]);
    let has_one = |facts: &mut TransferFacts| {
        facts.rent = Some(Rent { wallet: AMOUNT + 1, token_account: None });
        facts.recipient = Some(Some(wallet(1)));
    };
    assert_eq!(codes_by(Kind::Native, has_one), []);
}

#[test]
fn the_rent_of_a_new_account_counts() {
    let dear = |facts: &mut TransferFacts| {
        facts.rent = Some(Rent { wallet: WALLET_RENT, token_account: Some(3_000_000) });
    };
    assert_eq!(codes_by(SPL, dear), [Code::Fee]);
    let there = |facts: &mut TransferFacts| {
        dear(facts);
        let terms = terms(SPL);
        let held = holding(&terms, terms.action.to(), 0);
        facts.transaction.destination = Some(Some(held));
    };
    assert_eq!(codes_by(SPL, there), []);
}

#[test]
fn our_token_account_is_ours_alone_and_holds_enough() {
    let stranger = ours(key("stranger"));
    let is = |change: &dyn Fn(&mut TokenAccount)| {
        codes_by(SPL, |facts| {
            change(facts.transaction.source.as_mut().unwrap().as_mut().unwrap());
        })
    };
    assert_eq!(is(&|_| ()), []);
    assert_eq!(is(&|held| held.close_authority = Some(ours(key("user")))), []);
    let wrong: [&dyn Fn(&mut TokenAccount); 6] = [
        &|held: &mut TokenAccount| held.owner = stranger,
        &|held: &mut TokenAccount| held.delegate = Some(stranger),
        &|held: &mut TokenAccount| held.close_authority = Some(stranger),
        &|held: &mut TokenAccount| held.state = TokenAccountState::Frozen,
        &|held: &mut TokenAccount| held.amount = Some(Lots::from(AMOUNT - 1)),
        &|held: &mut TokenAccount| held.mint = Some(stranger),
    ];
    for change in wrong {
        assert_eq!(is(change), [Code::Source]);
    }
    let none = |facts: &mut TransferFacts| facts.transaction.source = Some(None);
    assert_eq!(codes_by(SPL, none), [Code::Source]);
}

#[test]
fn the_mint_moves_what_it_is_told_to() {
    let is = |change: &dyn Fn(&mut MintFacts)| {
        codes_by(SPL, |facts| change(facts.transaction.mint.as_mut().unwrap()))
    };
    let has = |name: &str| is(&|mint| mint.extensions = vec![name.to_owned()]);
    assert_eq!(has("metadata_pointer"), []);
    assert_eq!(has("permanent_delegate"), [Code::Mint]);
    assert_eq!(is(&|mint| mint.transfer_fee_bps = 1), [Code::Mint]);
    assert_eq!(is(&|mint| mint.transfer_hook = Some(ours(key("hook")))), [Code::Mint]);
    assert_eq!(is(&|mint| mint.paused = true), [Code::Mint]);
    assert_eq!(is(&|mint| mint.decimals = Some(9)), [Code::Mint]);
    assert_eq!(is(&|mint| mint.program = Some(programs::TOKEN_2022)), [Code::Mint]);
}

#[test]
fn the_destination_can_take_tokens() {
    let terms = terms(SPL);
    let is = |change: &dyn Fn(&mut TokenAccount)| {
        codes_by(SPL, |facts| {
            let mut held = holding(&terms, terms.action.to(), 7);
            change(&mut held);
            facts.transaction.destination = Some(Some(held));
        })
    };
    assert_eq!(is(&|_| ()), []);
    assert_eq!(is(&|held| held.owner = ours(key("stranger"))), [Code::Destination]);
    assert_eq!(is(&|held| held.state = TokenAccountState::Frozen), [Code::Destination]);
    // Without the making of it, it has to be there.
    let plan = crate::TransferPlan { create_destination: false, ..super::honest::plan(&terms) };
    let draft = crate::build_transfer(&terms, &plan).unwrap();
    let mut facts = facts(SPL);
    assert_eq!(codes(judge_transfer(&draft, &terms, &facts, NOW)), [Code::Destination]);
    facts.transaction.destination = Some(Some(holding(&terms, terms.action.to(), 0)));
    assert_eq!(codes(judge_transfer(&draft, &terms, &facts, NOW)), []);
}

#[test]
fn the_simulation_shows_the_transfer_and_nothing_else() {
    for kind in KINDS {
        let is = |change: &dyn Fn(&mut Simulation)| {
            codes_by(kind, |facts| change(facts.transaction.simulation.as_mut().unwrap()))
        };
        assert_eq!(is(&|_| ()), []);
        assert_eq!(is(&|run| run.error = Some("no funds".to_owned())), [Code::Simulation]);
        assert_eq!(is(&|run| run.accounts.truncate(1)), [Code::Simulation]);
        let poorer = |run: &mut Simulation| {
            run.accounts[0].after = Some(wallet(HELD - AMOUNT - 3_000_001));
        };
        assert_eq!(is(&poorer), [Code::Simulation]);
        let less = |run: &mut Simulation| match run.accounts.last_mut().unwrap().after.as_mut() {
            Some(AccountSnapshot { token: Some(token), .. }) => token.amount = Some(Lots::from(1)),
            Some(account) => account.lamports -= 1,
            None => panic!("expected an account"),
        };
        assert_eq!(is(&less), [Code::Simulation]);
    }
}
