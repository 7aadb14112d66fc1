use std::fmt;
use std::str::FromStr;

use countersign_approval::{CallFacts, CallTerms, Fact};
use countersign_units::U256;

use super::action::message;
use super::transaction::Transaction;

/// A transaction of our own, as the bytes that would be hashed and signed. Nothing about it has been
/// checked.
#[derive(Clone, PartialEq, Eq)]
pub struct CallDraft(Vec<u8>);

/// A text is no bytes in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the bytes of a transaction in hex")]
pub struct ParseDraftError;

/// How many wei each unit of gas costs at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "EIP-1559 has these two")]
pub struct GasPrice {
    /// In all.
    pub max_fee_per_gas: u128,
    /// To whoever makes the block.
    pub max_priority_fee_per_gas: u128,
}

/// Why no draft was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A draft is made by this, and it is not known.
    #[error("no draft is made without {0}")]
    Missing(&'static str),
    /// It would use more gas than the terms allow.
    #[error("gas: expected at most {most}, found that {needed} is needed")]
    Gas {
        /// How much is needed.
        needed: u64,
        /// How much is allowed.
        most: u64,
    },
    /// Gas costs more than the terms allow.
    #[error("price of gas: expected at most {most} wei, found that {needed} wei are needed")]
    Price {
        /// How much is needed.
        needed: u128,
        /// How much is allowed.
        most: u128,
    },
}

impl CallDraft {
    /// Takes the bytes of a draft that was made elsewhere: `02` and the list of nine members.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Makes a draft of what the terms ask for, at the price that the facts suggest.
    ///
    /// It carries a quarter more gas than is needed, and a price that still holds when gas costs
    /// twice as much; what is not used is not paid.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] where the facts lack what a draft is made by, or ask for more than
    /// the terms allow.
    pub fn build(terms: &CallTerms, facts: &CallFacts) -> Result<Self, BuildError> {
        let nothing = GasPrice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 };
        Self::build_over(terms, facts, nothing)
    }

    /// Makes a draft as [`build`](Self::build) does, at a price by which nodes let it replace a
    /// transaction with the same account nonce that waits.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] as [`build`](Self::build) does.
    pub fn build_over(
        terms: &CallTerms,
        facts: &CallFacts,
        waiting: GasPrice,
    ) -> Result<Self, BuildError> {
        let gas_limit = gas_limit(terms, facts)?;
        let price = price(terms, facts, gas_limit, waiting)?;
        let (to, value, data) = message(&terms.action, terms.owner);
        let transaction = Transaction {
            chain_id: U256::from(terms.chain_id),
            nonce: U256::from(terms.account_nonce),
            max_priority_fee_per_gas: U256::from(price.max_priority_fee_per_gas),
            max_fee_per_gas: U256::from(price.max_fee_per_gas),
            gas_limit: U256::from(gas_limit),
            to: Some(to),
            value: value.value(),
            data,
            access_list: Vec::new(),
        };
        Ok(Self(transaction.unsigned()))
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn gas_limit(terms: &CallTerms, facts: &CallFacts) -> Result<u64, BuildError> {
    let needed = facts.gas.ok_or(BuildError::Missing(Fact::Gas.as_str()))?;
    if needed > terms.max_gas {
        return Err(BuildError::Gas { needed, most: terms.max_gas });
    }
    Ok(needed.saturating_add(needed.div_ceil(4)).min(terms.max_gas))
}

fn price(
    terms: &CallTerms,
    facts: &CallFacts,
    gas_limit: u64,
    waiting: GasPrice,
) -> Result<GasPrice, BuildError> {
    let base = facts.base_fee.ok_or(BuildError::Missing(Fact::BaseFee.as_str()))?;
    let advised = facts.priority_fee.ok_or(BuildError::Missing("priority_fee"))?;
    let least_tip = outbid(waiting.max_priority_fee_per_gas);
    let most_tip = terms.max_priority_fee_per_gas;
    if least_tip > most_tip {
        return Err(BuildError::Price { needed: least_tip, most: most_tip });
    }
    let tip = advised.min(most_tip).max(least_tip);
    let needed = base.saturating_add(tip).max(outbid(waiting.max_fee_per_gas));
    let affordable = terms.max_total_fee.checked_div(u128::from(gas_limit)).unwrap_or(0);
    let most = terms.max_fee_per_gas.min(affordable);
    if needed > most {
        return Err(BuildError::Price { needed, most });
    }
    let max_fee_per_gas = needed.saturating_add(base).min(most);
    Ok(GasPrice { max_fee_per_gas, max_priority_fee_per_gas: tip })
}

/// Returns the lowest price by which another is replaced: nodes want a tenth or an eighth more.
const fn outbid(price: u128) -> u128 {
    price.saturating_add(price.div_ceil(8))
}

impl FromStr for CallDraft {
    type Err = ParseDraftError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::decode(digits).map(Self).map_err(|_| ParseDraftError)
    }
}

impl fmt::Display for CallDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(&self.0))
    }
}

impl fmt::Debug for CallDraft {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CallDraft({self})")
    }
}
