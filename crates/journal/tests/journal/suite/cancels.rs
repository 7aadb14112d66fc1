//! What makes a live approval useless before its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{Claim, Ledger, LedgerError, SwapId};
use countersign_journal::{
    CancelKind, CancelStep, Death, JournalLedger, Note, Outcome, Payload, Store, StoreError, What,
    Write,
};

use crate::bed::Bed;
use crate::samples::{Worker, after, claim, ended, entries, label, open, reserve, signed};

/// Opens a swap, reserves a nonce for it, and signs.
async fn let_out(store: &dyn Store, key: &str, resource: &str) -> Worker {
    let mut worker = open(store, key).await;
    reserve(store, &mut worker, resource).await;
    let list = entries([signed(), What::Submitted { attempt: 1 }]);
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    worker
}

fn cancel(worker: &Worker, resources: &[&str]) -> Claim {
    let resources = resources.iter().map(|name| (*name).to_owned()).collect();
    Claim { resources, ..claim(worker.lease.swap_id, "", 0) }
}

async fn try_cancel(
    store: &dyn Store,
    worker: &mut Worker,
    resources: &[&str],
) -> Result<(), StoreError> {
    let asked = entries([What::Cancel(CancelStep::Asked)]);
    let claim = cancel(worker, resources);
    worker.head = store.reserve_cancel(&worker.write(&asked), &claim).await?;
    Ok(())
}

fn taken(resource: &str, swap_id: SwapId) -> StoreError {
    StoreError::Ledger(LedgerError::ResourceTaken { resource: resource.to_owned(), swap_id })
}

pub(super) async fn a_cancel_stands_beside_a_live_approval(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    let mut worker = let_out(store, "order-1", "permit-1").await;
    let swap_id = worker.lease.swap_id;
    let other = let_out(store, "order-2", "permit-2").await;
    // What another swap has is not taken, and nothing is written.
    let before = worker.head;
    let found = try_cancel(store, &mut worker, &["permit-1", "permit-2"]).await;
    assert_eq!(found, Err(taken("permit-2", other.lease.swap_id)));
    assert_eq!(store.load(swap_id).await.unwrap().head, before);
    // What is free is, beside what the swap has; and from then on it is the swap's.
    try_cancel(store, &mut worker, &["permit-1", "account-nonce-7"]).await.unwrap();
    let mut third = open(store, "order-3").await;
    let claim = claim(third.lease.swap_id, "account-nonce-7", 1);
    let list = crate::samples::until_claim();
    let limits = crate::samples::per_day(u64::MAX);
    let found = store.reserve(&third.write(&list), &claim, limits).await;
    assert_eq!(found, Err(taken("account-nonce-7", swap_id)));
    reserve(store, &mut third, "account-nonce-8").await;
    // The history is whole: what it takes is what stands beside it.
    let names: Vec<_> = store.load(swap_id).await.unwrap().links;
    let names: Vec<_> = names.iter().map(|link| link.entry.what.name()).collect();
    assert_eq!(names[names.len() - 2..], ["cancel", "cancel"]);
}

pub(super) async fn a_swap_has_one_live_cancel(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    let mut worker = let_out(store, "order-1", "permit-1").await;
    let swap_id = worker.lease.swap_id;
    try_cancel(store, &mut worker, &["account-nonce-7"]).await.unwrap();
    // The same at a higher fee is no second one.
    try_cancel(store, &mut worker, &["account-nonce-7"]).await.unwrap();
    let resource = "account-nonce-7".to_owned();
    let found = try_cancel(store, &mut worker, &["account-nonce-8"]).await;
    let other = LedgerError::OtherCancel { swap_id, resource };
    assert_eq!(found, Err(StoreError::Ledger(other)));
    // Once the first can have no effect any more, another is possible.
    let reason = Note::new("another transaction has its nonce");
    let lost = entries([What::Cancel(CancelStep::Lost { reason })]);
    worker.head = store.append(&worker.write(&lost)).await.unwrap();
    try_cancel(store, &mut worker, &["account-nonce-8"]).await.unwrap();
    store.load(swap_id).await.unwrap();
}

pub(super) async fn only_a_live_approval_is_cancelled(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    // Not one that was never signed,
    let mut worker = open(store, "order-1").await;
    reserve(store, &mut worker, "permit-1").await;
    let found = try_cancel(store, &mut worker, &["account-nonce-7"]).await;
    assert!(matches!(found, Err(StoreError::Impossible(_))), "{found:?}");
    // nor one that is dead,
    let mut worker = let_out(store, "order-2", "permit-2").await;
    let nothing = StoreError::Ledger(LedgerError::NothingLive { swap_id: worker.lease.swap_id });
    let death = Death::NonceSpent { nonce: label("permit-2"), height: None };
    let list = entries([What::Dead(death)]);
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    assert_eq!(try_cancel(store, &mut worker, &["account-nonce-7"]).await, Err(nothing));
    // nor one of a swap that ended; and by no other call than this.
    let mut worker = let_out(store, "order-3", "permit-3").await;
    let claim = cancel(&worker, &["account-nonce-7"]);
    let list = entries([What::Cancel(CancelStep::reserved(&claim).unwrap())]);
    let found = store.append(&worker.write(&list)).await;
    assert!(matches!(found, Err(StoreError::Impossible(_))), "{found:?}");
    let list = entries([ended(Outcome::Failed)]);
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    let found = try_cancel(store, &mut worker, &["account-nonce-7"]).await;
    assert!(matches!(found, Err(StoreError::Impossible(_))), "{found:?}");
}

pub(super) async fn a_clock_that_is_fast_keeps_no_cancel_up(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    let mut worker = let_out(store, "order-1", "permit-1").await;
    let (late, until) = (after(700), after(760));
    worker.lease = store.renew(&worker.lease, until).await.unwrap();
    let asked = entries([What::Cancel(CancelStep::Asked)]);
    let claim = cancel(&worker, &["account-nonce-7"]);
    assert!(claim.valid_until < late.to_seconds());
    let write = Write { now: late, until, ..worker.write(&asked) };
    store.reserve_cancel(&write, &claim).await.unwrap();
}

pub(super) async fn a_cancel_replaces_nothing_of_another_swap(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    let mut worker = let_out(store, "order-1", "nonce-1").await;
    let other = let_out(store, "order-2", "nonce-2").await;
    let found = try_cancel(store, &mut worker, &["nonce-2:replacement"]).await;
    assert_eq!(found, Err(taken("nonce-2", other.lease.swap_id)));
    let found = try_cancel(store, &mut worker, &["nonce-3:replacement"]).await;
    let swap_id = worker.lease.swap_id;
    assert_eq!(found, Err(StoreError::Ledger(LedgerError::NothingLive { swap_id })));
    try_cancel(store, &mut worker, &["nonce-1:replacement"]).await.unwrap();
}

const ACCOUNT: &str = "evm:1:0xab:account-nonce:";

fn nonce(number: u8) -> String {
    format!("{ACCOUNT}{number}")
}

pub(super) async fn a_gap_below_is_taken_beside_a_cancel(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    let mut worker = let_out(store, "order-1", &nonce(9)).await;
    let other = let_out(store, "order-2", &nonce(7)).await;
    let replacement = format!("{}:replacement", nonce(9));
    try_cancel(store, &mut worker, &[&replacement]).await.unwrap();
    let found = try_cancel(store, &mut worker, &[&nonce(7)]).await;
    assert_eq!(found, Err(taken(&nonce(7), other.lease.swap_id)));
    let (swap_id, resource) = (worker.lease.swap_id, replacement.clone());
    let second = StoreError::Ledger(LedgerError::OtherCancel { swap_id, resource });
    for not_below in [nonce(10), nonce(8).replace("0xab", "0xcd")] {
        let found = try_cancel(store, &mut worker, &[&not_below]).await;
        assert_eq!(found, Err(second.clone()), "{not_below}");
    }
    // Each as often as it is signed.
    for _ in 0..2 {
        try_cancel(store, &mut worker, &[&nonce(8)]).await.unwrap();
        try_cancel(store, &mut worker, &[&replacement]).await.unwrap();
    }
    store.load(swap_id).await.unwrap();
    let owned = store.taken(&[nonce(8)]).await.unwrap();
    assert_eq!(owned.first().map(|taken| taken.swap_id), Some(swap_id));
}

pub(super) async fn what_a_signed_cancel_took_stays_taken(bed: &dyn Bed) {
    let store = bed.connect().await;
    let store = store.as_ref();
    for (key, number, is_signed) in [("order-1", 8, false), ("order-2", 9, true)] {
        let mut worker = open(store, key).await;
        reserve(store, &mut worker, &nonce(number)).await;
        let list = entries([signed()]);
        worker.head = store.append(&worker.write(&list)).await.unwrap();
        let replacement = format!("{}:replacement", nonce(number));
        try_cancel(store, &mut worker, &[&replacement]).await.unwrap();
        let sent = What::Cancel(CancelStep::Signed {
            kind: CancelKind::AccountNonce,
            digest: [7; 32].into(),
            id: label("0x07"),
            transaction: Payload::new("07").unwrap(),
        });
        let mut list = vec![];
        if is_signed {
            list.push(sent);
        }
        list.push(What::Dead(Death::NeverLetOut));
        list.push(ended(Outcome::Failed));
        store.release(&worker.write(&entries(list))).await.unwrap();
        let left = store.taken(&[nonce(number), replacement]).await.unwrap();
        assert_eq!(left.len(), if is_signed { 2 } else { 0 }, "{key}");
        store.load(worker.lease.swap_id).await.unwrap();
    }
}

pub(super) async fn what_nobody_signed_is_given_back(bed: &dyn Bed) {
    let store = bed.connect().await;
    let (id, limits) = (SwapId::generate(), crate::samples::per_day(u64::MAX));
    let alone = claim(id, "evm:1:0xab:account-nonce:3", 1);
    let now = after(0).to_seconds();
    store.record_alone(&alone, limits, now).await.unwrap();
    store.give_up_alone(id).await.unwrap();
    assert_eq!(store.taken(&alone.resources).await, Ok(vec![]));
    store.record_alone(&Claim { swap_id: SwapId::generate(), ..alone }, limits, now).await.unwrap();
    // What has a history is given back by what stands in it.
    let worker = let_out(store.as_ref(), "order-1", &nonce(4)).await;
    let found = store.give_up_alone(worker.lease.swap_id).await;
    assert!(matches!(found, Err(StoreError::Leased { .. })), "{found:?}");
    assert_eq!(store.taken(&[nonce(4)]).await.unwrap().len(), 1);
}

pub(super) async fn it_is_known_since_when_a_cancel_has_something(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = let_out(store.as_ref(), "order-1", &nonce(9)).await;
    let replacement = format!("{}:replacement", nonce(9));
    try_cancel(store.as_ref(), &mut worker, &[&replacement]).await.unwrap();
    try_cancel(store.as_ref(), &mut worker, &[&nonce(8)]).await.unwrap();
    let ledger = JournalLedger::new(Arc::clone(&store));
    let mut stands = BTreeMap::new();
    for taken in store.taken(&[nonce(8), nonce(9)]).await.unwrap() {
        let standing = ledger.standing(&taken).await.unwrap().unwrap();
        assert!(!standing.is_ended);
        stands.insert(taken.resource, standing.cancelled_at);
    }
    assert_eq!(stands.get(&nonce(9)), Some(&None));
    assert!(stands.get(&nonce(8)).unwrap().is_some());
}
