//! What clients send, in all dialects at once: each dialect fills its own members.

use countersign_units::Lots;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{ApiError, Dialect, flat_body};
use crate::json::Json;
use crate::solana::SignedCosign;
use crate::world::{Token, World};

/// The body of a quote request.
#[derive(Deserialize)]
pub(super) struct QuoteBody {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) amount: Box<RawValue>,
    pub(super) slippage_bps: Option<Box<RawValue>>,
}

/// The body of a create request.
#[derive(Deserialize)]
pub(super) struct IntentBody {
    pub(super) quote_id: Option<String>,
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) refund_address: Option<String>,
    pub(super) amount: Option<Box<RawValue>>,
    pub(super) slippage_bps: Option<Box<RawValue>>,
}

/// The body of an approval.
#[derive(Deserialize)]
pub(super) struct ApprovalBody {
    pub(super) approval_type: String,
    pub(super) signed_data: SignedData,
}

/// What a client signed, as it hands it over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum SignedData {
    /// A signature, a PSBT, or in the newest dialect the base64 of an object.
    Text(String),
    /// A transaction on Solana, in the older dialects.
    Cosign(SignedCosign),
}

/// One side of a swap.
#[derive(Default, Deserialize)]
pub(super) struct Side {
    #[serde(alias = "from_network_id", alias = "to_network_id")]
    pub(super) network_id: Option<u64>,
    #[serde(alias = "from_token", alias = "to_token", alias = "contract_address")]
    pub(super) token: Option<String>,
    pub(super) token_id: Option<u64>,
    #[serde(alias = "from_address", alias = "to_address")]
    pub(super) address: Option<String>,
    pub(super) refund_address: Option<String>,
    #[serde(alias = "from_public_key")]
    pub(super) public_key: Option<String>,
}

/// A body that the flat dialect writes in its own way.
pub(super) trait Body: DeserializeOwned {
    /// The same in flat members.
    type Flat: DeserializeOwned + TryInto<Self, Error = ApiError>;
}

impl Body for QuoteBody {
    type Flat = flat_body::Quote;
}

impl Body for IntentBody {
    type Flat = flat_body::Intent;
}

impl Body for ApprovalBody {
    type Flat = flat_body::Approval;
}

/// Reads a body, and the dialect that it is in.
///
/// # Errors
///
/// Returns an [`ApiError`] that says where the body is not what the call takes.
pub(super) fn read<T: Body>(path: &str, body: &[u8]) -> Result<(T, Dialect), ApiError> {
    let dialect = dialect(path, body);
    let read = match dialect {
        Dialect::G0 => parse::<T::Flat>(body)?.try_into()?,
        Dialect::G1 | Dialect::G2 | Dialect::G3 => parse(body)?,
    };
    Ok((read, dialect))
}

/// Tells the dialect of a body.
pub(super) fn dialect(path: &str, body: &[u8]) -> Dialect {
    Dialect::of(path, is_prefixed(body))
}

impl QuoteBody {
    /// Returns the slippage in basis points, half a percent if the client doesn't say.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if it is no integer from 0 to 10000.
    pub(super) fn slippage_bps(&self) -> Result<u64, ApiError> {
        self.slippage_bps.as_deref().map_or(Ok(50), slippage)
    }
}

impl IntentBody {
    /// Returns the slippage in basis points, where the client repeats it.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if it is no integer from 0 to 10000.
    pub(super) fn slippage_bps(&self) -> Result<Option<u64>, ApiError> {
        self.slippage_bps.as_deref().map(slippage).transpose()
    }
}

impl SignedData {
    /// Returns the text.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if it is an object.
    pub(super) fn text(&self) -> Result<&str, ApiError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Cosign(_) => Err(ApiError::invalid("body.signed_data: expected a string")),
        }
    }

    /// Returns the transaction, which the newest dialect has inside a text.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if it is in another form than the dialect's.
    pub(super) fn cosign(&self, dialect: Dialect) -> Result<SignedCosign, ApiError> {
        let read = match (self, dialect) {
            (Self::Text(text), Dialect::G3) => SignedCosign::from_base64(text),
            (Self::Cosign(signed), Dialect::G0 | Dialect::G1 | Dialect::G2) => Some(signed.clone()),
            _ => None,
        };
        let expected = match dialect {
            Dialect::G3 => "the base64 of an object with transaction and user_address",
            Dialect::G0 | Dialect::G1 | Dialect::G2 => {
                "an object with transaction and user_address"
            }
        };
        read.ok_or_else(|| ApiError::invalid(format!("body.signed_data: expected {expected}")))
    }
}

impl From<SignedData> for Json {
    fn from(signed: SignedData) -> Self {
        match signed {
            SignedData::Text(text) => Self::from(text),
            SignedData::Cosign(signed) => signed.into_json(),
        }
    }
}

impl Side {
    /// Says whether the side names a token at all.
    pub(super) const fn names_token(&self) -> bool {
        self.token_id.is_some() || self.network_id.is_some() || self.token.is_some()
    }

    /// Finds the token that the side names by number, or by network and contract.
    ///
    /// # Errors
    ///
    /// Returns an [`ApiError`] if nothing is named or nothing of that name is listed.
    pub(super) fn token(&self, world: &World) -> Result<Token, ApiError> {
        let unknown = || ApiError::unprocessable("Token", "Network or token couldn't be processed");
        let tokens = world.tokens().iter();
        let found = match (self.token_id, self.network_id, &self.token) {
            (Some(id), _, _) => tokens.into_iter().find(|token| token.listing.api_id == id),
            (None, Some(network), Some(address)) => {
                let mut here = tokens.filter(|token| token.listing.network.api_id == network);
                here.find(|token| token.is_at(address))
            }
            _ => {
                return Err(ApiError::invalid(
                    "expected token_id, or a network's number and a token's address",
                ));
            }
        };
        found.cloned().ok_or_else(unknown)
    }
}

/// Reads an amount as a human writes it, exactly, from a JSON number or string.
///
/// # Errors
///
/// Returns an [`ApiError`] if it is no plain decimal number, too precise for the token, or zero.
pub(super) fn amount(raw: &RawValue, decimals: u8) -> Result<Lots, ApiError> {
    let refused = |reason: &dyn std::fmt::Display| {
        ApiError::unprocessable("Quote", format!("Invalid amount: {reason}"))
    };
    let lots = Lots::from_decimal(text(raw), decimals).map_err(|error| refused(&error))?;
    if lots.is_zero() { Err(refused(&"expected more than zero")) } else { Ok(lots) }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::invalid(format!("body: {error}")))
}

fn slippage(raw: &RawValue) -> Result<u64, ApiError> {
    let parsed = text(raw).parse().ok().filter(|bps| *bps <= 10_000);
    parsed.ok_or_else(|| ApiError::invalid("Slippage value couldn't be processed"))
}

/// Returns a number's text, or what stands between a string's quotes. A string with escapes
/// keeps them, and is no number then.
fn text(raw: &RawValue) -> &str {
    let text = raw.get();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn is_prefixed(body: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return false };
    ["/from/from_network_id", "/from/from_token", "/from/from_address"]
        .iter()
        .any(|path| value.pointer(path).is_some())
}
