//! Offers of several APIs, side by side.

use countersign::{Backing, Choice, Order, Priced, Quoted, Reason, best};
use serde::Serialize;

use crate::exit::Failure;
use crate::output;

/// What several APIs offer, as `--json` shows it.
#[derive(Serialize)]
pub(crate) struct Table {
    give: Side,
    /// What is got, by its token alone.
    get: Token,
    quotes: Vec<Row>,
    best: Option<Best>,
}

#[derive(Serialize)]
struct Side {
    token: String,
    lots: String,
    amount: String,
}

#[derive(Serialize)]
struct Token {
    token: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Row {
    Offer(Box<Shown>),
    Failed(Unoffered),
}

/// An offer, in base units and as decimal numbers.
#[derive(Serialize)]
struct Shown {
    api: &'static str,
    /// What comes if the price stays, where the API says it.
    out_lots: Option<String>,
    out: Option<String>,
    min_lots: String,
    min: String,
    /// All application fees, in basis points; they are taken off already.
    app_fee_bps: Option<u64>,
    /// What paying out costs; it is taken off already.
    withdraw_fee: Option<String>,
    time_seconds: Option<u64>,
    proven: Proof,
    #[serde(skip)]
    cells: [String; 6],
}

/// What stands behind an offer.
#[derive(Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Proof {
    /// The API's word alone.
    Promise,
    /// A signature by a pinned key.
    PinnedKey { key: String, digest: String },
}

#[derive(Serialize)]
struct Unoffered {
    api: &'static str,
    code: &'static str,
    error: String,
}

#[derive(Serialize)]
struct Best {
    api: &'static str,
    reason: &'static str,
    #[serde(skip)]
    why: Reason,
}

impl Table {
    pub(crate) fn new(order: &Order, answers: &[Quoted]) -> Self {
        let (gives, gets) = (&order.source, &order.destination);
        Self {
            give: Side {
                token: format!("{}@{}", gives.symbol, gives.network),
                lots: gives.amount.to_string(),
                amount: gives.amount.to_decimal(gives.decimals),
            },
            get: Token { token: format!("{}@{}", gets.symbol, gets.network) },
            quotes: answers.iter().map(|quoted| row(quoted, gets.decimals)).collect(),
            best: best(answers).map(|choice| Best {
                api: choice.api,
                reason: choice.reason.as_str(),
                why: choice.reason,
            }),
        }
    }

    /// Writes the offers for people, a line for each API.
    pub(crate) fn print(&self) -> Result<(), Failure> {
        let Side { token, amount, .. } = &self.give;
        output::result(format_args!("{amount} {token} for {}", self.get.token))?;
        let best = self.best.as_ref().map(|best| best.api);
        let rows: Vec<_> = self.quotes.iter().map(|row| row.cells(best)).collect();
        output::table(["API", "OUT", "AT LEAST", "FEE", "TIME", "PROVEN", ""], &rows)?;
        for line in self.quotes.iter().filter_map(Row::why_not) {
            output::result(format_args!("{line}"))?;
        }
        let best = self.best.as_ref().map(|best| format!("best: {}, {}", best.api, best.why));
        best.map_or(Ok(()), |best| output::result(format_args!("{best}")))
    }

    /// Says the offers as lines of progress.
    pub(crate) fn say(&self) {
        for row in &self.quotes {
            let [api, rest @ ..] = row.cells(None);
            let rest: Vec<_> = rest.into_iter().filter(|cell| !cell.is_empty()).collect();
            output::say(format_args!("offered   {api}: {}", rest.join(", ")));
        }
        for line in self.quotes.iter().filter_map(Row::why_not) {
            output::say(format_args!("          {line}"));
        }
    }
}

impl Row {
    /// Says why there is no offer, where there is none.
    fn why_not(&self) -> Option<String> {
        match self {
            Self::Offer(_) => None,
            Self::Failed(Unoffered { api, code, error }) => {
                Some(format!("{api}: {code}: {}", output::shown(error)))
            }
        }
    }

    fn cells(&self, best: Option<&str>) -> [String; 7] {
        match self {
            Self::Offer(offer) => {
                let [api, out, least, fee, time, proven] = offer.cells.clone();
                let mark = if best == Some(offer.api) { "best" } else { "" };
                [api, out, least, fee, time, proven, mark.to_owned()]
            }
            Self::Failed(failed) => {
                let none = String::new;
                let (api, code) = (failed.api.to_owned(), format!("failed: {}", failed.code));
                [api, code, none(), none(), none(), none(), none()]
            }
        }
    }
}

impl Proof {
    pub(super) fn of(backing: &Backing) -> Self {
        match backing {
            Backing::Signed { key, digest } => {
                Self::PinnedKey { key: output::hex(key), digest: output::hex(digest) }
            }
            _ => Self::Promise,
        }
    }
}

fn row(quoted: &Quoted, decimals: u8) -> Row {
    let api = quoted.api;
    match &quoted.answer {
        Ok(priced) => Row::Offer(Box::new(offer(api, priced, decimals))),
        Err(failure) => {
            Row::Failed(Unoffered { api, code: failure.code(), error: failure.to_string() })
        }
    }
}

fn offer(api: &'static str, priced: &Priced, decimals: u8) -> Shown {
    let (out, least, told) = (priced.offer.max_out, priced.least(), &priced.offer.told);
    let shown = out.map(|out| out.to_decimal(decimals));
    let least_shown = least.to_decimal(decimals);
    let cells = [
        api.to_owned(),
        shown.clone().unwrap_or_default(),
        least_shown.clone(),
        fee(priced),
        time(priced),
        proof(&priced.backing).to_owned(),
    ];
    Shown {
        api,
        out_lots: out.map(|out| out.to_string()),
        out: shown,
        min_lots: least.to_string(),
        min: least_shown,
        app_fee_bps: told.app_fees,
        withdraw_fee: told.withdraw_fee.map(|fee| fee.to_decimal(decimals)),
        time_seconds: told.time_estimate.map(|time| time.as_secs()),
        proven: Proof::of(&priced.backing),
        cells,
    }
}

/// Says what an API takes for itself, as far as it tells.
pub(super) fn fee(priced: &Priced) -> String {
    priced.offer.told.app_fees.map(|bps| format!("{bps} bps")).unwrap_or_default()
}

/// Says how long a swap is expected to take, as far as the API tells.
pub(super) fn time(priced: &Priced) -> String {
    let time = priced.offer.told.time_estimate;
    time.map(|time| format!("{} s", time.as_secs())).unwrap_or_default()
}

/// Says what stands behind an offer.
pub(super) const fn proof(backing: &Backing) -> &'static str {
    match backing {
        Backing::Signed { .. } => "signed by a pinned key",
        _ => "a promise only",
    }
}

/// Says which offer is taken, for how much at least, and why.
pub(crate) fn tell_choice(order: &Order, choice: &Choice<'_>) {
    let floor = choice.floor(order).to_decimal(order.destination.decimals);
    output::say(format_args!(
        "chosen    {} for at least {floor} {}: {}",
        choice.api, order.destination.symbol, choice.reason
    ));
}
