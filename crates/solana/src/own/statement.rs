use countersign_approval::{AssetTransfer, Origin, Statement};

use super::TransferJudgement;
use crate::instruction::{self, Effect};

/// Says what a signed transfer does, from its decoded values.
pub(super) fn of_transfer(judgement: &TransferJudgement) -> Statement {
    let mut statement = Statement::new("Solana: a transfer of our own");
    let agreed = judgement.agreed();
    let cluster = agreed.genesis_hash.map_or_else(|| "not pinned".to_owned(), |c| c.to_string());
    statement.push("cluster (genesis hash)", cluster, Origin::Pinned);
    statement.push("message", judgement.decoded().version(), Origin::Context);
    for signer in judgement.decoded().signers() {
        statement.push("signs and pays", signer, Origin::Agreed);
    }
    push_cost(judgement, &mut statement);
    push_instructions(judgement, &mut statement);
    push_transfer(judgement, &mut statement);
    push_lifetime(judgement, &mut statement);
    let facts: Vec<&str> = judgement.not_judged().iter().map(|fact| fact.as_str()).collect();
    if !facts.is_empty() {
        statement.push("not judged", facts.join(", "), Origin::Context);
    }
    let digest = format_args!("0x{}", hex::encode(judgement.digest()));
    statement.push("digest", digest, Origin::Context);
    statement
}

fn push_cost(judgement: &TransferJudgement, statement: &mut Statement) {
    let cost = judgement.cost();
    statement.push("fee", format_args!("at most {} lamports", cost.fee), Origin::Bounded);
    if cost.rent > 0 {
        let value = format_args!("{} lamports, for the account that is made", cost.rent);
        statement.push("rent", value, Origin::Bounded);
    }
    let most = judgement.agreed().max_lamports_beside;
    let value = format_args!("{most} lamports at most");
    statement.push("leaves us besides the amount", value, Origin::Bounded);
}

fn push_instructions(judgement: &TransferJudgement, statement: &mut Statement) {
    let instructions = judgement.resolved().instructions(judgement.decoded());
    for (place, instruction) in instructions.enumerate() {
        let Ok(effect) = instruction::read(&instruction) else { continue };
        let bounded = matches!(effect, Effect::Budget(_));
        let origin = if bounded { Origin::Bounded } else { Origin::Agreed };
        statement.push(format!("instruction {place}"), effect.describe(), origin);
    }
}

fn push_transfer(judgement: &TransferJudgement, statement: &mut Statement) {
    match &judgement.agreed().transfer {
        AssetTransfer::Native { destination, lamports } => {
            statement.push("amount", format_args!("{lamports} lamports"), Origin::Agreed);
            statement.push("paid to", destination, Origin::Agreed);
        }
        AssetTransfer::Token(token) => {
            let (amount, decimals, mint) = (token.amount, token.decimals, token.mint);
            let amount = format_args!("{amount} base units ({decimals} decimals) of {mint}");
            statement.push("amount", amount, Origin::Agreed);
            statement.push("token program", token.program, Origin::Agreed);
            statement.push("out of", token.source, Origin::Agreed);
            let to = format_args!("{}, of {}", token.destination, token.destination_owner);
            statement.push("paid to", to, Origin::Agreed);
        }
    }
}

fn push_lifetime(judgement: &TransferJudgement, statement: &mut Statement) {
    let last = judgement.agreed().last_valid_block_height;
    let value = format_args!("{}: up to the height {last}", judgement.blockhash());
    statement.push("blockhash", value, Origin::Bounded);
    statement.push("sign until (Unix seconds)", judgement.valid_until(), Origin::Bounded);
}
