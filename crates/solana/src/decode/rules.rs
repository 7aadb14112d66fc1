use countersign_approval::{Code, Violation};
use solana_message::VersionedMessage;
use solana_sdk::pubkey::Pubkey;
use solana_transaction::versioned::VersionedTransaction;

use super::malformed;

/// How many instructions are taken. The chain takes 64; a swap has a handful.
const MAX_INSTRUCTIONS: usize = 32;

/// How many accounts an index of one byte can reach.
const MAX_ACCOUNTS: usize = 256;

/// Checks what the chain demands of a transaction beyond its form.
pub(super) fn check(transaction: &VersionedTransaction) -> Result<(), Violation> {
    let message = &transaction.message;
    if matches!(message, VersionedMessage::V1(_)) {
        return Err(malformed("message.version", "legacy or v0", "v1"));
    }
    header(transaction)?;
    keys(message.static_account_keys())?;
    lookups(message)?;
    instructions(message)
}

fn header(transaction: &VersionedTransaction) -> Result<(), Violation> {
    let header = transaction.message.header();
    let signers = usize::from(header.num_required_signatures);
    let slots = transaction.signatures.len();
    if slots != signers || signers == 0 {
        let expected = format_args!("{} slots, one a signer", signers.max(1));
        return Err(malformed("signatures", expected, slots));
    }
    // The fee payer pays, so at least one signer can be written to.
    if header.num_readonly_signed_accounts >= header.num_required_signatures {
        let (member, found) =
            ("message.header.num_readonly_signed_accounts", header.num_readonly_signed_accounts);
        return Err(malformed(member, format_args!("fewer than {signers}"), found));
    }
    let needed = signers.saturating_add(usize::from(header.num_readonly_unsigned_accounts));
    let keys = transaction.message.static_account_keys().len();
    if needed > keys {
        return Err(malformed("message.keys", format_args!("at least {needed}"), keys));
    }
    Ok(())
}

/// No key stands twice; there are few enough to compare each with each.
fn keys(keys: &[Pubkey]) -> Result<(), Violation> {
    for (place, key) in keys.iter().enumerate() {
        if keys.iter().take(place).any(|before| before == key) {
            let member = format_args!("message.keys[{place}]");
            return Err(malformed(member, "a key that stands once", key));
        }
    }
    Ok(())
}

fn lookups(message: &VersionedMessage) -> Result<(), Violation> {
    let lookups = message.address_table_lookups().unwrap_or_default();
    for (place, lookup) in lookups.iter().enumerate() {
        let refuse = |expected, found| {
            let member = format_args!("message.lookups[{place}]");
            Err(Violation::new(Code::LookupTable, member, expected, found))
        };
        if lookup.writable_indexes.is_empty() && lookup.readonly_indexes.is_empty() {
            return refuse("an entry that is used", "none");
        }
        if lookups.iter().take(place).any(|before| before.account_key == lookup.account_key) {
            return refuse("a table that stands once", "one that stands twice");
        }
    }
    let total = total(message);
    if total > MAX_ACCOUNTS {
        return Err(malformed("message", format_args!("at most {MAX_ACCOUNTS} accounts"), total));
    }
    Ok(())
}

fn instructions(message: &VersionedMessage) -> Result<(), Violation> {
    let instructions = message.instructions();
    if instructions.len() > MAX_INSTRUCTIONS {
        let expected = format_args!("at most {MAX_INSTRUCTIONS}");
        return Err(malformed("message.instructions", expected, instructions.len()));
    }
    let (keys, total) = (message.static_account_keys().len(), total(message));
    for (place, instruction) in instructions.iter().enumerate() {
        let program = usize::from(instruction.program_id_index);
        // A program can't come from a table, and can't be the fee payer.
        if program == 0 || program >= keys {
            let member = format_args!("message.instructions[{place}].program");
            return Err(malformed(
                member,
                format_args!("1 to {}", keys.saturating_sub(1)),
                program,
            ));
        }
        if let Some(account) = instruction.accounts.iter().find(|at| usize::from(**at) >= total) {
            let member = format_args!("message.instructions[{place}].accounts");
            return Err(malformed(member, format_args!("below {total}"), account));
        }
    }
    Ok(())
}

/// Counts the accounts of a message, those from lookup tables among them.
fn total(message: &VersionedMessage) -> usize {
    let lookups = message.address_table_lookups().unwrap_or_default();
    let loaded = lookups
        .iter()
        .map(|lookup| lookup.writable_indexes.len().saturating_add(lookup.readonly_indexes.len()));
    loaded.fold(message.static_account_keys().len(), usize::saturating_add)
}
