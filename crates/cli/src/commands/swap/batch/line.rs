//! The lines of a batch.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use countersign::journal::Label;
use countersign::units::Bps;
use countersign::{Order, SwapRequest, TokenAt};
use serde::Deserialize;

use super::{Errand, Setting};
use crate::arguments::Swap;
use crate::connection::SetupError;
use crate::exit::Failure;

/// A swap, as a line names it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    key: String,
    from: String,
    to: String,
    amount: String,
    min_out: Option<String>,
    recipient: Option<String>,
    refund_address: Option<String>,
    owner: Option<String>,
    slippage_bps: Option<u16>,
}

/// The lines of a file that hold something.
pub(super) struct Lines {
    path: PathBuf,
    wanted: Vec<(usize, Wanted)>,
}

/// Why a batch is not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("expected an object with key, from, to, amount and recipient: {0}")]
    Json(String),
    #[error("key: {0}")]
    Key(countersign::journal::TextError),
    #[error("key: {key:?} is that of line {line}, too")]
    SameKey { key: String, line: usize },
    #[error("{member}: {source}")]
    Token { member: &'static str, source: countersign::ParseAssetError },
    #[error("slippage_bps: {0}")]
    Slippage(countersign::units::ParseBpsError),
    #[error("expected {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Owner(SetupError),
    #[error(transparent)]
    Request(countersign::RequestError),
}

/// Reads a file, or standard input for `-`.
pub(super) fn read(path: &Path) -> Result<Lines, Failure> {
    let failed = |source| Failure::Input { what: path.display().to_string(), source };
    if path.as_os_str() == "-" {
        return lines(path, std::io::stdin().lock());
    }
    lines(path, BufReader::new(File::open(path).map_err(failed)?))
}

fn lines(path: &Path, text: impl BufRead) -> Result<Lines, Failure> {
    let mut wanted = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line =
            line.map_err(|source| Failure::Input { what: path.display().to_string(), source })?;
        if line.trim().is_empty() {
            continue;
        }
        let read = serde_json::from_str(&line);
        wanted.push((number, read.map_err(|error| at(path, number, not_read(&error)))?));
    }
    Ok(Lines { path: path.to_owned(), wanted })
}

/// Says where in its line the text is wrong: the reader takes each line for the first.
fn not_read(error: &serde_json::Error) -> LineError {
    let (text, column) = (error.to_string(), error.column());
    let place = format!(" at line {} column {column}", error.line());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    LineError::Json(format!("{text}, at column {column}"))
}

fn at(path: &Path, line: usize, source: LineError) -> SetupError {
    SetupError::Line { path: path.to_owned(), line, source: Box::new(source) }
}

/// Makes requests of the lines. All are good before the first one is sent.
pub(super) fn errands(
    lines: &Lines,
    setting: &Setting,
    arguments: &Swap,
) -> Result<Vec<Errand>, Failure> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut errands = Vec::new();
    for (number, wanted) in &lines.wanted {
        let wrong = |error| at(&lines.path, *number, error);
        if let Some(line) = known.insert(&wanted.key, *number) {
            let key = wanted.key.clone();
            return Err(wrong(LineError::SameKey { key, line }).into());
        }
        errands.push(errand(wanted, setting, arguments).map_err(wrong)?);
    }
    Ok(errands)
}

fn errand(wanted: &Wanted, setting: &Setting, arguments: &Swap) -> Result<Errand, LineError> {
    let token = |member, text: &str| {
        text.parse::<TokenAt>().map_err(|source| LineError::Token { member, source })
    };
    let (from, to) = (token("from", &wanted.from)?, token("to", &wanted.to)?);
    let slippage = wanted.slippage_bps.map(Bps::new).transpose().map_err(LineError::Slippage)?;
    let owner = setting.payer(&from.network, wanted.owner.as_deref(), &arguments.api);
    let owner = owner.map_err(LineError::Owner)?;
    let recipient = wanted.recipient.clone().or_else(|| setting.place.new_recipient(&to.network));
    let request = SwapRequest {
        from,
        to,
        amount: wanted.amount.clone(),
        min_out: wanted.min_out.clone(),
        slippage: slippage.unwrap_or(arguments.trade.slippage),
        refund_address: wanted.refund_address.clone().unwrap_or_else(|| owner.clone()),
        owner,
        recipient: recipient.ok_or(LineError::Missing("recipient"))?,
        coins: None,
    };
    Order::new(&request, &setting.registry).map_err(LineError::Request)?;
    Ok(Errand { key: Label::new(&wanted.key).map_err(LineError::Key)?, request })
}
