//! What differs from the registry, in words.

use std::fmt::Display;

pub(super) fn same<T: Copy + PartialEq + Display>(
    member: &str,
    expected: T,
    found: T,
) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{member}: expected {expected}, as the service's registry has it, found {found}"))
}

pub(super) fn among<T: PartialEq + Display>(
    member: &str,
    pins: &[T],
    found: &[T],
) -> Result<(), String> {
    match found.iter().find(|found| !pins.contains(found)) {
        Some(other) => Err(pinned(member, other)),
        None => Ok(()),
    }
}

pub(super) fn pinned(member: &str, found: impl Display) -> String {
    format!("{member}: expected what the service's registry pins, found {found}")
}
