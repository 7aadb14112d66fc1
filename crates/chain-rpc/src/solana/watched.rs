use std::collections::BTreeSet;

use countersign_approval::{SeenTables, SolanaFactsQuery, TableUse};
use countersign_units::SolanaAddress;

use crate::rpc::RpcError;

/// How many accounts a transaction can name: their numbers are bytes.
const MOST: usize = 256;

/// Returns each account that a transaction may write to, once and in its order: those of its own
/// list, then those out of tables. An entry that its table doesn't have is left out: nothing can be
/// known of it, and no cluster takes the transaction.
///
/// # Errors
///
/// Returns [`RpcError::Malformed`] if these are more than a transaction can name.
pub(super) fn watched(
    query: &SolanaFactsQuery,
    tables: &SeenTables,
) -> Result<Vec<SolanaAddress>, RpcError> {
    let looked_up = query.tables.iter().flat_map(|used| entries(used, tables));
    let mut met = BTreeSet::new();
    let mut watched: Vec<_> = query.writable.iter().copied().chain(looked_up).collect();
    watched.retain(|address| met.insert(*address));
    if watched.len() > MOST {
        let found = format!("{} of them", watched.len());
        return Err(RpcError::Malformed { expected: "at most 256 writable accounts", found });
    }
    Ok(watched)
}

fn entries<'t>(
    used: &'t TableUse,
    tables: &'t SeenTables,
) -> impl Iterator<Item = SolanaAddress> + 't {
    let table = tables.tables.get(&used.table);
    let entries = used.writable.iter();
    entries.filter_map(move |index| table?.addresses.get(usize::from(*index)).copied())
}
