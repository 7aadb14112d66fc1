mod mid;
mod request;

pub use mid::QuoteMid;
pub use request::QuoteRequest;

use countersign_units::{Bps, Lots, UnixMillis};

use super::sides::{LEAST, MOST, PAID, Side};
use super::{Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

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
        let body = ObjectWriter::new().string("id", Some(&self.id));
        if profile.is_flat() {
            let body = self.to.write(profile, self.from.write(profile, body)?)?;
            let body = match &self.mid {
                Some(mid) => mid.write(profile, body)?,
                None => body,
            };
            return Ok(self.write_terms(body, "expiry").finish());
        }
        let new = ObjectWriter::new;
        let mid = self.mid.as_ref().map(|mid| mid.write(profile, new())).transpose()?;
        let body = body
            .object("from", self.from.write(profile, new())?)
            .object("mid", mid.unwrap_or_default())
            .object("to", self.to.write(profile, new())?);
        Ok(self.write_terms(body, "expires_at").finish())
    }
}

impl Quote {
    fn write_terms(&self, body: ObjectWriter, expiry: &str) -> ObjectWriter {
        body.string("slippage_bps", self.slippage_bps).plain(expiry, self.expires_at)
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

    fn write(&self, profile: Profile, body: ObjectWriter) -> Result<ObjectWriter, WriteError> {
        let side = Side::From;
        profile.check_token_id(self.token_id)?;
        let members = body
            .plain(&profile.member(side, "network_id"), self.network_id)
            .string(&profile.token(side), self.token.as_ref())
            .plain(&profile.member(side, "token_id"), self.token_id);
        if profile == Profile::G3 {
            let decimals = need(self.decimals, "from.decimals", profile)?;
            let amount = self.amount.to_decimal(decimals);
            return Ok(members.string("amount", Some(amount)).plain("decimals", Some(decimals)));
        }
        let amount = Some(self.amount);
        Ok(write_lots(profile, members, &profile.member(side, "amount_lots"), amount)
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

    fn write(&self, profile: Profile, body: ObjectWriter) -> Result<ObjectWriter, WriteError> {
        let side = Side::To;
        profile.check_token_id(self.token_id)?;
        let members = body
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
        let (least, most) = (Some(self.min_amount), self.max_amount);
        let members = write_lots(profile, members, &profile.member(side, "min_amount_lots"), least);
        Ok(write_lots(profile, members, &profile.member(side, "max_amount_lots"), most)
            .plain(&profile.member(side, "amount_decimals"), self.decimals))
    }
}

/// Writes base units: as digits in G0, else as an integer.
fn write_lots(
    profile: Profile,
    members: ObjectWriter,
    name: &str,
    lots: Option<Lots>,
) -> ObjectWriter {
    if profile.is_flat() { members.string(name, lots) } else { members.plain(name, lots) }
}

/// Takes a member that the profile requires.
fn need<T>(value: Option<T>, member: &'static str, profile: Profile) -> Result<T, WriteError> {
    value.ok_or(WriteError::Missing { member, profile })
}
