use super::number::{DECIMALS, NUMBER};
use super::timestamp::TIMESTAMP;
use super::{Number, Timestamp, Wire, WriteError, wire};
use crate::ReadError;
use crate::json::Value;
use crate::query::QueryWriter;
use crate::read::{Members, forms, items};
use crate::write::ObjectWriter;

/// A token that the API swaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The API's own id of the token on its chain; opaque.
    pub asset_id: String,
    /// The API's short name of the chain, such as `eth`. The API adds chains at any time.
    pub blockchain: String,
    /// The token's symbol.
    pub symbol: String,
    /// Its decimals.
    pub decimals: u8,
    /// Its address on the chain; `None` for the chain's own coin.
    pub contract_address: Option<String>,
    /// What one token is worth in US dollars.
    pub price: Option<Number>,
    /// When the price was found.
    pub price_updated_at: Option<Timestamp>,
}

/// The tokens that the API swaps: a bare array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenList {
    /// The tokens.
    pub tokens: Vec<Token>,
}

/// Asks for the tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokensRequest {
    /// Whether the tokens of Ondo are listed as well.
    pub ondo_tokens: bool,
}

impl TokensRequest {
    /// Writes the query string, without a question mark; empty where nothing is asked.
    pub fn to_query(&self) -> String {
        QueryWriter::new().pair("ondoTokens", self.ondo_tokens.then_some(true)).finish()
    }
}

impl Wire for Token {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            asset_id: members.required(&["assetId"], &forms::ID)?,
            blockchain: members.required(&["blockchain"], &forms::ID)?,
            symbol: members.required(&["symbol"], &forms::TEXT)?,
            decimals: members.required(&["decimals"], &DECIMALS)?,
            contract_address: members
                .optional(&["contractAddress"], &forms::TEXT)?
                .filter(|address| !address.is_empty()),
            price: members.optional(&["price"], &NUMBER)?,
            price_updated_at: members.optional(&["priceUpdatedAt"], &TIMESTAMP)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("assetId", Some(&self.asset_id))
            .plain("decimals", Some(self.decimals))
            .string("blockchain", Some(&self.blockchain))
            .string("symbol", Some(&self.symbol))
            .plain("price", self.price.as_ref())
            .string("priceUpdatedAt", self.price_updated_at.as_ref())
            .string("contractAddress", self.contract_address.as_ref())
            .finish())
    }
}

impl Wire for TokenList {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        Ok(Self { tokens: items(value, Token::from_value)? })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        wire::list(&self.tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_does_not_exist_yet() {
        let text = r#"[{"assetId":"nep141:a.near","decimals":24.0,"blockchain":"moon2031",
            "symbol":"A","price":"2.79","priceUpdatedAt":null,"contractAddress":"","new":[{}]}]"#;
        let list = TokenList::from_json(text).unwrap();
        let [token] = &list.tokens[..] else { panic!("{list:?}") };
        assert_eq!((token.blockchain.as_str(), token.decimals), ("moon2031", 24));
        assert_eq!((&token.contract_address, &token.price_updated_at), (&None, &None));
        assert_eq!(token.price.as_ref().unwrap().as_str(), "2.79");
    }

    #[test]
    fn an_error_names_the_token() {
        let text = r#"[{"assetId":"a","decimals":8,"blockchain":"btc","symbol":"BTC"},
            {"assetId":"b","decimals":256,"blockchain":"btc","symbol":"BTC"}]"#;
        let error = TokenList::from_json(text).unwrap_err().to_string();
        assert!(error.starts_with("[1].decimals: expected a number of decimals"), "{error}");
    }

    #[test]
    fn the_query_says_what_is_not_the_default() {
        assert_eq!(TokensRequest::default().to_query(), "");
        assert_eq!(TokensRequest { ondo_tokens: true }.to_query(), "ondoTokens=true");
    }
}
