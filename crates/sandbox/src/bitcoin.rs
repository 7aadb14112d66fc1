//! Bitcoin in regtest: a set of coins that moves by Bitcoin Core's own rules, and the swaps out of
//! it.
//!
//! A transaction is valid or it isn't: there is no pool of waiting ones, and a valid one is in a
//! block at once.

mod blocks;
mod engine;
mod funding;
mod htlc;
mod keys;
mod ledger;
mod params;
mod parties;
mod promises;
mod rejected;
mod resolver;
mod selection;
mod signed;
mod spend;

pub(crate) use blocks::Block;
pub(crate) use funding::{FundingError, Offer, Order, Payer, describe};
pub(crate) use htlc::{
    Htlc, HtlcKeys, Inside, Lock, claim_leaf, fast_leaf, refund_leaf, witness_script,
};
pub(crate) use keys::{CoinForm, Wallet, script_of, secp};
pub(crate) use ledger::{Coin, Ledger};
pub(crate) use params::PsbtParams;
pub(crate) use parties::Bitcoin;
pub(crate) use rejected::Rejected;
pub(crate) use signed::signed_transaction;

/// What a swap out of Bitcoin has to move at least, so that a refund is worth its fee.
pub(crate) const LEAST_SATS: u64 = 10_000;
/// What an output has to hold at least: that of the largest script that is paid here.
pub(crate) const DUST_SATS: u64 = 546;

/// Returns the fee for a weight: two satoshis for each virtual byte.
const fn fee(weight: u64) -> u64 {
    weight.div_ceil(2)
}
