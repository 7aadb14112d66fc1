use solana_address_lookup_table_interface::instruction as table;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let Values { keys: [at, authority, payer, to, ..], amount: slot, .. } = values;
    let extra = |built, detail| other(built, Code::ExtraInstruction, detail);
    let (created, address) = table::create_lookup_table(*authority, *payer, *slot);
    let extended = |payer| table::extend_lookup_table(*at, *authority, payer, values.keys.to_vec());
    vec![
        extra(
            created,
            format!(
                "CreateLookupTable: makes {address} at slot {slot}, authority {authority}, payer {payer}"
            ),
        ),
        extra(
            table::freeze_lookup_table(*at, *authority),
            format!("FreezeLookupTable: table {at}, authority {authority}"),
        ),
        // A payer is asked for only where the table needs more rent.
        extra(
            extended(None),
            format!("ExtendLookupTable: adds 8 addresses to {at}, authority {authority}"),
        )
        .more(),
        extra(
            extended(Some(*payer)),
            format!(
                "ExtendLookupTable: adds 8 addresses to {at}, authority {authority}, payer {payer}"
            ),
        )
        .fewer(),
        extra(
            table::deactivate_lookup_table(*at, *authority),
            format!("DeactivateLookupTable: table {at}, authority {authority}"),
        ),
        extra(
            table::close_lookup_table(*at, *authority, *to),
            format!(
                "CloseLookupTable: closes {at}, its lamports go to {to}, authority {authority}"
            ),
        ),
    ]
}

hold!(cases);

#[test]
fn more_addresses_than_there_are_bytes() {
    let [at, authority, ..] = Values::some().keys;
    let mut built = table::extend_lookup_table(at, authority, None, vec![at]);
    for count in [2_u64, u64::MAX, 1 << 58] {
        built.data[4..12].copy_from_slice(&count.to_le_bytes());
        refused(&built);
    }
}
