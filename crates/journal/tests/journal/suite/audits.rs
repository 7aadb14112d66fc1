//! Checkpoints and exports.

use std::collections::BTreeSet;

use countersign_journal::audit::{Audited, VerifyError, export, verify};
use countersign_journal::{Anchor, AuditKey, AuditPublicKey, Digest, Store};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::bed::Bed;
use crate::samples::{NOW, after_claim, created, entries, open, reserve};

fn key() -> AuditKey {
    AuditKey::from_seed(&[3; 32]).unwrap()
}

async fn exported(store: &dyn Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(store, &mut bytes).await.unwrap();
    bytes
}

fn audit(bytes: &[u8]) -> Result<Audited, VerifyError> {
    verify(&mut &bytes[..], &key().public_key(), None)
}

/// Runs some swaps to their end, with checkpoints between them.
async fn some_swaps(store: &dyn Store) {
    for number in 0..6 {
        let mut worker = open(store, &format!("order-{number}")).await;
        if number == 1 {
            // In the middle of a swap.
            store.checkpoint(&key(), NOW).await.unwrap().unwrap();
        }
        reserve(store, &mut worker, &format!("nonce-{number}")).await;
        if number < 4 {
            store.append(&worker.write(&after_claim())).await.unwrap();
        }
        if number == 4 {
            store.checkpoint(&key(), NOW).await.unwrap().unwrap();
        }
    }
}

pub(super) async fn an_export_verifies_alone(bed: &dyn Bed) {
    let store = bed.connect().await;
    assert_eq!(audit(&exported(store.as_ref()).await).unwrap(), Audited::default());
    some_swaps(store.as_ref()).await;
    let bytes = exported(store.as_ref()).await;
    let audited = audit(&bytes).unwrap();
    let (done, begun) = (12, 7);
    assert_eq!((audited.checkpoints, audited.swaps), (2, 6));
    assert_eq!(audited.entries, 4 * done + 2 * begun);
    assert_eq!(audited.committed, 4 * done + begun);
    let other = AuditKey::generate().unwrap().public_key();
    let result = verify(&mut &bytes[..], &other, None);
    assert!(matches!(result, Err(VerifyError::Signature(0))), "{result:?}");
    // A checkpoint that was kept elsewhere finds out a journal that was set back.
    let known = audited.latest.unwrap();
    let check =
        |number, hash| verify(&mut &bytes[..], &key().public_key(), Some(Anchor { number, hash }));
    assert_eq!(check(known.number, known.hash).unwrap(), audited);
    for (number, hash) in [(2, known.hash), (1, Digest::of(b"other")), (0, known.hash)] {
        let result = check(number, hash);
        assert!(matches!(result, Err(VerifyError::Anchor { .. })), "{result:?}");
    }
}

/// More swaps than are read at a time, most of them with nothing but their beginning.
pub(super) async fn an_export_of_many_swaps_has_each_once(bed: &dyn Bed) {
    let store = bed.connect().await;
    let (mut swaps, mut count) = (BTreeSet::new(), 0);
    for number in 0..523_u64 {
        let mut worker = open(store.as_ref(), &format!("order-{number}")).await;
        if number % 50 == 0 {
            reserve(store.as_ref(), &mut worker, &format!("nonce-{number}")).await;
        }
        swaps.insert(worker.lease.swap_id);
        count += worker.head.count;
    }
    store.checkpoint(&key(), NOW).await.unwrap().unwrap();
    let bytes = exported(store.as_ref()).await;
    let audited = audit(&bytes).unwrap();
    assert_eq!((audited.swaps, audited.entries, audited.committed), (523, count, count));
    // Any stretch of them is what lies between.
    let ids: Vec<_> = swaps.into_iter().collect();
    for (first, last) in [(0_usize, 0), (0, 255), (1, 256), (255, 511), (511, 522)] {
        let after = first.checked_sub(1).map(|before| ids[before]);
        let found = store.read_raw(after, ids[last]).await.unwrap();
        let places = found.iter().map(|entry| (entry.swap_id, entry.sequence)).collect::<Vec<_>>();
        assert!(places.is_sorted());
        let found: BTreeSet<_> = found.iter().map(|entry| entry.swap_id).collect();
        assert!(found.iter().eq(&ids[first..=last]), "{first} to {last}");
    }
}

pub(super) async fn checkpoints_commit_to_all_that_changed(bed: &dyn Bed) {
    let store = bed.connect().await;
    assert_eq!(store.checkpoint(&key(), NOW).await.unwrap(), None);
    let worker = open(store.as_ref(), "order-1").await;
    let other = open(store.as_ref(), "order-2").await;
    let first = store.checkpoint(&key(), NOW).await.unwrap().unwrap();
    assert_eq!((first.commitment.heads, first.commitment.entries), (2, 6));
    assert_eq!((first.commitment.number, first.commitment.previous), (0, Digest::NONE));
    assert_eq!(store.checkpoint(&key(), NOW).await.unwrap(), None);
    store.append(&worker.write(&entries([created()]))).await.unwrap();
    let second = bed.connect().await.checkpoint(&key(), NOW).await.unwrap().unwrap();
    assert_eq!((second.commitment.heads, second.commitment.swaps), (1, 2));
    assert_eq!(second.commitment.entries, 7);
    assert_eq!(second.commitment.previous, first.anchor().hash);
    assert!(second.is_signed_by(&key().public_key()));
    assert!(!second.is_signed_by(&AuditPublicKey::new([1; 32])));
    let (read, heads) = store.read_checkpoint(0).await.unwrap().unwrap();
    assert_eq!(read, first);
    let swaps: BTreeSet<_> = heads.iter().map(|head| head.swap_id).collect();
    assert_eq!(swaps, BTreeSet::from([worker.lease.swap_id, other.lease.swap_id]));
    assert_eq!(store.read_checkpoint(2).await.unwrap(), None);
}

/// Writes the last line anew, as somebody would who changed the lines before it.
fn with_new_end(bytes: &[u8]) -> Vec<u8> {
    let body = match bytes[..bytes.len().saturating_sub(1)].iter().rposition(|byte| *byte == b'\n')
    {
        Some(end) => &bytes[..=end],
        None => bytes,
    };
    let lines = body.split_inclusive(|byte| *byte == b'\n').count();
    let end = format!("{{\"end\":{{\"lines\":{lines},\"sha256\":\"{}\"}}}}\n", Digest::of(body));
    [body, end.as_bytes()].concat()
}

pub(super) async fn any_changed_byte_is_found(bed: &dyn Bed) {
    let store = bed.connect().await;
    some_swaps(store.as_ref()).await;
    let bytes = exported(store.as_ref()).await;
    assert_eq!(with_new_end(&bytes), bytes);
    let changes = (any::<prop::sample::Index>(), 1_u8..=255);
    let mut runner = TestRunner::deterministic();
    for _ in 0..1_000 {
        let (place, change) = changes.new_tree(&mut runner).unwrap().current();
        let mut wrong = bytes.clone();
        *place.get_mut(&mut wrong) ^= change;
        let place = place.index(bytes.len());
        assert!(audit(&wrong).is_err(), "byte {place} ^ {change}");
        // Not by the last line alone.
        let wrong = with_new_end(&wrong);
        assert!(wrong == bytes || audit(&wrong).is_err(), "byte {place} ^ {change}");
    }
    let known = audit(&bytes).unwrap().latest;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    lines_are_found(&lines, known);
}

/// Deletes, doubles, swaps and cuts off lines, and writes the last one anew each time.
fn lines_are_found(lines: &[&[u8]], known: Option<Anchor>) {
    let set_back = |bytes: &[u8]| verify(&mut &bytes[..], &key().public_key(), known);
    let last = lines.len() - 1;
    // The swap that no checkpoint has seen is the last one, seven entries and the end.
    let unseen = last - 7;
    for line in 0..unseen {
        let mut deleted = lines.to_vec();
        deleted.remove(line);
        assert!(audit(&with_new_end(&deleted.concat())).is_err(), "line {line} deleted");
        let mut doubled = lines.to_vec();
        doubled.insert(line, lines[line]);
        assert!(audit(&with_new_end(&doubled.concat())).is_err(), "line {line} doubled");
        let mut turned = lines.to_vec();
        turned.swap(line, line + 1);
        assert!(audit(&with_new_end(&turned.concat())).is_err(), "line {line} and the next turned");
        let mut cut = lines[..line].to_vec();
        assert!(audit(&cut.concat()).is_err(), "cut off at line {line}");
        cut.push(lines[last]);
        assert!(set_back(&with_new_end(&cut.concat())).is_err(), "cut out from line {line}");
    }
    // Nothing but a checkpoint speaks for what came after the latest one.
    let cut = [&lines[..unseen], &lines[last..]].concat();
    assert_eq!(audit(&with_new_end(&cut.concat())).unwrap().swaps, 5);
}
