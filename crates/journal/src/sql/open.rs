//! Opens swaps: one idempotency key, one swap.

use countersign_units::UnixMillis;

use super::write::{Seal, insert};
use super::{Session, Value, deaths, read, sql, tally};
use crate::{Head, Lease, Opened, Opening, Request, State, StoreError, What};

pub(super) async fn open(
    session: &mut dyn Session,
    opening: &Opening<'_>,
) -> Result<Opened, StoreError> {
    let swap_id = opening.swap_id;
    deaths::require_plain(opening.entries)?;
    let seal = Seal::of(swap_id, Head::START, None, opening.entries)?;
    let Some(request) = request(opening) else {
        return Err(crate::Impossible { state: None, entry: "nothing" }.into());
    };
    if !insert_swap(session, opening, request, &seal).await? {
        return same(session, request).await;
    }
    insert(session, swap_id, &seal).await?;
    if let Some(state) = seal.state.filter(|state| state.is_ended()) {
        tally::ended(session, swap_id, state).await?;
    }
    Ok(Opened::New(Lease { swap_id, token: 1, until: opening.term.until }, seal.head))
}

pub(super) fn request<'a>(opening: &Opening<'a>) -> Option<&'a Request> {
    match &opening.entries.first()?.what {
        What::Requested(request) => Some(request),
        _ => None,
    }
}

/// Says whether the swap is new. Another process that opens the same key at the same time is waited
/// for.
async fn insert_swap(
    session: &mut dyn Session,
    opening: &Opening<'_>,
    request: &Request,
    seal: &Seal,
) -> Result<bool, StoreError> {
    let insert = sql!(
        "INSERT INTO swaps (swap_id, idempotency_key, request, environment, state, is_open, \
         entries, head, committed, opened_at, changed_at, fence, holder, free_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, 1, $11, $12) ON CONFLICT DO NOTHING"
    );
    let state = seal.state.unwrap_or(State::Requested);
    let opened_at = opening.entries.first().map_or(UnixMillis::new(0), |entry| entry.at);
    let values = [
        opening.swap_id.into(),
        request.key.as_str().into(),
        request.digest.into(),
        request.environment.as_str().into(),
        state.as_str().into(),
        Value::Int(i64::from(!state.is_ended())),
        Value::int("entries", seal.head.count)?,
        seal.head.hash.into(),
        Value::int("time", opened_at.value())?,
        Value::int("time", seal.last.unwrap_or(opened_at).value())?,
        opening.term.holder.as_str().into(),
        Value::int("lease", opening.term.until.value())?,
    ];
    Ok(session.execute(insert, &values).await? == 1)
}

async fn same(session: &mut dyn Session, request: &Request) -> Result<Opened, StoreError> {
    let Some(summary) = read::find(session, &request.key).await? else {
        return Err(StoreError::corrupted("a swap's id", "one that is new", "one that is there"));
    };
    if summary.request != request.digest {
        return Err(StoreError::KeyTaken { swap_id: summary.swap_id });
    }
    Ok(Opened::Same(summary))
}
