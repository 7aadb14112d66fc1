use std::fmt;

use countersign_units::{Bps, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::{BitcoinNetwork, Coin, Fact, Sats};

/// What a payment of our own on Bitcoin has to say, to the satoshi.
///
/// Plain data, without a chain library: scripts and keys are bytes as they stand on chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct PaymentTerms {
    /// The pinned network.
    pub network: BitcoinNetwork,
    /// Our key, compressed; a coin may name another of ours.
    #[serde(with = "crate::wire::hex")]
    pub public_key: [u8; 33],
    /// What it is for.
    pub action: PaymentAction,
    /// Our coins, from our own view of the chain: those that a payment may choose from, or exactly
    /// those that go back to ourselves.
    pub coins: Vec<Coin>,
    /// The script of ours that change, or all of it, goes to.
    #[serde(with = "crate::wire::hex")]
    pub change_script: Vec<u8>,
    /// What bounds the fee.
    pub fees: PaymentFees,
    /// How many coins it may spend.
    pub max_inputs: usize,
    /// Whether it says that another transaction may replace it while it waits to be mined
    /// ([BIP-125](https://github.com/bitcoin/bips/blob/master/bip-0125.mediawiki)).
    pub replaceable: bool,
    /// The height of the chain, as far as we know: the last that the lock time may name.
    pub current_height: u32,
    /// How many confirmations each coin must have, where the chain was asked.
    pub min_confirmations: u32,
    /// The moment by which it must have done its work.
    pub deadline: UnixSeconds,
    /// How many seconds before the deadline it must be signed.
    pub min_remaining: u64,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
}

/// What a payment of our own is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a verifier must know all of them")]
pub enum PaymentAction {
    /// Pays one deposit, exactly; what is left is change.
    Pay(BitcoinDeposit),
    /// Sends all coins of the terms back to ourselves, so that nothing that was signed over them
    /// can be mined any more.
    SelfSpend,
}

/// A deposit that an API asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct BitcoinDeposit {
    /// Where it goes, as the quote writes it.
    pub address: String,
    /// What must come along; no payment on Bitcoin can carry one.
    pub memo: Option<String>,
    /// How much arrives, exactly.
    pub amount: Sats,
}

/// What bounds the fee of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct PaymentFees {
    /// The most that it may come to.
    pub max: Sats,
    /// The most for its size.
    pub max_rate: FeeRate,
    /// The least for its size: below, it would wait for too long.
    pub min_rate: FeeRate,
    /// The most as a share of what is paid, where policy bounds it.
    pub max_share: Option<Bps>,
}

/// What a transaction pays for its size: satoshis for a thousand virtual bytes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct FeeRate(u64);

impl FeeRate {
    /// Takes satoshis for a thousand virtual bytes.
    pub const fn from_sats_per_kvb(value: u64) -> Self {
        Self(value)
    }

    /// Takes satoshis for each virtual byte.
    pub const fn from_sats_per_vb(value: u64) -> Self {
        Self(value.saturating_mul(1_000))
    }

    /// Returns how many satoshis a thousand virtual bytes cost.
    pub const fn sats_per_kvb(self) -> u64 {
        self.0
    }

    /// Returns what a size costs, rounded up.
    pub const fn fee(self, vsize: u64) -> Sats {
        match Sats::new(self.0.saturating_mul(vsize).div_ceil(1_000)) {
            Some(fee) => fee,
            None => Sats::MAX,
        }
    }

    /// Returns the rate of a fee, rounded down; nothing has a size of nothing.
    pub const fn of(fee: Sats, vsize: u64) -> Option<Self> {
        match fee.value().saturating_mul(1_000).checked_div(vsize) {
            Some(rate) => Some(Self(rate)),
            None => None,
        }
    }
}

impl fmt::Display for FeeRate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        if part == 0 {
            return write!(formatter, "{whole} sat/vB");
        }
        let part = format!("{part:03}");
        write!(formatter, "{whole}.{} sat/vB", part.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_people_say_it() {
        for (rate, text) in
            [(0, "0 sat/vB"), (1_000, "1 sat/vB"), (12_340, "12.34 sat/vB"), (1, "0.001 sat/vB")]
        {
            assert_eq!(FeeRate::from_sats_per_kvb(rate).to_string(), text);
        }
    }

    #[test]
    fn a_fee_is_rounded_up_and_never_wraps() {
        assert_eq!(FeeRate::from_sats_per_kvb(1_001).fee(141).value(), 142);
        assert_eq!(FeeRate::from_sats_per_vb(u64::MAX).fee(u64::MAX), Sats::MAX);
        assert_eq!(FeeRate::of(Sats::MAX, 0), None);
    }

    #[test]
    fn the_rate_of_a_fee_is_the_one_it_was_made_by() {
        for (rate, vsize) in [(100, 141), (1_000, 97), (12_345, 141), (999_999, 99_999)] {
            let rate = FeeRate::from_sats_per_kvb(rate);
            let found = FeeRate::of(rate.fee(vsize), vsize).unwrap();
            assert!(found >= rate && found.sats_per_kvb() <= rate.sats_per_kvb() + 10, "{found}");
        }
    }
}
