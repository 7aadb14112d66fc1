//! What accounts hold inside NEAR Intents, kept here in place of the contract.

use std::collections::{HashMap, HashSet};

use alloy::primitives::U256;
use countersign_units::Lots;
use solana_sdk::signature::Signer;

use super::{assets, primary};
use crate::account::Balance;
use crate::market;
use crate::world::{Arrived, Token, World};

/// What an account gets of a token of which accounts on chains get none, in whole tokens.
const SEED: u64 = 10;

/// An account, and an asset by its name.
type Holding = (String, String);

/// Balances, what arrived, and the nonces that were used.
#[derive(Debug)]
pub(crate) struct Ledger {
    salt: [u8; 4],
    balances: HashMap<Holding, U256>,
    arrived: HashMap<Holding, Arrived>,
    used: HashSet<(String, [u8; 32])>,
}

/// A transfer that an account signed.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) asset: String,
    pub(super) amount: U256,
}

impl Ledger {
    /// Hands balances out to the accounts that the default keys control: one of the keys of EVM
    /// chains and Tron, one of Ed25519.
    pub(super) fn seeded(world: &World, wealth: u64) -> Self {
        let (balances, arrived, used) = (HashMap::new(), HashMap::new(), HashSet::new());
        let mut ledger = Self { salt: rand::random(), balances, arrived, used };
        for account in accounts(world) {
            ledger.hand_out(world, &account, wealth);
        }
        ledger
    }

    /// Gives an account something of each token.
    pub(super) fn hand_out(&mut self, world: &World, account: &str, wealth: u64) {
        for token in world.tokens() {
            let holding = (account.to_owned(), primary(token.listing));
            self.balances.insert(holding, seed(token, wealth));
        }
    }

    /// Returns the salt that nonces have now.
    pub(crate) const fn salt(&self) -> [u8; 4] {
        self.salt
    }

    /// Reads what an account holds of every token.
    pub(crate) fn balances(&self, world: &World, account: &str) -> Vec<Balance> {
        let held = |token: &Token| {
            let asset = primary(token.listing);
            let lots = self.balances.get(&(account.to_owned(), asset)).copied();
            Balance::new(token.listing, Lots::new(lots.unwrap_or_default()))
        };
        world.tokens().iter().map(held).collect()
    }

    /// Returns what arrived at a deposit address.
    pub(super) fn arrived(&self, account: &str, asset: &str) -> Arrived {
        self.arrived.get(&(account.to_owned(), asset.to_owned())).cloned().unwrap_or_default()
    }

    /// Pays an account, and makes up the name of the transaction.
    pub(super) fn pay(&mut self, account: &str, asset: &str, amount: U256) -> String {
        let balance = self.balances.entry((account.to_owned(), asset.to_owned())).or_default();
        *balance = balance.saturating_add(amount);
        bs58::encode(rand::random::<[u8; 32]>()).into_string()
    }

    /// Says whether an account has used up a nonce.
    pub(super) fn is_used(&self, account: &str, nonce: [u8; 32]) -> bool {
        self.used.contains(&(account.to_owned(), nonce))
    }

    /// Carries out the transfers of one signed intent: all of them, or none where one can't be.
    pub(super) fn carry_out(
        &mut self,
        world: &World,
        transfers: &[Transfer],
        (account, nonce, hash): (&str, [u8; 32], &str),
    ) -> Result<(), &'static str> {
        let before = self.balances.clone();
        for transfer in transfers {
            if let Err(reason) = self.transfer(world, transfer) {
                self.balances = before;
                return Err(reason);
            }
        }
        self.used.insert((account.to_owned(), nonce));
        for Transfer { to, asset, amount, .. } in transfers {
            let arrived = self.arrived.entry((to.clone(), named(world, asset))).or_default();
            arrived.amount = arrived.amount.saturating_add(*amount);
            arrived.transactions.push(hash.to_owned());
        }
        Ok(())
    }

    fn transfer(&mut self, world: &World, transfer: &Transfer) -> Result<(), &'static str> {
        let Transfer { from, to, asset, amount } = transfer;
        let asset = named(world, asset);
        let held = self.balances.entry((from.clone(), asset.clone())).or_default();
        *held = held.checked_sub(*amount).ok_or("insufficient balance or overflow")?;
        self.pay(to, &asset, *amount);
        Ok(())
    }
}

/// Returns the name that balances are kept under.
fn named(world: &World, asset: &str) -> String {
    assets::find(world, asset).map_or_else(|| asset.to_owned(), |token| primary(token.listing))
}

fn accounts(world: &World) -> [String; 2] {
    let ed25519 = hex::encode(world.solana().user.pubkey().to_bytes());
    [format!("0x{}", hex::encode(world.parties().user.address())), ed25519]
}

fn seed(token: &Token, wealth: u64) -> U256 {
    let each = if token.listing.seed == 0 { SEED } else { token.listing.seed };
    market::whole(each.saturating_mul(wealth), token.listing.decimals).unwrap_or(U256::MAX)
}
