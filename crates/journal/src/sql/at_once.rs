//! Writes that go well, each in one statement.
//!
//! What a swap writes on its way is decided by what its writer knows: where the chain ends, and the
//! lease. So one statement does all of it where both still hold, and nothing where they do not; then
//! the same is done step by step, which finds out why. The statement is a transaction of its own: it
//! saves a way to the database and back for each step, and those who wait for a row wait less.

mod texts;

use std::collections::{BTreeMap, BTreeSet};

use countersign_approval::{AssetLimits, Claim};

use super::open::request;
use super::write::Seal;
use super::{Backend, Value, deaths, limits, tally};
use crate::entry::Reserved;
use crate::{Entry, Head, Lease, Opened, Opening, State, StoreError, What, Write};

/// Where each entry is: its number, where its hash starts, where it starts, and how long it is. The
/// first byte is number 1, as databases count.
type Places = Vec<[u64; 4]>;

/// Opens a swap whose key is new.
pub(super) async fn open(
    backend: &dyn Backend,
    opening: &Opening<'_>,
) -> Result<Option<Opened>, StoreError> {
    let Some((values, head)) = opened(opening) else { return Ok(None) };
    let lease = Lease { swap_id: opening.swap_id, token: 1, until: opening.term.until };
    let rows = backend.at_once(texts::OPEN, values).await?;
    Ok((!rows.is_empty()).then_some(Opened::New(lease, head)))
}

fn opened(opening: &Opening<'_>) -> Option<(Vec<Value>, Head)> {
    let (swap_id, entries) = (opening.swap_id, opening.entries);
    deaths::require_plain(entries).ok()?;
    let (request, opened_at) = (request(opening)?, entries.first()?.at);
    let seal = Seal::of(swap_id, Head::START, None, entries).ok()?;
    let state = seal.state.filter(|state| !state.is_ended())?;
    let mut values = vec![
        swap_id.into(),
        request.key.as_str().into(),
        request.digest.into(),
        request.environment.as_str().into(),
        state.as_str().into(),
        number(seal.head.count)?,
        seal.head.hash.into(),
        number(opened_at.value())?,
        number(seal.last?.value())?,
        opening.term.holder.as_str().into(),
        number(opening.term.until.value())?,
    ];
    values.extend(bytes(&seal)?);
    Some((values, seal.head))
}

/// Appends entries behind the head that the writer knows.
pub(super) async fn append(
    backend: &dyn Backend,
    write: &Write<'_>,
) -> Result<Option<Head>, StoreError> {
    let Some((values, head)) = appended(write) else { return Ok(None) };
    let rows = backend.at_once(texts::APPEND, values).await?;
    Ok((!rows.is_empty()).then_some(head))
}

fn appended(write: &Write<'_>) -> Option<(Vec<Value>, Head)> {
    deaths::require_plain(write.entries).ok()?;
    let moved = Moved::by(write, write.entries)?;
    let needs_live = write.entries.iter().any(|entry| matches!(entry.what, What::Signed { .. }));
    let mut values = moved.values(write)?;
    values.push(Value::Int(i64::from(needs_live)));
    values.push(moved.end.map_or("", State::as_str).into());
    values.push(tally::shard(write.lease.swap_id));
    Some((values, moved.seal.head))
}

/// Records a swap's first claim and appends the entry that says so.
pub(super) async fn reserve(
    backend: &dyn Backend,
    write: &Write<'_>,
    claim: &Claim,
    asset_limits: AssetLimits,
) -> Result<Option<Head>, StoreError> {
    let Some((values, head)) = reserved(write, claim, asset_limits) else { return Ok(None) };
    let rows = backend.in_turn(&claim.token, texts::RESERVE, values).await?;
    Ok((!rows.is_empty()).then_some(head))
}

fn reserved(
    write: &Write<'_>,
    claim: &Claim,
    asset_limits: AssetLimits,
) -> Option<(Vec<Value>, Head)> {
    deaths::require_plain(write.entries).ok()?;
    let mut entries = write.entries.to_vec();
    let reserved = What::Reserved(Reserved::of(claim, asset_limits).ok()?);
    entries.push(Entry::new(write.now, reserved));
    let moved = Moved::by(write, &entries)?;
    // In one order, or two who take the same could wait for each other.
    let resources: BTreeSet<&str> = claim.resources.iter().map(String::as_str).collect();
    let (now, is_own) = (write.now.to_seconds(), claim.swap_id == write.lease.swap_id);
    if !is_own || resources.is_empty() || moved.end.is_some() {
        return None;
    }
    let mut values = moved.values(write)?;
    values.extend([
        claim.environment.as_str().into(),
        Value::Text(serde_json::to_string(&resources).ok()?),
        number(u64::try_from(resources.len()).ok()?)?,
        claim.token.as_str().into(),
        claim.amount.into(),
        asset_limits.per_day.into(),
        number(limits::day_before(now)?)?,
        number(now.value())?,
        claim.valid_until.into(),
    ]);
    Some((values, moved.seal.head))
}

/// Entries that may follow where a swap is, wherever that may be.
struct Moved {
    /// Where the swap is afterwards, for each state in which the entries are possible.
    states: BTreeMap<&'static str, &'static str>,
    /// The end that they are.
    end: Option<State>,
    seal: Seal,
}

impl Moved {
    fn by(write: &Write<'_>, entries: &[Entry]) -> Option<Self> {
        // Of a death there is more to be said than that it is written.
        if entries.iter().any(|entry| matches!(entry.what, What::Dead(_))) {
            return None;
        }
        let mut states = BTreeMap::new();
        let mut first = None;
        for state in State::ALL.into_iter().filter(|state| !state.is_ended()) {
            let next = |state, entry: &Entry| State::after(Some(state), &entry.what);
            if let Ok(after) = entries.iter().try_fold(state, next) {
                states.insert(state.as_str(), after.as_str());
                first = first.or(Some((state, after)));
            }
        }
        let (state, after) = first?;
        let seal = Seal::of(write.lease.swap_id, write.head, Some(state), entries).ok()?;
        Some(Self { states, end: Some(after).filter(|after| after.is_ended()), seal })
    }

    /// Returns the first values of a statement that moves a swap on.
    fn values(&self, write: &Write<'_>) -> Option<Vec<Value>> {
        let mut values = vec![
            write.lease.swap_id.into(),
            Value::Text(serde_json::to_string(&self.states).ok()?),
            Value::Int(i64::from(self.end.is_none())),
            number(self.seal.head.count)?,
            self.seal.head.hash.into(),
            number(self.seal.last?.value())?,
            number(write.until.value())?,
            number(write.head.count)?,
            write.head.hash.into(),
            number(write.lease.token)?,
            number(write.now.value())?,
        ];
        values.extend(bytes(&self.seal)?);
        Some(values)
    }
}

/// Returns the bytes of all entries behind each other, and where each is.
fn bytes(seal: &Seal) -> Option<[Value; 2]> {
    let (mut all, mut places) = (Vec::new(), Places::new());
    for ((hash, bytes), sequence) in seal.sealed.iter().zip(seal.first..) {
        let start = u64::try_from(all.len()).ok()?.checked_add(1)?;
        let length = u64::try_from(bytes.len()).ok()?;
        all.extend_from_slice(hash.as_bytes());
        places.push([sequence, start, u64::try_from(all.len()).ok()?.checked_add(1)?, length]);
        all.extend_from_slice(bytes);
    }
    Some([Value::Bytes(all), Value::Text(serde_json::to_string(&places).ok()?)])
}

/// Takes a number as far as a column can hold it: what is too large is said step by step.
fn number(value: u64) -> Option<Value> {
    i64::try_from(value).ok().map(Value::Int)
}
