use countersign_units::{Bps, Lots, UnixMillis};

use super::amount::HUMAN;
use super::sides::{LEAST, MOST, PAID, Side};
use super::{Asset, HumanAmount, Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// Asks for the best quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRequest {
    /// What is paid in.
    pub from: Asset,
    /// What is paid out.
    pub to: Asset,
    /// How much is paid in.
    pub amount: HumanAmount,
    /// How far the price may move.
    pub slippage_bps: Bps,
}

/// What the API offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The quote's id.
    pub id: String,
    /// What would be paid in.
    pub from: QuoteFrom,
    /// The token that the swap is routed through.
    pub mid: Option<QuoteMid>,
    /// What would be paid out.
    pub to: QuoteTo,
    /// How far the price may move.
    pub slippage_bps: Option<Bps>,
    /// When the offer ends.
    pub expires_at: Option<UnixMillis>,
}

/// The source of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteFrom {
    /// The API's id of the network.
    pub network_id: Option<u64>,
    /// The token's address on the network.
    pub token: Option<String>,
    /// The API's id of the token.
    pub token_id: Option<u64>,
    /// The amount in base units.
    pub amount: Lots,
    /// The token's decimals, as the API has them.
    pub decimals: Option<u8>,
}

/// The destination of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteTo {
    /// The API's id of the network.
    pub network_id: Option<u64>,
    /// The token's address on the network.
    pub token: Option<String>,
    /// The API's id of the token.
    pub token_id: Option<u64>,
    /// The least amount in base units.
    pub min_amount: Lots,
    /// The largest amount in base units.
    pub max_amount: Option<Lots>,
    /// The token's decimals, as the API has them.
    pub decimals: Option<u8>,
}

/// The token that a swap is routed through. The unit of its amounts is not documented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuoteMid {
    /// The API's id of the token.
    pub token_id: Option<u64>,
    /// The token's address.
    pub token: Option<String>,
    /// The least amount, as sent.
    pub min_amount: Option<String>,
    /// The largest amount, as sent.
    pub max_amount: Option<String>,
    /// The token's decimals.
    pub decimals: Option<u8>,
}

impl QuoteRequest {
    /// Reads the order in a request, if it holds one.
    pub(super) fn read(members: Members<'_, '_>) -> Result<Option<Self>, ReadError> {
        let (from, to) = (Asset::read(members, Side::From)?, Asset::read(members, Side::To)?);
        let amount = members.optional(&["amount"], &HUMAN)?;
        if from.is_none() && to.is_none() && amount.is_none() {
            return Ok(None);
        }
        let no_asset = |side: Side| ReadError::member(side.name(), "a token", None);
        Ok(Some(Self {
            from: from.ok_or_else(|| no_asset(Side::From))?,
            to: to.ok_or_else(|| no_asset(Side::To))?,
            amount: members.required(&["amount"], &HUMAN)?,
            slippage_bps: members.required(&["slippage_bps"], &forms::BPS)?,
        }))
    }

    /// Writes amount and slippage beside the two sides.
    pub(super) fn write_amount(&self, profile: Profile, body: ObjectWriter) -> ObjectWriter {
        let body = match profile {
            Profile::G1 | Profile::G2 => body.plain("amount", Some(&self.amount)),
            Profile::G3 => body.string("amount", Some(&self.amount)),
        };
        body.string("slippage_bps", Some(self.slippage_bps))
    }
}

impl Wire for QuoteRequest {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let order = Self::read(Members::of(value)?)?;
        order.ok_or_else(|| ReadError::member("from", "a token", None))
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        let from = self.from.write(Side::From, profile, ObjectWriter::new())?;
        let to = self.to.write(Side::To, profile, ObjectWriter::new())?;
        let body = ObjectWriter::new().object("from", from).object("to", to);
        Ok(self.write_amount(profile, body).finish())
    }
}

impl Wire for Quote {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            id: members.required(&["id", "quote_id"], &forms::ID)?,
            from: QuoteFrom::read(members)?,
            mid: QuoteMid::read(members)?,
            to: QuoteTo::read(members)?,
            slippage_bps: members.optional(&["slippage_bps"], &forms::BPS)?,
            expires_at: members.optional(&["expires_at", "expiry"], &forms::MILLIS)?,
        })
    }

    fn to_json(&self, profile: Profile) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("id", Some(&self.id))
            .object("from", self.from.write(profile)?)
            .object("mid", self.mid.as_ref().map(|mid| mid.write(profile)).unwrap_or_default())
            .object("to", self.to.write(profile)?)
            .string("slippage_bps", self.slippage_bps)
            .plain("expires_at", self.expires_at)
            .finish())
    }
}

impl QuoteFrom {
    fn read(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let paths = Side::From.paths();
        let decimals = members.optional(paths.decimals, &forms::DECIMALS)?;
        Ok(Self {
            network_id: members.optional(paths.network_id, &forms::UINT)?,
            token: members.optional(paths.token, &forms::TEXT)?,
            token_id: members.optional(paths.token_id, &forms::UINT)?,
            amount: PAID.required(members, decimals)?,
            decimals,
        })
    }

    fn write(&self, profile: Profile) -> Result<ObjectWriter, WriteError> {
        let side = Side::From;
        let members = ObjectWriter::new()
            .plain(&profile.member(side, "network_id"), self.network_id)
            .string(&profile.token(side), self.token.as_ref())
            .plain(&profile.member(side, "token_id"), self.token_id);
        if profile == Profile::G3 {
            let decimals = need(self.decimals, "from.decimals", profile)?;
            let amount = self.amount.to_decimal(decimals);
            return Ok(members.string("amount", Some(amount)).plain("decimals", Some(decimals)));
        }
        Ok(members
            .plain(&profile.member(side, "amount_lots"), Some(self.amount))
            .plain(&profile.member(side, "amount_decimals"), self.decimals))
    }
}

impl QuoteTo {
    fn read(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let paths = Side::To.paths();
        let decimals = members.optional(paths.decimals, &forms::DECIMALS)?;
        Ok(Self {
            network_id: members.optional(paths.network_id, &forms::UINT)?,
            token: members.optional(paths.token, &forms::TEXT)?,
            token_id: members.optional(paths.token_id, &forms::UINT)?,
            min_amount: LEAST.required(members, decimals)?,
            max_amount: MOST.optional(members, decimals)?,
            decimals,
        })
    }

    fn write(&self, profile: Profile) -> Result<ObjectWriter, WriteError> {
        let side = Side::To;
        let members = ObjectWriter::new()
            .plain(&profile.member(side, "network_id"), self.network_id)
            .string(&profile.token(side), self.token.as_ref())
            .plain(&profile.member(side, "token_id"), self.token_id);
        if profile == Profile::G3 {
            let decimals = need(self.decimals, "to.decimals", profile)?;
            return Ok(members
                .string("min_amount", Some(self.min_amount.to_decimal(decimals)))
                .string("max_amount", self.max_amount.map(|amount| amount.to_decimal(decimals)))
                .plain("decimals", Some(decimals)));
        }
        Ok(members
            .plain(&profile.member(side, "min_amount_lots"), Some(self.min_amount))
            .plain(&profile.member(side, "max_amount_lots"), self.max_amount)
            .plain(&profile.member(side, "amount_decimals"), self.decimals))
    }
}

impl QuoteMid {
    fn read(members: Members<'_, '_>) -> Result<Option<Self>, ReadError> {
        let mid = Self {
            token_id: members.optional(&["mid.token_id", "mid.mid_token_id"], &forms::UINT)?,
            token: members.optional(
                &["mid.contract_address", "mid.token", "mid.mid_token", "intermediate_token"],
                &forms::TEXT,
            )?,
            min_amount: members.optional(
                &[
                    "mid.min_amount",
                    "mid.token_min_amount",
                    "mid.mid_token_min_amount",
                    "intermediate_token_amount_min",
                ],
                &forms::SCALAR,
            )?,
            max_amount: members.optional(
                &[
                    "mid.max_amount",
                    "mid.token_max_amount",
                    "mid.mid_token_max_amount",
                    "intermediate_token_amount_max",
                ],
                &forms::SCALAR,
            )?,
            decimals: members.optional(
                &[
                    "mid.decimals",
                    "mid.token_decimals",
                    "mid.mid_token_decimals",
                    "intermediate_token_decimals",
                ],
                &forms::DECIMALS,
            )?,
        };
        Ok((mid != Self::default()).then_some(mid))
    }

    fn write(&self, profile: Profile) -> ObjectWriter {
        let name = |name: &str| match profile {
            Profile::G1 => format!("mid_token{name}"),
            Profile::G2 => format!("token{name}"),
            Profile::G3 => name.trim_start_matches('_').to_owned(),
        };
        let (id, token) = match profile {
            Profile::G3 => ("token_id".to_owned(), "contract_address".to_owned()),
            Profile::G1 | Profile::G2 => (name("_id"), name("")),
        };
        ObjectWriter::new()
            .plain(&id, self.token_id)
            .string(&token, self.token.as_ref())
            .string(&name("_min_amount"), self.min_amount.as_ref())
            .string(&name("_max_amount"), self.max_amount.as_ref())
            .plain(&name("_decimals"), self.decimals)
    }
}

/// Takes a member that the profile requires.
fn need<T>(value: Option<T>, member: &'static str, profile: Profile) -> Result<T, WriteError> {
    value.ok_or(WriteError::Missing { member, profile })
}
