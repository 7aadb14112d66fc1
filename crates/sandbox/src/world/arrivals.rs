//! What arrived at an address, as the chains themselves tell it.

use alloy::primitives::{B256, U256};
use countersign_units::Lots;

use super::moves::Destination;
use super::{Token, World};
use crate::account::Received;
use crate::swap::TransactionId;

/// What one transaction brought to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) id: TransactionId,
    /// In base units.
    pub(crate) amount: U256,
}

impl World {
    /// Returns what arrived at an address, of every token.
    pub(crate) fn received_at(&self, address: &str) -> Vec<Received> {
        let of = |token: &Token| {
            let arrivals = self.received(token, address).into_iter();
            let written = arrivals.map(|arrival| Received {
                network: token.listing.network.name.to_owned(),
                token: token.listing.key.to_owned(),
                id: token.write_id(arrival.id),
                amount: Lots::new(arrival.amount),
            });
            written.collect::<Vec<_>>()
        };
        self.tokens.iter().flat_map(of).collect()
    }

    /// Returns what arrived at an address of a token's network, the oldest first; nothing at what
    /// is no such address.
    ///
    /// On Bitcoin these are the coins that were not spent since.
    pub(crate) fn received(&self, token: &Token, address: &str) -> Vec<Arrival> {
        match Destination::read(token, address) {
            None => Vec::new(),
            Some(Destination::Evm(account)) => {
                let chain = self.chains.get(token.listing.network.name);
                let credits = chain.map_or(&[][..], |chain| chain.credits(token.contract, account));
                let arrived = credits.iter().map(|credit| (credit.id, credit.amount));
                together(arrived.map(|(id, amount): (B256, _)| (TransactionId::Evm(id), amount)))
            }
            Some(Destination::Bitcoin(script, _)) => {
                let coins = self.bitcoin.ledger.coins_of(&script).into_iter();
                together(coins.map(|(outpoint, coin)| {
                    let amount = U256::from(coin.output.value.to_sat());
                    (TransactionId::Bitcoin(outpoint.txid), amount)
                }))
            }
            Some(Destination::Solana(owner)) => {
                let credits = token.asset.map(|asset| asset.credits(&self.solana.engine, &owner));
                let credits = credits.unwrap_or_default().iter();
                together(
                    credits.map(|credit| {
                        (TransactionId::Solana(credit.id), U256::from(credit.amount))
                    }),
                )
            }
        }
    }
}

/// Adds up what one transaction brought in several pieces.
fn together(pieces: impl Iterator<Item = (TransactionId, U256)>) -> Vec<Arrival> {
    let mut arrivals: Vec<Arrival> = Vec::new();
    for (id, amount) in pieces {
        match arrivals.iter_mut().find(|arrival| arrival.id == id) {
            Some(arrival) => arrival.amount = arrival.amount.saturating_add(amount),
            None => arrivals.push(Arrival { id, amount }),
        }
    }
    arrivals
}
