//! Many at once, over several connections.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{LedgerError, SwapId};
use countersign_journal::{Opening, Outcome, State, Store, StoreError, Term, Write};
use tokio::task::JoinSet;

use crate::bed::Bed;
use crate::samples::{
    NOW, after, claim, ended, entries, label, open, per_day, requested, reserve, status,
    until_claim,
};

async fn connections(bed: &dyn Bed) -> Vec<Arc<dyn Store>> {
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(bed.connect().await);
    }
    stores
}

pub(super) async fn claims_at_once_pass_no_limit(bed: &dyn Bed) {
    let stores = connections(bed).await;
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        let store = Arc::clone(&stores[number % stores.len()]);
        tasks.spawn(async move {
            let worker = open(store.as_ref(), &format!("order-{number}")).await;
            let claim = claim(worker.lease.swap_id, &format!("nonce-{number}"), 30);
            let list = until_claim();
            let result = store.reserve(&worker.write(&list), &claim, per_day(1_000)).await;
            let state = store.load(worker.lease.swap_id).await.unwrap().state;
            assert_eq!(state == State::Reserved, result.is_ok());
            result
        });
    }
    let (passed, refused): (Vec<_>, Vec<_>) =
        tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((passed.len(), refused.len()), (33, 27));
    assert_eq!(
        stores[0].count().await.unwrap(),
        BTreeMap::from([(State::Creating, 27), (State::Reserved, 33)])
    );
    for result in refused {
        let limit = matches!(&result, Err(StoreError::Ledger(LedgerError::LimitPerDay { left, .. })) if *left == 10.into());
        assert!(limit, "{result:?}");
    }
}

pub(super) async fn claims_at_once_take_a_resource_once(bed: &dyn Bed) {
    let stores = connections(bed).await;
    let mut tasks = JoinSet::new();
    for number in 0..24 {
        let store = Arc::clone(&stores[number % stores.len()]);
        tasks.spawn(async move {
            // Of different tokens, so that no token's row keeps them apart.
            let mut claim = claim(SwapId::generate(), "coin-1", 1);
            claim.token = format!("token-{}", number % 8);
            claim.resources.push("coin-2".to_owned());
            if number % 2 == 0 {
                claim.resources.reverse();
            }
            store.record_alone(&claim, per_day(1_000), NOW.to_seconds()).await
        });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let taken =
        |error: &StoreError| matches!(error, StoreError::Ledger(LedgerError::ResourceTaken { .. }));
    assert!(results.iter().all(|result| result.as_ref().err().is_none_or(taken)), "{results:?}");
}

pub(super) async fn claims_at_once_reserve_a_swap_once(bed: &dyn Bed) {
    let stores = connections(bed).await;
    let swap_id = SwapId::generate();
    let mut tasks = JoinSet::new();
    for number in 0..24 {
        let store = Arc::clone(&stores[number % stores.len()]);
        tasks.spawn(async move {
            let mut claim = claim(swap_id, &format!("nonce-{number}"), 1);
            claim.token = format!("token-{}", number % 8);
            store.record_alone(&claim, per_day(1_000), NOW.to_seconds()).await
        });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let live =
        |error: &StoreError| matches!(error, StoreError::Ledger(LedgerError::LiveApproval { .. }));
    assert!(results.iter().all(|result| result.as_ref().err().is_none_or(live)), "{results:?}");
}

pub(super) async fn writers_at_once_write_in_turn(bed: &dyn Bed) {
    let stores = connections(bed).await;
    let mut worker = open(stores[0].as_ref(), "order-1").await;
    reserve(stores[0].as_ref(), &mut worker, "nonce-1").await;
    let worker = Arc::new(worker);
    let mut tasks = JoinSet::new();
    for number in 0..24 {
        let (store, worker) = (Arc::clone(&stores[number % stores.len()]), Arc::clone(&worker));
        tasks.spawn(async move {
            let list = entries([status(&format!("status-{number}"))]);
            let mut head = worker.head;
            let mut passed_by = 0_u32;
            loop {
                let write = Write { head, ..worker.write(&list) };
                match store.append(&write).await {
                    Ok(_) => return passed_by,
                    Err(StoreError::Conflict { .. }) => passed_by += 1,
                    Err(error) => panic!("{error:?}"),
                }
                head = store.load(worker.lease.swap_id).await.unwrap().head;
            }
        });
    }
    let passed_by: u32 = tasks.join_all().await.into_iter().sum();
    let history = stores[0].load(worker.lease.swap_id).await.unwrap();
    assert_eq!(
        history.links.len(),
        usize::try_from(worker.head.count).unwrap() + 24,
        "{passed_by}"
    );
}

/// Each is counted once, however they end and however many end at once.
pub(super) async fn swaps_that_end_at_once_are_counted(bed: &dyn Bed) {
    let stores = connections(bed).await;
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        let store = Arc::clone(&stores[number % stores.len()]);
        tasks.spawn(async move {
            if number % 10 == 0 {
                // It ends in the write that opens it.
                let name = format!("order-{number}");
                let list = entries([requested(&name, 1), ended(Outcome::Refused)]);
                let (holder, swap_id) = (label("worker-1"), SwapId::generate());
                let term = Term { holder: &holder, until: after(60) };
                let opening = Opening { swap_id, entries: &list, term };
                for _ in 0..2 {
                    store.open(&opening).await.unwrap();
                }
                return;
            }
            let mut worker = open(store.as_ref(), &format!("order-{number}")).await;
            let outcome = if number % 2 == 0 { Outcome::Failed } else { Outcome::Expired };
            let list = entries([ended(outcome)]);
            // Made again, it is there once; what comes late moves nothing.
            let head = store.append(&worker.write(&list)).await.unwrap();
            assert_eq!(store.append(&worker.write(&list)).await, Ok(head));
            worker.head = head;
            store.append(&worker.write(&entries([status("late")]))).await.unwrap();
        });
    }
    tasks.join_all().await;
    let expected = [(Outcome::Failed, 24), (Outcome::Expired, 30), (Outcome::Refused, 6)];
    let expected = expected.map(|(outcome, count)| (State::Ended(outcome), count));
    assert_eq!(stores[0].count().await.unwrap(), BTreeMap::from(expected));
}
