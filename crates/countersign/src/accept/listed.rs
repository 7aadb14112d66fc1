//! The registry's asset ids, against the API's own list: an id of another asset would be swapped just as
//! well.

use countersign_approval::{Code, Fact, Policy, Violation, Violations, is_same_address};

use crate::{Listed, ListedAsset, Offer, Order};

/// Compares the decimals and the contract of each asset that both name.
///
/// What the list lacks is not judged: it may not hold an id, or a chain that was added yesterday.
pub(super) fn compare(order: &Order, offer: &Offer, violations: &mut Violations) {
    let Listed::Assets(assets) = &offer.told.listed else { return };
    for (ids, token, address) in [
        (&order.source_asset_ids, &order.source, &order.source_address),
        (&order.destination_asset_ids, &order.destination, &order.destination_address),
    ] {
        for asset in assets.iter().filter(|asset| ids.contains(&asset.id)) {
            compare_asset(asset, (&token.token, token.decimals, address), violations);
        }
    }
}

fn compare_asset(
    asset: &ListedAsset,
    (token, decimals, address): (&str, u8, &str),
    violations: &mut Violations,
) {
    let member = |name: &str| format!("tokens.{token}.{name}");
    if asset.decimals != decimals {
        let found = format_args!("{} for {}", asset.decimals, asset.id);
        violations.push(Violation::new(Code::Token, member("decimals"), decimals, found));
    }
    if let Some(found) = &asset.address
        && !is_same_address(found, address)
    {
        let found = format_args!("{found} for {}", asset.id);
        violations.push(Violation::new(Code::Token, member("address"), address, found));
    }
}

/// Requires the list to be read, where policy asks for it.
pub(super) fn require_read(offer: &Offer, policy: &Policy, violations: &mut Violations) {
    if let Listed::Unread { reason } = &offer.told.listed
        && policy.require_facts().contains(&Fact::AssetList)
    {
        let expected = "the API's list of assets";
        violations.push(Violation::new(Code::Unavailable, "facts.asset_list", expected, reason));
    }
}
