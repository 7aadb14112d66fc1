use crate::ReadError;
use crate::json::Value;
use crate::oneclick::{Token, TokenList as Tokens, Wire, WriteError};
use crate::read::Members;
use crate::write::{ObjectWriter, array};

/// The tokens that the API swaps, in an object. How much of each was swapped is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenList {
    /// The tokens.
    pub tokens: Vec<Token>,
}

impl Wire for TokenList {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let list = Members::of(value)?.part("tokens", Tokens::from_value)?;
        let list = list.ok_or_else(|| ReadError::member("tokens", "an array", None))?;
        Ok(Self { tokens: list.tokens })
    }

    /// Writes the list, with no statistics.
    fn to_json(&self) -> Result<String, WriteError> {
        let list = Tokens { tokens: self.tokens.clone() };
        let body = ObjectWriter::new().raw("tokens", Some(list.to_json()?));
        Ok(body.raw("asset_stats", Some(array(&[]))).finish())
    }
}

impl From<Tokens> for TokenList {
    fn from(list: Tokens) -> Self {
        Self { tokens: list.tokens }
    }
}

impl From<TokenList> for Tokens {
    fn from(list: TokenList) -> Self {
        Self { tokens: list.tokens }
    }
}
