use countersign_approval::{AssetTransfer, Origin, Statement};

use crate::instruction::{self, Effect, Instruction};
use crate::judge::Judgement;

/// Says what a signed transaction does, from its decoded values.
pub(crate) fn of_transaction(judgement: &Judgement) -> Statement {
    let mut statement = Statement::new("Solana: one transaction that we co-sign");
    let agreed = judgement.agreed();
    let cluster = agreed.genesis_hash.map_or_else(|| "not pinned".to_owned(), |c| c.to_string());
    statement.push("cluster (genesis hash)", cluster, Origin::Pinned);
    statement.push("message", judgement.decoded().version(), Origin::Bounded);
    push_signers(judgement, &mut statement);
    push_fee(judgement, &mut statement);
    let instructions = judgement.resolved().instructions(judgement.decoded());
    for (place, instruction) in instructions.enumerate() {
        push_instruction(place, &instruction, judgement, &mut statement);
    }
    push_transfer(judgement, &mut statement);
    push_lifetime(judgement, &mut statement);
    for name in judgement.unknown_members() {
        statement.push("sent, not used", name, Origin::Claimed);
    }
    let facts: Vec<&str> = judgement.not_judged().iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    statement.push("sign until (Unix seconds)", judgement.valid_until(), Origin::Bounded);
    let digest = format_args!("0x{}", hex::encode(judgement.digest()));
    statement.push("digest", digest, Origin::Context);
    statement
}

fn push_signers(judgement: &Judgement, statement: &mut Statement) {
    let (decoded, user) = (judgement.decoded(), judgement.agreed().user);
    for (place, (signer, signature)) in decoded.signers().zip(decoded.signatures()).enumerate() {
        let label = format!("signer {place}");
        if signer == user {
            statement.push(label, format_args!("{signer}: ours"), Origin::Agreed);
            continue;
        }
        let signed = signature.iter().any(|byte| *byte != 0);
        let state = if signed { "has signed" } else { "has not signed yet" };
        statement.push(label, format_args!("{signer}: {state}"), Origin::Pinned);
    }
}

fn push_fee(judgement: &Judgement, statement: &mut Statement) {
    let fee = judgement.fee();
    let payer = judgement.decoded().signers().next().map(|payer| payer.to_string());
    let payer = payer.unwrap_or_default();
    let whose = if fee.ours { "ours" } else { "another's" };
    let value = format_args!("at most {} lamports, paid by {payer}: {whose}", fee.lamports);
    statement.push("fee", value, Origin::Bounded);
    let most = format_args!("{} lamports at most", judgement.agreed().max_lamports_out);
    statement.push("leaves our key", most, Origin::Bounded);
}

fn push_instruction(
    place: usize,
    instruction: &Instruction<'_>,
    judgement: &Judgement,
    statement: &mut Statement,
) {
    let label = format!("instruction {place}");
    if let Ok(effect) = instruction::read(instruction) {
        let origin = origin_of(&effect, &judgement.agreed().transfer);
        return statement.push(label, effect.describe(), origin);
    }
    let (program, bytes) = (instruction.program, instruction.data.len());
    let value = format_args!(
        "{program}: can't be read ({bytes} bytes of data), the simulation alone vouches for it"
    );
    statement.push(&label, value, Origin::Pinned);
    for used in instruction.accounts {
        let signs = if used.signer { ", signs" } else { "" };
        let written = if used.writable { ", is written to" } else { "" };
        let value = format_args!("{}{signs}{written}", used.address);
        statement.push(format!("{label} gets"), value, Origin::Claimed);
    }
}

/// Says what stands behind an instruction of a transaction that was found right.
const fn origin_of(effect: &Effect<'_>, transfer: &AssetTransfer) -> Origin {
    match (effect, transfer) {
        (Effect::TransferLamports(_), AssetTransfer::Native { .. })
        | (Effect::TransferTokens(_), AssetTransfer::Token(_)) => Origin::Agreed,
        (Effect::CreateTokenAccount(_) | Effect::AdvanceNonce { .. }, _) => Origin::Pinned,
        (Effect::Budget(_), _) => Origin::Bounded,
        _ => Origin::Claimed,
    }
}

/// Says what leaves us, and to whom; and whether an instruction says so, or the simulation alone.
fn push_transfer(judgement: &Judgement, statement: &mut Statement) {
    let transfer = &judgement.agreed().transfer;
    let mut instructions = judgement.resolved().instructions(judgement.decoded());
    let is_read = instructions.any(|instruction| {
        let effect = instruction::read(&instruction);
        effect.is_ok_and(|effect| origin_of(&effect, transfer) == Origin::Agreed)
    });
    let by = if is_read { "" } else { ", as the simulation shows" };
    match transfer {
        AssetTransfer::Native { destination, lamports } => {
            statement.push("amount", format_args!("{lamports} lamports{by}"), Origin::Agreed);
            statement.push("paid to", format_args!("{destination}{by}"), Origin::Pinned);
        }
        AssetTransfer::Token(token) => {
            let amount = format_args!(
                "{} base units ({} decimals) of {}{by}",
                token.amount, token.decimals, token.mint
            );
            statement.push("amount", amount, Origin::Agreed);
            statement.push("token program", token.program, Origin::Agreed);
            statement.push("out of", token.source, Origin::Agreed);
            let to = format_args!("{}, of {}{by}", token.destination, token.destination_owner);
            statement.push("paid to", to, Origin::Pinned);
        }
    }
}

fn push_lifetime(judgement: &Judgement, statement: &mut Statement) {
    let blockhash = judgement.blockhash();
    match judgement.nonce_account() {
        None => {
            let value = format_args!("{blockhash}: the chain takes it for about two minutes");
            statement.push("blockhash", value, Origin::Claimed);
        }
        Some(account) => {
            let value = format_args!("{blockhash} of {account}: until the nonce is advanced");
            statement.push("durable nonce", value, Origin::Claimed);
        }
    }
}
