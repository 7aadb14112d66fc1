use countersign_approval::{Code, LookupTable};
use countersign_units::SolanaAddress;
use solana_message::v0::MessageAddressTableLookup;

use super::Check;
use crate::programs;

/// How many entries an index of one byte can reach.
const MAX_ENTRIES: usize = 256;

/// What tables add to the accounts of a message.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) writable: Vec<SolanaAddress>,
    pub(super) readonly: Vec<SolanaAddress>,
}

impl<'a> Check<'a> {
    /// Looks up each entry that is used: of all tables first those that may be written to, then
    /// those that are only read. `None` where one is not known.
    pub(super) fn load(&mut self) -> Option<Loaded> {
        let mut loaded = Loaded::default();
        let mut known = true;
        for (place, lookup) in self.decoded.lookups().iter().enumerate() {
            let entries = self.entries(place, lookup);
            let add = |list: &mut Vec<SolanaAddress>, indices: &[u8]| {
                let found = indices.iter().map_while(|index| entries?.get(usize::from(*index)));
                let before = list.len();
                list.extend(found);
                list.len().saturating_sub(before) == indices.len()
            };
            let writable = add(&mut loaded.writable, &lookup.writable_indexes);
            let readonly = add(&mut loaded.readonly, &lookup.readonly_indexes);
            if !(writable && readonly) {
                known = false;
                self.refuse_table(place, "a table that holds each entry used", "none");
            }
        }
        known.then_some(loaded)
    }

    /// Finds a table's entries, in what terms and facts say of it; where both do, they agree.
    fn entries(
        &mut self,
        place: usize,
        lookup: &MessageAddressTableLookup,
    ) -> Option<&'a [SolanaAddress]> {
        let address = SolanaAddress::new(lookup.account_key.to_bytes());
        let (terms, facts) = (self.terms, self.facts);
        let pinned = terms.lookup_tables.get(&address).map(Vec::as_slice);
        let Some(seen) = &facts.tables else {
            return self.bounded(place, pinned);
        };
        let Some(table) = seen.tables.get(&address) else {
            self.refuse_table(place, "a table of the cluster", address);
            return None;
        };
        self.usable(place, lookup, table, seen.slot);
        // Entries are only ever added, so those that we know come first.
        if let Some(pinned) = pinned.filter(|pinned| !table.addresses.starts_with(pinned)) {
            let expected = format_args!("the {} entries in terms", pinned.len());
            self.refuse_table(place, expected, "other entries on the cluster");
        }
        self.bounded(place, Some(&table.addresses))
    }

    fn bounded(
        &mut self,
        place: usize,
        entries: Option<&'a [SolanaAddress]>,
    ) -> Option<&'a [SolanaAddress]> {
        let count = entries?.len();
        if count > MAX_ENTRIES {
            self.refuse_table(place, format_args!("at most {MAX_ENTRIES} entries"), count);
        }
        entries
    }

    /// The table is one, is not being closed, and the entries that are used can be used by now.
    fn usable(
        &mut self,
        place: usize,
        lookup: &MessageAddressTableLookup,
        table: &LookupTable,
        slot: u64,
    ) {
        if table.owner != programs::LOOKUP_TABLE {
            self.refuse_table(place, "an account of the lookup table program", table.owner);
        }
        if table.deactivation_slot != u64::MAX {
            let found =
                format_args!("one that was switched off in slot {}", table.deactivation_slot);
            self.refuse_table(place, "a table that is not switched off", found);
        }
        let fresh = table.last_extended_slot >= slot;
        let mut used = lookup.writable_indexes.iter().chain(&lookup.readonly_indexes);
        if fresh && used.any(|index| *index >= table.last_extended_start_index) {
            let expected = format_args!("entries from before slot {slot}");
            self.refuse_table(place, expected, table.last_extended_slot);
        }
    }

    fn refuse_table(
        &mut self,
        place: usize,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) {
        let member = format_args!("message.lookups[{place}]");
        self.push(Code::LookupTable, member, expected, found);
    }
}
