//! How the chains begin: contracts, tokens, balances, allowances.

use alloy::primitives::{Address, U256};
use countersign_units::UnixSeconds;

use super::{Token, World};
use crate::chain::{Chain, ChainError, NewToken};
use crate::market::{self, NATIVE_BTC, NATIVE_SOL, TOKENS, TokenListing};
use crate::network::{NETWORKS, NetworkKind};

/// What the resolver has to pay out with, in whole tokens of each kind.
const INVENTORY: u64 = 1_000_000_000;

/// Starts a chain for each network that an EVM runs.
///
/// # Errors
///
/// Returns a [`ChainError`] if a deployment fails.
pub(super) fn chains(world: &mut World, now: UnixSeconds) -> Result<(), ChainError> {
    for network in NETWORKS {
        if let Some(chain_id) = network.chain_id() {
            world.chains.insert(network.name, Chain::start(chain_id, now)?);
        }
    }
    Ok(())
}

/// Deploys each token, and hands it out.
///
/// # Errors
///
/// Returns a [`ChainError`] if a transaction fails.
pub(super) fn tokens(world: &mut World, now: UnixSeconds) -> Result<(), ChainError> {
    for listing in &TOKENS {
        let contract = deploy(world, listing, now)?;
        let native = match listing.network.kind {
            NetworkKind::Bitcoin => NATIVE_BTC,
            NetworkKind::Evm { .. } | NetworkKind::Tron { .. } | NetworkKind::Solana => NATIVE_SOL,
        };
        let mut token = Token { listing, address: native.to_owned(), contract };
        if let Some(contract) = contract {
            token.address = token.write(contract);
        }
        world.tokens.push(token);
        if let Some(contract) = contract {
            hand_out(world, listing, contract, now)?;
        }
    }
    Ok(())
}

fn deploy(
    world: &mut World,
    listing: &TokenListing,
    now: UnixSeconds,
) -> Result<Option<Address>, ChainError> {
    let Some(chain) = world.chains.get_mut(listing.network.name) else { return Ok(None) };
    let token = NewToken { name: listing.name, symbol: listing.symbol, decimals: listing.decimals };
    chain.deploy_token(now, &token).map(Some)
}

/// Gives the accounts their balances, and Permit2 the default account's allowance: exactly what
/// the account holds.
fn hand_out(
    world: &mut World,
    listing: &TokenListing,
    contract: Address,
    now: UnixSeconds,
) -> Result<(), ChainError> {
    let seed = lots(listing.seed, listing)?;
    let inventory = lots(INVENTORY, listing)?;
    let user = world.parties.user.address();
    let no_allowance = world.parties.no_allowance.address();
    let resolver = world.parties.resolver.address();
    let chain = world.chain(listing.network)?;
    for (account, amount) in [(user, seed), (no_allowance, seed), (resolver, inventory)] {
        chain.mint(now, contract, account, amount)?;
    }
    chain.approve_permit2(now, contract, user, seed).map(drop)
}

fn lots(whole: u64, listing: &TokenListing) -> Result<U256, ChainError> {
    market::whole(whole, listing.decimals)
        .ok_or_else(|| ChainError::Engine(format!("{whole} {} do not fit", listing.symbol)))
}
