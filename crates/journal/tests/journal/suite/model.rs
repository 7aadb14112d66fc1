//! Any sequence of operations has the results that a simple model in memory has.

mod leases;

use std::collections::BTreeMap;

use countersign_approval::{Claim, Ledger as _, MemoryLedger, SwapId};
use countersign_journal::{
    Death, Entry, Head, Lease, Opened, Outcome, State, Store, StoreError, Term, What, Write,
};
use countersign_units::{Lots, UnixMillis, UnixSeconds};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::bed::Bed;
use crate::samples::{
    self, after, created, ended, entries, judged, label, per_day, quoted, signed, status,
};

/// Draws so many values, the same ones each time.
pub(crate) fn draw<T: std::fmt::Debug>(
    strategy: &impl Strategy<Value = T>,
    count: usize,
) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[derive(Clone, Debug)]
enum Op {
    Open { key: u8, digest: u8 },
    Append { swap: usize, kind: u8, stale_head: bool, old_lease: bool },
    Reserve { swap: usize, resource: u8, amount: u64 },
    Release { swap: usize },
    Lease { swap: usize },
    LeaseOpen { most: u32 },
    GiveBack { swap: usize, seconds: u64 },
    Wait { seconds: u64 },
}

fn ops() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0_u8..6, prop::sample::select(vec![0_u8, 0, 0, 1])).prop_map(|(key, digest)| Op::Open { key, digest }),
        14 => (0_usize..6, 0_u8..24, prop::bool::weighted(0.1), prop::bool::weighted(0.1))
            .prop_map(|(swap, kind, stale_head, old_lease)| Op::Append { swap, kind, stale_head, old_lease }),
        4 => (0_usize..6, 0_u8..20, 0_u64..40)
            .prop_map(|(swap, resource, amount)| Op::Reserve { swap, resource, amount }),
        3 => (0_usize..6).prop_map(|swap| Op::Release { swap }),
        2 => (0_usize..6).prop_map(|swap| Op::Lease { swap }),
        1 => (0_u32..4).prop_map(|most| Op::LeaseOpen { most }),
        1 => (0_usize..6, 0_u64..30).prop_map(|(swap, seconds)| Op::GiveBack { swap, seconds }),
        2 => (1_u64..12).prop_map(|seconds| Op::Wait { seconds }),
    ]
}

/// A swap as the model knows it.
#[derive(Clone, Debug)]
struct Known {
    swap_id: SwapId,
    key: u8,
    digest: u8,
    entries: Vec<Entry>,
    state: State,
    /// It has a reservation that is neither dead nor released.
    live: bool,
    /// It was written that its approval is dead.
    dead: bool,
    fence: u64,
    free_at: UnixMillis,
    lease: Lease,
    /// One that is over, where there was one.
    old: Option<Lease>,
    head: Head,
}

#[derive(Default)]
struct Model {
    now: u64,
    swaps: Vec<Known>,
    ledger: MemoryLedger,
    passed: u32,
    released: u32,
}

/// Returns some entry, in most cases one that can follow.
fn what(kind: u8, state: State) -> What {
    let kind = match state {
        // What is dead before it is signed is a case of its own.
        State::Signed | State::Submitted | State::Settling | State::Ended(_) if kind == 9 => 9,
        _ if kind < 9 => kind,
        State::Requested => 0,
        State::Quoted => 1,
        State::Creating => 2,
        State::Created | State::Verified | State::Reviewed => 3,
        State::Reserved => 4,
        State::Signed => 5,
        State::Submitted | State::Settling | State::Ended(_) => 6,
    };
    match kind {
        0 => quoted(),
        1 => What::Creating,
        2 => created(),
        3 => judged(),
        4 => signed(),
        5 => What::Submitted { attempt: 1 },
        6 => status("deposited"),
        7 => ended(Outcome::Expired),
        9 => What::Dead(Death::BlockhashExpired { height: None }),
        _ => ended(Outcome::Finished),
    }
}

/// A store does to swaps what a list in memory does.
pub(super) async fn any_operations_are_those_of_a_model(bed: &dyn Bed) {
    let stores = [bed.connect().await, bed.connect().await];
    let mut model = Model::default();
    for (number, op) in draw(&ops(), 700).into_iter().enumerate() {
        model.run(stores[number % 2].as_ref(), &op).await;
    }
    assert!(model.passed > 60, "expected many writes to pass, found {}", model.passed);
    let mut counts = BTreeMap::new();
    for known in &model.swaps {
        *counts.entry(known.state).or_default() += 1;
    }
    assert_eq!(stores[1].count().await.unwrap(), counts);
    let dead = model.swaps.iter().filter(|known| known.dead).count();
    assert!(model.released > 10 && dead > 0, "found {} released, {dead} dead", model.released);
    for known in &model.swaps {
        let history = stores[0].load(known.swap_id).await.unwrap();
        assert_eq!((history.state, history.head), (known.state, known.head));
        let found: Vec<_> = history.links.into_iter().map(|link| link.entry).collect();
        assert_eq!(found, known.entries);
    }
}

impl Model {
    fn time(&self) -> UnixMillis {
        after(self.now)
    }

    async fn run(&mut self, store: &dyn Store, op: &Op) {
        let swap = match op {
            Op::Append { swap, .. }
            | Op::Reserve { swap, .. }
            | Op::Release { swap }
            | Op::Lease { swap }
            | Op::GiveBack { swap, .. } => *swap,
            Op::Open { .. } | Op::LeaseOpen { .. } | Op::Wait { .. } => 0,
        };
        let known = swap < self.swaps.len();
        match op {
            Op::Open { key, digest } => self.open(store, *key, *digest).await,
            Op::Wait { seconds } => self.now += seconds,
            Op::LeaseOpen { most } => self.lease_open(store, *most).await,
            _ if !known => {}
            Op::Append { kind, stale_head, old_lease, .. } => {
                self.append(store, (swap, *kind), *stale_head, *old_lease).await;
            }
            Op::Reserve { resource, amount, .. } => {
                self.reserve(store, swap, *resource, *amount).await;
            }
            Op::Release { .. } => self.release(store, swap).await,
            Op::Lease { .. } => self.lease(store, swap).await,
            Op::GiveBack { seconds, .. } => self.give_back(store, swap, *seconds).await,
        }
    }

    async fn open(&mut self, store: &dyn Store, key: u8, digest: u8) {
        let list = entries([samples::requested(&format!("order-{key}"), digest)]);
        let holder = label("worker");
        let term = Term { holder: &holder, until: after(self.now + 60) };
        let swap_id = SwapId::generate();
        let opening = countersign_journal::Opening { swap_id, entries: &list, term };
        let found = store.open(&opening).await;
        match self.swaps.iter().find(|known| known.key == key) {
            Some(known) if known.digest != digest => {
                assert_eq!(found, Err(StoreError::KeyTaken { swap_id: known.swap_id }));
            }
            Some(known) => {
                let Ok(Opened::Same(same)) = found else { panic!("{found:?}") };
                assert_eq!((same.swap_id, same.state), (known.swap_id, known.state));
                assert_eq!(same.head, known.head);
            }
            None => {
                let Ok(Opened::New(lease, head)) = found else { panic!("{found:?}") };
                assert_eq!((lease.swap_id, lease.token, head.count), (swap_id, 1, 1));
                let (state, free_at, old) = (State::Requested, term.until, None);
                self.swaps.push(Known {
                    swap_id,
                    key,
                    digest,
                    entries: list,
                    state,
                    live: false,
                    dead: false,
                    fence: 1,
                    free_at,
                    lease,
                    old,
                    head,
                });
            }
        }
    }

    async fn append(
        &mut self,
        store: &dyn Store,
        (swap, kind): (usize, u8),
        stale_head: bool,
        old_lease: bool,
    ) {
        let now = self.time();
        let known = &mut self.swaps[swap];
        let list = [Entry::new(now, what(kind, known.state))];
        let lease = known.old.clone().filter(|_| old_lease).unwrap_or_else(|| known.lease.clone());
        let mut head = known.head;
        if stale_head {
            head.count -= 1;
        }
        let until = UnixMillis::new(now.value() + 30_000);
        let write = Write { lease: &lease, head, entries: &list, now, until };
        let found = store.append(&write).await;
        let unsigned = matches!(list[0].what, What::Signed { .. }) && !known.live;
        let next = State::after(Some(known.state), &list[0].what).ok().filter(|_| !unsigned);
        if lease.token != known.fence || now >= known.free_at {
            assert!(matches!(found, Err(StoreError::LeaseLost { .. })), "{found:?}");
        } else if stale_head {
            assert!(matches!(found, Err(StoreError::Conflict { .. })), "{found:?}");
        } else if let Some(state) = next {
            assert_eq!(found, Ok(known.head.after(known.swap_id, &list[0].to_bytes())));
            let kind = list[0].what.name();
            known.entries.extend(list);
            (known.state, known.head) = (state, found.unwrap());
            known.free_at = known.free_at.max(until);
            known.dead |= kind == "dead";
            known.live &= !known.dead;
            self.passed += 1;
        } else {
            assert!(matches!(found, Err(StoreError::Impossible(_))), "{found:?}");
        }
    }

    async fn reserve(&mut self, store: &dyn Store, swap: usize, resource: u8, amount: u64) {
        let now = self.time();
        let known = &mut self.swaps[swap];
        let valid_until = UnixSeconds::new(now.to_seconds().value() + 20);
        let resource = format!("coin-{resource}");
        let claim = Claim { valid_until, ..samples::claim(known.swap_id, &resource, amount) };
        let (lease, head) = (known.lease.clone(), known.head);
        let write = Write { lease: &lease, head, entries: &[], now, until: now };
        let found = store.reserve(&write, &claim, per_day(300)).await;
        let open = matches!(known.state, State::Verified | State::Reviewed | State::Reserved);
        if lease.token != known.fence || now >= known.free_at {
            assert!(matches!(found, Err(StoreError::LeaseLost { .. })), "{found:?}");
        } else if !open {
            assert!(matches!(found, Err(StoreError::Impossible(_))), "{found:?}");
        } else {
            let expected = self.ledger.record(&claim, per_day(300), now.to_seconds()).await;
            let result = found.clone().map(drop);
            assert_eq!(result, expected.map_err(StoreError::Ledger));
            let Ok(head) = found else { return };
            let history = store.load(known.swap_id).await.unwrap();
            known.entries.push(history.links.last().unwrap().entry.clone());
            (known.state, known.head, known.live) = (State::Reserved, head, true);
            assert_eq!(claim.amount, Lots::from(amount));
            self.passed += 1;
        }
    }

    async fn release(&mut self, store: &dyn Store, swap: usize) {
        let now = self.time();
        let known = &mut self.swaps[swap];
        let (lease, head) = (known.lease.clone(), known.head);
        let found =
            store.release(&Write { lease: &lease, head, entries: &[], now, until: now }).await;
        if lease.token != known.fence || now >= known.free_at {
            assert!(matches!(found, Err(StoreError::LeaseLost { .. })), "{found:?}");
            return;
        }
        // What is dead is over for the one in memory too, which knows time alone.
        let by = if known.dead { UnixSeconds::new(u64::MAX) } else { now.to_seconds() };
        let expected = self.ledger.release(known.swap_id, by).await;
        assert_eq!(found.clone().map(drop), expected.map_err(StoreError::Ledger));
        let Ok(head) = found else { return };
        known.entries.push(Entry::new(now, What::Released));
        (known.head, known.live) = (head, false);
        (self.released, self.passed) = (self.released + 1, self.passed + 1);
    }
}
