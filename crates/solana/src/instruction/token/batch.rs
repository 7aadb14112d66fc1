use countersign_approval::Code;

use super::Reader;
use crate::instruction::form::{unknown, wrong_accounts};
use crate::instruction::{Effect, Instruction, Other, Unreadable};

/// Reads several instructions in one: each says how many of the accounts and bytes are its own.
///
/// The whole goes under the gravest of their codes, for none of it can be left out.
pub(super) fn read<'a>(
    batch: &Instruction<'a>,
    data: &'a [u8],
    read: Reader<'a>,
) -> Result<Effect<'a>, Unreadable> {
    let mut left = Instruction { data, ..*batch };
    let mut code = Code::ExtraInstruction;
    let mut details = Vec::new();
    while !left.data.is_empty() {
        let inner = next(batch, &mut left)?;
        let effect = read(&inner)?;
        code = gravest(code, &effect);
        details.push(effect.describe());
    }
    if details.is_empty() {
        return Err(unknown(batch));
    }
    if !left.accounts.is_empty() {
        return Err(wrong_accounts(left.accounts, "nothing, behind those of Batch"));
    }
    let detail = format!("Batch: {}", details.join("; "));
    Ok(Effect::Other(Other { code, name: "Batch", detail }))
}

/// Takes the next instruction from the front. No batch stands inside another.
fn next<'a>(
    batch: &Instruction<'a>,
    left: &mut Instruction<'a>,
) -> Result<Instruction<'a>, Unreadable> {
    let [accounts, bytes, data @ ..] = left.data else { return Err(unknown(batch)) };
    let data = data.split_at_checked(usize::from(*bytes));
    let (data, data_left) =
        data.filter(|(data, _)| !matches!(data, [255, ..])).ok_or_else(|| unknown(batch))?;
    let (accounts, accounts_left) =
        left.accounts.split_at_checked(usize::from(*accounts)).ok_or_else(|| {
            wrong_accounts(left.accounts, format_args!("the next {accounts} of Batch"))
        })?;
    (left.data, left.accounts) = (data_left, accounts_left);
    Ok(Instruction { program: batch.program, accounts, data })
}

fn gravest(code: Code, effect: &Effect<'_>) -> Code {
    match effect {
        Effect::Other(Other { code: Code::TokenAuthority, .. }) => Code::TokenAuthority,
        Effect::Other(Other { code: Code::TokenDelegate, .. }) if code != Code::TokenAuthority => {
            Code::TokenDelegate
        }
        _ => code,
    }
}
