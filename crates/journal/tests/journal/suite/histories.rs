//! Swaps and what happens in them.

use std::collections::{BTreeMap, BTreeSet};

use countersign_approval::SwapId;
use countersign_journal::{
    Death, Digest, Entry, Opened, Opening, Outcome, Page, Payload, State, StoreError, Term, What,
    Which, Write, derive,
};
use countersign_units::UnixMillis;
use tokio::task::JoinSet;

use crate::bed::Bed;
use crate::samples::{
    NOW, after, after_claim, claim, created, ended, entries, label, open, per_day, quoted,
    requested, reserve, signed, status, try_open, until_claim,
};

pub(super) async fn one_key_is_one_swap(bed: &dyn Bed) {
    let store = bed.connect().await;
    let first = open(store.as_ref(), "order-1").await;
    let other = bed.connect().await;
    let Opened::Same(same) = try_open(other.as_ref(), "order-1", 1).await.unwrap() else {
        panic!("expected the same swap");
    };
    assert_eq!((same.swap_id, same.head), (first.lease.swap_id, first.head));
    assert_eq!((same.state, same.request), (State::Creating, Digest::new([1; 32])));
    assert_eq!(store.find(&label("order-1")).await.unwrap(), Some(same));
    let taken = StoreError::KeyTaken { swap_id: first.lease.swap_id };
    assert_eq!(try_open(store.as_ref(), "order-1", 2).await, Err(taken));
    assert_eq!(store.find(&label("order-2")).await.unwrap(), None);
}

pub(super) async fn a_key_in_a_hundred_hands_is_one_swap(bed: &dyn Bed) {
    let stores = [bed.connect().await, bed.connect().await, bed.connect().await];
    let mut hands = JoinSet::new();
    for hand in 0..100 {
        let store = std::sync::Arc::clone(&stores[hand % 3]);
        hands.spawn(async move { try_open(store.as_ref(), "order-1", 1).await.unwrap() });
    }
    let opened = hands.join_all().await;
    let new = opened.iter().filter(|opened| matches!(opened, Opened::New(..)));
    assert_eq!(new.count(), 1);
    let swaps = opened.iter().map(|opened| match opened {
        Opened::New(lease, _) => lease.swap_id,
        Opened::Same(swap) => swap.swap_id,
    });
    assert_eq!(swaps.collect::<BTreeSet<_>>().len(), 1);
}

pub(super) async fn a_swap_lives_from_its_request_to_its_end(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    reserve(store.as_ref(), &mut worker, "nonce-1").await;
    let rest = after_claim();
    let head = store.append(&worker.write(&rest)).await.unwrap();
    // What was written is there for another process, in the order and the bytes it was written in.
    let history = bed.connect().await.load(worker.lease.swap_id).await.unwrap();
    assert_eq!((history.state, history.head), (State::Ended(Outcome::Finished), head));
    assert_eq!(history.links.len(), 3 + 3 + 1 + 5);
    let found: Vec<Entry> = history.links.iter().map(|link| link.entry.clone()).collect();
    assert_eq!(derive(&found).unwrap(), Some(history.state));
    assert_eq!(found[7..], rest);
    assert_eq!(found[3..6], until_claim());
    let What::Reserved(reserved) = &found[6].what else { panic!("expected the reservation") };
    assert_eq!((reserved.digest, reserved.amount), (Digest::new([7; 32]), 100.into()));
    let wrong = |what: &str| panic!("expected {what}");
    let What::Signed { approval, .. } = &found[7].what else { wrong("the signature") };
    assert_eq!(format!("{approval:?}"), "ApprovalBytes(permit2)");
    // Nothing follows the end but late words, which do not open it again.
    worker.head = head;
    let late = [Entry::new(NOW, What::Submitted { attempt: 2 })];
    let result = store.append(&worker.write(&late)).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    let death = Death::NonceSpent { nonce: label("nonce-1"), height: Some(12) };
    for what in [status("refunded"), What::Dead(death)] {
        worker.head = store.append(&worker.write(&entries([what]))).await.unwrap();
    }
    let history = store.load(worker.lease.swap_id).await.unwrap();
    assert_eq!((history.state, history.head), (State::Ended(Outcome::Finished), worker.head));
    let page = Page { which: Which::Open, after: None, most: 10 };
    assert_eq!(store.list(page).await.unwrap(), []);
}

pub(super) async fn a_refund_recipe_and_a_reservation_are_one_write(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    let (claim, mut list) = (claim(worker.lease.swap_id, "coin-1", 100), until_claim());
    let kept = || What::RefundKept { recipe: Payload::new("{}").unwrap() };
    list.extend(entries([kept()]));
    // All of it or nothing.
    let result = store.reserve(&worker.write(&list), &claim, per_day(99)).await;
    assert!(matches!(result, Err(StoreError::Ledger(_))), "{result:?}");
    assert_eq!(store.load(worker.lease.swap_id).await.unwrap().head, worker.head);
    worker.head = store.reserve(&worker.write(&list), &claim, per_day(100)).await.unwrap();
    let history = store.load(worker.lease.swap_id).await.unwrap();
    let names: Vec<_> = history.links.iter().map(|link| link.entry.what.name()).collect();
    assert_eq!(names[names.len() - 2..], ["refund_kept", "reserved"]);
    let list = entries([kept(), signed()]);
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    // After the signature it comes too late.
    let result = store.append(&worker.write(&entries([kept()]))).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
}

pub(super) async fn an_impossible_order_is_refused(bed: &dyn Bed) {
    let store = bed.connect().await;
    let worker = open(store.as_ref(), "order-1").await;
    let before = store.load(worker.lease.swap_id).await.unwrap();
    for what in [
        requested("order-1", 1),
        signed(),
        What::Submitted { attempt: 1 },
        ended(Outcome::Finished),
        // What the ledger has to do first.
        What::Released,
    ] {
        let list = entries([created(), what]);
        let result = store.append(&worker.write(&list)).await;
        assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    }
    assert_eq!(store.load(worker.lease.swap_id).await.unwrap(), before);
    // A swap begins with its request.
    let (holder, list) = (label("worker-1"), entries([quoted()]));
    let term = Term { holder: &holder, until: after(60) };
    for entries in [&list[..], &[]] {
        let opening = Opening { swap_id: SwapId::generate(), entries, term };
        let result = store.open(&opening).await;
        assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    }
}

pub(super) async fn a_write_whose_answer_was_lost_is_there_once(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    let list = until_claim();
    let claim = claim(worker.lease.swap_id, "nonce-1", 100);
    let head = store.reserve(&worker.write(&list), &claim, per_day(150)).await.unwrap();
    let again = store.reserve(&worker.write(&list), &claim, per_day(150)).await.unwrap();
    assert_eq!(again, head);
    worker.head = head;
    let list = entries([signed()]);
    let head = store.append(&worker.write(&list)).await.unwrap();
    assert_eq!(store.append(&worker.write(&list)).await.unwrap(), head);
    let other = entries([signed(), What::Submitted { attempt: 1 }]);
    let result = store.append(&worker.write(&other)).await;
    assert!(
        matches!(result, Err(StoreError::Conflict { expected: 7, found: 8, .. })),
        "{result:?}"
    );
    assert_eq!(store.load(worker.lease.swap_id).await.unwrap().head, head);
}

pub(super) async fn two_who_know_the_same_head_do_not_both_write(bed: &dyn Bed) {
    let (store, other) = (bed.connect().await, bed.connect().await);
    let worker = open(store.as_ref(), "order-1").await;
    let lists = [entries([created()]), entries([ended(Outcome::Failed)])];
    let (first, second) = (worker.write(&lists[0]), worker.write(&lists[1]));
    let (first, second) = tokio::join!(store.append(&first), other.append(&second));
    assert_eq!(u32::from(first.is_ok()) + u32::from(second.is_ok()), 1, "{first:?} {second:?}");
    let conflict = first.and(second).unwrap_err();
    assert!(matches!(conflict, StoreError::Conflict { expected: 3, found: 4, .. }), "{conflict:?}");
}

pub(super) async fn lists_are_sorted_and_paged(bed: &dyn Bed) {
    let store = bed.connect().await;
    assert_eq!(store.count().await.unwrap(), BTreeMap::new());
    let mut ids = Vec::new();
    for number in 0..7 {
        let worker = open(store.as_ref(), &format!("order-{number}")).await;
        ids.push(worker.lease.swap_id);
        if number % 2 == 0 {
            let list = entries([ended(Outcome::Failed)]);
            store.append(&worker.write(&list)).await.unwrap();
        }
    }
    ids.sort();
    let mut page = Page { which: Which::All, after: None, most: 3 };
    let mut seen = Vec::new();
    loop {
        let swaps = store.list(page).await.unwrap();
        assert!(swaps.len() <= 3);
        let Some(last) = swaps.last() else { break };
        page.after = Some(last.swap_id);
        seen.extend(swaps.iter().map(|swap| swap.swap_id));
    }
    assert_eq!(seen, ids);
    for (which, count) in [
        (Which::Open, 3),
        (Which::In(State::Creating), 3),
        (Which::In(State::Ended(Outcome::Failed)), 4),
        (Which::In(State::Signed), 0),
    ] {
        let page = Page { which, after: None, most: 100 };
        assert_eq!(store.list(page).await.unwrap().len(), count, "{which:?}");
    }
    let counts = BTreeMap::from([(State::Creating, 3), (State::Ended(Outcome::Failed), 4)]);
    assert_eq!(store.count().await.unwrap(), counts);
}

pub(super) async fn what_does_not_fit_is_refused(bed: &dyn Bed) {
    let store = bed.connect().await;
    let worker = open(store.as_ref(), "order-1").await;
    let list = entries([created()]);
    let write = Write { until: UnixMillis::new(u64::MAX), ..worker.write(&list) };
    let result = store.append(&write).await;
    assert!(matches!(result, Err(StoreError::TooLarge { member: "lease", .. })), "{result:?}");
    let nobody = SwapId::generate();
    assert_eq!(store.load(nobody).await, Err(StoreError::UnknownSwap(nobody)));
}
