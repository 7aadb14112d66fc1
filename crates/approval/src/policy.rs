use std::collections::BTreeMap;

use countersign_units::{Bps, Lots};
use serde::Deserialize;

use crate::{ConfigError, Environment, Fact, ForeignInputs, Registry, config, is_same_address};

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

/// What bounds a transaction on Bitcoin, in the policy's table `[bitcoin]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BitcoinPolicy {
    /// How many satoshis of ours may go to fees.
    pub max_fee_sats: u64,
    /// How many satoshis of ours may go to fees for each virtual byte.
    pub max_fee_rate: u64,
    /// The fee rate at which taking a refund must still leave more than dust, in satoshis per
    /// virtual byte.
    #[serde(default = "default_stressed_fee_rate")]
    pub stressed_fee_rate: u64,
    /// How far ahead a lock time may lie, in seconds.
    #[serde(default = "default_max_lock_seconds")]
    pub max_lock_seconds: u64,
    /// How many coins one transaction may spend that the request did not name.
    #[serde(default = "default_max_inputs")]
    pub max_inputs: usize,
    /// What to do about inputs that are not ours.
    #[serde(default)]
    pub foreign_inputs: ForeignInputs,
    /// How many confirmations each coin must have, where the chain was asked.
    #[serde(default = "default_min_confirmations")]
    pub min_confirmations: u32,
}

/// What bounds a transaction on Solana, in the policy's table `[solana]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SolanaPolicy {
    /// How many lamports of ours may go to fees and rent.
    pub max_fee_lamports: u64,
    /// The highest price of a compute unit, in millionths of a lamport, whoever pays it.
    pub max_compute_unit_price: Option<u64>,
    /// The Token-2022 extensions that a mint may have, by their names in `snake_case`.
    #[serde(default)]
    pub allowed_extensions: Vec<String>,
    /// Whether the pinned programs that we can't read may be signed for, where the simulation
    /// agrees.
    #[serde(default)]
    pub opaque_programs: bool,
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

const fn default_stressed_fee_rate() -> u64 {
    50
}

const fn default_max_inputs() -> usize {
    50
}

/// How large a refund is at most, in virtual bytes.
const REFUND_VSIZE: u64 = 200;

const fn default_max_lock_seconds() -> u64 {
    DAY_SECONDS
}

const fn default_min_confirmations() -> u32 {
    1
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
        check_bitcoin(file.bitcoin.as_ref())?;
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

/// Requires that the fee that may be paid is enough for a refund in bad times.
fn check_bitcoin(bounds: Option<&BitcoinPolicy>) -> Result<(), ConfigError> {
    let Some(BitcoinPolicy { stressed_fee_rate, max_fee_sats, .. }) = bounds else {
        return Ok(());
    };
    if stressed_fee_rate.saturating_mul(REFUND_VSIZE) <= *max_fee_sats {
        return Ok(());
    }
    let expected = "a rate at which max_fee_sats pays for a refund of 200 virtual bytes";
    Err(ConfigError::value(FILE, "bitcoin.stressed_fee_rate", expected, stressed_fee_rate))
}

fn lots(registry: &Registry, token: &str, member: &str, text: &str) -> Result<Lots, ConfigError> {
    let known = registry
        .token(token)
        .ok_or_else(|| ConfigError::value(FILE, member, "a token of the registry", token))?;
    Lots::from_decimal(text, known.decimals)
        .map_err(|_| ConfigError::value(FILE, member, "a decimal amount of that token", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::tests::SAMPLE;

    const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = ["allowance", "nonce_bitmap"]
review_above = { USDC = "10000" }
[limits.USDC]
per_swap = "50000.5"
per_day = "500000"
"#;

    fn read(text: &str) -> Result<Policy, ConfigError> {
        Policy::from_toml(text, &Registry::from_toml(SAMPLE).unwrap())
    }

    #[test]
    fn reads_amounts_with_the_tokens_decimals() {
        let policy = read(POLICY).unwrap();
        assert_eq!(policy.limits("USDC").unwrap().per_swap, Lots::from(50_000_500_000));
        assert!(policy.limits("WETH").is_none());
        assert!(policy.needs_review("USDC", Lots::from(10_000_000_001)));
        assert!(!policy.needs_review("USDC", Lots::from(10_000_000_000)));
        assert!(policy.allows_address("anything"));
        assert_eq!(policy.require_facts(), [Fact::Allowance, Fact::NonceBitmap]);
    }

    #[test]
    fn refuses_unknown_keys_tokens_and_values() {
        for (from, to, names) in [
            ("paused = false", "pausd = false", "pausd"),
            ("paused = false", "paused = 0", "paused"),
            ("[limits.USDC]", "[limits.USDX]", "limits.USDX"),
            ("50000.5", "50000.0000005", "per_swap"),
            ("per_day", "max_allowance = \"50000\"\nper_day", "max_allowance"),
            ("= 3600", "= 86401", "max_deadline_seconds"),
            ("100", "10001", "max_slippage_bps"),
            ("\"allowance\"", "\"alowance\"", "alowance"),
            ("require_facts = [\"allowance\", \"nonce_bitmap\"]", "", "require_facts"),
        ] {
            let error = read(&POLICY.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(names), "{names}: {error}");
        }
    }

    #[test]
    fn the_fee_that_may_be_paid_is_enough_for_a_refund() {
        let with = |rate: u64| {
            let bounds = "[bitcoin]\nmax_fee_sats = 20000\nmax_fee_rate = 100\nstressed_fee_rate";
            read(&format!("{POLICY}\n{bounds} = {rate}\n"))
        };
        assert_eq!(with(100).unwrap().bitcoin().unwrap().max_inputs, 50);
        let error = with(101).unwrap_err().to_string();
        assert!(error.contains("bitcoin.stressed_fee_rate"), "{error}");
    }

    #[test]
    fn an_address_book_that_is_there_is_complete() {
        let policy = read(&format!("address_book = [\"abc\"]\n{POLICY}")).unwrap();
        assert!(policy.allows_address("abc") && !policy.allows_address("abd"));
    }
}
