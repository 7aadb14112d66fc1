//! Appends entries, fenced.

use countersign_approval::SwapId;
use countersign_units::UnixMillis;

use super::{Session, Sql, Value, deaths, read, sql, tally};
use crate::{Digest, Entry, Head, State, StoreError, Write};

/// Entries in their canonical bytes, each with its hash, and where the chain ends then.
pub(super) struct Seal {
    pub(super) first: u64,
    pub(super) sealed: Vec<(Digest, Vec<u8>)>,
    pub(super) head: Head,
    pub(super) state: Option<State>,
    /// The time of the last entry, where there is one.
    pub(super) last: Option<UnixMillis>,
}

/// A swap's row, which stays ours until the transaction ends.
struct Locked {
    state: State,
    head: Head,
    fence: u64,
    free_at: UnixMillis,
    changed_at: UnixMillis,
}

impl Seal {
    pub(super) fn of(
        swap_id: SwapId,
        head: Head,
        state: Option<State>,
        entries: &[Entry],
    ) -> Result<Self, StoreError> {
        let mut seal = Self { first: head.count, sealed: Vec::new(), head, state, last: None };
        for entry in entries {
            seal.state = Some(State::after(seal.state, &entry.what)?);
            let bytes = entry.to_bytes();
            if bytes.is_empty() {
                return Err(StoreError::corrupted("an entry", "its bytes", "none"));
            }
            seal.head = seal.head.after(swap_id, &bytes);
            seal.sealed.push((seal.head.hash, bytes));
            seal.last = Some(entry.at);
        }
        Ok(seal)
    }
}

/// What a write does beside appending.
pub(super) enum Written {
    /// It is there now.
    Now(Head),
    /// It was there already.
    Before(Head),
}

/// Appends what any caller may append.
pub(super) async fn append(
    session: &mut dyn Session,
    write: &Write<'_>,
) -> Result<Head, StoreError> {
    deaths::require_plain(write.entries)?;
    match append_any(session, write, write.entries).await? {
        Written::Now(head) | Written::Before(head) => Ok(head),
    }
}

/// Appends entries behind the head that the writer knows, if its lease still holds.
pub(super) async fn append_any(
    session: &mut dyn Session,
    write: &Write<'_>,
    entries: &[Entry],
) -> Result<Written, StoreError> {
    let swap_id = write.lease.swap_id;
    let locked = lock(session, swap_id).await?;
    check_lease(&locked, write)?;
    if locked.head != write.head {
        return before(session, write, entries, &locked).await;
    }
    let seal = Seal::of(swap_id, locked.head, Some(locked.state), entries)?;
    insert(session, swap_id, &seal).await?;
    update(session, write, &seal, &locked).await?;
    if let Some(state) = seal.state.filter(|state| state.is_ended() && !locked.state.is_ended()) {
        tally::ended(session, swap_id, state).await?;
    }
    deaths::follow(session, write, entries).await?;
    Ok(Written::Now(seal.head))
}

async fn lock(session: &mut dyn Session, swap_id: SwapId) -> Result<Locked, StoreError> {
    let select = sql!(
        locked "SELECT state, entries, head, fence, free_at, changed_at FROM swaps WHERE swap_id = $1"
    );
    let rows = session.query(select, &[swap_id.into()]).await?;
    let row = rows.first().ok_or(StoreError::UnknownSwap(swap_id))?;
    Ok(Locked {
        state: row.parse(0, "a swap's state")?,
        head: row.head(1)?,
        fence: row.int(3)?,
        free_at: row.millis(4)?,
        changed_at: row.millis(5)?,
    })
}

fn check_lease(locked: &Locked, write: &Write<'_>) -> Result<(), StoreError> {
    let token = write.lease.token;
    if token == locked.fence && write.now < locked.free_at {
        return Ok(());
    }
    let (latest, until) = (locked.fence, locked.free_at);
    Err(StoreError::LeaseLost { swap_id: write.lease.swap_id, token, latest, until })
}

/// Takes a write that is there already for done: its answer was lost.
async fn before(
    session: &mut dyn Session,
    write: &Write<'_>,
    entries: &[Entry],
    locked: &Locked,
) -> Result<Written, StoreError> {
    let swap_id = write.lease.swap_id;
    let (expected, found) = (write.head.count, locked.head.count);
    let conflict = StoreError::Conflict { swap_id, expected, found };
    let links = read::raw(session, swap_id).await?;
    let mut head = write.head;
    for entry in entries {
        head = head.after(swap_id, &entry.to_bytes());
    }
    let last = links.iter().find(|link| link.sequence.checked_add(1) == Some(head.count));
    let there = !entries.is_empty() && last.is_some_and(|link| link.hash == head.hash);
    if there { Ok(Written::Before(locked.head)) } else { Err(conflict) }
}

pub(super) async fn insert(
    session: &mut dyn Session,
    swap_id: SwapId,
    seal: &Seal,
) -> Result<(), StoreError> {
    for (chunk, first) in
        seal.sealed.chunks(INSERTS.len()).zip((seal.first..).step_by(INSERTS.len()))
    {
        let mut values = vec![swap_id.into()];
        for ((hash, bytes), sequence) in chunk.iter().zip(first..) {
            values.push(Value::int("sequence", sequence)?);
            values.extend([(*hash).into(), Value::Bytes(bytes.clone())]);
        }
        let insert = INSERTS.get(chunk.len().saturating_sub(1));
        let insert = *insert.ok_or_else(|| StoreError::corrupted("entries", "some", "none"))?;
        session.execute(insert, &values).await?;
    }
    Ok(())
}

/// Inserts one entry, two, and so on: one round trip each.
const INSERTS: [Sql; 6] = [
    sql!("INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4)"),
    sql!(
        "INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4), \
         ($1, $5, $6, $7)"
    ),
    sql!(
        "INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4), \
         ($1, $5, $6, $7), ($1, $8, $9, $10)"
    ),
    sql!(
        "INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4), \
         ($1, $5, $6, $7), ($1, $8, $9, $10), ($1, $11, $12, $13)"
    ),
    sql!(
        "INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4), \
         ($1, $5, $6, $7), ($1, $8, $9, $10), ($1, $11, $12, $13), ($1, $14, $15, $16)"
    ),
    sql!(
        "INSERT INTO entries (swap_id, sequence, hash, entry) VALUES ($1, $2, $3, $4), \
         ($1, $5, $6, $7), ($1, $8, $9, $10), ($1, $11, $12, $13), ($1, $14, $15, $16), \
         ($1, $17, $18, $19)"
    ),
];

async fn update(
    session: &mut dyn Session,
    write: &Write<'_>,
    seal: &Seal,
    locked: &Locked,
) -> Result<(), StoreError> {
    let update = sql!(
        "UPDATE swaps SET state = $2, is_open = $3, entries = $4, head = $5, changed_at = $6, \
         free_at = $7 WHERE swap_id = $1 AND entries = $8 AND fence = $9"
    );
    let state = seal.state.unwrap_or(locked.state);
    let values = [
        write.lease.swap_id.into(),
        state.as_str().into(),
        Value::Int(i64::from(!state.is_ended())),
        Value::int("entries", seal.head.count)?,
        seal.head.hash.into(),
        Value::int("time", seal.last.unwrap_or(locked.changed_at).value())?,
        Value::int("lease", write.until.max(locked.free_at).value())?,
        Value::int("entries", locked.head.count)?,
        Value::int("fence", locked.fence)?,
    ];
    if session.execute(update, &values).await? == 1 {
        return Ok(());
    }
    Err(StoreError::Busy("a swap changed while it was locked".to_owned()))
}
