//! The lookup table, made by the program that owns all of them.

use solana_address::Address;
use solana_address_lookup_table_interface::instruction::{
    create_lookup_table, extend_lookup_table,
};
use solana_instruction::Instruction;
use solana_message::AddressLookupTableAccount;

/// Writes the instructions that make a table and fill it.
pub(super) fn make(
    authority: &Address,
    slot: u64,
    addresses: Vec<Address>,
) -> (AddressLookupTableAccount, Vec<Instruction>) {
    let (create, key) = create_lookup_table(*authority, *authority, slot);
    let extend = extend_lookup_table(key, *authority, Some(*authority), addresses.clone());
    (AddressLookupTableAccount { key, addresses }, vec![create, extend])
}
