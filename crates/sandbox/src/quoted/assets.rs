//! Assets by the API's own names.

use crate::market::TokenListing;
use crate::network::{BASE, BITCOIN, Network, SOLANA, TRON};
use crate::world::{Token, World};

/// The token that the API answers under another name than it was asked by.
const RENAMED: &str = "BTC";

/// Returns the name that the token list has.
pub(crate) fn primary(listing: &TokenListing) -> String {
    format!("nep141:sandbox-{}.omft.near", listing.key.to_lowercase().replace('_', "-"))
}

/// Returns all names of an asset, the one of the token list first.
pub(crate) fn asset_ids(listing: &TokenListing) -> Vec<String> {
    let alias = (listing.key == RENAMED).then(|| "1cs_v1:sandbox-btc:native:coin".to_owned());
    std::iter::once(primary(listing)).chain(alias).collect()
}

/// Returns the name that a repeated request has.
pub(super) fn echoed(listing: &TokenListing) -> String {
    asset_ids(listing).pop().unwrap_or_default()
}

/// Finds a token by any of its names.
pub(super) fn find(world: &World, id: &str) -> Option<Token> {
    let has_name = |token: &&Token| asset_ids(token.listing).iter().any(|known| known == id);
    world.tokens().iter().find(has_name).cloned()
}

/// Returns what the API calls a network.
pub(crate) fn blockchain(network: &Network) -> &'static str {
    match network.name {
        name if name == BASE.name => "base",
        name if name == TRON.name => "tron",
        name if name == BITCOIN.name => "btc",
        name if name == SOLANA.name => "sol",
        _ => "eth",
    }
}
