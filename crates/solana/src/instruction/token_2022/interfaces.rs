//! The interfaces for metadata and groups, which Token-2022 has for its mints.

use countersign_approval::Code;
use spl_token_group_interface::instruction::TokenGroupInstruction;
use spl_token_metadata_interface::instruction::TokenMetadataInstruction;

use super::set_up;
use crate::instruction::form::{At, Form, OrNobody, unknown};
use crate::instruction::{Effect, Instruction, Unreadable};

/// Reads an instruction that begins with eight bytes of an interface.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let data = instruction.data;
    match (TokenMetadataInstruction::unpack(data), TokenGroupInstruction::unpack(data)) {
        (Ok(read), _) if read.pack() == data => metadata(instruction, &read),
        (_, Ok(read)) if read.pack() == data => group(instruction, &read),
        _ => Err(unknown(instruction)),
    }
}

/// Nobody signs these for a multisig.
const fn powerful(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::TokenAuthority, roles)
}

fn metadata<'a>(
    instruction: &Instruction<'a>,
    read: &TokenMetadataInstruction,
) -> Result<Effect<'a>, Unreadable> {
    use TokenMetadataInstruction as Kind;
    match read {
        Kind::Initialize(data) => {
            let words = format_args!("{:?}, {:?}, {:?}", data.name, data.symbol, data.uri);
            let roles = &["metadata", "update authority", "mint", "authority"];
            set_up("InitializeTokenMetadata", roles).effect(instruction, words)
        }
        Kind::UpdateField(data) => {
            let words = format_args!("{:?} is {:?}", data.field, data.value);
            powerful("UpdateTokenMetadataField", &["metadata", "authority"])
                .effect(instruction, words)
        }
        Kind::RemoveKey(data) => powerful("RemoveTokenMetadataKey", &["metadata", "authority"])
            .effect(instruction, format_args!("{:?}", data.key)),
        Kind::UpdateAuthority(data) => {
            let new = OrNobody(data.new_authority.as_ref());
            powerful("UpdateTokenMetadataAuthority", &["", "authority"])
                .effect(instruction, format_args!("hands {} to {new}", At(instruction, 0)))
        }
        Kind::Emit(_) => set_up("EmitTokenMetadata", &["metadata"]).plain(instruction),
    }
}

fn group<'a>(
    instruction: &Instruction<'a>,
    read: &TokenGroupInstruction,
) -> Result<Effect<'a>, Unreadable> {
    use TokenGroupInstruction as Kind;
    match read {
        Kind::InitializeGroup(data) => {
            let owner = OrNobody(data.update_authority.as_ref());
            let words =
                format_args!("update authority {owner}, at most {}", u64::from(data.max_size));
            set_up("InitializeTokenGroup", &["group", "mint", "authority"])
                .effect(instruction, words)
        }
        Kind::UpdateGroupMaxSize(data) => {
            powerful("UpdateTokenGroupMaxSize", &["group", "authority"])
                .effect(instruction, format_args!("at most {}", u64::from(data.max_size)))
        }
        Kind::UpdateGroupAuthority(data) => {
            let new = OrNobody(data.new_authority.as_ref());
            powerful("UpdateTokenGroupAuthority", &["", "authority"])
                .effect(instruction, format_args!("hands {} to {new}", At(instruction, 0)))
        }
        Kind::InitializeMember(_) => {
            let roles = &["member", "mint", "authority", "group", "group authority"];
            powerful("InitializeTokenGroupMember", roles).plain(instruction)
        }
    }
}
