//! Reads swaps and their histories.

use countersign_approval::SwapId;

use super::{Row, Session, Sql, Value, beside, sql};
use crate::chain::Follower;
use crate::{Entry, History, Label, Link, Page, RawEntry, State, StoreError, Summary, What, Which};

pub(super) async fn find(
    session: &mut dyn Session,
    key: &Label,
) -> Result<Option<Summary>, StoreError> {
    let select = sql!(
        "SELECT swap_id, idempotency_key, request, state, entries, head, opened_at, changed_at, \
         environment \
         FROM swaps WHERE idempotency_key = $1"
    );
    let rows = session.query(select, &[key.as_str().into()]).await?;
    rows.first().map(summary).transpose()
}

pub(super) async fn list(
    session: &mut dyn Session,
    page: Page,
) -> Result<Vec<Summary>, StoreError> {
    let mut values = vec![behind(page.after), Value::Int(i64::from(page.most))];
    if let Which::In(state) = page.which {
        values.push(state.as_str().into());
    }
    session.query(listing(page.which), &values).await?.iter().map(summary).collect()
}

const fn listing(which: Which) -> Sql {
    match which {
        Which::All => sql!(
            "SELECT swap_id, idempotency_key, request, state, entries, head, opened_at, changed_at, \
         environment \
             FROM swaps WHERE swap_id > $1 ORDER BY swap_id LIMIT $2"
        ),
        Which::Open => sql!(
            "SELECT swap_id, idempotency_key, request, state, entries, head, opened_at, changed_at, \
         environment \
             FROM swaps WHERE swap_id > $1 AND is_open = 1 ORDER BY swap_id LIMIT $2"
        ),
        Which::In(_) => sql!(
            "SELECT swap_id, idempotency_key, request, state, entries, head, opened_at, changed_at, \
         environment \
             FROM swaps WHERE swap_id > $1 AND state = $3 ORDER BY swap_id LIMIT $2"
        ),
    }
}

fn summary(row: &Row) -> Result<Summary, StoreError> {
    Ok(Summary {
        swap_id: row.swap_id(0)?,
        key: row.label(1)?,
        request: row.digest(2)?,
        state: row.parse(3, "a swap's state")?,
        head: row.head(4)?,
        opened_at: row.millis(6)?,
        changed_at: row.millis(7)?,
        environment: row.parse(8, "an environment")?,
    })
}

pub(super) async fn raw(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<Vec<RawEntry>, StoreError> {
    let select = sql!(
        "SELECT swap_id, sequence, hash, entry FROM entries WHERE swap_id = $1 ORDER BY sequence"
    );
    session.query(select, &[swap_id.into()]).await?.iter().map(raw_entry).collect()
}

/// Reads what happened in a swap, for a write that depends on it.
pub(super) async fn entries(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<Vec<Entry>, StoreError> {
    let wrong = |_| StoreError::corrupted("an entry", "its canonical form", "another");
    let rows = raw(session, swap_id).await?;
    rows.iter().map(|raw| Entry::from_bytes(&raw.bytes).map_err(wrong)).collect()
}

pub(super) async fn raw_between(
    session: &mut dyn Session,
    after: Option<SwapId>,
    last: SwapId,
) -> Result<Vec<RawEntry>, StoreError> {
    let select = sql!(
        "SELECT swap_id, sequence, hash, entry FROM entries \
         WHERE swap_id > $1 AND swap_id <= $2 ORDER BY swap_id, sequence"
    );
    let rows = session.query(select, &[behind(after), last.into()]).await?;
    rows.iter().map(raw_entry).collect()
}

fn raw_entry(row: &Row) -> Result<RawEntry, StoreError> {
    let (swap_id, sequence, hash) = (row.swap_id(0)?, row.int(1)?, row.digest(2)?);
    Ok(RawEntry { swap_id, sequence, hash, bytes: row.bytes(3)?.to_vec() })
}

/// Returns what the ids of a page sort behind.
fn behind(after: Option<SwapId>) -> Value {
    // Before the first id, as text.
    Value::Text(after.map_or_else(String::new, |swap_id| swap_id.to_string()))
}

/// Reads a history, and compares what stands beside it with what follows from it.
pub(super) async fn load(
    session: &mut dyn Session,
    swap_id: SwapId,
) -> Result<History, StoreError> {
    let select = sql!(
        "SELECT swap_id, idempotency_key, request, state, entries, head, opened_at, changed_at, \
         environment, is_open \
         FROM swaps WHERE swap_id = $1"
    );
    let rows = session.query(select, &[swap_id.into()]).await?;
    let row = rows.first().ok_or(StoreError::UnknownSwap(swap_id))?;
    let (found, is_open) = (summary(row)?, row.int(9)? == 1);
    let mut follower = Follower::new(swap_id);
    let mut links = Vec::new();
    for entry in raw(session, swap_id).await? {
        links.push(follower.take(entry.sequence, entry.hash, &entry.bytes)?);
    }
    check_end(&follower, &found)?;
    require("whether a swap is open", &!found.state.is_ended(), &is_open)?;
    check_request(&links, &found)?;
    beside::check(session, swap_id, &links).await?;
    Ok(History { swap_id, state: found.state, head: found.head, links })
}

fn check_end(follower: &Follower, found: &Summary) -> Result<(), StoreError> {
    let head = follower.head();
    require("how many entries a swap has", &found.head.count, &head.count)?;
    require("the hash of a swap's last entry", &found.head.hash, &head.hash)?;
    let state = follower.state().map_or("none", State::as_str);
    require("a swap's state", &state, &found.state.as_str())
}

fn check_request(links: &[Link], found: &Summary) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (links.first(), links.last()) else {
        return require("a swap's entries", &"some", &"none");
    };
    require("when a swap was opened", &first.entry.at, &found.opened_at)?;
    require("when a swap was changed", &last.entry.at, &found.changed_at)?;
    let What::Requested(request) = &first.entry.what else {
        return require("a swap's first entry", &"its request", &first.entry.what.name());
    };
    require("a swap's idempotency key", &request.key, &found.key)?;
    require("the digest of a swap's request", &request.digest, &found.request)?;
    require("a swap's environment", &request.environment, &found.environment)
}

fn require<T: PartialEq + std::fmt::Display>(
    what: &'static str,
    expected: &T,
    found: &T,
) -> Result<(), StoreError> {
    if expected == found {
        return Ok(());
    }
    Err(StoreError::corrupted(what, expected, found))
}
