use std::fmt::Display;

use countersign::api_types::defi::{Asset, HumanAmount, Quote, QuoteRequest};
use countersign::approval::{Code, Refusal, Registry, Violations, is_same_address};
use countersign::units::{Bps, Lots, UnixMillis};
use countersign::{RequestError, TokenAt};

use crate::arguments::Trade;

/// A trade whose tokens and amount were looked up in the registry.
pub(super) struct Inquiry {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) amount: Lots,
    slippage: Bps,
}

/// A token as the registry has it.
pub(super) struct Side {
    pub(super) token: TokenAt,
    pub(super) decimals: u8,
    address: String,
    network_id: u64,
}

impl Inquiry {
    pub(super) fn new(trade: &Trade, registry: &Registry) -> Result<Self, RequestError> {
        if trade.from == trade.to {
            return Err(RequestError::SameToken(trade.from.to_string()));
        }
        let (from, to) = (Side::new(&trade.from, registry)?, Side::new(&trade.to, registry)?);
        let lots = Lots::from_decimal(&trade.amount, from.decimals);
        let amount = lots.map_err(|source| RequestError::Amount {
            member: "amount",
            found: trade.amount.clone(),
            source,
        })?;
        if amount.is_zero() {
            return Err(RequestError::Nothing);
        }
        Ok(Self { from, to, amount, slippage: trade.slippage })
    }

    pub(super) fn request(&self) -> QuoteRequest {
        QuoteRequest {
            from: self.from.asset(),
            to: self.to.asset(),
            amount: HumanAmount::from_lots(self.amount, self.from.decimals),
            slippage_bps: self.slippage,
        }
    }

    /// Refuses a quote that answers another question, or none any more.
    pub(super) fn check(&self, quote: &Quote, now: UnixMillis) -> Result<(), Refusal> {
        let mut found = Differences(Violations::new());
        let (from, to) = (&quote.from, &quote.to);
        found.compare("from.amount", Some(from.amount), self.amount);
        found.compare("from.network_id", from.network_id, self.from.network_id);
        found.compare("from.decimals", from.decimals, self.from.decimals);
        found.address("from.token", from.token.as_deref(), &self.from.address);
        found.compare("to.network_id", to.network_id, self.to.network_id);
        found.compare("to.decimals", to.decimals, self.to.decimals);
        found.address("to.token", to.token.as_deref(), &self.to.address);
        found.compare("slippage_bps", quote.slippage_bps, self.slippage);
        let ordered = to.max_amount.is_none_or(|most| to.min_amount <= most);
        let least = "more than zero and no more than the most";
        let enough = ordered && !to.min_amount.is_zero();
        found.require("to.min_amount", enough, least, to.min_amount);
        if let Some(end) = quote.expires_at {
            found.require("expires_at", end > now, format_args!("after {now}"), end);
        }
        found.0.into_result()
    }
}

impl Side {
    fn new(token: &TokenAt, registry: &Registry) -> Result<Self, RequestError> {
        let found = registry.find(&token.symbol, &token.network);
        let network = registry.network(&token.network);
        let (Some((_, found)), Some(network)) = (found, network) else {
            let known = registry.tokens().map(|(_, token)| TokenAt {
                symbol: token.symbol.clone(),
                network: token.network.clone(),
            });
            let known: Vec<_> = known.map(|token| token.to_string()).collect();
            let (token, known) = (token.to_string(), known.join(", "));
            return Err(RequestError::UnknownToken { token, known });
        };
        Ok(Self {
            token: token.clone(),
            decimals: found.decimals,
            address: found.address.clone(),
            network_id: network.api_network_id,
        })
    }

    fn asset(&self) -> Asset {
        Asset::ByAddress { network_id: self.network_id, address: self.address.clone() }
    }
}

/// Where a quote differs from what was asked.
struct Differences(Violations);

impl Differences {
    /// Compares a member where the API repeats it.
    fn compare<T: PartialEq + Display>(&mut self, member: &str, found: Option<T>, expected: T) {
        if let Some(found) = found {
            self.require(member, found == expected, expected, found);
        }
    }

    fn address(&mut self, member: &str, found: Option<&str>, expected: &str) {
        if let Some(found) = found {
            self.require(member, is_same_address(found, expected), expected, found);
        }
    }

    fn require(&mut self, member: &str, holds: bool, expected: impl Display, found: impl Display) {
        self.0.require(holds, Code::Quote, format_args!("quote.{member}"), expected, found);
    }
}

#[cfg(test)]
mod tests {
    use countersign::api_types::defi::Wire;

    use super::*;

    const REGISTRY: &str = r#"
environment = "testnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 11155111
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = []
resolvers = []
witnesses = []
[networks.solana]
kind = "solana"
api_network_id = 4
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
[tokens.SOL]
network = "solana"
address = "So11111111111111111111111111111111111111112"
decimals = 9
"#;
    const NOW: UnixMillis = UnixMillis::new(1_795_249_800_000);
    const QUOTE: &str = r#"{"id":"q1","from":{"network_id":1,"decimals":6,"amount":"2.5",
        "contract_address":"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"},
        "to":{"network_id":4,"decimals":9,"min_amount":"0.01","max_amount":"0.02",
        "contract_address":"So11111111111111111111111111111111111111112"},
        "slippage_bps":"50","expires_at":1795249860000}"#;

    fn inquiry(from: &str, to: &str, amount: &str) -> Result<Inquiry, RequestError> {
        let trade = Trade {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            amount: amount.to_owned(),
            slippage: Bps::new(50).unwrap(),
        };
        Inquiry::new(&trade, &Registry::from_toml(REGISTRY).unwrap())
    }

    fn check(quote: &str) -> Result<(), Refusal> {
        let inquiry = inquiry("USDC@ethereum", "SOL@solana", "2.5").unwrap();
        inquiry.check(&Quote::from_json(quote).unwrap(), NOW)
    }

    #[test]
    fn asks_by_the_addresses_of_the_registry() {
        let request = inquiry("USDC@ethereum", "SOL@solana", "2.50").unwrap().request();
        assert_eq!(request.amount.as_str(), "2.5");
        let address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48".to_owned();
        assert_eq!(request.from, Asset::ByAddress { network_id: 1, address });
    }

    #[test]
    fn refuses_what_the_registry_cannot_answer() {
        for (from, to, amount, told) in [
            ("USDT@ethereum", "SOL@solana", "1", "it holds SOL@solana, USDC@ethereum"),
            ("USDC@ethereum", "SOL@mars", "1", "SOL@mars is not in the registry"),
            ("USDC@ethereum", "USDC@ethereum", "1", "two different tokens"),
            ("USDC@ethereum", "SOL@solana", "0.0000001", "amount"),
            ("USDC@ethereum", "SOL@solana", "-1", "amount"),
            ("USDC@ethereum", "SOL@solana", "0", "more than zero"),
        ] {
            let error = inquiry(from, to, amount).err().unwrap().to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    #[test]
    fn a_quote_that_answers_another_question_is_refused_by_member() {
        assert_eq!(check(QUOTE), Ok(()));
        for (from, to, member) in [
            ("\"amount\":\"2.5\"", "\"amount\":\"2500000\"", "quote.from.amount"),
            ("\"network_id\":1", "\"network_id\":2", "quote.from.network_id"),
            ("\"decimals\":9", "\"decimals\":18", "quote.to.decimals"),
            ("0xa0b8", "0xa0b9", "quote.from.token"),
            ("So111", "So112", "quote.to.token"),
            ("\"50\"", "\"500\"", "quote.slippage_bps"),
            ("\"0.01\"", "\"0.03\"", "quote.to.min_amount"),
            ("\"0.01\"", "\"0\"", "quote.to.min_amount"),
            ("1795249860000", "1795249800000", "quote.expires_at"),
        ] {
            let refusal = check(&QUOTE.replacen(from, to, 1)).unwrap_err();
            let [violation] = refusal.violations() else { panic!("{refusal:?}") };
            assert!(violation.to_string().contains(member), "{member}: {violation}");
        }
    }
}
