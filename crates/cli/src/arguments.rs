//! The command line.

mod allowance;
mod api;
mod audit;
mod cancel;
mod chains;
mod generate;
#[cfg(feature = "sandbox")]
mod hostile;
mod journal;
mod keyring;
mod keys;
mod keystore;
mod lists;
mod refund;
mod swap;
mod swaps;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};

pub(crate) use allowance::{Allowance, AllowanceOf, AllowanceRevoke};
#[cfg(feature = "sandbox")]
pub(crate) use api::IntentForm;
pub(crate) use api::{Api, ApiName, Asking, Endpoint};
pub(crate) use audit::{Audit, AuditCheckpoint, AuditExport, AuditKeygen, AuditVerify};
pub(crate) use cancel::Cancel;
pub(crate) use chains::{Allowances, Chains, NodeAt, NodeUrl, OverNodes, RegistryFile};
pub(crate) use generate::{Completions, Man};
#[cfg(feature = "sandbox")]
pub(crate) use hostile::Hostile;
pub(crate) use journal::{Journal, JournalAt};
pub(crate) use keyring::{KeyringAt, Opener, Unlock};
pub(crate) use keys::KeyFile;
pub(crate) use keystore::{
    AddressOf, Derive, ExportPublic, ImportKey, Into, KeyOf, Keys, ListKeys, NewKey, Sealing,
    SecretForm, TestKeys,
};
pub(crate) use lists::{Networks, Quote, Tokens};
pub(crate) use refund::Refund;
pub(crate) use swap::{Swap, Trade};
pub(crate) use swaps::{ListSwaps, ShowSwap, Swaps, WatchSwaps};
pub(crate) use work::{Auditing, Means, Resume, Work};

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
    /// Carry each open swap of the journal on, as far as it goes now
    Resume(Box<Resume>),
    /// Drive open swaps of the journal until Ctrl-C
    Work(Box<Work>),
    /// Make the approval of a swap useless now, so that a second one becomes safe
    Cancel(Box<Cancel>),
    /// Judge lines of terms and payload, without a key or a network
    Check(Check),
    /// Say in words what a payload would let a signature do
    Statement(Check),
    /// Run the sandbox as a server until Ctrl-C
    #[cfg(feature = "sandbox")]
    Sandbox(Sandbox),
    /// Ask how far a swap is
    Status(Status),
    /// List the networks of the API
    Networks(Networks),
    /// List the tokens of the API
    Tokens(Tokens),
    /// Ask what a swap would bring; nothing is signed or begun
    Quote(Quote),
    /// Report what stands open towards Permit2, and by which calls it is covered or closed
    Allowances(Allowances),
    /// Show how much of one token Permit2 may move, or take it back
    #[command(subcommand)]
    Allowance(Allowance),
    /// Look into the journal: which swaps there are, and what happened in them
    #[command(subcommand)]
    Swaps(Swaps),
    /// Prove that the journal is what was written
    #[command(subcommand)]
    Audit(Audit),
    /// Make keys, keep them in an encrypted keystore, list their addresses, test them
    #[command(subcommand)]
    Keys(Keys),
    /// Take back coins of a swap on Bitcoin that failed, after its lock time
    Refund(Refund),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
}

impl Command {
    /// Says whether standard output is to hold JSON.
    pub(crate) const fn json(&self) -> bool {
        match self {
            Self::Swap(swap) => swap.json,
            Self::Resume(resume) => resume.json,
            Self::Work(work) => work.json,
            Self::Cancel(cancel) => cancel.json,
            Self::Status(status) => status.json,
            Self::Networks(networks) => networks.endpoint.json,
            Self::Tokens(tokens) => tokens.endpoint.json,
            Self::Quote(quote) => quote.endpoint.json,
            Self::Allowances(allowances) => allowances.over.json,
            Self::Allowance(allowance) => allowance.json(),
            Self::Refund(refund) => refund.json,
            Self::Swaps(swaps) => swaps.json(),
            Self::Audit(audit) => audit.json(),
            Self::Keys(keys) => keys.json(),
            _ => false,
        }
    }
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
    /// Write registry.toml, policy.toml, key, coin-key, solana-key, oneclick-key, aurora-key and
    /// api-key or rsa-key into this folder, for `swap`
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Want signed requests in place of an API key; --out writes the key that they are signed with
    #[arg(long)]
    pub(crate) signed_requests: bool,
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
