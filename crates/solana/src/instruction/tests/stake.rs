use solana_stake_interface::instruction as stake;
use solana_stake_interface::state::{Authorized, Lockup, StakeAuthorize};

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = moves(values);
    cases.extend(authorities(values));
    cases.extend(seeded(values));
    cases
}

fn extra(built: Built, detail: String) -> Case {
    other(built, Code::ExtraInstruction, detail)
}

fn moves(values: &Values) -> Vec<Case> {
    let Values { keys: [from, to, authority, custodian, vote, ..], amount, .. } = values;
    let moved = |name: &str| {
        format!("{name}: moves {amount} lamports from {from} to {to}, authority {authority}")
    };
    let withdrawn = |custodian| stake::withdraw(from, authority, to, *amount, custodian);
    #[expect(deprecated, reason = "it may come all the same")]
    let redelegated = stake::redelegate(from, authority, vote, to);
    vec![
        // Splitting makes the account first.
        extra(stake::split(from, authority, *amount, to).remove(2), moved("Split")),
        extra(stake::move_stake(from, to, authority, *amount), moved("MoveStake")),
        extra(stake::move_lamports(from, to, authority, *amount), moved("MoveLamports")),
        // A lock has a custodian, who signs last.
        extra(withdrawn(None), moved("Withdraw")).more(),
        extra(withdrawn(Some(custodian)), format!("{}, custodian {custodian}", moved("Withdraw")))
            .fewer(),
        extra(
            stake::merge(to, from, authority).remove(0),
            format!("Merge: into {to}, from {from}, authority {authority}"),
        ),
        extra(
            stake::delegate_stake(from, authority, vote),
            format!("DelegateStake: stake {from}, to {vote}, authority {authority}"),
        ),
        extra(
            stake::deactivate_stake(from, authority),
            format!("Deactivate: stake {from}, authority {authority}"),
        ),
        extra(
            stake::deactivate_delinquent_stake(from, vote, to),
            format!("DeactivateDelinquent: stake {from}, delinquent {vote}, reference {to}"),
        ),
        extra(
            redelegated.last().unwrap().clone(),
            format!("Redelegate: from {from}, into {to}, to {vote}, authority {authority}"),
        ),
        extra(stake::get_minimum_delegation(), "GetMinimumDelegation".to_owned()),
    ]
}

fn authorities(values: &Values) -> Vec<Case> {
    let Values { keys: [stake, staker, withdrawer, new, custodian, ..], .. } = values;
    let authorized = Authorized { staker: *staker, withdrawer: *withdrawer };
    let lockup = Lockup { epoch: values.amount, custodian: *custodian, ..Lockup::default() };
    let args = stake::LockupArgs { custodian: Some(*new), ..Default::default() };
    let no_custodian = stake::LockupArgs { epoch: Some(values.amount), ..Default::default() };
    let kind = StakeAuthorize::Withdrawer;
    let hands = format!("hands Withdrawer of {stake}");
    vec![
        extra(
            stake::initialize(stake, &authorized, &lockup),
            format!(
                "Initialize: gives {stake} to the staker {staker} and the withdrawer {withdrawer}"
            ),
        ),
        extra(
            stake::initialize_checked(stake, &authorized),
            format!("InitializeChecked: stake {stake}, staker {staker}, withdrawer {withdrawer}"),
        ),
        extra(
            stake::authorize(stake, withdrawer, new, kind, None),
            format!("Authorize: {hands} to {new}, authority {withdrawer}"),
        )
        .more(),
        extra(
            stake::authorize(stake, withdrawer, new, kind, Some(custodian)),
            format!("Authorize: {hands} to {new}, authority {withdrawer}, custodian {custodian}"),
        )
        .fewer(),
        extra(
            stake::authorize_checked(stake, withdrawer, new, kind, None),
            format!("AuthorizeChecked: {hands}, authority {withdrawer}, to {new}"),
        )
        .more(),
        extra(
            stake::set_lockup(stake, &args, custodian),
            format!("SetLockup: stake {stake}, authority {custodian}"),
        ),
        extra(
            stake::set_lockup_checked(stake, &args, custodian),
            format!("SetLockupChecked: stake {stake}, authority {custodian}, to {new}"),
        )
        .fewer(),
        extra(
            stake::set_lockup_checked(stake, &no_custodian, custodian),
            format!("SetLockupChecked: stake {stake}, authority {custodian}"),
        )
        .more(),
    ]
}

fn seeded(values: &Values) -> Vec<Case> {
    let Values { keys: [stake, base, owner, new, custodian, ..], text, .. } = values;
    let kind = StakeAuthorize::Staker;
    let hands = format!("hands Staker of {stake}");
    vec![
        extra(
            stake::authorize_with_seed(stake, base, text.clone(), owner, new, kind, None),
            format!("AuthorizeWithSeed: {hands} to {new}, base {base}"),
        )
        .more(),
        extra(
            stake::authorize_checked_with_seed(
                stake,
                base,
                text.clone(),
                owner,
                new,
                kind,
                Some(custodian),
            ),
            format!(
                "AuthorizeCheckedWithSeed: {hands}, base {base}, to {new}, custodian {custodian}"
            ),
        )
        .fewer(),
    ]
}

hold!(cases);

#[test]
fn instructions_that_the_program_has_not() {
    for data in [vec![], vec![18, 0, 0, 0], vec![1, 0, 0], vec![4, 0, 0, 0, 1]] {
        refused(&Built { program_id: solana_stake_interface::program::ID, accounts: vec![], data });
    }
}
