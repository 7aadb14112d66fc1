use super::{Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::query::QueryWriter;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// A token that the API swaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The API's own id of the token.
    pub id: Option<u64>,
    /// The API's id of its network.
    pub network_id: u64,
    /// The token's address or mint; `None` where the network's own coin has none.
    pub address: Option<String>,
    /// Its symbol.
    pub symbol: String,
    /// Its name.
    pub name: Option<String>,
    /// Its decimals, where the API tells them.
    pub decimals: Option<u8>,
    /// Where its icon is.
    pub icon_url: Option<String>,
    /// The token that it must be wrapped into before a swap.
    pub wrapped_token_address: Option<String>,
}

/// Asks for tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokensRequest {
    /// How many at most.
    pub limit: Option<u64>,
    /// How many to pass over.
    pub offset: Option<u64>,
    /// A symbol, name or address.
    pub search: Option<String>,
    /// The API's id of a network.
    pub network_id: Option<u64>,
}

impl TokensRequest {
    /// Writes the query string, without a question mark; empty where nothing is asked.
    pub fn to_query(&self) -> String {
        QueryWriter::new()
            .pair("limit", self.limit)
            .pair("offset", self.offset)
            .pair("q", self.search.as_ref())
            .pair("network_id", self.network_id)
            .finish()
    }
}

impl Wire for Token {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.optional(&[name], &forms::TEXT);
        Ok(Self {
            id: members.optional(&["token_id", "id"], &forms::UINT)?,
            network_id: members.required(&["network_id"], &forms::UINT)?,
            address: members
                .optional(&["contract_address", "token", "address"], &forms::TEXT)?
                .filter(|address| !address.is_empty()),
            symbol: members.required(&["symbol"], &forms::TEXT)?,
            name: text("name")?,
            decimals: members.optional(&["decimals"], &forms::DECIMALS)?,
            icon_url: text("icon_url")?,
            wrapped_token_address: text("wrapped_token_address")?
                .filter(|address| !address.is_empty()),
        })
    }

    /// Writes the token; all profiles have one shape, but G0 has neither id nor decimals.
    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        profile.check_token_id(self.id)?;
        profile.check_absent(self.decimals.is_some(), "decimals of a token")?;
        Ok(ObjectWriter::new()
            .plain("token_id", self.id)
            .plain("network_id", Some(self.network_id))
            .string("name", self.name.as_ref())
            .string("contract_address", self.address.as_ref())
            .string("symbol", Some(&self.symbol))
            .plain("decimals", self.decimals)
            .string("icon_url", self.icon_url.as_ref())
            .string("wrapped_token_address", self.wrapped_token_address.as_ref())
            .finish())
    }
}
