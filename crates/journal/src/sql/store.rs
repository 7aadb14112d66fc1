//! The store, on any engine.

use std::collections::BTreeMap;

use async_trait::async_trait;
use countersign_approval::{AssetLimits, Claim, SwapId, Taken};
use countersign_units::{UnixMillis, UnixSeconds};

use super::{
    Backend, at_once, checkpoints, claims, leases, look, open, read, tally, transact, write,
};
use crate::{
    AuditKey, Checkpoint, Head, History, Label, Lease, Opened, Opening, Page, RawEntry, State,
    Store, StoreError, Summary, SwapHead, Term, Write,
};

#[async_trait]
impl<B: Backend> Store for B {
    async fn open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        if let Some(opened) = at_once::open(self, opening).await? {
            return Ok(opened);
        }
        transact!(self, session => open::open(session, opening))
    }

    async fn append(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        if let Some(head) = at_once::append(self, write).await? {
            return Ok(head);
        }
        transact!(self, session => write::append(session, write))
    }

    async fn reserve(
        &self,
        write: &Write<'_>,
        claim: &Claim,
        limits: AssetLimits,
    ) -> Result<Head, StoreError> {
        if let Some(head) = at_once::reserve(self, write, claim, limits).await? {
            return Ok(head);
        }
        transact!(self, session => claims::reserve(session, write, claim, limits))
    }

    async fn reserve_cancel(&self, write: &Write<'_>, claim: &Claim) -> Result<Head, StoreError> {
        transact!(self, session => claims::reserve_cancel(session, write, claim))
    }

    async fn release(&self, write: &Write<'_>) -> Result<Head, StoreError> {
        transact!(self, session => claims::free(session, write))
    }

    async fn record_alone(
        &self,
        claim: &Claim,
        limits: AssetLimits,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        transact!(self, session => claims::record_alone(session, claim, limits, now))
    }

    async fn release_alone(&self, swap_id: SwapId, now: UnixSeconds) -> Result<(), StoreError> {
        transact!(self, session => claims::release_alone(session, swap_id, now))
    }

    async fn give_up_alone(&self, swap_id: SwapId) -> Result<(), StoreError> {
        transact!(self, session => claims::give_up_alone(session, swap_id))
    }

    async fn taken(&self, resources: &[String]) -> Result<Vec<Taken>, StoreError> {
        look!(self.reader(), session => claims::taken(session, resources))
    }

    async fn load(&self, swap_id: SwapId) -> Result<History, StoreError> {
        look!(self.snapshot(), session => read::load(session, swap_id))
    }

    async fn find(&self, key: &Label) -> Result<Option<Summary>, StoreError> {
        look!(self.reader(), session => read::find(session, key))
    }

    async fn list(&self, page: Page) -> Result<Vec<Summary>, StoreError> {
        look!(self.reader(), session => read::list(session, page))
    }

    async fn count(&self) -> Result<BTreeMap<State, u64>, StoreError> {
        look!(self.snapshot(), session => tally::count(session))
    }

    async fn lease_open(
        &self,
        term: &Term<'_>,
        most: u32,
        now: UnixMillis,
        except: &[SwapId],
    ) -> Result<Vec<Lease>, StoreError> {
        transact!(self, session => leases::take_open(session, term, most, now, except))
    }

    async fn lease(
        &self,
        swap_id: SwapId,
        term: &Term<'_>,
        now: UnixMillis,
    ) -> Result<Lease, StoreError> {
        transact!(self, session => leases::take(session, swap_id, term, now))
    }

    async fn renew(&self, lease: &Lease, until: UnixMillis) -> Result<Lease, StoreError> {
        transact!(self, session => leases::renew(session, lease, until))
    }

    async fn give_back(&self, lease: Lease, not_before: UnixMillis) -> Result<(), StoreError> {
        transact!(self, session => leases::give_back(session, &lease, not_before))
    }

    async fn checkpoint(
        &self,
        key: &AuditKey,
        now: UnixMillis,
    ) -> Result<Option<Checkpoint>, StoreError> {
        transact!(self, session => checkpoints::make(session, key, now))
    }

    async fn read_checkpoint(
        &self,
        number: u64,
    ) -> Result<Option<(Checkpoint, Vec<SwapHead>)>, StoreError> {
        look!(self.snapshot(), session => checkpoints::read(session, number))
    }

    async fn read_raw(
        &self,
        after: Option<SwapId>,
        last: SwapId,
    ) -> Result<Vec<RawEntry>, StoreError> {
        look!(self.reader(), session => read::raw_between(session, after, last))
    }
}
