use solana_sdk::hash::Hash;
use solana_vote_interface::instruction::{self as vote, CommissionKind, CreateVoteAccountConfig};
use solana_vote_interface::state::{
    Lockout, TowerSync, Vote, VoteAuthorize, VoteInit, VoteInitV2, VoteStateUpdate,
};

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = votes(values);
    cases.extend(authorities(values));
    cases.extend(made(values));
    cases.extend(settings(values));
    cases
}

fn extra(built: Built, detail: String) -> Case {
    other(built, Code::ExtraInstruction, detail)
}

fn votes(values: &Values) -> Vec<Case> {
    let Values { keys: [at, authority, hash, ..], word, byte, .. } = values;
    let (slot, hash) = (u64::from(*word), Hash::new_from_array(hash.to_bytes()));
    let cast = Vote { slots: vec![slot, slot + 1], hash, timestamp: Some(5) };
    let lockouts = [3, 2, 1]
        .map(|count| Lockout::new_with_confirmation_count(slot + 10 - u64::from(count), count));
    let update = || VoteStateUpdate {
        lockouts: lockouts.into(),
        root: (byte % 2 == 0).then_some(slot),
        hash,
        timestamp: None,
    };
    let tower = || TowerSync {
        lockouts: lockouts.into(),
        root: None,
        hash,
        timestamp: Some(-5),
        block_id: hash,
    };
    let voted = |name: &str| format!("{name}: vote {at}, authority {authority}");
    vec![
        extra(vote::vote(at, authority, cast.clone()), voted("Vote")),
        extra(vote::vote_switch(at, authority, cast, hash), voted("VoteSwitch")),
        extra(vote::update_vote_state(at, authority, update()), voted("UpdateVoteState")),
        extra(
            vote::update_vote_state_switch(at, authority, update(), hash),
            voted("UpdateVoteStateSwitch"),
        ),
        extra(
            vote::compact_update_vote_state(at, authority, update()),
            voted("CompactUpdateVoteState"),
        ),
        extra(
            vote::compact_update_vote_state_switch(at, authority, update(), hash),
            voted("CompactUpdateVoteStateSwitch"),
        ),
        extra(vote::tower_sync(at, authority, tower()), voted("TowerSync")),
        extra(vote::tower_sync_switch(at, authority, tower(), hash), voted("TowerSyncSwitch")),
    ]
}

fn authorities(values: &Values) -> Vec<Case> {
    let Values { keys: [at, authority, new, base, owner, ..], text, .. } = values;
    let kind = VoteAuthorize::Withdrawer;
    let hands = format!("hands Withdrawer of {at}");
    vec![
        extra(
            vote::authorize(at, authority, new, kind),
            format!("Authorize: {hands} to {new}, authority {authority}"),
        ),
        extra(
            vote::authorize(at, authority, new, VoteAuthorize::Voter),
            format!("Authorize: hands Voter of {at} to {new}, authority {authority}"),
        ),
        extra(
            vote::authorize_checked(at, authority, new, kind),
            format!("AuthorizeChecked: {hands}, authority {authority}, to {new}"),
        ),
        extra(
            vote::authorize_with_seed(at, base, owner, text, new, kind),
            format!("AuthorizeWithSeed: {hands} to {new}, base {base}"),
        ),
        extra(
            vote::authorize_checked_with_seed(at, base, owner, text, new, kind),
            format!("AuthorizeCheckedWithSeed: {hands}, base {base}, to {new}"),
        ),
    ]
}

fn made(values: &Values) -> Vec<Case> {
    let Values { keys: [from, at, node, voter, withdrawer, one, two, ..], amount, .. } = values;
    let (authorized_voter, authorized_withdrawer) = (*voter, *withdrawer);
    let init =
        VoteInit { node_pubkey: *node, authorized_voter, authorized_withdrawer, commission: 5 };
    let init_v2 = VoteInitV2 {
        node_pubkey: *node,
        authorized_voter,
        authorized_withdrawer,
        ..VoteInitV2::default()
    };
    let config = CreateVoteAccountConfig::default;
    let first = vote::create_account_with_config(from, at, &init, *amount, config()).remove(1);
    let second =
        vote::create_account_with_config_v2(from, at, &init_v2, one, two, *amount, config());
    let gives =
        format!("gives {at} to the voter {voter} and the withdrawer {withdrawer}, node {node}");
    vec![
        extra(first, format!("InitializeAccount: {gives}")),
        extra(
            second[1].clone(),
            format!("InitializeAccountV2: {gives}, rewards to {one}, revenue to {two}"),
        ),
    ]
}

fn settings(values: &Values) -> Vec<Case> {
    let Values { keys: [at, authority, to, ..], amount, half, byte, .. } = values;
    let kind = CommissionKind::BlockRevenue;
    let by = format!("vote {at}, authority {authority}");
    vec![
        extra(
            vote::withdraw(at, authority, *amount, to),
            format!("Withdraw: moves {amount} lamports from {at} to {to}, authority {authority}"),
        ),
        extra(
            vote::deposit_delegator_rewards(at, to, *amount),
            format!("DepositDelegatorRewards: {amount} lamports, vote {at}, from {to}"),
        ),
        extra(
            vote::update_validator_identity(at, authority, to),
            format!("UpdateValidatorIdentity: vote {at}, node {to}, authority {authority}"),
        ),
        extra(
            vote::update_commission(at, authority, *byte),
            format!("UpdateCommission: {byte} %, {by}"),
        ),
        extra(
            vote::update_commission_collector(at, authority, to, kind),
            format!(
                "UpdateCommissionCollector: BlockRevenue, vote {at}, to {to}, authority {authority}"
            ),
        ),
        extra(
            vote::update_commission_bps(at, authority, CommissionKind::InflationRewards, *half),
            format!("UpdateCommissionBps: {half} bps of InflationRewards, {by}"),
        ),
    ]
}

hold!(cases);
