//! `countersign networks`: what the API swaps on.

use countersign::api_types::defi::{Network, NetworkKind, Page};
use countersign::approval::excerpt;
use serde::Serialize;

use super::counterparty::ask;
use crate::arguments::Networks;
use crate::exit::{Ended, Failure};
use crate::output;

/// The networks, as `--json` shows them.
#[derive(Serialize)]
struct Report<'a> {
    networks: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: u64,
    name: &'a str,
    kind: Option<&'a str>,
    supports_optimized_swap: Option<bool>,
    supports_custom_tokens: Option<bool>,
}

pub(crate) fn run(arguments: &Networks) -> Result<Ended, Failure> {
    let page: Page<Network> =
        ask(&arguments.endpoint, async |api| Ok(api.client()?.networks().await?))?;
    if arguments.endpoint.json {
        output::json(&Report { networks: page.items.iter().map(Row::from).collect() })?;
    } else {
        let rows: Vec<_> = page.items.iter().map(cells).collect();
        output::table(["ID", "KIND", "CUSTOM TOKENS", "NAME"], &rows)?;
    }
    // Networks are not asked for by pages; that some are missing is told all the same.
    let shown = page.items.len();
    if let Some(total) = page.pagination.and_then(|pagination| pagination.total)
        && u64::try_from(shown).is_ok_and(|shown| shown < total)
    {
        output::say(format_args!("{shown} of {total}: the API tells no more at once"));
    }
    Ok(Ended::Done)
}

fn cells(network: &Network) -> [String; 4] {
    let kind = network.kind.as_ref().map_or("", NetworkKind::name);
    let custom = match network.supports_custom_tokens {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    [network.id.to_string(), excerpt(kind), custom.to_owned(), excerpt(&network.name)]
}

impl<'a> From<&'a Network> for Row<'a> {
    fn from(network: &'a Network) -> Self {
        Self {
            id: network.id,
            name: &network.name,
            kind: network.kind.as_ref().map(NetworkKind::name),
            supports_optimized_swap: network.supports_optimized_swap,
            supports_custom_tokens: network.supports_custom_tokens,
        }
    }
}
