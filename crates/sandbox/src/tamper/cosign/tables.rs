//! Lies about what is looked up in tables.

use solana_address::Address;
use solana_address_lookup_table_interface::state::{AddressLookupTable, LookupTableMeta};
use solana_message::VersionedMessage;
use solana_message::v0::{Message, MessageAddressTableLookup};
use solana_sdk::account::Account;

use super::{Asset, Cast, CosignScene, Tamper, message};
use crate::solana::{BLOCKHASH_SLOTS, CosignParams, Draft};

/// A place that is behind the end of each table here.
const BEHIND: u8 = 200;

/// Tells a lie about a table, if it is one and a table is used.
pub(super) fn apply(
    tamper: Tamper,
    params: &mut CosignParams,
    scene: &mut CosignScene<'_>,
    cast: &Cast,
) {
    if tamper == Tamper::SolTablesMisordered {
        misorder(params, scene, cast);
        return;
    }
    let VersionedMessage::V0(message) = &mut params.transaction.message else { return };
    let Some(used) = message.address_table_lookups.first_mut() else { return };
    match tamper {
        Tamper::SolTableWrongIndex => shift(used, scene.solana.table.addresses.len()),
        Tamper::SolTableIndexOutOfRange => {
            if let Some(place) = used.writable_indexes.first_mut() {
                *place = BEHIND;
            }
        }
        Tamper::SolTableUnknown => used.account_key = cast.another("table"),
        Tamper::SolTableTwice => {
            let again = used.clone();
            message.address_table_lookups.push(again);
        }
        Tamper::SolTableSpareEntry => spare(used, scene.solana.table.addresses.len()),
        Tamper::SolProgramFromTable => program_from_table(&mut params.transaction.message),
        Tamper::SolTableOwner => change(scene, |account| account.owner = cast.attacker),
        Tamper::SolTableDeactivated => {
            let slot = scene.solana.engine.latest().slot;
            change_meta(scene, |meta| meta.deactivation_slot = slot);
        }
        Tamper::SolTableFresh => {
            let slot = scene.solana.engine.latest().slot.saturating_add(BLOCKHASH_SLOTS);
            change_meta(scene, |meta| {
                meta.last_extended_slot = slot;
                meta.last_extended_slot_start_index = 0;
            });
        }
        _ => return,
    }
    scene.sign(&mut params.transaction);
}

/// Looks the first account up one place further.
fn shift(used: &mut MessageAddressTableLookup, entries: usize) {
    let entries = u8::try_from(entries).unwrap_or(u8::MAX);
    if let Some(place) = used.writable_indexes.first_mut() {
        *place = place.saturating_add(1).checked_rem(entries).unwrap_or_default();
    }
}

/// Looks up an entry that no instruction names.
fn spare(used: &mut MessageAddressTableLookup, entries: usize) {
    let taken =
        |place: &u8| used.writable_indexes.contains(place) || used.readonly_indexes.contains(place);
    let entries = u8::try_from(entries).unwrap_or(u8::MAX);
    if let Some(free) = (0..entries).rev().find(|place| !taken(place)) {
        used.readonly_indexes.push(free);
    }
}

/// Calls the first account behind those of the message as a program.
fn program_from_table(message: &mut VersionedMessage) {
    let first = u8::try_from(message.static_account_keys().len()).unwrap_or(u8::MAX);
    let called = message::instructions(message).and_then(|all| all.last_mut());
    if let Some(called) = called {
        called.program_id_index = first;
    }
}

/// Pays the attacker, whom a table of its own names to write to, behind a table that names the
/// vault to read. A runtime puts what is written to first.
fn misorder(params: &mut CosignParams, scene: &mut CosignScene<'_>, cast: &Cast) {
    let account = |owner| match cast.asset {
        Asset::Native => owner,
        Asset::Token(mint) => mint.account_of(&owner),
    };
    let (shown, paid) = (account(cast.vault), account(cast.attacker));
    let place = scene.solana.table.addresses.iter().position(|entry| *entry == shown);
    let place = place.and_then(|place| u8::try_from(place).ok());
    if scene.offer.draft.legacy {
        return;
    }
    let (Some(place), Ok(second)) = (place, scene.solana.add_table(scene.now, vec![paid])) else {
        return;
    };
    let Ok(transfer) = cast.asset.transfer((&cast.user, &cast.attacker), cast.amount) else {
        return;
    };
    let mut draft = Draft { tables: vec![second], ..scene.offer.draft.clone() };
    if let Some(last) = draft.instructions.last_mut() {
        *last = transfer;
    }
    let Some(mut transaction) = draft.compile() else { return };
    if let VersionedMessage::V0(message) = &mut transaction.message {
        put_first(message, scene.solana.table.key, place);
    }
    scene.sign(&mut transaction);
    params.transaction = transaction;
}

fn put_first(message: &mut Message, account_key: Address, place: u8) {
    let shown = MessageAddressTableLookup {
        account_key,
        writable_indexes: Vec::new(),
        readonly_indexes: vec![place],
    };
    message.address_table_lookups.insert(0, shown);
}

fn change(scene: &mut CosignScene<'_>, change: impl FnOnce(&mut Account)) {
    let key = scene.solana.table.key;
    if let Some(mut account) = scene.solana.engine.account(&key) {
        change(&mut account);
        scene.solana.engine.put(key, account);
    }
}

fn change_meta(scene: &mut CosignScene<'_>, change_it: impl FnOnce(&mut LookupTableMeta)) {
    change(scene, |account| {
        let read = AddressLookupTable::deserialize(&account.data).map(|table| table.meta);
        let Ok(mut meta) = read else { return };
        change_it(&mut meta);
        if let Err(error) = AddressLookupTable::overwrite_meta_data(&mut account.data, meta) {
            tracing::debug!(?error, "the table is as it was");
        }
    });
}
