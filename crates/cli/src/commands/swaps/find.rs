use countersign::approval::{SwapId, excerpt};
use countersign_journal::{Label, Store};

use crate::exit::Failure;

/// Finds the swap that a text names, by its id or by its idempotency key.
pub(super) async fn find(store: &dyn Store, text: &str) -> Result<SwapId, Failure> {
    let by_key = match Label::new(text) {
        Ok(key) => store.find(&key).await?.map(|found| found.swap_id),
        Err(_) => None,
    };
    let by_id = match text.parse() {
        Ok(swap_id) if !store.read_raw(swap_id).await?.is_empty() => Some(swap_id),
        _ => None,
    };
    match (by_id, by_key) {
        (Some(one), Some(other)) if one != other => Err(Failure::TwoSwaps(excerpt(text))),
        (Some(found), _) | (None, Some(found)) => Ok(found),
        (None, None) => Err(Failure::NoSwap(excerpt(text))),
    }
}
