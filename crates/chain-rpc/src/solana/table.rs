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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use solana_address_lookup_table_interface::state::LookupTableMeta;

    use super::*;

    proptest! {
        #[test]
        fn a_table_is_told_as_it_was_written(
            deactivation_slot: u64,
            last_extended_slot: u64,
            last_extended_start_index: u8,
            entries in prop::collection::vec(any::<[u8; 32]>(), 0..=256),
        ) {
            let meta = LookupTableMeta {
                deactivation_slot,
                last_extended_slot,
                last_extended_slot_start_index: last_extended_start_index,
                ..LookupTableMeta::default()
            };
            let addresses = entries.iter().map(|entry| (*entry).into()).collect();
            let data = AddressLookupTable { meta, addresses }.serialize_for_tests().unwrap();
            let owner = SolanaAddress::new(program::ID.to_bytes());
            let expected = LookupTable {
                owner,
                deactivation_slot,
                last_extended_slot,
                last_extended_start_index,
                addresses: entries.into_iter().map(SolanaAddress::new).collect(),
            };
            prop_assert_eq!(read(&Account { lamports: 1, owner, data }), Ok(expected));
        }

        #[test]
        fn no_bytes_panic(data: Vec<u8>, entries: Vec<u8>) {
            let owner = SolanaAddress::new(program::ID.to_bytes());
            let made = [vec![1, 0, 0, 0], vec![0; 52], entries].concat();
            for data in [data, made] {
                let _ = read(&Account { lamports: 1, owner, data });
            }
        }
    }
}
