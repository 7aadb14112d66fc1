use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use countersign::TokenAt;
use countersign::units::Bps;

#[cfg(feature = "sandbox")]
use super::Hostile;
use super::{Api, Asking, Auditing, Chains, Journal, KeyFile, KeyringAt, seconds};

/// A batch, or a named API, leaves nothing to choose; lies are told by one API.
#[cfg(feature = "sandbox")]
const BEST_EXCLUDES: [&str; 3] = ["api_name", "batch", "tamper"];
#[cfg(not(feature = "sandbox"))]
const BEST_EXCLUDES: [&str; 2] = ["api_name", "batch"];

/// `countersign swap`.
#[derive(Debug, Args)]
pub(crate) struct Swap {
    #[command(flatten)]
    pub(crate) trade: Trade,
    /// The caller's own name of the swap: with the same one the same request is the same swap, and
    /// is never made twice [default: a new one]
    #[arg(long, value_name = "IDEMPOTENCY-KEY")]
    pub(crate) key: Option<String>,
    /// How much to get at least, as a decimal number; needed on mainnet [default elsewhere: what the
    /// quote promises]
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub(crate) min_out: Option<String>,
    /// Who is paid [default with --sandbox: a new address]
    #[arg(long, value_name = "ADDRESS")]
    #[cfg_attr(feature = "sandbox", arg(required_unless_present_any = ["sandbox", "batch"]))]
    #[cfg_attr(not(feature = "sandbox"), arg(required_unless_present = "batch"))]
    pub(crate) recipient: Option<String>,
    /// Who gets the funds back if the swap fails [default: the address of the key]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) refund_address: Option<String>,
    /// A file with the private key that pays, readable by its owner alone: 64 hex digits; on Solana
    /// also a key pair in base58 or as a list of bytes. Once for each key, where there are several;
    /// without a network it is one for what is given, and in a batch for networks with Permit2
    #[arg(id = "key_file", long = "key-file", value_name = "[NETWORK=]FILE")]
    #[cfg_attr(feature = "sandbox", arg(required_unless_present_any = ["sandbox", "keyring"]))]
    #[cfg_attr(not(feature = "sandbox"), arg(required_unless_present = "keyring"))]
    pub(crate) key_files: Vec<KeyFile>,
    /// The account that pays, where there are several: an address, or the name of a key in the keyring
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
    /// Where to keep what it takes to get coins on Bitcoin back [default: the journal, and where
    /// there is none, the working folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) refund_dir: Option<PathBuf>,
    /// Run the swaps of a file, `-` for standard input: each line is a JSON object with `key`, `from`,
    /// `to`, `amount`, `min_out`, `recipient`, `refund_address`, `owner` and `slippage_bps`. It may be
    /// interrupted and run again: what was done is not done twice
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = [
        "key", "from", "to", "amount", "min_out", "recipient", "refund_address", "owner",
    ])]
    pub(crate) batch: Option<PathBuf>,
    /// How many swaps of a batch are driven at once
    #[arg(long, value_name = "N", default_value = "16", requires = "batch")]
    pub(crate) concurrency: NonZeroUsize,
    /// Print the result as one JSON object on standard output; of a batch, a line for each swap
    #[arg(long)]
    pub(crate) json: bool,
    /// How long to follow the swap, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) keyring: KeyringAt,
    #[command(flatten)]
    pub(crate) journal: Journal,
    #[command(flatten)]
    pub(crate) auditing: Auditing,
    #[command(flatten)]
    pub(crate) config: ConfigFiles,
    #[command(flatten)]
    pub(crate) chains: Chains,
    #[command(flatten)]
    pub(crate) api: Api,
    #[command(flatten)]
    pub(crate) choosing: Choosing,
    /// Start a sandbox and swap with it; no account and no network is needed
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = [
        "url", "api_key_file", "rsa_key_file", "signing_rules", "key_file", "registry", "policy",
        "nodes",
    ])]
    pub(crate) sandbox: bool,
    /// Let the sandbox want signed requests, and sign them
    #[cfg(feature = "sandbox")]
    #[arg(long, requires = "sandbox")]
    pub(crate) signed_requests: bool,
    #[cfg(feature = "sandbox")]
    #[command(flatten)]
    pub(crate) hostile: Hostile,
}

/// Whether the API is chosen by its offer.
#[derive(Debug, Args)]
pub(crate) struct Choosing {
    /// Ask every API for an offer, and take the best that policy allows: the highest minimum out, then
    /// the highest expected out, then the shortest time, then defi before oneclick before aurora. With
    /// the --key of a swap that is there already, its own API goes on with it
    #[arg(long, conflicts_with_all = BEST_EXCLUDES)]
    pub(crate) best: bool,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// What the swap is judged by.
#[derive(Debug, Args)]
pub(crate) struct ConfigFiles {
    /// The registry: what is pinned
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(feature = "sandbox", arg(required_unless_present = "sandbox"))]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) registry: Option<PathBuf>,
    /// The policy: what is bounded
    #[arg(long, value_name = "FILE")]
    #[cfg_attr(feature = "sandbox", arg(required_unless_present = "sandbox"))]
    #[cfg_attr(not(feature = "sandbox"), arg(required = true))]
    pub(crate) policy: Option<PathBuf>,
}

/// What is given for what.
#[derive(Clone, Debug, Args)]
pub(crate) struct Trade {
    /// What to give [default: USDC@ethereum; in a sandbox, what a lie is told about, or a token of
    /// the chain whose keys sign the intent]
    #[arg(long, value_name = "TOKEN@NETWORK")]
    from: Option<TokenAt>,
    /// What to get [default: SOL@solana, and USDC@ethereum from there]
    #[arg(long, value_name = "TOKEN@NETWORK")]
    to: Option<TokenAt>,
    /// How much to give, as a decimal number [default: 100, 0.005 of BTC, and 1 of ETH and SOL]
    // What is no amount is told as such, and not taken for an option.
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) amount: Option<String>,
    /// How far the price may move, in basis points
    #[arg(long, value_name = "BPS", default_value = "50")]
    pub(crate) slippage: Bps,
}

impl Trade {
    /// Returns how much is given.
    pub(crate) fn amount(&self) -> &str {
        let default = match self.from().symbol.as_str() {
            "BTC" => "0.005",
            "ETH" | "SOL" => "1",
            _ => "100",
        };
        self.amount.as_deref().unwrap_or(default)
    }

    /// Returns what is given.
    pub(crate) fn from(&self) -> TokenAt {
        self.from.clone().unwrap_or_else(|| token("USDC", "ethereum"))
    }

    /// Returns what is got.
    pub(crate) fn to(&self) -> TokenAt {
        let back = || match self.from().network.as_str() {
            "solana" => token("USDC", "ethereum"),
            _ => token("SOL", "solana"),
        };
        self.to.clone().unwrap_or_else(back)
    }

    /// Says whether the arguments name what is given.
    #[cfg(feature = "sandbox")]
    pub(crate) const fn names_from(&self) -> bool {
        self.from.is_some()
    }

    /// Gives something else.
    #[cfg(feature = "sandbox")]
    pub(crate) fn giving(&self, from: TokenAt) -> Self {
        Self { from: Some(from), ..self.clone() }
    }
}

fn token(symbol: &str, network: &str) -> TokenAt {
    TokenAt { symbol: symbol.to_owned(), network: network.to_owned() }
}
