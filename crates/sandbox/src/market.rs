//! What is traded here, and at which prices.

use alloy::primitives::{Address, U256};

use crate::network::{BASE, BITCOIN, ETHEREUM, Network, SOLANA, TRON};

/// A basis point's share of the whole.
const BASIS: u64 = 10_000;

/// A token of the sandbox.
#[derive(Debug)]
pub(crate) struct TokenListing {
    /// Its key in the registry and the policy.
    pub(crate) key: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) name: &'static str,
    pub(crate) network: &'static Network,
    /// The API's own number of it.
    pub(crate) api_id: u64,
    pub(crate) decimals: u8,
    /// Its price in millionths of a dollar.
    pub(crate) price: u64,
    /// What a seeded account gets, in whole tokens.
    pub(crate) seed: u64,
    /// What the sample policy lets one swap and one day move, in whole tokens.
    pub(crate) limits: (u64, u64),
}

/// What stands for native SOL, which has no mint: the program that moves it.
pub(crate) const NATIVE_SOL: &str = "11111111111111111111111111111111";

/// What stands for Bitcoin's own coin, which has no contract.
pub(crate) const NATIVE_BTC: &str = "btc";

/// What stands for the coin of a chain that an EVM runs, which has no contract.
pub(crate) const NATIVE_EVM: Address = Address::ZERO;

/// The keys of the tokens that are a chain's own coin where an EVM runs.
pub(crate) const EVM_COINS: [&str; 2] = ["ETH", "TRX"];

/// Every token.
pub(crate) const TOKENS: [TokenListing; 11] = [
    TokenListing {
        key: "USDC",
        symbol: "USDC",
        name: "Sandbox USD Coin",
        network: &ETHEREUM,
        api_id: 1,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "WETH",
        symbol: "WETH",
        name: "Sandbox Wrapped Ether",
        network: &ETHEREUM,
        api_id: 2,
        decimals: 18,
        price: 3_000_000_000,
        seed: 100,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "USDT",
        symbol: "USDT",
        name: "Sandbox Tether USD",
        network: &ETHEREUM,
        api_id: 3,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "ETH",
        symbol: "ETH",
        name: "Sandbox Ether",
        network: &ETHEREUM,
        api_id: 10,
        decimals: 18,
        price: 3_000_000_000,
        seed: 10,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "USDC_base",
        symbol: "USDC",
        name: "Sandbox USD Coin",
        network: &BASE,
        api_id: 5,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "USDT_tron",
        symbol: "USDT",
        name: "Sandbox Tether USD",
        network: &TRON,
        api_id: 6,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "TRX",
        symbol: "TRX",
        name: "Sandbox TRX",
        network: &TRON,
        api_id: 11,
        decimals: 6,
        price: 250_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "BTC",
        symbol: "BTC",
        name: "Sandbox Bitcoin",
        network: &BITCOIN,
        api_id: 7,
        decimals: 8,
        price: 60_000_000_000,
        seed: 0,
        limits: (1, 10),
    },
    TokenListing {
        key: "USDC_SOL",
        symbol: "USDC",
        name: "Sandbox USD Coin",
        network: &SOLANA,
        api_id: 8,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "PYUSD",
        symbol: "PYUSD",
        name: "Sandbox Dollar",
        network: &SOLANA,
        api_id: 9,
        decimals: 6,
        price: 1_000_000,
        seed: 100_000,
        limits: (50_000, 500_000),
    },
    TokenListing {
        key: "SOL",
        symbol: "SOL",
        name: "Sandbox SOL",
        network: &SOLANA,
        api_id: 4,
        decimals: 9,
        price: 150_000_000,
        seed: 1_000,
        limits: (50_000, 500_000),
    },
];

/// What a swap pays: the table's price, which is also the most, and what the slippage leaves of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) minimum: U256,
    pub(crate) expected: U256,
}

/// Returns whole tokens as base units.
pub(crate) fn whole(tokens: u64, decimals: u8) -> Option<U256> {
    U256::from(tokens).checked_mul(unit(decimals)?)
}

/// Prices an amount of one token in another, rounding down; `None` where it does not fit.
pub(crate) fn price(
    amount: U256,
    from: &TokenListing,
    to: &TokenListing,
    slippage_bps: u64,
) -> Option<Price> {
    let worth = amount.checked_mul(U256::from(from.price))?.checked_mul(unit(to.decimals)?)?;
    let each = U256::from(to.price).checked_mul(unit(from.decimals)?)?;
    let expected = worth.checked_div(each)?;
    let share = U256::from(BASIS.checked_sub(slippage_bps)?);
    let minimum = expected.checked_mul(share)?.checked_div(U256::from(BASIS))?;
    Some(Price { minimum, expected })
}

fn unit(decimals: u8) -> Option<U256> {
    U256::from(10).checked_pow(U256::from(decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_by_integers_alone() {
        let [usdc, weth, .., sol] = &TOKENS;
        let priced = price(U256::from(100_000_000), usdc, sol, 50).unwrap();
        assert_eq!(priced.expected, U256::from(666_666_666));
        assert_eq!(priced.minimum, U256::from(663_333_332));
        assert_eq!(
            price(whole(1, 18).unwrap(), weth, usdc, 0).unwrap().minimum,
            whole(3_000, 6).unwrap()
        );
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let [usdc, weth, ..] = &TOKENS;
        assert_eq!(price(U256::MAX, usdc, weth, 50), None);
        assert_eq!(price(U256::from(1), usdc, weth, 10_001), None);
    }
}
