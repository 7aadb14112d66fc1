use super::form::{exactly, unknown};
use super::{Budget, Effect, Instruction, Unreadable};

/// Reads an instruction of the Compute Budget program: a byte that says which bound, and the bound.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Effect<'a>, Unreadable> {
    let budget = bound(instruction.data).ok_or_else(|| unknown(instruction))?;
    let [] = exactly(instruction, budget.name())?;
    Ok(Effect::Budget(budget))
}

fn bound(data: &[u8]) -> Option<Budget> {
    let (which, value) = data.split_first()?;
    let small = || Some(u32::from_le_bytes(value.try_into().ok()?));
    match which {
        1 => small().map(Budget::HeapFrame),
        2 => small().map(Budget::UnitLimit),
        3 => Some(Budget::UnitPrice(u64::from_le_bytes(value.try_into().ok()?))),
        4 => small().map(Budget::LoadedDataSize),
        _ => None,
    }
}
