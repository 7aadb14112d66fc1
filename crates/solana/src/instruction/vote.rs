use countersign_approval::Code;
use solana_vote_interface::instruction::VoteInstruction;
use solana_vote_interface::state::VoteAuthorize;

use super::form::{At, Form, decode, unknown};
use super::{Effect, Instruction, Unreadable};

/// Reads an instruction of the Vote program.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let read = decode(instruction.data).ok_or_else(|| unknown(instruction))?;
    match read {
        VoteInstruction::Vote(_) => by_slots(instruction, "Vote"),
        VoteInstruction::VoteSwitch(..) => by_slots(instruction, "VoteSwitch"),
        VoteInstruction::UpdateVoteState(_) => voted(instruction, "UpdateVoteState"),
        VoteInstruction::UpdateVoteStateSwitch(..) => voted(instruction, "UpdateVoteStateSwitch"),
        VoteInstruction::CompactUpdateVoteState(_) => voted(instruction, "CompactUpdateVoteState"),
        VoteInstruction::CompactUpdateVoteStateSwitch(..) => {
            voted(instruction, "CompactUpdateVoteStateSwitch")
        }
        VoteInstruction::TowerSync(_) => voted(instruction, "TowerSync"),
        VoteInstruction::TowerSyncSwitch(..) => voted(instruction, "TowerSyncSwitch"),
        VoteInstruction::Withdraw(lamports) => {
            let at = |place| At(instruction, place);
            form("Withdraw", &["", "", "authority"]).effect(
                instruction,
                format_args!("moves {lamports} lamports from {} to {}", at(0), at(1)),
            )
        }
        VoteInstruction::DepositDelegatorRewards { deposit } => {
            form("DepositDelegatorRewards", &["vote", "from"])
                .effect(instruction, format_args!("{deposit} lamports"))
        }
        _ => authorities(instruction, &read),
    }
}

const fn form(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}

fn by_slots<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
) -> Result<Effect<'a>, Unreadable> {
    form(name, &["vote", "", "", "authority"]).plain(instruction)
}

fn voted<'a>(instruction: &Instruction<'a>, name: &'static str) -> Result<Effect<'a>, Unreadable> {
    form(name, &["vote", "authority"]).plain(instruction)
}

fn authorities<'a>(
    instruction: &Instruction<'a>,
    read: &VoteInstruction,
) -> Result<Effect<'a>, Unreadable> {
    let vote = At(instruction, 0);
    match read {
        VoteInstruction::Authorize(new, which) => {
            let words = format_args!("hands {} of {vote} to {new}", named(*which));
            form("Authorize", &["", "", "authority"]).effect(instruction, words)
        }
        VoteInstruction::AuthorizeChecked(which) => {
            let words = format_args!("hands {} of {vote}", named(*which));
            form("AuthorizeChecked", &["", "", "authority", "to"]).effect(instruction, words)
        }
        VoteInstruction::AuthorizeWithSeed(args) => {
            let (which, new) = (named(args.authorization_type), args.new_authority);
            let words = format_args!("hands {which} of {vote} to {new}");
            form("AuthorizeWithSeed", &["", "", "base"]).effect(instruction, words)
        }
        VoteInstruction::AuthorizeCheckedWithSeed(args) => {
            let words = format_args!("hands {} of {vote}", named(args.authorization_type));
            form("AuthorizeCheckedWithSeed", &["", "", "base", "to"]).effect(instruction, words)
        }
        VoteInstruction::InitializeAccount(init) => {
            let words = format_args!(
                "gives {vote} to the voter {} and the withdrawer {}",
                init.authorized_voter, init.authorized_withdrawer
            );
            form("InitializeAccount", &["", "", "", "node"]).effect(instruction, words)
        }
        VoteInstruction::InitializeAccountV2(init) => {
            let words = format_args!(
                "gives {vote} to the voter {} and the withdrawer {}",
                init.authorized_voter, init.authorized_withdrawer
            );
            let roles = &["", "node", "rewards to", "revenue to"];
            form("InitializeAccountV2", roles).effect(instruction, words)
        }
        _ => settings(instruction, read),
    }
}

fn settings<'a>(
    instruction: &Instruction<'a>,
    read: &VoteInstruction,
) -> Result<Effect<'a>, Unreadable> {
    match read {
        VoteInstruction::UpdateValidatorIdentity => {
            form("UpdateValidatorIdentity", &["vote", "node", "authority"]).plain(instruction)
        }
        VoteInstruction::UpdateCommission(percent) => {
            form("UpdateCommission", &["vote", "authority"])
                .effect(instruction, format_args!("{percent} %"))
        }
        VoteInstruction::UpdateCommissionCollector(kind) => {
            form("UpdateCommissionCollector", &["vote", "to", "authority"])
                .effect(instruction, format_args!("{kind:?}"))
        }
        VoteInstruction::UpdateCommissionBps { commission_bps, kind } => {
            form("UpdateCommissionBps", &["vote", "authority"])
                .effect(instruction, format_args!("{commission_bps} bps of {kind:?}"))
        }
        // Read before.
        _ => Err(unknown(instruction)),
    }
}

const fn named(which: VoteAuthorize) -> &'static str {
    match which {
        VoteAuthorize::Voter => "Voter",
        VoteAuthorize::Withdrawer => "Withdrawer",
        VoteAuthorize::VoterWithBLS(_) => "VoterWithBLS",
    }
}
