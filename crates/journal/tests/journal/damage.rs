//! A file whose bytes are not those that were written.

use std::fs;

use countersign_journal::audit::{export, verify};
use countersign_journal::{AuditKey, Page, SqliteStore, Store, Which};

use crate::bed::SqliteBed;
use crate::samples::{NOW, open, reserve};
use crate::suite::draw;

/// How many bytes of a file are changed, one at a time.
const CHANGES: &str = "COUNTERSIGN_JOURNAL_CHANGES";

/// Reads all that a journal says: its export, and each swap beside its history.
async fn all_of(store: &dyn Store) -> Result<(Vec<u8>, String), String> {
    let (mut exported, mut said) = (Vec::new(), String::new());
    export(store, &mut exported).await.map_err(|error| error.to_string())?;
    let page = Page { which: Which::All, after: None, most: 1_000 };
    for swap in store.list(page).await.map_err(|error| error.to_string())? {
        let history = store.load(swap.swap_id).await.map_err(|error| error.to_string())?;
        said.extend([format!("{swap:?} {history:?}\n")]);
    }
    Ok((exported, said))
}

/// Changes a byte of a journal's file, and opens it.
async fn with_changed_byte(
    bytes: &[u8],
    place: usize,
    change: u8,
) -> Result<(Vec<u8>, String), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut wrong = bytes.to_vec();
    wrong[place] ^= change;
    fs::write(&path, &wrong).unwrap();
    let store = SqliteStore::open(&path).await.map_err(|error| error.to_string())?;
    let read = all_of(&store).await;
    store.close().await;
    read
}

/// Any byte of the file may be another: the journal says so, or says the same as before.
#[tokio::test]
async fn a_changed_byte_of_the_file_is_found_or_changes_nothing() {
    let bed = SqliteBed::new();
    let store = SqliteStore::open(&bed.path()).await.unwrap();
    let key = AuditKey::from_seed(&[3; 32]).unwrap();
    for number in 0..4 {
        let mut worker = open(&store, &format!("order-{number}")).await;
        reserve(&store, &mut worker, &format!("nonce-{number}")).await;
    }
    store.checkpoint(&key, NOW).await.unwrap();
    let (good, said) = all_of(&store).await.unwrap();
    let known = verify(&mut &good[..], &key.public_key(), None).unwrap().latest;
    store.close().await;
    let bytes = fs::read(bed.path()).unwrap();
    let changes = std::env::var(CHANGES).map_or(1_000, |number| number.parse().unwrap());
    let (mut found, mut same) = (0, 0);
    for (place, change) in draw(&(0..bytes.len(), 1_u8..=255), changes) {
        match with_changed_byte(&bytes, place, change).await {
            Ok((exported, _)) if verify(&mut &exported[..], &key.public_key(), known).is_err() => {
                found += 1;
            }
            Ok(read) => {
                assert!(read.0 == good, "byte {place} ^ {change}: another export");
                assert_eq!(read.1, said, "byte {place} ^ {change}");
                same += 1;
            }
            Err(_) => found += 1,
        }
    }
    println!("of {changes} changes {found} found, {same} without an effect");
    assert!(found * 20 > changes && same > 0, "{found} found, {same} the same");
}
