//! What the model does with leases.

use countersign_journal::{Lease, Page, Store, StoreError, Term, Which};
use countersign_units::UnixMillis;

use super::{Known, Model};
use crate::samples::{after, label};

impl Model {
    pub(super) async fn lease(&mut self, store: &dyn Store, swap: usize) {
        let now = self.time();
        let known = &mut self.swaps[swap];
        let holder = label("worker");
        let term = Term { holder: &holder, until: UnixMillis::new(now.value() + 60_000) };
        let found = store.lease(known.swap_id, &term, now).await;
        if now < known.free_at {
            let (swap_id, until) = (known.swap_id, known.free_at);
            assert_eq!(found, Err(StoreError::Leased { swap_id, until }));
        } else {
            known.take(found.unwrap());
        }
    }

    pub(super) async fn lease_open(&mut self, store: &dyn Store, most: u32) {
        let now = self.time();
        let holder = label("worker");
        let term = Term { holder: &holder, until: UnixMillis::new(now.value() + 60_000) };
        let found = store.lease_open(&term, most, now, &[]).await.unwrap();
        let mut free: Vec<&mut Known> = self
            .swaps
            .iter_mut()
            .filter(|known| !known.state.is_ended() && known.free_at <= now)
            .collect();
        free.sort_by_key(|known| (known.free_at, known.swap_id));
        free.truncate(usize::try_from(most).unwrap());
        assert_eq!(found.len(), free.len());
        for known in free {
            let lease = found.iter().find(|lease| lease.swap_id == known.swap_id).unwrap();
            known.take(lease.clone());
        }
        let page = Page { which: Which::Open, after: None, most: 100 };
        let open = self.swaps.iter().filter(|known| !known.state.is_ended()).count();
        assert_eq!(store.list(page).await.unwrap().len(), open);
    }

    pub(super) async fn give_back(&mut self, store: &dyn Store, swap: usize, seconds: u64) {
        let not_before = after(self.now + seconds);
        let known = &mut self.swaps[swap];
        let found = store.give_back(known.lease.clone(), not_before).await;
        if known.lease.token == known.fence {
            found.unwrap();
            (known.fence, known.free_at) = (known.fence + 1, not_before);
        } else {
            assert!(matches!(found, Err(StoreError::LeaseLost { .. })), "{found:?}");
        }
    }
}

impl Known {
    pub(super) fn take(&mut self, lease: Lease) {
        assert_eq!(lease.token, self.fence + 1);
        (self.fence, self.free_at) = (lease.token, lease.until);
        self.old = Some(std::mem::replace(&mut self.lease, lease));
    }
}
