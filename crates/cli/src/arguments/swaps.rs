use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, value_parser};
use countersign::approval::SwapId;
use countersign::journal::State;

use super::Journal;

/// `countersign swaps`.
#[derive(Debug, Subcommand)]
pub(crate) enum Swaps {
    /// List swaps, the oldest first
    List(ListSwaps),
    /// Tell what happened in a swap, entry by entry, and whether its chain holds
    Show(ShowSwap),
    /// Follow swaps until all are at their end
    Watch(WatchSwaps),
}

impl Swaps {
    pub(super) const fn json(&self) -> bool {
        match self {
            Self::List(list) => list.json,
            Self::Show(show) => show.json,
            Self::Watch(watch) => watch.json,
        }
    }
}

/// `countersign swaps list`.
#[derive(Debug, Args)]
pub(crate) struct ListSwaps {
    /// Only those in one state
    #[arg(
        long,
        value_name = "STATE",
        value_parser = PossibleValuesParser::new(State::ALL.map(State::as_str))
            .try_map(|text| text.parse::<State>())
    )]
    pub(crate) state: Option<State>,
    /// Only those that are not at their end
    #[arg(long, conflicts_with = "state")]
    pub(crate) open: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Only those after this one
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<SwapId>,
    /// Print the list as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

/// `countersign swaps show`.
#[derive(Debug, Args)]
pub(crate) struct ShowSwap {
    /// The swap, by our own id of it or by its idempotency key
    #[arg(value_name = "ID-OR-KEY")]
    pub(crate) swap: String,
    /// Print the swap as one JSON object on standard output, with each entry as it was written
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

/// `countersign swaps watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchSwaps {
    /// The swaps, by our own ids or by their idempotency keys [default: all that are open]
    #[arg(value_name = "ID-OR-KEY")]
    pub(crate) swaps: Vec<String>,
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = interval)]
    pub(crate) interval: Duration,
    /// Print each change as one line of JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

fn interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(10);
    let seconds = text.parse::<f64>().ok().and_then(|text| Duration::try_from_secs_f64(text).ok());
    seconds
        .filter(|seconds| *seconds >= SHORTEST)
        .ok_or_else(|| "expected a number of seconds, at least 0.01".to_owned())
}
