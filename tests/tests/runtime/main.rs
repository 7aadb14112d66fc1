//! What is verified and signed is what Solana's runtime executes; what is not agreed is refused.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests fail by panicking, and their numbers are small"
)]

mod chain;
mod door;
mod hostile;
mod opaque;
mod own;
mod scenario;

use std::cell::RefCell;
use std::collections::BTreeSet;

use countersign_solana::VerifyError;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use solana_transaction::versioned::VersionedTransaction;

use chain::Chain;
use scenario::{Built, Scenario, any_scenario};

fn is_refused(result: &Result<impl std::fmt::Debug, VerifyError>) {
    assert!(matches!(result, Err(VerifyError::Refused(_))), "{result:?}");
}

#[test]
fn what_is_honest_is_co_signed_and_executed() {
    let chain = RefCell::new(Chain::start());
    let config = Config { failure_persistence: None, ..Config::with_cases(48) };
    let run = TestRunner::new(config).run(&any_scenario(), |scenario| {
        let chain = &mut chain.borrow_mut();
        let built = scenario.build_on(chain);
        executes(chain, &built);
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}

/// Signs a transaction and executes it: our slot alone changes, and what was agreed moves.
fn executes(chain: &mut Chain, built: &Built) {
    let signed = door::sign(built);
    let mut tx: VersionedTransaction = wincode::deserialize_exact(signed.wire()).unwrap();
    assert_eq!(tx.message, built.tx.message);
    for (place, (old, new)) in built.tx.signatures.iter().zip(&tx.signatures).enumerate() {
        assert_eq!(old == new, place != built.our_slot(), "slot {place}");
    }
    built.sign_as_others(&mut tx);
    let before = built.balances(chain);
    chain.execute(tx);
    let after = built.balances(chain);
    assert_eq!(after.destination, before.destination + built.amount());
    let moved = if built.moves_sol() { built.amount() } else { 0 };
    let fee = before.lamports - after.lamports - moved;
    let (least, most) = built.our_fee();
    assert!((least..=most).contains(&fee), "{fee} of {least} to {most}");
    let left = before.source - after.source;
    assert_eq!(left, if built.moves_sol() { moved + fee } else { built.amount() });
}

/// The scenarios are of every shape that they say: one to four signers, ourselves at any position.
#[test]
fn our_key_stands_at_any_position() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let scenario = any_scenario().new_tree(&mut runner).unwrap().current();
        let built = scenario.build();
        seen.insert((built.tx.signatures.len(), built.our_slot()));
    }
    let all: BTreeSet<_> = (1..=4).flat_map(|n| (0..n).map(move |slot| (n, slot))).collect();
    assert_eq!(seen, all);
}

#[test]
fn each_instruction_that_touches_an_account_of_ours_is_refused() {
    for scenario in Scenario::each_asset() {
        let built = scenario.build();
        let _ = door::verify(&built).unwrap();
        for (name, more) in hostile::named(&built) {
            for place in [0, built.instructions.len()] {
                let result = door::verify(&built.with(place, more.clone()));
                assert!(matches!(result, Err(VerifyError::Refused(_))), "{name}: {result:?}");
            }
        }
    }
}

/// What is refused is no phantom: a key that signs blindly loses by it.
#[test]
fn what_is_refused_would_be_executed() {
    const BY_OUR_KEY: [&str; 5] =
        ["transfer", "assign", "create on us", "account at our cost", "memo"];
    const OF_OUR_TOKENS: [&str; 9] = [
        "assign",
        "second transfer",
        "approve",
        "approve checked",
        "approve in a batch",
        "revoke",
        "close authority",
        "burn",
        "memo",
    ];
    let mut chain = Chain::start();
    for scenario in Scenario::each_asset() {
        let native = scenario.clone().build().moves_sol();
        for name in if native { &BY_OUR_KEY[..] } else { &OF_OUR_TOKENS } {
            let built = scenario.clone().build_on(&mut chain);
            let named = hostile::named(&built);
            let (_, more) = named.iter().find(|(found, _)| found == name).unwrap();
            let hostile = built.with(built.instructions.len(), more.clone());
            assert!(chain.takes(hostile.signed_by_all()), "{name}");
            is_refused(&door::verify(&hostile));
        }
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(128) })]

    #[test]
    fn what_touches_an_account_of_ours_besides_is_refused(
        scenario in any_scenario(),
        hostile in hostile::any_hostile(),
        place: Index,
    ) {
        let built = scenario.build();
        let _ = door::verify(&built).unwrap();
        let place = place.index(built.instructions.len() + 1);
        is_refused(&door::verify(&built.with(place, hostile.instruction(&built))));
    }

    #[test]
    fn any_byte_of_the_message_that_changes_is_refused(
        scenario in any_scenario(),
        edits in prop::collection::vec((any::<Index>(), 1_u8..), 12),
    ) {
        let built = scenario.signed_by_others().build();
        let _ = door::verify(&built).unwrap();
        let honest = built.wire();
        let message = 1 + 64 * built.tx.signatures.len();
        for (place, flip) in edits {
            let mut wire = honest.clone();
            wire[message + place.index(honest.len() - message)] ^= flip;
            is_refused(&door::verify_wire(&built, &wire));
        }
    }
}
