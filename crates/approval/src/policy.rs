use std::collections::BTreeMap;

use countersign_units::{Bps, Lots};
use serde::Deserialize;

use crate::{ConfigError, Environment, Fact, IntentBound, Registry, config, is_same_address};

mod chains;

pub use chains::{BitcoinPolicy, DepositPolicy, EvmPolicy, SolanaPolicy, TronPolicy};

const FILE: &str = "policy";
const DAY_SECONDS: u64 = 86_400;

/// The custodian's bounds: what may be signed at all, and from when on a person must look.
///
/// Read from TOML. An unknown key is an error, and so is a token that the registry does not hold:
/// a limit that is misspelt would limit nothing.
#[derive(Clone, Debug)]
pub struct Policy {
    file: PolicyFile,
    limits: BTreeMap<String, AssetLimits>,
    review_above: BTreeMap<String, Lots>,
    digest: [u8; 32],
}

/// How much of one asset may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a ledger needs all limits to hold them")]
pub struct AssetLimits {
    /// The most that one swap may move, in base units.
    pub per_swap: Lots,
    /// The most that all swaps of a rolling day may move, in base units.
    pub per_day: Lots,
    /// The most that the owner may have let Permit2 move, in base units, where it is bounded.
    pub max_allowance: Option<Lots>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    paused: bool,
    #[serde(default)]
    min_remaining_seconds: u64,
    max_deadline_seconds: u64,
    max_slippage_bps: Bps,
    #[serde(default = "default_clock_skew")]
    max_clock_skew_seconds: u64,
    require_facts: Option<Vec<Fact>>,
    address_book: Option<Vec<String>>,
    bitcoin: Option<BitcoinPolicy>,
    solana: Option<SolanaPolicy>,
    evm: Option<EvmPolicy>,
    tron: Option<TronPolicy>,
    deposits: Option<DepositPolicy>,
    #[serde(default)]
    review_above: BTreeMap<String, String>,
    #[serde(default)]
    limits: BTreeMap<String, LimitsFile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    per_swap: String,
    per_day: String,
    max_allowance: Option<String>,
}

const fn default_clock_skew() -> u64 {
    300
}

impl Policy {
    /// Reads a policy; amounts are decimal and take their decimals from `registry`.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] that names the key.
    pub fn from_toml(text: &str, registry: &Registry) -> Result<Self, ConfigError> {
        let (file, digest): (PolicyFile, _) = config::read(FILE, text)?;
        if file.require_facts.is_none() && registry.environment() != Environment::Sandbox {
            let (expected, found) = ("a list of facts, since the networks are live", "nothing");
            return Err(ConfigError::value(FILE, "require_facts", expected, found));
        }
        if file.max_deadline_seconds > DAY_SECONDS {
            let (expected, found) =
                ("at most a day, by which limits are counted", file.max_deadline_seconds);
            return Err(ConfigError::value(FILE, "max_deadline_seconds", expected, found));
        }
        file.bitcoin.as_ref().map_or(Ok(()), BitcoinPolicy::check)?;
        file.deposits.as_ref().map_or(Ok(()), DepositPolicy::check)?;
        let mut limits = BTreeMap::new();
        for (token, limit) in &file.limits {
            let amount =
                |name, text| lots(registry, token, &format!("limits.{token}.{name}"), text);
            let per_swap = amount("per_swap", &limit.per_swap)?;
            let per_day = amount("per_day", &limit.per_day)?;
            let most = limit.max_allowance.as_deref();
            let max_allowance = most.map(|text| amount("max_allowance", text)).transpose()?;
            if let Some(most) = max_allowance.filter(|most| *most < per_swap) {
                let member = format!("limits.{token}.max_allowance");
                let expected = "no less than one swap may move";
                let found = most.to_string();
                return Err(ConfigError::value(FILE, member, expected, found));
            }
            limits.insert(token.clone(), AssetLimits { per_swap, per_day, max_allowance });
        }
        let mut review_above = BTreeMap::new();
        for (token, text) in &file.review_above {
            let amount = lots(registry, token, &format!("review_above.{token}"), text)?;
            review_above.insert(token.clone(), amount);
        }
        Ok(Self { file, limits, review_above, digest })
    }

    /// Says whether signing is stopped.
    pub const fn paused(&self) -> bool {
        self.file.paused
    }

    /// Returns how many seconds a deadline must leave at least; none where it isn't said.
    pub const fn min_remaining_seconds(&self) -> u64 {
        self.file.min_remaining_seconds
    }

    /// Returns how far ahead a deadline may lie, in seconds.
    pub const fn max_deadline_seconds(&self) -> u64 {
        self.file.max_deadline_seconds
    }

    /// Returns how far ahead the deadline of a signed intent may lie, in seconds, and which member says
    /// so: its own, or the one of all deadlines.
    pub fn max_intent_seconds(&self) -> (u64, IntentBound) {
        let own = self.deposits().and_then(|bounds| bounds.max_intent_seconds);
        own.map_or_else(
            || (self.max_deadline_seconds(), IntentBound::MaxDeadlineSeconds),
            |own| (own, IntentBound::MaxIntentSeconds),
        )
    }

    /// Returns the largest slippage that may be asked for.
    pub const fn max_slippage(&self) -> Bps {
        self.file.max_slippage_bps
    }

    /// Returns how far the clock and the latest block may differ, in seconds.
    pub const fn max_clock_skew_seconds(&self) -> u64 {
        self.file.max_clock_skew_seconds
    }

    /// Returns the facts without which nothing is signed. A policy over live networks must say
    /// which, even if none.
    pub fn require_facts(&self) -> &[Fact] {
        self.file.require_facts.as_deref().unwrap_or_default()
    }

    /// Says whether value may go to an address. Without an address book it may go to any.
    pub fn allows_address(&self, address: &str) -> bool {
        let book = self.file.address_book.as_deref();
        book.is_none_or(|book| book.iter().any(|known| is_same_address(known, address)))
    }

    /// Returns what bounds a transaction on Bitcoin. Without it none is signed.
    pub const fn bitcoin(&self) -> Option<&BitcoinPolicy> {
        self.file.bitcoin.as_ref()
    }

    /// Returns what bounds a transaction on Solana. Without it none is signed.
    pub const fn solana(&self) -> Option<&SolanaPolicy> {
        self.file.solana.as_ref()
    }

    /// Returns what bounds transactions of our own on EVM chains. Without it none is signed.
    pub const fn evm(&self) -> Option<&EvmPolicy> {
        self.file.evm.as_ref()
    }

    /// Returns what bounds transactions of our own on Tron. Without it none is signed.
    pub const fn tron(&self) -> Option<&TronPolicy> {
        self.file.tron.as_ref()
    }

    /// Returns what bounds quoted deposits and signed intents. Without it none is signed.
    pub const fn deposits(&self) -> Option<&DepositPolicy> {
        self.file.deposits.as_ref()
    }

    /// Returns an asset's limits, by its token's key. Without limits nothing of it may be signed.
    pub fn limits(&self, token: &str) -> Option<&AssetLimits> {
        self.limits.get(token)
    }

    /// Says whether a person must approve this amount of a token.
    pub fn needs_review(&self, token: &str, amount: Lots) -> bool {
        self.review_above.get(token).is_some_and(|threshold| amount > *threshold)
    }

    /// Returns SHA-256 of the policy's text.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

fn lots(registry: &Registry, token: &str, member: &str, text: &str) -> Result<Lots, ConfigError> {
    let known = registry
        .token(token)
        .ok_or_else(|| ConfigError::value(FILE, member, "a token of the registry", token))?;
    Lots::from_decimal(text, known.decimals)
        .map_err(|_| ConfigError::value(FILE, member, "a decimal amount of that token", text))
}

#[cfg(test)]
mod tests;
