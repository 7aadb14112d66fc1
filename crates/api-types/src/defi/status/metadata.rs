use countersign_units::UnixMillis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::ReadError;
use crate::defi::WriteError;
use crate::read::{Members, forms};

/// What `swap_metadata` tells beside the two transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapMetadata {
    /// The swap's id.
    pub id: Option<String>,
    /// The contract that holds the funds.
    pub proxy_address: Option<String>,
    /// The transaction of a swap on one chain.
    pub swap_tx: Option<String>,
    /// When the swap was created.
    pub created_at: Option<UnixMillis>,
    /// When a swap on one chain was made.
    pub swapped_at: Option<UnixMillis>,
    /// When the funds were returned.
    pub refunded_at: Option<UnixMillis>,
}

impl SwapMetadata {
    pub(super) fn read(members: Members<'_, '_>) -> Result<Option<Self>, ReadError> {
        let moment = |path| members.optional(&[path], &forms::MILLIS);
        let swap = Self {
            id: members.optional(&["swap_metadata.id"], &forms::ID)?,
            proxy_address: members.optional(&["swap_metadata.proxy_address"], &forms::TEXT)?,
            swap_tx: members.optional(&["swap_metadata.swap_tx"], &forms::TEXT)?,
            created_at: moment("swap_metadata.created_at")?,
            swapped_at: moment("swap_metadata.swapped_at")?,
            refunded_at: moment("swap_metadata.refunded_at")?,
        };
        Ok((swap != Self::default()).then_some(swap))
    }
}

/// Writes a moment in ISO 8601.
pub(super) fn iso(
    moment: Option<UnixMillis>,
    member: &'static str,
) -> Result<Option<String>, WriteError> {
    let Some(moment) = moment else { return Ok(None) };
    let nanos = i128::from(moment.value()).saturating_mul(1_000_000);
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok();
    let text = time.and_then(|time| time.format(&Rfc3339).ok());
    text.map(Some).ok_or(WriteError::Time { member })
}
