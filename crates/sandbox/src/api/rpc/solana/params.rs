//! What stands in the parameters of a question to Solana.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use solana_transaction::versioned::VersionedTransaction;

use super::super::error::RpcError;
use crate::solana::deserialize;

/// The parameters in their order; those at the end may be missing.
pub(super) struct Params(Vec<Value>);

/// How a question is meant. Members that are not known are left alone, as nodes do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Config {
    // What has run is final, so it is the same under each.
    #[serde(rename = "commitment")]
    _commitment: Option<Commitment>,
    #[serde(rename = "preflightCommitment")]
    _preflight_commitment: Option<Commitment>,
    pub(super) min_context_slot: Option<u64>,
    pub(super) encoding: Option<Encoding>,
    pub(super) data_slice: Option<DataSlice>,
    pub(super) sig_verify: bool,
    pub(super) replace_recent_blockhash: bool,
    pub(super) skip_preflight: bool,
    pub(super) accounts: Option<Accounts>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Commitment {
    Processed,
    Confirmed,
    Finalized,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    Base58,
    Base64,
}

/// Which part of an account's data is wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct DataSlice {
    pub(super) offset: usize,
    pub(super) length: usize,
}

/// Which accounts are wanted as a transaction would leave them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Accounts {
    pub(super) encoding: Option<Encoding>,
    pub(super) addresses: Vec<String>,
}

impl Params {
    /// Reads a list, or nothing.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if it is something else.
    pub(super) fn read(params: Value) -> Result<Self, RpcError> {
        match params {
            Value::Null => Ok(Self(Vec::new())),
            Value::Array(list) => Ok(Self(list)),
            _ => Err(RpcError::params("a list")),
        }
    }

    /// Says whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a parameter that has to be there.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] that says what was expected.
    pub(super) fn required<T: DeserializeOwned>(
        &self,
        index: usize,
        expected: &str,
    ) -> Result<T, RpcError> {
        let found = self.0.get(index).cloned().unwrap_or_default();
        serde_json::from_value(found).map_err(|_| RpcError::params(expected))
    }

    /// Reads a text that stands for something.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] that says what was expected.
    pub(super) fn parsed<T: FromStr>(&self, index: usize, expected: &str) -> Result<T, RpcError> {
        parse(&self.required::<String>(index, expected)?, expected)
    }

    /// Reads a list of texts that stand for something, of a length that nodes take.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] that says what was expected.
    pub(super) fn several<T: FromStr>(
        &self,
        (index, most): (usize, usize),
        expected: &str,
    ) -> Result<Vec<T>, RpcError> {
        let texts: Vec<String> = self.required(index, expected)?;
        if texts.len() > most {
            return Err(RpcError::params(expected));
        }
        texts.iter().map(|text| parse(text, expected)).collect()
    }

    /// Reads the configuration, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if it is none.
    pub(super) fn config(&self, index: usize) -> Result<Config, RpcError> {
        let found = self.0.get(index).filter(|found| !found.is_null()).cloned();
        let Some(found) = found else { return Ok(Config::default()) };
        serde_json::from_value(found).map_err(|_| RpcError::params("a configuration"))
    }

    /// Reads the transaction at the first place, in the encoding that was chosen.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if it is none.
    pub(super) fn transaction(&self, config: &Config) -> Result<VersionedTransaction, RpcError> {
        let text: String = self.required(0, "a transaction")?;
        let (bytes, expected) = match config.encoding.unwrap_or(Encoding::Base58) {
            Encoding::Base58 => (bs58::decode(text).into_vec().ok(), "a transaction in base58"),
            Encoding::Base64 => (STANDARD.decode(text).ok(), "a transaction in base64"),
        };
        let transaction = bytes.and_then(|bytes| deserialize(&bytes));
        transaction.ok_or_else(|| RpcError::params(expected))
    }
}

/// Reads a text that stands for something.
///
/// # Errors
///
/// Returns an [`RpcError`] that says what was expected.
pub(super) fn parse<T: FromStr>(text: &str, expected: &str) -> Result<T, RpcError> {
    text.parse().map_err(|_| RpcError::params(expected))
}
