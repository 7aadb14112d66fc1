use countersign::approval::{SwapId, excerpt};
use countersign::journal::{Label, Page, Store, StoreError, Summary, What, Which};

use crate::arguments::ApiName;
use crate::connection::SetupError;
use crate::exit::Failure;

/// Finds the swap that a text names, by its id or by its idempotency key.
pub(in crate::commands) async fn find(store: &dyn Store, text: &str) -> Result<Summary, Failure> {
    let by_key = match Label::new(text) {
        Ok(key) => store.find(&key).await?,
        Err(_) => None,
    };
    let by_id = match text.parse() {
        Ok(swap_id) => summary(store, swap_id).await?,
        Err(_) => None,
    };
    match (by_id, by_key) {
        (Some(one), Some(other)) if one.swap_id != other.swap_id => {
            Err(Failure::TwoSwaps(excerpt(text)))
        }
        (Some(found), _) | (None, Some(found)) => Ok(found),
        (None, None) => Err(Failure::NoSwap(excerpt(text))),
    }
}

/// Says which API a swap was begun with.
pub(in crate::commands) async fn api_of(
    store: &dyn Store,
    swap_id: SwapId,
) -> Result<ApiName, Failure> {
    let history = store.load(swap_id).await?;
    let api = history.links.iter().find_map(|link| match &link.entry.what {
        What::Requested(request) => request.api.as_ref(),
        _ => None,
    });
    let api = api.map_or(ApiName::Defi.as_str(), Label::as_str);
    let unknown =
        || SetupError::Argument(format!("the swap was begun with {api}, which is unknown"));
    Ok(ApiName::named(api).ok_or_else(unknown)?)
}

async fn summary(store: &dyn Store, swap_id: SwapId) -> Result<Option<Summary>, StoreError> {
    let page = Page { which: Which::All, after: before(swap_id), most: 1 };
    let found = store.list(page).await?.into_iter().next();
    Ok(found.filter(|found| found.swap_id == swap_id))
}

/// Returns the id right before another one; none before the first one there can be.
pub(super) fn before(swap_id: SwapId) -> Option<SwapId> {
    let digits = swap_id.to_string().replace('-', "");
    let number = u128::from_str_radix(&digits, 16).ok()?.checked_sub(1)?;
    format!("{number:032x}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_between_an_id_and_the_one_before() {
        for (id, earlier) in [
            ("0198c1a0-0000-7000-8000-000000000000", "0198c1a0-0000-7000-7fff-ffffffffffff"),
            ("0198c1a0-0000-7000-8000-00000000000a", "0198c1a0-0000-7000-8000-000000000009"),
        ] {
            assert_eq!(before(id.parse().unwrap()), earlier.parse().ok());
        }
        assert_eq!(before("00000000-0000-0000-0000-000000000000".parse().unwrap()), None);
    }
}
