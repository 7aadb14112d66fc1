use countersign_approval::Code;
use countersign_units::SolanaAddress;
use solana_system_interface::instruction::SystemInstruction;

use super::form::{At, Form, decode, exactly, unknown};
use super::{Effect, Instruction, LamportTransfer, Unreadable};

/// The sysvar of the recent blockhashes, out of which a nonce is taken.
const RECENT_BLOCKHASHES: SolanaAddress =
    SolanaAddress::new(solana_sdk::sysvar::recent_blockhashes::ID.to_bytes());

/// Reads an instruction of the System program.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let data = instruction.data.split_first_chunk();
    match data.map(|(which, data)| (u32::from_le_bytes(*which), data)) {
        Some((2, lamports)) => transfer(instruction, lamports),
        Some((4, [])) => advance_nonce(instruction),
        _ => other(instruction),
    }
}

fn transfer<'a>(instruction: &Instruction<'a>, data: &[u8]) -> Result<Effect<'a>, Unreadable> {
    let lamports = data.try_into().map_err(|_| unknown(instruction))?;
    let [from, to] = exactly(instruction, "Transfer")?;
    Ok(Effect::TransferLamports(LamportTransfer {
        from: from.address,
        to: to.address,
        lamports: u64::from_le_bytes(lamports),
    }))
}

fn advance_nonce<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let [account, blockhashes, authority] = exactly(instruction, "AdvanceNonceAccount")?;
    if blockhashes.address != RECENT_BLOCKHASHES {
        let found = blockhashes.address.to_string();
        return Err(Unreadable::Form { expected: "the sysvar of the recent blockhashes", found });
    }
    Ok(Effect::AdvanceNonce { account: account.address, authority: authority.address })
}

fn other<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let read = decode(instruction.data).ok_or_else(|| unknown(instruction))?;
    match read {
        SystemInstruction::CreateAccount { .. }
        | SystemInstruction::CreateAccountWithSeed { .. }
        | SystemInstruction::CreateAccountAllowPrefund { .. } => create(instruction, &read),
        SystemInstruction::Assign { .. }
        | SystemInstruction::AssignWithSeed { .. }
        | SystemInstruction::Allocate { .. }
        | SystemInstruction::AllocateWithSeed { .. }
        | SystemInstruction::TransferWithSeed { .. } => change(instruction, &read),
        SystemInstruction::WithdrawNonceAccount(_)
        | SystemInstruction::InitializeNonceAccount(_)
        | SystemInstruction::AuthorizeNonceAccount(_)
        | SystemInstruction::UpgradeNonceAccount => nonce(instruction, &read),
        // Read by their bytes before.
        SystemInstruction::Transfer { .. } | SystemInstruction::AdvanceNonceAccount => {
            Err(unknown(instruction))
        }
    }
}

const fn form(name: &'static str, roles: &'static [&'static str]) -> Form {
    Form::new(name, Code::System, roles)
}

fn create<'a>(
    instruction: &Instruction<'a>,
    read: &SystemInstruction,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    match read {
        SystemInstruction::CreateAccount { lamports, space, owner } => {
            let words = format_args!(
                "makes {} with {lamports} lamports of {} and {space} bytes, owned by {owner}",
                at(1),
                at(0)
            );
            form("CreateAccount", &["", ""]).effect(instruction, words)
        }
        SystemInstruction::CreateAccountWithSeed { base, seed, lamports, space, owner } => {
            let words = format_args!(
                "makes {} out of {base} and {seed:?} with {lamports} lamports of {} and {space} \
                 bytes, owned by {owner}",
                at(1),
                at(0)
            );
            let form = form("CreateAccountWithSeed", &["", ""]);
            form.optional(&["base"]).effect(instruction, words)
        }
        SystemInstruction::CreateAccountAllowPrefund { lamports, space, owner } => {
            let words = format_args!(
                "makes {} with {lamports} lamports more and {space} bytes, owned by {owner}",
                at(0)
            );
            let form = form("CreateAccountAllowPrefund", &[""]);
            form.optional(&["payer"]).effect(instruction, words)
        }
        _ => Err(unknown(instruction)),
    }
}

fn change<'a>(
    instruction: &Instruction<'a>,
    read: &SystemInstruction,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    match read {
        SystemInstruction::Assign { owner } => form("Assign", &[""])
            .effect(instruction, format_args!("hands {} to the program {owner}", at(0))),
        SystemInstruction::AssignWithSeed { seed, owner, .. } => form(
            "AssignWithSeed",
            &["", "base"],
        )
        .effect(instruction, format_args!("hands {} to the program {owner}, seed {seed:?}", at(0))),
        SystemInstruction::Allocate { space } => form("Allocate", &[""])
            .effect(instruction, format_args!("gives {} {space} bytes", at(0))),
        SystemInstruction::AllocateWithSeed { seed, space, owner, .. } => {
            let words = format_args!(
                "gives {} {space} bytes and hands it to the program {owner}, seed {seed:?}",
                at(0)
            );
            form("AllocateWithSeed", &["", "base"]).effect(instruction, words)
        }
        SystemInstruction::TransferWithSeed { lamports, from_seed, from_owner } => {
            let words = format_args!(
                "moves {lamports} lamports from {} to {}, seed {from_seed:?}, owner {from_owner}",
                at(0),
                at(2)
            );
            form("TransferWithSeed", &["", "base", ""]).effect(instruction, words)
        }
        _ => Err(unknown(instruction)),
    }
}

fn nonce<'a>(
    instruction: &Instruction<'a>,
    read: &SystemInstruction,
) -> Result<Effect<'a>, Unreadable> {
    let at = |place| At(instruction, place);
    match read {
        SystemInstruction::WithdrawNonceAccount(lamports) => {
            let words =
                format_args!("moves {lamports} lamports from the nonce {} to {}", at(0), at(1));
            form("WithdrawNonceAccount", &["", "", "", "", "authority"]).effect(instruction, words)
        }
        SystemInstruction::InitializeNonceAccount(authority) => {
            form("InitializeNonceAccount", &["", "", ""])
                .effect(instruction, format_args!("gives the nonce {} to {authority}", at(0)))
        }
        SystemInstruction::AuthorizeNonceAccount(authority) => {
            form("AuthorizeNonceAccount", &["", "authority"])
                .effect(instruction, format_args!("hands the nonce {} to {authority}", at(0)))
        }
        SystemInstruction::UpgradeNonceAccount => {
            form("UpgradeNonceAccount", &["nonce"]).plain(instruction)
        }
        _ => Err(unknown(instruction)),
    }
}
