//! Quotes that are signed, addresses that are funded by plain transfers, and intents: what 1Click
//! and Aurora keep.
//!
//! A deposit address is funded on its own chain, or inside a ledger of NEAR Intents that is kept
//! here. Nobody holds the key of one on a chain, and nothing leaves it: what is paid out or back
//! comes from the resolver.

mod advance;
mod answer;
mod assets;
mod canonical;
mod deposit;
mod intents;
mod ledger;
mod moment;
mod money;
mod offer;
mod order;
mod payload;
mod record;
mod signed;
mod signer;
mod status;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{HashMap, VecDeque};

pub(crate) use answer::{Scene, Terms};
pub(crate) use assets::{asset_ids, blockchain, primary};
pub(crate) use canonical::{Covered, sign};
pub(crate) use deposit::Deposit;
pub(crate) use intents::{GenerateBody, SubmitBody};
pub(crate) use ledger::Ledger;
pub(crate) use moment::{read as read_moment, write as write_moment};
pub(crate) use order::{Order, QuoteBody};
pub(crate) use payload::{Draft, transfer_of};
pub(crate) use record::all as records;
pub(crate) use signer::QuoteSigner;
pub(crate) use words::{Api, Place, Standard};

pub use record::DepositRecord;

use crate::world::World;

/// The contract that holds and moves what is inside NEAR Intents.
pub(crate) const VERIFYING_CONTRACT: &str = "intents.near";

/// How many open deposits are looked at in one tick.
const LOOKED_AT: usize = 64;

/// Everything that 1Click and Aurora keep.
pub(crate) struct Quoted {
    signer: QuoteSigner,
    /// A key that signs lies and is pinned nowhere.
    other_signer: QuoteSigner,
    /// The account that takes the API's own fee.
    platform: String,
    partner_key: String,
    aurora_key: String,
    ledger: Ledger,
    /// In the order of creation.
    deposits: Vec<Deposit>,
    places: HashMap<String, usize>,
    /// Those that may still move, the next to be looked at first.
    open: VecDeque<usize>,
}

impl Quoted {
    /// Makes up the keys, and hands balances out inside NEAR Intents: `wealth` times what is listed.
    pub(crate) fn start(world: &World, wealth: u64) -> Self {
        Self {
            signer: QuoteSigner::random(),
            other_signer: QuoteSigner::random(),
            platform: random_account(),
            partner_key: hex::encode(rand::random::<[u8; 24]>()),
            aurora_key: hex::encode(rand::random::<[u8; 16]>()),
            ledger: Ledger::seeded(world, wealth),
            deposits: Vec::new(),
            places: HashMap::new(),
            open: VecDeque::new(),
        }
    }

    /// Returns the account that the platform's fee goes to.
    pub(crate) fn platform(&self) -> &str {
        &self.platform
    }

    /// Returns the public key that quotes are signed by: `ed25519:` and base58.
    pub(crate) fn quote_key(&self) -> &str {
        self.signer.public_key()
    }

    /// Returns what partners bring in `X-API-Key`.
    pub(crate) fn partner_key(&self) -> &str {
        &self.partner_key
    }

    /// Returns what ends each of Aurora's paths.
    pub(crate) fn aurora_key(&self) -> &str {
        &self.aurora_key
    }

    /// Hands balances out inside NEAR Intents to an account, as to those that are here from the start.
    pub(crate) fn hand_out(&mut self, world: &World, account: &str, wealth: u64) {
        self.ledger.hand_out(world, account, wealth);
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns every deposit, the oldest first.
    pub(crate) fn deposits(&self) -> &[Deposit] {
        &self.deposits
    }

    /// Returns the deposit of an address, to be asked about.
    pub(crate) fn deposit_mut(&mut self, address: &str) -> Option<&mut Deposit> {
        let place = self.place(address)?;
        self.deposits.get_mut(place)
    }

    fn place(&self, address: &str) -> Option<usize> {
        self.places.get(&name_of(address)).copied()
    }

    fn keep(&mut self, deposit: Deposit) {
        let place = self.deposits.len();
        self.places.insert(name_of(&deposit.address), place);
        self.open.push_back(place);
        self.deposits.push(deposit);
    }
}

/// Makes up an account of NEAR that a key controls without being registered.
fn random_account() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// Only hexadecimal addresses may differ in case.
fn name_of(address: &str) -> String {
    if address.starts_with("0x") { address.to_lowercase() } else { address.to_owned() }
}
