use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};
use countersign::TokenAt;
use countersign::api_types::defi::Profile;
use countersign::units::Bps;
#[cfg(feature = "sandbox")]
use countersign_sandbox::{Fault, Tamper};

/// Verify what an intent API asks you to sign, sign it, and follow the swap to its end
///
/// Exit status: 0 done · 1 failed · 2 bad input · 3 refused, and nothing was signed ·
/// 4 approved, but not finished · 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Log more to standard error: -v warnings, -vv steps, -vvv everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a swap: quote, verify, sign, approve, follow
    Swap(Box<Swap>),
    /// Judge lines of terms and payload, without a key or a network
    Check(Check),
    /// Say in words what a payload would let a signature do
    Statement(Check),
    /// Run the sandbox as a server until Ctrl-C
    #[cfg(feature = "sandbox")]
    Sandbox(Sandbox),
    /// Ask how far a swap is
    Status(Status),
}

impl Command {
    /// Says whether standard output is to hold JSON.
    pub(crate) const fn json(&self) -> bool {
        match self {
            Self::Swap(swap) => swap.json,
            Self::Status(status) => status.json,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Swap {
    /// What to give
    #[arg(long, value_name = "TOKEN@NETWORK", default_value = "USDC@ethereum")]
    pub(crate) from: TokenAt,
    /// What to get
    #[arg(long, value_name = "TOKEN@NETWORK", default_value = "SOL@solana")]
    pub(crate) to: TokenAt,
    /// How much to give, as a decimal number
    #[arg(long, default_value = "100")]
    pub(crate) amount: String,
    /// How much to get at least, as a decimal number; needed on mainnet [default elsewhere: what the
    /// quote promises]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_out: Option<String>,
    /// How far the price may move, in basis points
    #[arg(long, value_name = "BPS", default_value = "50")]
    pub(crate) slippage: Bps,
    /// Who is paid [default with --sandbox: a new address]
    #[arg(long, value_name = "ADDRESS", required_unless_present = "sandbox")]
    pub(crate) recipient: Option<String>,
    /// Who gets the funds back if the swap fails [default: the address of the key]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) refund_address: Option<String>,
    /// A file with the private key that pays: 64 hex digits, readable by its owner alone
    #[arg(long, value_name = "FILE", required_unless_present = "sandbox")]
    pub(crate) key_file: Option<PathBuf>,
    /// Print the result as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// How long to follow the swap, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) config: ConfigFiles,
    #[command(flatten)]
    pub(crate) api: Api,
    /// Start a sandbox and swap with it; no account and no network is needed
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = ["url", "key_file", "registry", "policy"])]
    pub(crate) sandbox: bool,
    #[cfg(feature = "sandbox")]
    #[command(flatten)]
    pub(crate) hostile: Hostile,
}

/// What the swap is judged by.
#[derive(Debug, Args)]
pub(crate) struct ConfigFiles {
    /// The registry: what is pinned
    #[arg(long, value_name = "FILE", required_unless_present = "sandbox")]
    pub(crate) registry: Option<PathBuf>,
    /// The policy: what is bounded
    #[arg(long, value_name = "FILE", required_unless_present = "sandbox")]
    pub(crate) policy: Option<PathBuf>,
}

/// Where the API is.
#[derive(Debug, Args)]
pub(crate) struct Api {
    /// The API's base URL
    #[arg(
        long = "api-url",
        value_name = "URL",
        env = "COUNTERSIGN_API_URL",
        hide_env_values = true
    )]
    pub(crate) url: Option<String>,
    /// A file with the API key [default: the variable `COUNTERSIGN_API_KEY`]
    #[arg(id = "api_key_file", long = "api-key-file", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The API's dialect: g1, g2 or g3
    #[arg(long, default_value = "g3")]
    pub(crate) profile: Profile,
}

/// How a sandbox misbehaves.
#[cfg(feature = "sandbox")]
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Hostile {
    /// Let the sandbox lie about what is to be signed; `help` lists the lies
    #[arg(long, value_name = "NAME", value_parser = tamper)]
    pub(crate) tamper: Option<Tamper>,
    /// Let the sandbox's answers break on their way; `help` lists how
    #[arg(long, value_name = "NAME", value_parser = fault)]
    pub(crate) fault: Option<Fault>,
    /// Let the sandbox send payloads as wallets are handed them
    #[arg(long)]
    pub(crate) typed_data: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files of JSON lines; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) files: Vec<PathBuf>,
}

#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Write registry.toml, policy.toml, key and api-key into this folder, for `swap`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) hostile: Hostile,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The API's id of the intent
    pub(crate) intent_id: String,
    /// Print the status as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Follow the swap to its end
    #[arg(long)]
    pub(crate) follow: bool,
    /// How long to follow the swap, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) api: Api,
}

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}

#[cfg(feature = "sandbox")]
fn tamper(text: &str) -> Result<Tamper, String> {
    let list = || table(Tamper::ALL.iter().map(|lie| (lie.name(), lie.description())));
    text.parse().map_err(|_| format!("the lies are:\n{}", list()))
}

#[cfg(feature = "sandbox")]
fn fault(text: &str) -> Result<Fault, String> {
    let list = || table(Fault::ALL.iter().map(|fault| (fault.name(), fault.description())));
    text.parse().map_err(|_| format!("the faults are:\n{}", list()))
}

#[cfg(feature = "sandbox")]
fn table<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> =
        rows.map(|(name, description)| format!("  {name:<38} {description}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_live_swap_needs_its_files() {
        let parse =
            |arguments: &[&str]| Arguments::try_parse_from([&["countersign"], arguments].concat());
        assert!(parse(&["swap"]).is_err());
        let live =
            ["swap", "--registry", "r", "--policy", "p", "--key-file", "k", "--recipient", "x"];
        assert!(parse(&live).is_ok());
        #[cfg(feature = "sandbox")]
        assert!(parse(&["swap", "--sandbox"]).is_ok());
    }
}
