use super::form::unknown;
use super::{Effect, Instruction, Unreadable};

/// Reads an instruction of the Memo program: its data are the text, its accounts those who say it.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let text = std::str::from_utf8(instruction.data).map_err(|_| unknown(instruction))?;
    // The program fails over an account that did not sign; its first version overlooks it.
    match instruction.accounts.iter().find(|account| !account.signer) {
        None => Ok(Effect::Memo(text)),
        Some(account) => Err(Unreadable::Form {
            expected: "a memo whose accounts all sign",
            found: format!("{}, which does not", account.address),
        }),
    }
}
