use super::mechanism::{self, MECHANISM};
use super::{IntentStatus, Mechanism, Profile, Status, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::query::QueryWriter;
use crate::read::Members;
use crate::write::ObjectWriter;

/// Asks for the swaps of an account with the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapListRequest {
    /// Only swaps between two tokens or networks.
    pub between: Option<AssetFilter>,
    /// Only swaps created from this moment on, in microseconds since 1970.
    pub created_from_micros: Option<u64>,
    /// Only swaps created until this moment, in microseconds since 1970.
    pub created_to_micros: Option<u64>,
    /// Only swaps with this status.
    pub status: Option<Status>,
    /// How many at most: 10 by default, up to 100.
    pub limit: Option<u64>,
    /// How many to pass over.
    pub offset: Option<u64>,
}

/// The two ends of the swaps that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssetFilter {
    /// Two tokens, by the API's ids.
    Tokens {
        /// The source.
        from: u64,
        /// The destination.
        to: u64,
    },
    /// Two networks, by the API's ids.
    Networks {
        /// The source.
        from: u64,
        /// The destination.
        to: u64,
    },
    /// Two tokens, by their addresses.
    Addresses {
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
}

/// A swap in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSwap {
    /// How it was to be approved.
    pub mechanism: Option<Mechanism>,
    /// Where it stands.
    pub swap: IntentStatus,
}

impl SwapListRequest {
    /// Writes the query string of a profile, without a question mark.
    ///
    /// G0 counts times in milliseconds: the span is widened to whole ones.
    ///
    /// # Errors
    ///
    /// Returns [`WriteError::Unsupported`] for [`Self::between`] in G0, which can't ask for it.
    pub fn to_query_in(&self, profile: Profile) -> Result<String, WriteError> {
        if profile != Profile::G0 {
            return Ok(self.to_query());
        }
        profile.check_absent(self.between.is_some(), "pair of assets")?;
        let status = self.status.as_ref().map(|status| status.name_in(profile));
        Ok(QueryWriter::new()
            .pair("limit", self.limit)
            .pair("offset", self.offset)
            .pair("status", status)
            .pair("from", self.created_from_micros.map(|micros| micros.div_euclid(1_000)))
            .pair("to", self.created_to_micros.map(|micros| micros.div_ceil(1_000)))
            .finish())
    }

    /// Writes the query string of G1, G2 and G3, without a question mark; empty where nothing is
    /// asked.
    pub fn to_query(&self) -> String {
        let query = QueryWriter::new();
        let query = match &self.between {
            None => query,
            Some(AssetFilter::Tokens { from, to }) => {
                query.pair("from_token_id", Some(from)).pair("to_token_id", Some(to))
            }
            Some(AssetFilter::Networks { from, to }) => {
                query.pair("from_network_id", Some(from)).pair("to_network_id", Some(to))
            }
            Some(AssetFilter::Addresses { from, to }) => query
                .pair("from_contract_address", Some(from))
                .pair("to_contract_address", Some(to)),
        };
        query
            .pair("swap_created_from", self.created_from_micros)
            .pair("swap_created_to", self.created_to_micros)
            .pair("status", self.status.as_ref().map(Status::name))
            .pair("limit", self.limit)
            .pair("offset", self.offset)
            .finish()
    }
}

impl Wire for ListedSwap {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            mechanism: Members::of(value)?.optional(mechanism::PATHS, &MECHANISM)?,
            swap: IntentStatus::from_value(value)?,
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let mechanism = self.mechanism.as_ref().map(Mechanism::name);
        let body = ObjectWriter::new().string("approval_mechanism", mechanism);
        self.swap.write(profile, body).map(ObjectWriter::finish)
    }
}
