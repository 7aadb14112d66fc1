use countersign_approval::Code;
use solana_address_lookup_table_interface::instruction::ProgramInstruction;

use super::form::{At, Form, decode, unknown};
use super::{Effect, Instruction, Unreadable};

/// Reads an instruction of the Address Lookup Table program.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    match decode(instruction.data).ok_or_else(|| unknown(instruction))? {
        ProgramInstruction::CreateLookupTable { recent_slot, .. } => {
            form("CreateLookupTable", &["", "authority", "payer", ""])
                .effect(instruction, format_args!("makes {} at slot {recent_slot}", at(0)))
        }
        ProgramInstruction::FreezeLookupTable => {
            form("FreezeLookupTable", &["table", "authority"]).plain(instruction)
        }
        ProgramInstruction::ExtendLookupTable { new_addresses } => {
            let words = format_args!("adds {} addresses to {}", new_addresses.len(), at(0));
            form("ExtendLookupTable", &["", "authority"])
                .optional(&["payer", ""])
                .effect(instruction, words)
        }
        ProgramInstruction::DeactivateLookupTable => {
            form("DeactivateLookupTable", &["table", "authority"]).plain(instruction)
        }
        ProgramInstruction::CloseLookupTable => form("CloseLookupTable", &["", "authority", ""])
            .effect(instruction, format_args!("closes {}, its lamports go to {}", at(0), at(2))),
    }
}

const fn form(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::ExtraInstruction, roles)
}
