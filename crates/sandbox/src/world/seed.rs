//! How the chains begin: contracts, tokens, balances, allowances.

use alloy::primitives::{Address, U256};
use countersign_units::UnixSeconds;

use super::{Token, World};
use crate::chain::{Chain, ChainError, NewToken, Rules};
use crate::market::{self, EVM_COINS, NATIVE_BTC, NATIVE_EVM, NATIVE_SOL, TOKENS, TokenListing};
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::solana::{Asset, NewMint, TokenProgram};

/// What the resolver has to pay out with, in whole tokens of each kind.
const INVENTORY: u64 = 1_000_000_000;
/// The keys of SOL itself and of the token of the newer program.
const NATIVE: &str = "SOL";
const NEW_PROGRAM: &str = "PYUSD";

/// What accounts begin with of a chain's own coin, to pay for gas: ten whole ones, of 18 digits.
const GAS_MONEY: u128 = 10_000_000_000_000_000_000;
/// The same on Tron, where they have six digits: ten thousand.
const TRON_GAS_MONEY: u128 = 10_000_000_000;
/// What a unit of gas costs at least, in the smallest unit of the chain's own coin.
const BASE_FEE: u64 = 1_000_000_000;

/// Starts a chain for each network that an EVM runs, and hands out what pays for gas there.
///
/// # Errors
///
/// Returns a [`ChainError`] if a deployment fails.
pub(super) fn chains(world: &mut World, now: UnixSeconds) -> Result<(), ChainError> {
    let owners = [world.parties.user.address(), world.parties.no_allowance.address()];
    for (network, chain_id) in NETWORKS.into_iter().filter_map(with_chain_id) {
        // Who calls on Tron pays for energy, and there is no other price.
        let is_tron = matches!(network.kind, NetworkKind::Tron { .. });
        let base_fee = if is_tron { 0 } else { BASE_FEE };
        let rules = Rules { chain_id, base_fee, heights_in_hashes: is_tron };
        let mut chain = Chain::start(rules, now)?;
        for owner in owners {
            chain.put_coins(owner, gas_money(network));
        }
        world.chains.insert(network.name, chain);
    }
    Ok(())
}

/// Returns what accounts begin with of a network's own coin, to pay for gas.
pub(super) fn gas_money(network: &Network) -> U256 {
    let is_tron = matches!(network.kind, NetworkKind::Tron { .. });
    U256::from(if is_tron { TRON_GAS_MONEY } else { GAS_MONEY })
}

fn with_chain_id(network: &'static Network) -> Option<(&'static Network, u64)> {
    Some((network, network.chain_id()?))
}

/// Deploys each token, and hands it out: `wealth` times what is listed.
///
/// # Errors
///
/// Returns a [`ChainError`] if a transaction fails, or there can't be so many.
pub(super) fn tokens(world: &mut World, now: UnixSeconds, wealth: u64) -> Result<(), ChainError> {
    for listing in &TOKENS {
        let seed = listing.seed.saturating_mul(wealth);
        let token = match listing.network.kind {
            NetworkKind::Evm { .. } | NetworkKind::Tron { .. }
                if EVM_COINS.contains(&listing.key) =>
            {
                evm_coin(world, listing, seed)?
            }
            NetworkKind::Evm { .. } | NetworkKind::Tron { .. } => {
                deployed(world, listing, (now, seed))?
            }
            NetworkKind::Bitcoin => native_coin(listing),
            NetworkKind::Solana => issued(world, listing, (now, seed))?,
        };
        world.tokens.push(token);
    }
    world.solana.make_table(now)
}

fn native_coin(listing: &'static TokenListing) -> Token {
    Token { listing, address: NATIVE_BTC.to_owned(), contract: None, asset: None }
}

/// Hands out a chain's own coin where an EVM runs.
fn evm_coin(
    world: &mut World,
    listing: &'static TokenListing,
    seed: u64,
) -> Result<Token, ChainError> {
    let (seed, inventory) = (lots(seed, listing)?, lots(INVENTORY, listing)?);
    let (user, no_allowance) = (&world.parties.user, &world.parties.no_allowance);
    let owners = [user.address(), no_allowance.address()];
    let resolver = world.parties.resolver.address();
    let chain = world.chain(listing.network)?;
    for (owner, amount) in
        owners.map(|owner| (owner, seed)).into_iter().chain([(resolver, inventory)])
    {
        chain.put_coins(owner, amount);
    }
    let mut token = Token { listing, address: String::new(), contract: None, asset: None };
    token.address = token.write(NATIVE_EVM);
    Ok(token)
}

/// Deploys a token where an EVM runs, and hands it out.
fn deployed(
    world: &mut World,
    listing: &'static TokenListing,
    (now, seed): (UnixSeconds, u64),
) -> Result<Token, ChainError> {
    let contract = deploy(world, listing, now)?;
    let mut token =
        Token { listing, address: String::new(), contract: Some(contract), asset: None };
    token.address = token.write(contract);
    hand_out(world, listing, contract, (now, seed))?;
    Ok(token)
}

/// Makes a token on Solana, or SOL itself, and hands it out.
fn issued(
    world: &mut World,
    listing: &'static TokenListing,
    (now, seed): (UnixSeconds, u64),
) -> Result<Token, ChainError> {
    let (user, resolver) = (small_lots(seed, listing)?, small_lots(INVENTORY, listing)?);
    let program = match listing.key {
        NATIVE => None,
        NEW_PROGRAM => Some(TokenProgram::Token2022),
        _ => Some(TokenProgram::Spl),
    };
    let asset = match program {
        None => world.solana.hand_out(user, resolver),
        Some(program) => {
            let new = NewMint { program, decimals: listing.decimals, user, resolver };
            Asset::Token(world.solana.issue(now, &new)?)
        }
    };
    let address = match asset {
        Asset::Native => NATIVE_SOL.to_owned(),
        Asset::Token(mint) => mint.address.to_string(),
    };
    Ok(Token { listing, address, contract: None, asset: Some(asset) })
}

fn deploy(
    world: &mut World,
    listing: &TokenListing,
    now: UnixSeconds,
) -> Result<Address, ChainError> {
    let chain = world.chain(listing.network)?;
    let token = NewToken { name: listing.name, symbol: listing.symbol, decimals: listing.decimals };
    chain.deploy_token(now, &token)
}

/// Gives the accounts their balances, and Permit2 the default account's allowance: exactly what
/// the account holds.
fn hand_out(
    world: &mut World,
    listing: &TokenListing,
    contract: Address,
    (now, seed): (UnixSeconds, u64),
) -> Result<(), ChainError> {
    let seed = lots(seed, listing)?;
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

pub(super) fn lots(whole: u64, listing: &TokenListing) -> Result<U256, ChainError> {
    market::whole(whole, listing.decimals).ok_or_else(|| too_many(whole, listing))
}

/// Returns the same as the number that Solana counts with.
pub(super) fn small_lots(whole: u64, listing: &TokenListing) -> Result<u64, ChainError> {
    u64::try_from(lots(whole, listing)?).map_err(|_| too_many(whole, listing))
}

fn too_many(whole: u64, listing: &TokenListing) -> ChainError {
    ChainError::Engine(format!("{whole} {} do not fit", listing.symbol))
}
