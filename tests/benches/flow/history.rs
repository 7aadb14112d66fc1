//! Rows of a journal, as the store itself would have written them.

use countersign::approval::SwapId;
use countersign::journal::{Digest, Entry, Head, History, Label, Reserved, What, derive};
use countersign::units::UnixMillis;

/// A value of a column.
#[derive(Clone)]
pub(crate) enum Cell {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A swap that really took place, of which others are made.
pub(crate) struct Template(Vec<Entry>);

/// Rows of each table.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) swaps: Vec<Vec<Cell>>,
    pub(crate) entries: Vec<Vec<Cell>>,
    pub(crate) reservations: Vec<Vec<Cell>>,
    pub(crate) resources: Vec<Vec<Cell>>,
}

impl Template {
    pub(crate) fn of(history: &History) -> Self {
        Self(history.links.iter().map(|link| link.entry.clone()).collect())
    }

    /// Returns the entries of a swap with a key, up to the submission where it is open.
    fn entries(&self, key: &str, is_open: bool) -> Vec<Entry> {
        let mut entries = Vec::new();
        for entry in &self.0 {
            entries.push(renamed(entry, key));
            if is_open && matches!(entry.what, What::Submitted { .. }) {
                break;
            }
        }
        entries
    }
}

/// Gives what is unique to a swap the swap's own name.
fn renamed(entry: &Entry, key: &str) -> Entry {
    let mut entry = entry.clone();
    match &mut entry.what {
        What::Requested(request) => request.key = Label::new(key).unwrap(),
        What::Reserved(reserved) => {
            for resource in &mut reserved.resources {
                *resource = Label::new(format!("{}:{key}", resource.as_str())).unwrap();
            }
        }
        _ => {}
    }
    entry
}

impl Rows {
    /// Adds a swap, with the hash chain that its id gives it.
    pub(crate) fn add(&mut self, template: &Template, swap_id: SwapId, number: u64, is_open: bool) {
        // Callers' keys come in no order.
        let key = Digest::of(&number.to_be_bytes()).to_string();
        let (id, entries) = (Cell::Text(swap_id.to_string()), template.entries(&key, is_open));
        let mut head = Head::START;
        for entry in &entries {
            let (sequence, bytes) = (int(head.count), entry.to_bytes());
            head = head.after(swap_id, &bytes);
            let hash = Cell::Bytes(head.hash.as_bytes().to_vec());
            self.entries.push(vec![id.clone(), sequence, hash, Cell::Bytes(bytes)]);
            if let What::Reserved(reserved) = &entry.what {
                self.reserve(&id, reserved, entry.at);
            }
        }
        self.swap(id, &entries, head);
    }

    fn reserve(&mut self, id: &Cell, reserved: &Reserved, at: UnixMillis) {
        let resources = reserved.resources.iter();
        let resources = resources.map(|it| vec![Cell::Text(it.as_str().to_owned()), id.clone()]);
        self.resources.extend(resources);
        self.reservations.push(vec![
            id.clone(),
            int(1),
            Cell::Text(reserved.token.as_str().to_owned()),
            Cell::Text(reserved.amount.to_string()),
            int(at.to_seconds().value()),
            int(reserved.valid_until.value()),
            int(1),
            int(0),
        ]);
    }

    fn swap(&mut self, id: Cell, entries: &[Entry], head: Head) {
        let (first, last) = (entries.first().unwrap(), entries.last().unwrap());
        let What::Requested(request) = &first.what else { panic!("expected a request") };
        let state = derive(entries).unwrap().unwrap();
        self.swaps.push(vec![
            id,
            Cell::Text(request.key.as_str().to_owned()),
            Cell::Bytes(request.digest.as_bytes().to_vec()),
            Cell::Text(request.environment.as_str().to_owned()),
            Cell::Text(state.as_str().to_owned()),
            int(u64::from(!state.is_ended())),
            int(head.count),
            Cell::Bytes(head.hash.as_bytes().to_vec()),
            int(head.count),
            int(first.at.value()),
            int(last.at.value()),
            int(1),
            Cell::Text("bench".to_owned()),
            int(last.at.value()),
        ]);
    }
}

pub(crate) fn int(value: u64) -> Cell {
    Cell::Int(i64::try_from(value).unwrap())
}
