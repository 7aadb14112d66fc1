//! The loaders, by which programs get onto the chain, are changed and closed.

use countersign_approval::Code;
use serde::{Deserialize, Serialize};
use solana_loader_v3_interface::instruction::UpgradeableLoaderInstruction;
use solana_loader_v4_interface::instruction::LoaderV4Instruction;

use super::form::{At, Form, decode, unknown};
use super::{Effect, Instruction, Unreadable};

/// What the first two loaders have in common, as it is on the wire.
///
/// Source: [`LoaderInstruction`](https://docs.rs/solana-loader-v2-interface).
#[derive(Deserialize, Serialize)]
enum DeprecatedInstruction {
    Write { offset: u32, bytes: Vec<u8> },
    Finalize,
}

/// Reads an instruction of one of the two loaders that no longer deploy.
pub(super) fn read_deprecated<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    match decode(instruction.data).ok_or_else(|| unknown(instruction))? {
        DeprecatedInstruction::Write { offset, bytes } => {
            let words = format_args!("{} bytes at {offset}", bytes.len());
            form("Write", &["program"]).effect(instruction, words)
        }
        DeprecatedInstruction::Finalize => form("Finalize", &["program", ""]).plain(instruction),
    }
}

/// Reads an instruction of the upgradeable loader.
pub(super) fn read_upgradeable<'a>(
    instruction: &Instruction<'a>,
) -> Result<Effect<'a>, Unreadable> {
    use UpgradeableLoaderInstruction as Kind;
    let at = |place| At(instruction, place);
    match upgradeable(instruction.data).ok_or_else(|| unknown(instruction))? {
        Kind::InitializeBuffer => {
            form("InitializeBuffer", &["buffer"]).optional(&["authority"]).plain(instruction)
        }
        Kind::Write { offset, bytes } => {
            let words = format_args!("{} bytes at {offset}", bytes.len());
            form("Write", &["buffer", "authority"]).effect(instruction, words)
        }
        Kind::DeployWithMaxDataLen { max_data_len, .. } => {
            let roles = &["payer", "", "program", "buffer", "", "", "", "authority"];
            form("DeployWithMaxDataLen", roles)
                .effect(instruction, format_args!("at most {max_data_len} bytes"))
        }
        Kind::Upgrade { .. } => {
            form("Upgrade", &["data", "program", "buffer", "lamports to", "", "", "authority"])
                .plain(instruction)
        }
        Kind::SetAuthority => {
            form("SetAuthority", &["of", "authority"]).optional(&["to"]).plain(instruction)
        }
        Kind::SetAuthorityChecked => {
            form("SetAuthorityChecked", &["of", "authority", "to"]).plain(instruction)
        }
        Kind::Close { .. } => form("Close", &["", ""])
            .optional(&["authority", "program"])
            .effect(instruction, format_args!("closes {}, its lamports go to {}", at(0), at(1))),
        Kind::ExtendProgram { additional_bytes } => form("ExtendProgram", &["data", "program"])
            .optional(&["", "payer"])
            .effect(instruction, format_args!("by {additional_bytes} bytes")),
    }
}

/// Reads data whose last byte, a choice, may be missing: the program then takes its default.
fn upgradeable(data: &[u8]) -> Option<UpgradeableLoaderInstruction> {
    let default = match data {
        [2 | 3, 0, 0, 0, ..] => 1,
        [5, 0, 0, 0] => 0,
        _ => return decode(data),
    };
    decode(data).or_else(|| decode(&[data, &[default]].concat()))
}

/// Reads an instruction of the fourth loader.
pub(super) fn read_v4<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    use LoaderV4Instruction as Kind;
    match decode(instruction.data).ok_or_else(|| unknown(instruction))? {
        Kind::Write { offset, bytes } => {
            let words = format_args!("{} bytes at {offset}", bytes.len());
            form("Write", &["program", "authority"]).effect(instruction, words)
        }
        Kind::Copy { destination_offset, source_offset, length } => {
            let words = format_args!("{length} bytes at {destination_offset} from {source_offset}");
            form("Copy", &["program", "authority", "of"]).effect(instruction, words)
        }
        Kind::SetProgramLength { new_size } => form("SetProgramLength", &["program", "authority"])
            .optional(&["lamports to"])
            .effect(instruction, format_args!("{new_size} bytes")),
        Kind::Deploy => {
            form("Deploy", &["program", "authority"]).optional(&["from"]).plain(instruction)
        }
        Kind::Retract => form("Retract", &["program", "authority"]).plain(instruction),
        Kind::TransferAuthority => {
            form("TransferAuthority", &["program", "authority", "to"]).plain(instruction)
        }
        Kind::Finalize => form("Finalize", &["program", "authority", "next"]).plain(instruction),
    }
}

const fn form(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}
