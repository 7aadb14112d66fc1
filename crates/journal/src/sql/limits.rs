//! How much of a token moved within a day.

use countersign_approval::{LedgerError, SwapId};
use countersign_units::{Lots, UnixSeconds};

use super::{Row, Session, Value, sql};
use crate::StoreError;

const DAY_SECONDS: u64 = 86_400;

/// Returns the last second that a day no longer counts, where there were days before.
pub(super) fn day_before(now: UnixSeconds) -> Option<u64> {
    now.value().checked_sub(DAY_SECONDS)
}

/// What is counted of a token, whose row stays ours until the transaction ends.
///
/// One row's lock is what two who reserve the same token compete for, so the second waits for the
/// first and then reads what it wrote; transactions that are merely serializable would let both run
/// and send one of them back. The sum is kept beside the reservations, since a busy day has very
/// many.
pub(super) struct Total<'a> {
    token: &'a str,
    moved: Lots,
}

impl<'a> Total<'a> {
    pub(super) async fn lock(
        session: &mut dyn Session,
        token: &'a str,
    ) -> Result<Self, StoreError> {
        let insert =
            sql!("INSERT INTO tokens (token, moved) VALUES ($1, '0') ON CONFLICT DO NOTHING");
        let select = sql!(locked "SELECT moved FROM tokens WHERE token = $1");
        let mut rows = session.query(select, &[token.into()]).await?;
        if rows.is_empty() {
            session.execute(insert, &[token.into()]).await?;
            rows = session.query(select, &[token.into()]).await?;
        }
        let row =
            rows.first().ok_or_else(|| StoreError::corrupted("a token", "its row", "none"))?;
        Ok(Self { token, moved: row.lots(0)? })
    }

    /// Stops counting what left a day ago or earlier.
    pub(super) async fn forget_yesterday(
        &mut self,
        session: &mut dyn Session,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        let Some(day_ago) = day_before(now) else { return Ok(()) };
        let update = sql!(
            "UPDATE reservations SET is_counted = 0 \
             WHERE token = $1 AND is_counted = 1 AND reserved_at <= $2 RETURNING amount"
        );
        let values = [self.token.into(), Value::int("time", day_ago)?];
        let rows = session.query(update, &values).await?;
        self.subtract(session, &rows).await
    }

    /// Stops counting what a swap took.
    pub(super) async fn forget_swap(
        &mut self,
        session: &mut dyn Session,
        swap_id: SwapId,
    ) -> Result<(), StoreError> {
        let update = sql!(
            "UPDATE reservations SET is_counted = 0 \
             WHERE token = $1 AND is_counted = 1 AND swap_id = $2 RETURNING amount"
        );
        let rows = session.query(update, &[self.token.into(), swap_id.into()]).await?;
        self.subtract(session, &rows).await
    }

    /// Counts an amount, if it fits.
    pub(super) async fn add(
        &mut self,
        session: &mut dyn Session,
        asked: Lots,
        per_day: Lots,
    ) -> Result<(), StoreError> {
        let left = per_day.checked_sub(self.moved).unwrap_or(Lots::ZERO);
        let sum = self.moved.checked_add(asked).filter(|_| asked <= left);
        let Some(sum) = sum else {
            let token = self.token.to_owned();
            return Err(StoreError::Ledger(LedgerError::LimitPerDay { token, left, asked }));
        };
        self.moved = sum;
        self.write(session).await
    }

    async fn subtract(
        &mut self,
        session: &mut dyn Session,
        rows: &[Row],
    ) -> Result<(), StoreError> {
        for row in rows {
            let amount = row.lots(0)?;
            let wrong = || StoreError::corrupted("a token's sum", format!("{amount}"), self.moved);
            self.moved = self.moved.checked_sub(amount).ok_or_else(wrong)?;
        }
        if rows.is_empty() { Ok(()) } else { self.write(session).await }
    }

    async fn write(&self, session: &mut dyn Session) -> Result<(), StoreError> {
        let update = sql!("UPDATE tokens SET moved = $2 WHERE token = $1");
        session.execute(update, &[self.token.into(), self.moved.into()]).await?;
        Ok(())
    }
}
