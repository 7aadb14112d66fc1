//! How many swaps are in each state.
//!
//! Those at their end are very many, so they are counted as they end; the others are counted by the
//! index.

use std::collections::BTreeMap;

use countersign_approval::SwapId;

use super::{Session, Value, sql};
use crate::{State, StoreError};

/// Counts a swap that has come to its end. Each state's count is spread over sixteen rows, so that
/// those who end at the same time seldom wait for each other.
pub(super) async fn ended(
    session: &mut dyn Session,
    swap_id: SwapId,
    state: State,
) -> Result<(), StoreError> {
    let insert = sql!(
        "INSERT INTO tallies (state, shard, swaps) VALUES ($1, $2, 1) \
         ON CONFLICT (state, shard) DO UPDATE SET swaps = tallies.swaps + 1"
    );
    session.execute(insert, &[state.as_str().into(), shard(swap_id)]).await?;
    Ok(())
}

/// Returns the row that counts a swap: the last digit of an id is random.
pub(super) fn shard(swap_id: SwapId) -> Value {
    Value::Text(swap_id.to_string().pop().unwrap_or_default().to_string())
}

pub(super) async fn count(session: &mut dyn Session) -> Result<BTreeMap<State, u64>, StoreError> {
    let mut counts = BTreeMap::new();
    let open = sql!("SELECT count(*) FROM swaps WHERE state = $1");
    let over = sql!("SELECT swaps FROM tallies WHERE state = $1");
    for state in State::ALL {
        let select = if state.is_ended() { over } else { open };
        let mut swaps = 0_u64;
        for row in session.query(select, &[state.as_str().into()]).await? {
            swaps = swaps.saturating_add(row.int(0)?);
        }
        if swaps > 0 {
            counts.insert(state, swaps);
        }
    }
    Ok(counts)
}
