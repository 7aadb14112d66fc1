//! A program that we can't read, which does on the runtime what it likes: the simulation alone tells
//! what that is.

mod program;
mod scene;
pub(crate) mod simulation;

use countersign_approval::{Code, Refusal};
use countersign_solana::{VerifyError, facts_query};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signer;
use solana_system_interface::instruction as system;

use crate::chain::Chain;
use crate::door;
use crate::scenario::{Built, Scenario};
use program::{ID, Trick};
use scene::Scene;
use simulation::{now, simulated};

/// Makes a scene of each asset, with a sponsor, and does something with it.
fn in_each_scene(act: impl FnMut(&mut Chain, &Scene)) {
    in_scenes(Scenario::each_asset(), act);
}

fn in_scenes(scenarios: Vec<Scenario>, mut act: impl FnMut(&mut Chain, &Scene)) {
    let mut chain = scene::start();
    for scenario in scenarios {
        let scene = Scene::build(scenario, &mut chain);
        act(&mut chain, &scene);
    }
}

fn refusal(built: &Built) -> Refusal {
    match door::verify(built) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Asserts that a refusal has these codes and no others.
fn assert_codes(built: &Built, expected: &[Code], what: &str) {
    let refusal = refusal(built);
    let found = |code: &Code| refusal.has(*code);
    assert!(expected.iter().all(found), "{what}: {expected:?}, found {refusal}");
    let mut all = refusal.violations().iter();
    assert!(all.all(|one| expected.contains(&one.code)), "{what}: {expected:?}, found {refusal}");
}

/// Executes a transaction as somebody does who signs blindly: what the simulation says comes true.
fn comes_true(chain: &mut Chain, built: &Built, what: &str) {
    let simulation = built.facts.simulation.as_ref().unwrap();
    assert_eq!(simulation.error, None, "{what}");
    assert!(chain.takes(built.signed_by_all()), "{what}");
    for change in &simulation.accounts {
        assert_eq!(now(chain, change.address), change.after, "{what}: {}", change.address);
    }
}

#[test]
fn an_honest_call_is_co_signed_and_executed() {
    let sponsored = Scenario::each_asset();
    let paid_by_us = sponsored.clone().into_iter().map(Scenario::paid_by_us).collect();
    in_scenes([sponsored, paid_by_us].concat(), |chain, scene| {
        let honest = simulated(chain, scene.honest.clone());
        let loot = chain.holds(&scene.loot, scene.moves_sol());
        crate::executes(chain, &honest);
        assert_eq!(chain.holds(&scene.loot, scene.moves_sol()), loot);
    });
}

#[test]
fn each_trick_would_be_executed_and_is_refused() {
    in_each_scene(|chain, scene| {
        for trick in scene.tricks() {
            let (what, built) = (format!("{trick:?}"), simulated(chain, scene.call(*trick)));
            assert_codes(&built, codes(*trick, scene), &what);
            comes_true(&mut chain.fork(), &built, &what);
        }
    });
}

/// Most tricks show in the simulation alone; some need an account that gives them away besides.
fn codes(trick: Trick, scene: &Scene) -> &'static [Code] {
    match trick {
        // Another account of ours.
        Trick::TakesSavings => &[Code::Simulation, Code::Source],
        // Our key, as one that could pay.
        _ if trick.needs_our_key() && !scene.moves_sol() => &[Code::Simulation, Code::FeePayer],
        _ => &[Code::Simulation],
    }
}

/// Neither lamports nor the program tell that a key of ours has become a nonce, and yet somebody else
/// empties it then, by a transaction of their own.
#[test]
fn a_key_that_becomes_a_nonce_is_lost() {
    let sponsored = Scenario::each_asset();
    let paid_by_us = sponsored.clone().into_iter().map(Scenario::paid_by_us).collect();
    in_scenes([vec![sponsored[0].clone()], paid_by_us].concat(), |chain, scene| {
        let mut chain = chain.fork();
        let built = simulated(&chain, scene.call(Trick::BecomesNonce));
        assert_codes(&built, &[Code::Simulation], "becomes a nonce");
        comes_true(&mut chain, &built, "becomes a nonce");
        let (user, thief) = (built.user(), program::thief());
        let left = chain.lamports(&user);
        let take = system::withdraw_nonce_account(&user, &thief.pubkey(), &thief.pubkey(), left);
        chain.move_on();
        chain.run(&[take], &[&thief]);
        assert_eq!((chain.lamports(&user), chain.lamports(&thief.pubkey())), (0, left));
    });
}

#[test]
fn both_ends_of_the_transfer_stand_in_the_call() {
    in_each_scene(|chain, scene| {
        let elsewhere = instead_of(scene, scene.vault(), scene.loot);
        let elsewhere = simulated(chain, elsewhere);
        assert!(refusal(&elsewhere).has(Code::Destination));
        comes_true(chain, &elsewhere, "another vault");
        if !scene.moves_sol() {
            let source = scene.honest.ours()[1];
            let other = simulated(chain, instead_of(scene, source, scene.savings));
            assert!(refusal(&other).has(Code::Source));
        }
    });
}

/// The honest call with another account in place of one.
fn instead_of(scene: &Scene, account: Pubkey, other: Pubkey) -> Built {
    let mut call = scene.instruction(Trick::Nothing);
    let metas = call.accounts.iter_mut().filter(|meta| meta.pubkey == account);
    metas.for_each(|meta| meta.pubkey = other);
    scene.honest.instead(vec![call])
}

#[test]
fn nothing_else_moves_value_beside_the_call() {
    in_each_scene(|chain, scene| {
        let call = scene.instruction(Trick::Nothing);
        for (what, other) in [("again", call.clone()), ("transfer", scene.transfer.clone())] {
            let twice = simulated(chain, scene.honest.instead(vec![call.clone(), other]));
            let refusal = refusal(&twice);
            assert!(refusal.has(Code::ExtraInstruction), "{what}: {refusal}");
            assert!(refusal.has(Code::Simulation), "{what}: {refusal}");
            comes_true(&mut chain.fork(), &twice, what);
        }
    });
}

#[test]
fn a_call_needs_the_opt_in_and_a_simulation_that_succeeds() {
    in_each_scene(|chain, scene| {
        let honest = simulated(chain, scene.honest.clone());
        let _ = door::verify(&honest).unwrap();
        let mut closed = honest.clone();
        closed.terms.opaque_programs.clear();
        assert!(refusal(&closed).has(Code::UnknownProgram));
        let mut unpinned = honest.clone();
        unpinned.terms.allowed_programs.pop();
        assert!(refusal(&unpinned).has(Code::UnknownProgram));
        assert_codes(&scene.honest, &[Code::Unavailable], "without a simulation");
        let mut poor = scene.instruction(Trick::Nothing);
        poor.data[8] = 1;
        let poor = simulated(chain, scene.honest.instead(vec![poor]));
        assert_codes(&poor, &[Code::Simulation], "more than we have");
        assert!(!chain.takes(poor.signed_by_all()));
    });
}

/// A simulation is a fact about one message, and the judge takes the word of the view for which. It
/// has to: a call differs from a trick by a byte that we can't read. What stands against another
/// message's simulation is the query, which is made of the very message that is signed.
#[test]
fn the_simulation_is_of_the_message_that_is_signed() {
    in_each_scene(|chain, scene| {
        let honest = simulated(chain, scene.honest.clone());
        let mut trick = scene.call(Trick::TakesMore);
        let (signed, other) = (honest.tx.message.serialize(), trick.tx.message.serialize());
        let differ = signed.iter().zip(&other).filter(|(one, other)| one != other);
        assert_eq!((differ.count(), signed.len()), (1, other.len()));
        for built in [&honest, &trick] {
            let query = facts_query(&door::payload(&built.wire()), &built.terms).unwrap();
            assert_eq!(query.transaction, built.wire());
        }
        trick.facts = honest.facts;
        let _ = door::verify(&trick).unwrap();
        assert_codes(&simulated(chain, trick), &[Code::Simulation], "its own simulation");
    });
}

/// A simulation is of one moment, too. An escrow whose state turns afterwards does something else
/// with the same message, and no check before the signature can know. Against it stand that nothing
/// else may move value in the message, that policy opts into a program at all, and what the accounts
/// hold. A simulation from after the turn refuses.
#[test]
fn the_simulation_is_as_new_as_the_state_that_it_is_of() {
    in_each_scene(|chain, scene| {
        let before = simulated(chain, scene.honest.clone());
        let _ = door::verify(&before).unwrap();
        chain.put(&scene.book, ID, vec![Trick::TakesMore.byte()]);
        let after = simulated(chain, scene.honest.clone());
        assert_eq!(before.tx, after.tx);
        assert_codes(&after, &[Code::Simulation], "after the turn");
        comes_true(chain, &after, "after the turn");
    });
}
