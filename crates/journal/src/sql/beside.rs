//! Compares what approvals take with the history that says so.

use std::collections::BTreeSet;

use countersign_approval::SwapId;

use super::{Row, Session, Value, sql};
use crate::entry::Reserved;
use crate::{CancelStep, Death, Link, StoreError, What};

/// What follows from a history.
#[derive(Default)]
struct Expected<'a> {
    reservations: Vec<(&'a Reserved, u64)>,
    live: bool,
    resources: BTreeSet<&'a str>,
    /// The resources may be free again.
    given_up: bool,
}

/// Requires that a swap's reservations and resources are those of its history.
pub(super) async fn check(
    session: &mut dyn Session,
    swap_id: SwapId,
    links: &[Link],
) -> Result<(), StoreError> {
    let expected = Expected::of(links);
    let select = sql!(
        "SELECT number, token, amount, reserved_at, valid_until, is_live FROM reservations \
         WHERE swap_id = $1 ORDER BY number"
    );
    let rows = session.query(select, &[swap_id.into()]).await?;
    if !expected.reserved(&rows)? {
        return Err(wrong("a swap's reservations"));
    }
    let select = sql!("SELECT resource FROM resources WHERE swap_id = $1");
    let rows = session.query(select, &[swap_id.into()]).await?;
    let found: BTreeSet<&str> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    let given_up = expected.given_up && found.is_subset(&expected.resources);
    if found != expected.resources && !given_up {
        return Err(wrong("a swap's nonces, coins and messages"));
    }
    Ok(())
}

fn wrong(what: &'static str) -> StoreError {
    StoreError::corrupted(what, "those of its history", "others")
}

impl<'a> Expected<'a> {
    fn of(links: &'a [Link]) -> Self {
        let mut expected = Self::default();
        for link in links {
            match &link.entry.what {
                What::Reserved(reserved) => {
                    expected.reservations.push((reserved, link.entry.at.to_seconds().value()));
                    let resources = reserved.resources.iter().map(crate::Label::as_str);
                    expected.resources.extend(resources);
                    expected.live = true;
                }
                What::Cancel(CancelStep::Reserved { resources, .. }) => {
                    expected.resources.extend(resources.iter().map(crate::Label::as_str));
                }
                What::Dead(death) => {
                    expected.live = false;
                    expected.given_up |= *death == Death::NeverLetOut;
                }
                What::Released => expected.live = false,
                _ => {}
            }
        }
        expected
    }

    fn reserved(&self, rows: &[Row]) -> Result<bool, StoreError> {
        let mut same = rows.len() == self.reservations.len();
        for (row, (number, (reserved, at))) in rows.iter().zip((1..).zip(&self.reservations)) {
            let last = number == rows.len();
            same &= usize::try_from(row.int(0)?) == Ok(number)
                && row.text(1)? == reserved.token.as_str()
                && row.lots(2)? == reserved.amount
                && row.int(3)? == *at
                && Value::from(row.until(4)?) == Value::from(reserved.valid_until)
                && (row.int(5)? == 1) == (last && self.live);
        }
        Ok(same)
    }
}
