use countersign_approval::Code;
use solana_stake_interface::instruction::StakeInstruction;

use super::form::{At, Form, decode, unknown};
use super::{Effect, Instruction, Unreadable};

/// Reads an instruction of the Stake program.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let read = decode(instruction.data).ok_or_else(|| unknown(instruction))?;
    match read {
        StakeInstruction::Split(lamports) => moved(instruction, "Split", lamports),
        StakeInstruction::MoveStake(lamports) => moved(instruction, "MoveStake", lamports),
        StakeInstruction::MoveLamports(lamports) => moved(instruction, "MoveLamports", lamports),
        StakeInstruction::Withdraw(lamports) => {
            let at = |place| At(instruction, place);
            form("Withdraw", &["", "", "", "", "authority"]).optional(&["custodian"]).effect(
                instruction,
                format_args!("moves {lamports} lamports from {} to {}", at(0), at(1)),
            )
        }
        StakeInstruction::Merge => {
            form("Merge", &["into", "from", "", "", "authority"]).plain(instruction)
        }
        StakeInstruction::DelegateStake => {
            form("DelegateStake", &["stake", "to", "", "", "", "authority"]).plain(instruction)
        }
        StakeInstruction::Deactivate => {
            form("Deactivate", &["stake", "", "authority"]).plain(instruction)
        }
        StakeInstruction::DeactivateDelinquent => {
            form("DeactivateDelinquent", &["stake", "delinquent", "reference"]).plain(instruction)
        }
        #[expect(deprecated, reason = "its bytes may come all the same")]
        StakeInstruction::Redelegate => {
            form("Redelegate", &["from", "into", "to", "", "authority"]).plain(instruction)
        }
        StakeInstruction::GetMinimumDelegation => {
            form("GetMinimumDelegation", &[]).plain(instruction)
        }
        _ => authorities(instruction, &read),
    }
}

const fn form(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}

fn moved<'a>(
    instruction: &Instruction<'a>,
    name: &'static str,
    lamports: u64,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    form(name, &["", "", "authority"])
        .effect(instruction, format_args!("moves {lamports} lamports from {} to {}", at(0), at(1)))
}

fn authorities<'a>(
    instruction: &Instruction<'a>,
    read: &StakeInstruction,
) -> Result<Effect<'a>, Unreadable> {
    let stake = At(instruction, 0);
    match read {
        StakeInstruction::Initialize(authorized, _) => form("Initialize", &["", ""]).effect(
            instruction,
            format_args!(
                "gives {stake} to the staker {} and the withdrawer {}",
                authorized.staker, authorized.withdrawer
            ),
        ),
        StakeInstruction::InitializeChecked => {
            form("InitializeChecked", &["stake", "", "staker", "withdrawer"]).plain(instruction)
        }
        StakeInstruction::Authorize(new, which) => form("Authorize", &["", "", "authority"])
            .optional(&["custodian"])
            .effect(instruction, format_args!("hands {which:?} of {stake} to {new}")),
        StakeInstruction::AuthorizeWithSeed(args) => {
            let (new, which) = (args.new_authorized_pubkey, args.stake_authorize);
            form("AuthorizeWithSeed", &["", "base", ""])
                .optional(&["custodian"])
                .effect(instruction, format_args!("hands {which:?} of {stake} to {new}"))
        }
        StakeInstruction::AuthorizeChecked(which) => {
            form("AuthorizeChecked", &["", "", "authority", "to"])
                .optional(&["custodian"])
                .effect(instruction, format_args!("hands {which:?} of {stake}"))
        }
        StakeInstruction::AuthorizeCheckedWithSeed(args) => {
            form("AuthorizeCheckedWithSeed", &["", "base", "", "to"])
                .optional(&["custodian"])
                .effect(instruction, format_args!("hands {:?} of {stake}", args.stake_authorize))
        }
        StakeInstruction::SetLockup(_) => {
            form("SetLockup", &["stake", "authority"]).plain(instruction)
        }
        StakeInstruction::SetLockupChecked(_) => {
            form("SetLockupChecked", &["stake", "authority"]).optional(&["to"]).plain(instruction)
        }
        // Read before.
        _ => Err(unknown(instruction)),
    }
}
