//! Who may write.

use std::collections::BTreeSet;

use countersign_journal::{Lease, Outcome, StoreError, Term, Write};
use tokio::task::JoinSet;

use crate::bed::Bed;
use crate::samples::{Worker, after, created, ended, entries, label, open};

pub(super) async fn a_stale_worker_writes_nothing(bed: &dyn Bed) {
    let (store, other) = (bed.connect().await, bed.connect().await);
    let worker = open(store.as_ref(), "order-1").await;
    let (swap_id, holder) = (worker.lease.swap_id, label("worker-2"));
    let term = Term { holder: &holder, until: after(180) };
    let leased = StoreError::Leased { swap_id, until: after(60) };
    assert_eq!(other.lease(swap_id, &term, after(59)).await, Err(leased));
    // Its time is over: it may renew the lease, as long as nobody else has taken it, and not write.
    let list = entries([created()]);
    let late = Write { now: after(60), until: after(120), ..worker.write(&list) };
    let result = store.append(&late).await;
    assert!(matches!(result, Err(StoreError::LeaseLost { token: 1, latest: 1, .. })), "{result:?}");
    let lease = other.lease(swap_id, &term, after(60)).await.unwrap();
    assert_eq!(lease.token, 2);
    // Whatever its clock says.
    for now in [after(0), after(59), after(61)] {
        let result = store.append(&Write { now, ..worker.write(&list) }).await;
        let over = StoreError::LeaseLost { swap_id, token: 1, latest: 2, until: after(180) };
        assert_eq!(result, Err(over.clone()));
        assert_eq!(store.renew(&worker.lease, after(300)).await, Err(over.clone()));
        assert_eq!(store.give_back(worker.lease.clone(), now).await, Err(over));
    }
    let next = Worker { lease, head: worker.head };
    let head = other.append(&Write { now: after(70), ..next.write(&list) }).await.unwrap();
    assert_eq!(head.count, 4);
}

pub(super) async fn a_lease_is_taken_once(bed: &dyn Bed) {
    let store = bed.connect().await;
    let swap_id = open(store.as_ref(), "order-1").await.lease.swap_id;
    let mut takers = JoinSet::new();
    for taker in 0..16 {
        let store = bed.connect().await;
        takers.spawn(async move {
            let holder = label(&format!("worker-{taker}"));
            let term = Term { holder: &holder, until: after(120) };
            store.lease(swap_id, &term, after(60)).await
        });
    }
    let taken = takers.join_all().await;
    assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1);
    let leased = StoreError::Leased { swap_id, until: after(120) };
    assert!(taken.iter().all(|taken| taken.is_ok() || *taken == Err(leased.clone())), "{taken:?}");
}

pub(super) async fn a_lease_that_was_given_back_waits_for_its_time(bed: &dyn Bed) {
    let store = bed.connect().await;
    let worker = open(store.as_ref(), "order-1").await;
    let holder = label("worker-2");
    let term = Term { holder: &holder, until: after(120) };
    store.give_back(worker.lease.clone(), after(30)).await.unwrap();
    assert_eq!(store.lease_open(&term, 10, after(29), &[]).await.unwrap(), []);
    // What was given back is no right to write.
    let list = entries([created()]);
    let result = store.append(&worker.write(&list)).await;
    assert!(matches!(result, Err(StoreError::LeaseLost { .. })), "{result:?}");
    let leases = store.lease_open(&term, 10, after(30), &[]).await.unwrap();
    assert_eq!(leases.len(), 1);
    let renewed = store.renew(&leases[0], after(240)).await.unwrap();
    assert_eq!((renewed.token, renewed.until), (leases[0].token, after(240)));
    assert_eq!(store.lease_open(&term, 10, after(239), &[]).await.unwrap(), []);
}

pub(super) async fn what_is_left_to_others_is_free_for_them(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut swaps = Vec::new();
    for name in ["order-1", "order-2", "order-3"] {
        let worker = open(store.as_ref(), name).await;
        swaps.push(worker.lease.swap_id);
        store.give_back(worker.lease.clone(), after(0)).await.unwrap();
    }
    let holder = label("worker-2");
    let term = Term { holder: &holder, until: after(120) };
    // Those that are passed over take nobody's place.
    let leases = store.lease_open(&term, 1, after(30), &swaps[..2]).await.unwrap();
    assert_eq!(leases.iter().map(|lease| lease.swap_id).collect::<Vec<_>>(), swaps[2..]);
    let leases = store.lease_open(&term, 9, after(30), &[]).await.unwrap();
    let found: BTreeSet<_> = leases.iter().map(|lease| lease.swap_id).collect();
    assert_eq!(found, swaps[..2].iter().copied().collect());
}

pub(super) async fn open_swaps_are_shared_out(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut swaps = BTreeSet::new();
    for number in 0..40 {
        let worker = open(store.as_ref(), &format!("order-{number}")).await;
        swaps.insert(worker.lease.swap_id);
        if number >= 30 {
            let list = entries([ended(Outcome::Failed)]);
            store.append(&worker.write(&list)).await.unwrap();
            swaps.remove(&worker.lease.swap_id);
        }
    }
    let mut workers = JoinSet::new();
    for number in 0..4 {
        let store = bed.connect().await;
        workers.spawn(async move {
            let (holder, mut mine): (_, Vec<Lease>) = (label(&format!("worker-{number}")), vec![]);
            let term = Term { holder: &holder, until: after(120) };
            // Who passes over what another is taking may find nothing and ask again.
            for _ in 0..30 {
                mine.extend(store.lease_open(&term, 3, after(60), &[]).await.unwrap());
            }
            mine
        });
    }
    let leases: Vec<Lease> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(leases.len(), 30);
    assert_eq!(leases.iter().map(|lease| lease.swap_id).collect::<BTreeSet<_>>(), swaps);
}
