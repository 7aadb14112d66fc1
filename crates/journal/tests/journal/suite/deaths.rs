//! Approvals that can never be used, or not any more.

use countersign_approval::{Claim, LedgerError, Taken};
use countersign_journal::{Death, Entry, Head, Outcome, Store, StoreError, What, Write};
use countersign_units::UnixSeconds;

use crate::bed::Bed;
use crate::samples::{
    NOW, Worker, after, claim, ended, entries, label, open, per_day, quoted, signed, until_claim,
};

fn coin_spent(coin: &str) -> Death {
    Death::CoinSpent { coin: label(coin), height: Some(800_000) }
}

fn dead(death: Death) -> Vec<Entry> {
    entries([What::Dead(death)])
}

/// A claim that time does not end.
fn endless(worker: &Worker, coin: &str) -> Claim {
    let valid_until = UnixSeconds::new(u64::MAX);
    Claim { valid_until, ..claim(worker.lease.swap_id, coin, 100) }
}

/// Opens a swap and reserves a coin for it, of which two fit into the day's limit.
async fn reserved(store: &dyn Store, key: &str, coin: &str) -> Worker {
    let mut worker = open(store, key).await;
    let (list, claim) = (until_claim(), endless(&worker, coin));
    worker.head = store.reserve(&worker.write(&list), &claim, per_day(200)).await.unwrap();
    worker
}

/// Tries to reserve a coin in a swap of its own.
async fn try_another(store: &dyn Store, key: &str, coin: &str) -> Result<Head, StoreError> {
    let worker = open(store, key).await;
    let (list, claim) = (until_claim(), endless(&worker, coin));
    store.reserve(&worker.write(&list), &claim, per_day(200)).await
}

fn full() -> StoreError {
    let (left, asked) = (0.into(), 100.into());
    StoreError::Ledger(LedgerError::LimitPerDay { token: "USDC".to_owned(), left, asked })
}

fn taken(coin: &str, worker: &Worker) -> StoreError {
    let (resource, swap_id) = (coin.to_owned(), worker.lease.swap_id);
    StoreError::Ledger(LedgerError::ResourceTaken { resource, swap_id })
}

fn live(claim: &Claim) -> StoreError {
    let Claim { swap_id, valid_until, .. } = *claim;
    StoreError::Ledger(LedgerError::LiveApproval { swap_id, valid_until })
}

pub(super) async fn a_dead_approval_makes_room_for_another(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = reserved(store.as_ref(), "order-1", "coin-1").await;
    let next = endless(&worker, "coin-2");
    let reserve = async |worker: &Worker, claim: &Claim, list: &[Entry]| {
        store.reserve(&worker.write(list), claim, per_day(200)).await
    };
    let error = reserve(&worker, &next, &[]).await.unwrap_err();
    assert_eq!(error, live(&next));
    assert!(error.to_string().ends_with("has a live approval for good: time does not end it"));
    let list = dead(coin_spent("coin-1"));
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    // Whoever says it may say it once more; the coin stays taken, for this swap too.
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    let again = reserve(&worker, &endless(&worker, "coin-1"), &[]).await;
    assert_eq!(again, Err(taken("coin-1", &worker)));
    worker.head = reserve(&worker, &next, &[]).await.unwrap();
    // What the first one took is counted still, and the second one is live.
    assert_eq!(try_another(store.as_ref(), "order-2", "coin-3").await, Err(full()));
    assert_eq!(reserve(&worker, &endless(&worker, "coin-3"), &[]).await, Err(live(&next)));
    assert_eq!(store.release(&worker.write(&[])).await, Err(live(&next)));
    // The second one dies in the write that asks for a third.
    let list = dead(Death::BlockhashExpired { height: None });
    let third = endless(&worker, "coin-3");
    assert_eq!(reserve(&worker, &third, &list).await, Err(full()));
    assert_eq!(reserve(&worker, &third, &[]).await, Err(live(&third)));
}

pub(super) async fn a_deadline_is_over_when_it_is_over(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    let claim = claim(worker.lease.swap_id, "nonce-1", 100);
    worker.head = store.reserve(&worker.write(&until_claim()), &claim, per_day(200)).await.unwrap();
    worker.lease = store.renew(&worker.lease, after(900)).await.unwrap();
    let before = store.load(worker.lease.swap_id).await.unwrap();
    // By the entry's time and by the writer's: its last second counts.
    for (at, now) in [(0, 0), (600, 601), (601, 600), (601, 0)] {
        let list = [Entry::new(after(at), What::Dead(Death::Deadline))];
        let write = Write { now: after(now), ..worker.write(&list) };
        assert_eq!(store.append(&write).await, Err(live(&claim)), "{at} {now}");
        assert_eq!(store.release(&write).await, Err(live(&claim)), "{at} {now}");
    }
    assert_eq!(store.load(worker.lease.swap_id).await.unwrap(), before);
    let list = [Entry::new(after(601), What::Dead(Death::Deadline))];
    let write = Write { now: after(601), ..worker.write(&list) };
    let head = store.append(&write).await.unwrap();
    assert_eq!(store.append(&write).await, Ok(head));
    // From here on it is dead, whatever a clock says.
    worker.head = head;
    store.release(&worker.write(&[])).await.unwrap();
    // What time does not end has no deadline.
    let worker = reserved(store.as_ref(), "order-2", "coin-1").await;
    let list = [Entry::new(after(u64::MAX / 2_000_000), What::Dead(Death::Deadline))];
    let result = store.append(&worker.write(&list)).await;
    assert_eq!(result, Err(live(&endless(&worker, "coin-1"))));
}

pub(super) async fn limits_are_free_once_the_approval_is_dead(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut first = reserved(store.as_ref(), "order-1", "coin-1").await;
    let mut second = reserved(store.as_ref(), "order-2", "coin-2").await;
    for worker in [&mut first, &mut second] {
        let list = entries([signed(), What::Submitted { attempt: 1 }]);
        worker.head = store.append(&worker.write(&list)).await.unwrap();
    }
    assert_eq!(try_another(store.as_ref(), "order-3", "coin-3").await, Err(full()));
    // Its death stands in the same write, beside its end.
    let nonce = Death::NonceSpent { nonce: label("nonce-1"), height: None };
    let list = entries([What::Dead(nonce), ended(Outcome::Failed)]);
    let head = store.release(&first.write(&list)).await.unwrap();
    try_another(store.as_ref(), "order-4", "coin-4").await.unwrap();
    assert_eq!(try_another(store.as_ref(), "order-5", "coin-5").await, Err(full()));
    // A write that is made again frees nothing again.
    assert_eq!(store.release(&first.write(&list)).await, Ok(head));
    assert_eq!(try_another(store.as_ref(), "order-6", "coin-6").await, Err(full()));
    // Or in an earlier write, here after the end.
    let list = entries([ended(Outcome::Disputed)]);
    second.head = store.append(&second.write(&list)).await.unwrap();
    second.head = store.append(&second.write(&dead(coin_spent("coin-2")))).await.unwrap();
    assert_eq!(try_another(store.as_ref(), "order-7", "coin-7").await, Err(full()));
    store.release(&second.write(&[])).await.unwrap();
    try_another(store.as_ref(), "order-8", "coin-8").await.unwrap();
    // The coins stay taken.
    let result = try_another(store.as_ref(), "order-9", "coin-1").await;
    assert_eq!(result, Err(taken("coin-1", &first)));
    let result = try_another(store.as_ref(), "order-10", "coin-2").await;
    assert_eq!(result, Err(taken("coin-2", &second)));
}

pub(super) async fn what_was_never_let_out_is_free_again(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = reserved(store.as_ref(), "order-1", "coin-1").await;
    let other = reserved(store.as_ref(), "order-2", "coin-2").await;
    // It is said without a release: the coin stays taken, and what was reserved since is another's.
    let list = dead(Death::NeverLetOut);
    let said = store.append(&other.write(&list)).await.unwrap();
    let result = try_another(store.as_ref(), "order-3", "coin-2").await;
    assert_eq!(result, Err(taken("coin-2", &other)));
    let end = entries([What::Dead(Death::NeverLetOut), ended(Outcome::Expired)]);
    let head = store.release(&worker.write(&end)).await.unwrap();
    assert_eq!(store.release(&worker.write(&end)).await, Ok(head));
    let coins = ["coin-1".to_owned(), "coin-2".to_owned(), "a \"coin\"".to_owned()];
    let of_other = Taken {
        resource: coins[1].clone(),
        swap_id: other.lease.swap_id,
        reserved_at: NOW.to_seconds(),
        valid_until: UnixSeconds::new(u64::MAX),
    };
    assert_eq!(store.taken(&coins).await, Ok(vec![of_other]));
    assert_eq!(store.taken(&[]).await, Ok(Vec::new()));
    try_another(store.as_ref(), "order-4", "coin-1").await.unwrap();
    assert_eq!(store.release(&worker.write(&end)).await, Ok(head));
    let result = try_another(store.as_ref(), "order-5", "coin-1").await;
    assert!(matches!(result, Err(StoreError::Ledger(LedgerError::ResourceTaken { .. }))));
    worker.head = head;
    let result = store.append(&worker.write(&list)).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    // And in the same swap, where it goes on.
    let mut other = Worker { head: said, ..other };
    other.head = store.release(&other.write(&list)).await.unwrap();
    let again = endless(&other, "coin-2");
    other.head = store.reserve(&other.write(&[]), &again, per_day(200)).await.unwrap();
    let sent = entries([signed(), What::Submitted { attempt: 1 }]);
    other.head = store.append(&other.write(&sent)).await.unwrap();
    let result = store.release(&other.write(&list)).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    assert_eq!(
        try_another(store.as_ref(), "order-6", "coin-2").await,
        Err(taken("coin-2", &other))
    );
}

pub(super) async fn what_was_signed_and_never_let_out_is_free_again(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = reserved(store.as_ref(), "order-1", "coin-1").await;
    worker.head = store.append(&worker.write(&entries([signed()]))).await.unwrap();
    let end = entries([What::Dead(Death::NeverLetOut), ended(Outcome::Expired)]);
    store.release(&worker.write(&end)).await.unwrap();
    try_another(store.as_ref(), "order-2", "coin-1").await.unwrap();
}

pub(super) async fn nothing_is_signed_for_a_dead_approval(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = reserved(store.as_ref(), "order-1", "coin-1").await;
    let refused = async |worker: &Worker, list: &[Entry]| {
        let result = store.append(&worker.write(list)).await;
        assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
    };
    refused(&worker, &entries([What::Dead(Death::NeverLetOut), signed()])).await;
    let sent = What::Submitted { attempt: 1 };
    refused(&worker, &entries([signed(), sent, What::Dead(Death::NeverLetOut)])).await;
    worker.head = store.append(&worker.write(&dead(Death::NeverLetOut))).await.unwrap();
    refused(&worker, &entries([signed()])).await;
    let claim = endless(&worker, "coin-2");
    worker.head = store.reserve(&worker.write(&[]), &claim, per_day(200)).await.unwrap();
    let list = entries([signed()]);
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    // Nothing may be reserved for what is signed, dead or not.
    worker.head = store.append(&worker.write(&dead(coin_spent("coin-2")))).await.unwrap();
    let claim = endless(&worker, "coin-3");
    let result = store.reserve(&worker.write(&[]), &claim, per_day(200)).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
}

pub(super) async fn what_another_call_does_is_not_only_written(bed: &dyn Bed) {
    let store = bed.connect().await;
    let worker = reserved(store.as_ref(), "order-1", "coin-1").await;
    let history = store.load(worker.lease.swap_id).await.unwrap();
    let reservation = history.links.last().unwrap().entry.clone();
    for list in [vec![reservation], entries([What::Released])] {
        let write = worker.write(&list);
        let claim = endless(&worker, "coin-2");
        let reserved = store.reserve(&write, &claim, per_day(200)).await;
        for result in [store.append(&write).await, store.release(&write).await, reserved] {
            assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
        }
    }
    let opening = entries([crate::samples::requested("order-2", 1), quoted(), What::Released]);
    let (holder, swap_id) = (label("worker-1"), countersign_approval::SwapId::generate());
    let term = countersign_journal::Term { holder: &holder, until: after(60) };
    let opening = countersign_journal::Opening { swap_id, entries: &opening, term };
    let result = store.open(&opening).await;
    assert!(matches!(result, Err(StoreError::Impossible(_))), "{result:?}");
}
