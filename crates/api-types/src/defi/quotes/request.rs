use countersign_units::Bps;

use crate::ReadError;
use crate::defi::amount::HUMAN;
use crate::defi::sides::Side;
use crate::defi::{Asset, HumanAmount, Profile, Wire, WriteError};
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

impl QuoteRequest {
    /// Reads the order in a request, if it holds one.
    pub(in crate::defi) fn read(members: Members<'_, '_>) -> Result<Option<Self>, ReadError> {
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
    pub(in crate::defi) fn write_amount(
        &self,
        profile: Profile,
        body: ObjectWriter,
    ) -> ObjectWriter {
        let body = match profile {
            Profile::G0 | Profile::G1 | Profile::G2 => body.plain("amount", Some(&self.amount)),
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
        if profile.is_flat() {
            let from = self.from.write(Side::From, profile, ObjectWriter::new())?;
            let body = self.to.write(Side::To, profile, from)?;
            return Ok(self.write_amount(profile, body).finish());
        }
        let from = self.from.write(Side::From, profile, ObjectWriter::new())?;
        let to = self.to.write(Side::To, profile, ObjectWriter::new())?;
        let body = ObjectWriter::new().object("from", from).object("to", to);
        Ok(self.write_amount(profile, body).finish())
    }
}
