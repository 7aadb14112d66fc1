//! What approvals take.

use std::sync::Arc;

use countersign_approval::{Claim, Environment, Ledger, LedgerError, Standing, SwapId, Taken};
use countersign_journal::{Entry, JournalLedger, State, StoreError, Term, What, Write};
use countersign_units::{Lots, UnixSeconds};

use crate::bed::Bed;
use crate::samples::{NOW, Worker, after, claim, ended, label, open, per_day, until_claim};

pub(super) async fn a_live_reservation_keeps_out_a_second_one(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    let (swap_id, list) = (worker.lease.swap_id, until_claim());
    let first = claim(swap_id, "nonce-1", 100);
    worker.head = store.reserve(&worker.write(&list), &first, per_day(1_000)).await.unwrap();
    let live = LedgerError::LiveApproval { swap_id, valid_until: first.valid_until };
    let second = claim(swap_id, "nonce-2", 100);
    let result = store.reserve(&worker.write(&[]), &second, per_day(1_000)).await;
    assert_eq!(result, Err(StoreError::Ledger(live.clone())));
    assert_eq!(store.release(&worker.write(&[])).await, Err(StoreError::Ledger(live)));
    // Its last second counts.
    worker.lease = store.renew(&worker.lease, after(900)).await.unwrap();
    let at = |seconds| Write { now: after(seconds), ..worker.write(&[]) };
    assert!(store.reserve(&at(600), &second, per_day(1_000)).await.is_err());
    let mut second = second;
    second.valid_until = after(800).to_seconds();
    let head = store.reserve(&at(601), &second, per_day(1_000)).await.unwrap();
    assert_eq!(head.count, worker.head.count + 1);
    assert_eq!(store.load(swap_id).await.unwrap().state, State::Reserved);
}

pub(super) async fn a_reservation_may_have_no_end(bed: &dyn Bed) {
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    let (swap_id, list) = (worker.lease.swap_id, until_claim());
    let valid_until = UnixSeconds::new(u64::MAX);
    let endless = Claim { valid_until, ..claim(swap_id, "coin-1", 100) };
    worker.head = store.reserve(&worker.write(&list), &endless, per_day(1_000)).await.unwrap();
    let live = StoreError::Ledger(LedgerError::LiveApproval { swap_id, valid_until });
    let second = claim(swap_id, "coin-2", 100);
    let result = store.reserve(&worker.write(&[]), &second, per_day(1_000)).await;
    assert_eq!(result, Err(live));
}

pub(super) async fn a_resource_belongs_to_one_swap(bed: &dyn Bed) {
    let store = bed.connect().await;
    let first = open(store.as_ref(), "order-1").await;
    let list = until_claim();
    let owner = first.lease.swap_id;
    store.reserve(&first.write(&list), &claim(owner, "coin-1", 1), per_day(9)).await.unwrap();
    let second = open(store.as_ref(), "order-2").await;
    let mut both = claim(second.lease.swap_id, "coin-2", 1);
    both.resources.push("coin-1".to_owned());
    let result = store.reserve(&second.write(&list), &both, per_day(9)).await;
    let resource = "coin-1".to_owned();
    let taken = LedgerError::ResourceTaken { resource, swap_id: owner };
    assert_eq!(result, Err(StoreError::Ledger(taken)));
    // The intent says until when it is wanted; of a swap without a history nobody knows.
    let ledger = JournalLedger::new(Arc::clone(&store));
    let [coin] = &store.taken(&["coin-1".to_owned()]).await.unwrap()[..] else { panic!("no coin") };
    let deadline = Some(after(600).to_seconds());
    let standing = Standing { is_ended: false, deadline, cancelled_at: None, is_replaced: false };
    assert_eq!(ledger.standing(coin).await, Ok(Some(standing)));
    let nobodys = Taken { swap_id: SwapId::generate(), ..coin.clone() };
    assert_eq!(ledger.standing(&nobodys).await, Ok(None));
    // The other one is still free.
    both.resources.pop();
    both.resources.push("coin-2".to_owned());
    store.reserve(&second.write(&list), &both, per_day(9)).await.unwrap();
}

pub(super) async fn a_claim_that_fails_leaves_no_trace(bed: &dyn Bed) {
    let store = bed.connect().await;
    let worker = open(store.as_ref(), "order-1").await;
    let (swap_id, list) = (worker.lease.swap_id, until_claim());
    let before = store.load(swap_id).await.unwrap();
    let large = claim(swap_id, "nonce-1", 100);
    assert!(store.reserve(&worker.write(&list), &large, per_day(99)).await.is_err());
    let other = claim(SwapId::generate(), "nonce-1", 1);
    let result = store.reserve(&worker.write(&list), &other, per_day(99)).await;
    assert_eq!(result, Err(StoreError::UnknownSwap(other.swap_id)));
    let mut unnamed = claim(swap_id, "nonce 1", 1);
    let result = store.reserve(&worker.write(&list), &unnamed, per_day(99)).await;
    assert!(matches!(result, Err(StoreError::Text(_))), "{result:?}");
    let mut elsewhere = claim(swap_id, "nonce-1", 1);
    elsewhere.environment = Environment::Mainnet;
    let (expected, found) = (Environment::Sandbox, Environment::Mainnet);
    let result = store.reserve(&worker.write(&list), &elsewhere, per_day(99)).await;
    assert_eq!(result, Err(StoreError::Environment { swap_id, expected, found }));
    assert_eq!(store.load(swap_id).await.unwrap(), before);
    unnamed.resources = vec!["nonce-1".to_owned()];
    store.reserve(&worker.write(&list), &unnamed, per_day(99)).await.unwrap();
}

pub(super) async fn a_limit_is_met_to_the_unit(bed: &dyn Bed) {
    let store = bed.connect().await;
    let list = until_claim();
    let mut workers = Vec::new();
    for number in 0..5 {
        workers.push(open(store.as_ref(), &format!("order-{number}")).await);
    }
    let reserve = async |worker: &Worker, amount: u64, now| {
        let resource = format!("nonce-{}", worker.lease.swap_id);
        let mut claim = claim(worker.lease.swap_id, &resource, amount);
        claim.valid_until = after(200_000).to_seconds();
        let write = Write { now, until: after(200_000), ..worker.write(&list) };
        store.reserve(&write, &claim, per_day(100)).await
    };
    let left = |left: u64, asked: u64| {
        let (token, left, asked) = ("USDC".to_owned(), left.into(), asked.into());
        Err(StoreError::Ledger(LedgerError::LimitPerDay { token, left, asked }))
    };
    reserve(&workers[0], 60, NOW).await.unwrap();
    reserve(&workers[1], 39, after(10)).await.unwrap();
    assert_eq!(reserve(&workers[2], 2, after(20)).await, left(1, 2));
    reserve(&workers[2], 1, after(20)).await.unwrap();
    assert_eq!(reserve(&workers[3], 1, after(30)).await, left(0, 1));
    // A day after the first, its share is free again, and no sooner.
    for worker in &mut workers[3..] {
        worker.lease = store.renew(&worker.lease, after(200_000)).await.unwrap();
    }
    assert_eq!(reserve(&workers[3], 60, after(86_399)).await, left(0, 60));
    assert_eq!(reserve(&workers[3], 61, after(86_400)).await, left(60, 61));
    reserve(&workers[3], 60, after(86_400)).await.unwrap();
    assert_eq!(reserve(&workers[4], 40, after(86_410)).await, left(39, 40));
}

pub(super) async fn what_is_released_can_move_again(bed: &dyn Bed) {
    let store = bed.connect().await;
    let list = until_claim();
    let mut first = open(store.as_ref(), "order-1").await;
    let claimed = claim(first.lease.swap_id, "nonce-1", 100);
    first.head = store.reserve(&first.write(&list), &claimed, per_day(100)).await.unwrap();
    first.lease = store.renew(&first.lease, after(900)).await.unwrap();
    // It ends, and what it took is freed in the same write.
    let end = [Entry::new(after(601), ended(countersign_journal::Outcome::Expired))];
    let write = Write { now: after(601), ..first.write(&end) };
    let head = store.release(&write).await.unwrap();
    assert_eq!(store.release(&write).await, Ok(head));
    let history = store.load(first.lease.swap_id).await.unwrap();
    let names: Vec<_> = history.links.iter().map(|link| link.entry.what.name()).collect();
    assert_eq!(names[names.len() - 2..], ["ended", "released"]);
    // Its nonce stays taken.
    let second = open(store.as_ref(), "order-2").await;
    let swap_id = second.lease.swap_id;
    let claimed = claim(swap_id, "nonce-1", 1);
    let result = store.reserve(&second.write(&list), &claimed, per_day(100)).await;
    let (resource, owner) = ("nonce-1".to_owned(), first.lease.swap_id);
    let taken = LedgerError::ResourceTaken { resource, swap_id: owner };
    assert_eq!(result, Err(StoreError::Ledger(taken)));
    let claimed = claim(swap_id, "nonce-2", 100);
    store.reserve(&second.write(&list), &claimed, per_day(100)).await.unwrap();
    // What ended can be leased by its id, to free its limits later.
    let holder = label("worker-2");
    let term = Term { holder: &holder, until: after(1_200) };
    let lease = store.lease(first.lease.swap_id, &term, after(900)).await.unwrap();
    let ended = Worker { lease, head };
    let head = store.release(&Write { now: after(901), ..ended.write(&[]) }).await.unwrap();
    assert_eq!(head.count, ended.head.count + 1);
}

pub(super) async fn amounts_are_exact_beyond_64_bits(bed: &dyn Bed) {
    let store = bed.connect().await;
    let list = until_claim();
    let mut limits = per_day(0);
    limits.per_day = Lots::MAX;
    let first = open(store.as_ref(), "order-1").await;
    let mut large = claim(first.lease.swap_id, "nonce-1", 0);
    large.amount = Lots::MAX.checked_sub(Lots::from(1)).unwrap();
    store.reserve(&first.write(&list), &large, limits).await.unwrap();
    let second = open(store.as_ref(), "order-2").await;
    let swap_id = second.lease.swap_id;
    let result = store.reserve(&second.write(&list), &claim(swap_id, "nonce-2", 2), limits).await;
    let (token, left, asked) = ("USDC".to_owned(), Lots::from(1), Lots::from(2));
    assert_eq!(result, Err(StoreError::Ledger(LedgerError::LimitPerDay { token, left, asked })));
    store.reserve(&second.write(&list), &claim(swap_id, "nonce-2", 1), limits).await.unwrap();
    let reserved = store.load(first.lease.swap_id).await.unwrap();
    let Some(What::Reserved(reserved)) = reserved.links.last().map(|link| &link.entry.what) else {
        panic!("expected the reservation");
    };
    assert_eq!(reserved.amount, large.amount);
}

pub(super) async fn a_ledger_alone_keeps_the_rules(bed: &dyn Bed) {
    let store = bed.connect().await;
    let ledger = JournalLedger::new(Arc::clone(&store));
    let now = NOW.to_seconds();
    let first = claim(SwapId::generate(), "nonce-1", 60);
    ledger.record(&first, per_day(100), now).await.unwrap();
    // It outlives the process.
    let ledger = JournalLedger::new(bed.connect().await);
    let live = LedgerError::LiveApproval { swap_id: first.swap_id, valid_until: first.valid_until };
    assert_eq!(ledger.record(&first, per_day(100), now).await, Err(live.clone()));
    assert_eq!(ledger.release(first.swap_id, now).await, Err(live));
    let second = claim(SwapId::generate(), "nonce-2", 41);
    let result = ledger.record(&second, per_day(100), now).await;
    assert!(matches!(result, Err(LedgerError::LimitPerDay { .. })), "{result:?}");
    ledger.release(first.swap_id, after(601).to_seconds()).await.unwrap();
    ledger.record(&second, per_day(100), now).await.unwrap();
    ledger.release(SwapId::generate(), now).await.unwrap();
    // What has a history is written by whoever holds its lease.
    let worker = open(store.as_ref(), "order-1").await;
    let result = ledger.record(&claim(worker.lease.swap_id, "nonce-3", 1), per_day(100), now).await;
    assert_eq!(result, Err(LedgerError::Unavailable("leased")));
    let result = store.release_alone(worker.lease.swap_id, now).await;
    assert!(matches!(result, Err(StoreError::Leased { .. })), "{result:?}");
}
