//! Solana: real programs in `LiteSVM`, under the rules of a cluster, and the swaps out of it.
//!
//! A transaction runs or it doesn't: there is no queue of waiting ones, and one that ran is final
//! at once. `LiteSVM` keeps one blockhash alone, so which ones are recent is kept here, as a cluster
//! does. Transactions with a durable nonce are not taken.

mod blocks;
mod cosign;
mod draft;
mod engine;
mod params;
mod parties;
mod rejected;
mod resolver;
mod signed;
mod table;
mod tokens;

pub(crate) use blocks::{BLOCKHASH_SLOTS, Block};
pub(crate) use cosign::{CosignOffer, CosignOrder};
pub(crate) use draft::{Draft, deserialize, serialize, sign};
pub(crate) use engine::{Engine, Executed, Simulated};
pub(crate) use params::CosignParams;
pub(crate) use parties::{NewMint, Solana};
pub(crate) use rejected::Rejected;
pub(crate) use signed::{SignedCosign, signed_transaction};
pub(crate) use tokens::{Asset, Mint, TokenProgram};

use solana_address::Address;

/// What an account without data has to hold at least, in lamports.
pub(crate) const LEAST_LAMPORTS: u64 = 890_880;

/// Reads an address: 32 bytes in base58.
pub(crate) fn read_address(text: &str) -> Option<Address> {
    let bytes = bs58::decode(text).into_vec().ok()?;
    Some(Address::new_from_array(bytes.try_into().ok()?))
}
