//! `countersign tokens`: what the API swaps.

use countersign::api_types::defi::{Page, Pagination, Token, TokensRequest};
use countersign::approval::excerpt;
use serde::Serialize;

use super::counterparty::ask;
use crate::arguments::Tokens;
use crate::exit::{Ended, Failure};
use crate::output;

/// The tokens, as `--json` shows them.
#[derive(Serialize)]
struct Report<'a> {
    tokens: Vec<Row<'a>>,
    limit: Option<u64>,
    offset: Option<u64>,
    pages: Option<u64>,
    total: Option<u64>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Option<u64>,
    network_id: u64,
    symbol: &'a str,
    name: Option<&'a str>,
    address: Option<&'a str>,
    decimals: Option<u8>,
    wrapped_token_address: Option<&'a str>,
}

pub(crate) fn run(arguments: &Tokens) -> Result<Ended, Failure> {
    let request = TokensRequest {
        limit: arguments.limit,
        offset: arguments.offset,
        search: arguments.query.clone(),
        network_id: arguments.network,
    };
    let page = ask(&arguments.endpoint, async |api| Ok(api.client()?.tokens(&request).await?))?;
    let json = arguments.endpoint.json;
    let written = if json { output::json(&Report::new(&page)) } else { print(&page) };
    written.map(|()| Ended::Done)
}

fn print(page: &Page<Token>) -> Result<(), Failure> {
    let rows: Vec<_> = page.items.iter().map(cells).collect();
    output::table(["NETWORK", "SYMBOL", "DECIMALS", "ADDRESS", "WRAP INTO", "NAME"], &rows)?;
    if let Some(line) = page.pagination.and_then(|pagination| rest(pagination, rows.len())) {
        output::say(format_args!("{line}"));
    }
    Ok(())
}

fn cells(token: &Token) -> [String; 6] {
    let text = |text: &Option<String>| text.as_deref().map(excerpt).unwrap_or_default();
    [
        token.network_id.to_string(),
        excerpt(&token.symbol),
        token.decimals.map(|decimals| decimals.to_string()).unwrap_or_default(),
        text(&token.address),
        text(&token.wrapped_token_address),
        text(&token.name),
    ]
}

/// Says how to see more, if there is more.
fn rest(pagination: Pagination, shown: usize) -> Option<String> {
    let total = pagination.total?;
    if shown == 0 && total > 0 {
        return Some(format!("0 of {total}; more with a smaller --offset"));
    }
    let next = pagination.offset.unwrap_or_default().checked_add(u64::try_from(shown).ok()?)?;
    (next < total).then(|| format!("{shown} of {total}; more with --offset {next}"))
}

impl<'a> Report<'a> {
    fn new(page: &'a Page<Token>) -> Self {
        let Pagination { limit, offset, pages, total } = page.pagination.unwrap_or_default();
        let tokens = page.items.iter().map(Row::from).collect();
        Self { tokens, limit, offset, pages, total }
    }
}

impl<'a> From<&'a Token> for Row<'a> {
    fn from(token: &'a Token) -> Self {
        Self {
            id: token.id,
            network_id: token.network_id,
            symbol: &token.symbol,
            name: token.name.as_deref(),
            address: token.address.as_deref(),
            decimals: token.decimals,
            wrapped_token_address: token.wrapped_token_address.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_named_while_there_is_one() {
        let page = |offset, total| Pagination { offset, total, ..Pagination::default() };
        let more = Some("2 of 5; more with --offset 4".to_owned());
        assert_eq!(rest(page(Some(2), Some(5)), 2), more);
        assert_eq!(rest(page(None, Some(2)), 2), None);
        assert_eq!(rest(page(None, Some(0)), 0), None);
        let none = "0 of 20; more with a smaller --offset";
        assert_eq!(rest(page(Some(29), Some(20)), 0).as_deref(), Some(none));
        assert_eq!(rest(page(None, None), 2), None);
        assert_eq!(rest(page(Some(u64::MAX), Some(u64::MAX)), 2), None);
    }
}
