//! Lookup tables.

use std::collections::BTreeMap;

use countersign_approval::{LookupTable, SeenTables, TableUse};
use countersign_units::SolanaAddress;
use solana_address_lookup_table_interface::program;
use solana_address_lookup_table_interface::state::{
    AddressLookupTable, LOOKUP_TABLE_MAX_ADDRESSES,
};

use super::answers::Account;
use super::questions::ACCOUNTS;
use super::settled::Settled;
use crate::rpc::RpcError;

/// Reads the tables that a transaction uses; one that is not there is left out.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if the program of lookup tables keeps something else in one.
pub(super) fn seen(settled: &Settled, used: &[TableUse]) -> Result<SeenTables, RpcError> {
    let mut tables = BTreeMap::new();
    for TableUse { table, .. } in used {
        if let Some(account) = settled.account(*table) {
            tables.insert(*table, read(account)?);
        }
    }
    Ok(SeenTables { slot: settled.slot, tables })
}

fn read(account: &Account) -> Result<LookupTable, RpcError> {
    if account.owner.as_bytes() != program::ID.as_array() {
        return Ok(no_table(account.owner));
    }
    let table = AddressLookupTable::deserialize(&account.data)
        .ok()
        .filter(|table| table.addresses.len() <= LOOKUP_TABLE_MAX_ADDRESSES)
        .ok_or_else(|| unreadable(account))?;
    Ok(LookupTable {
        owner: account.owner,
        deactivation_slot: table.meta.deactivation_slot,
        last_extended_slot: table.meta.last_extended_slot,
        last_extended_start_index: table.meta.last_extended_slot_start_index,
        addresses: table
            .addresses
            .iter()
            .map(|address| SolanaAddress::new(address.to_bytes()))
            .collect(),
    })
}

/// Tells of an account of another program: whatever it holds, it is a table without entries that
/// was never switched on.
const fn no_table(owner: SolanaAddress) -> LookupTable {
    LookupTable {
        owner,
        deactivation_slot: 0,
        last_extended_slot: 0,
        last_extended_start_index: 0,
        addresses: Vec::new(),
    }
}

fn unreadable(account: &Account) -> RpcError {
    let found = format!("{} bytes that are none", account.data.len());
    RpcError::value(ACCOUNTS, "a lookup table of at most 256 entries", found)
}
