use countersign_units::{Lots, UnixMillis};

use super::metadata::iso;
use crate::ReadError;
use crate::defi::sides::{LEAST, MOST, PAID, Side};
use crate::defi::{Profile, WriteError};
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// The source of a swap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusFrom {
    /// Who pays in.
    pub address: Option<String>,
    /// The API's id of the network.
    pub network_id: Option<u64>,
    /// The token's address on the network.
    pub token: Option<String>,
    /// The API's id of the token.
    pub token_id: Option<u64>,
    /// The amount in base units. A decimal amount without decimals tells none.
    pub amount: Option<Lots>,
    /// The token's decimals.
    pub decimals: Option<u8>,
    /// The transaction that deposited.
    pub tx: Option<String>,
    /// When it did.
    pub tx_at: Option<UnixMillis>,
}

/// The destination of a swap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusTo {
    /// Who is paid.
    pub address: Option<String>,
    /// The API's id of the network.
    pub network_id: Option<u64>,
    /// The token's address on the network.
    pub token: Option<String>,
    /// The API's id of the token.
    pub token_id: Option<u64>,
    /// The least amount in base units. A decimal amount without decimals tells none.
    pub min_amount: Option<Lots>,
    /// The largest amount in base units.
    pub max_amount: Option<Lots>,
    /// The token's decimals.
    pub decimals: Option<u8>,
    /// The transaction that paid.
    pub tx: Option<String>,
    /// When it did.
    pub tx_at: Option<UnixMillis>,
}

impl StatusFrom {
    pub(super) fn read(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let paths = Side::From.paths();
        let decimals = members.optional(paths.decimals, &forms::DECIMALS)?;
        Ok(Self {
            address: members.optional(paths.address, &forms::TEXT)?,
            network_id: members.optional(paths.network_id, &forms::UINT)?,
            token: members.optional(paths.token, &forms::TEXT)?,
            token_id: members.optional(paths.token_id, &forms::UINT)?,
            amount: PAID.optional(members, decimals)?,
            decimals,
            tx: members.optional(paths.tx, &forms::TEXT)?,
            tx_at: members.optional(paths.tx_at, &forms::MILLIS)?,
        })
    }

    pub(super) fn flat(
        &self,
        profile: Profile,
        body: ObjectWriter,
    ) -> Result<ObjectWriter, WriteError> {
        profile.check_token_id(self.token_id)?;
        let name = |name| flat_name(profile, Side::From, name);
        Ok(body
            .string(&name("address"), self.address.as_ref())
            .string(&name("amount_lots"), self.amount)
            .plain(&name("amount_decimals"), self.decimals)
            .plain(&name("network_id"), self.network_id)
            .string(&name("token"), self.token.as_ref())
            .plain(&name("token_id"), self.token_id))
    }

    pub(super) fn nested(&self) -> Result<ObjectWriter, WriteError> {
        Ok(ObjectWriter::new()
            .string("address", self.address.as_ref())
            .string("tx", self.tx.as_ref())
            .string("tx_at", iso(self.tx_at, "from.tx_at")?)
            .plain("network_id", self.network_id)
            .plain("token_id", self.token_id)
            .string("contract_address", self.token.as_ref())
            .plain("decimals", self.decimals)
            .string("amount", human(self.amount, self.decimals, "from.decimals")?))
    }
}

impl StatusTo {
    pub(super) fn read(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let paths = Side::To.paths();
        let decimals = members.optional(paths.decimals, &forms::DECIMALS)?;
        Ok(Self {
            address: members.optional(paths.address, &forms::TEXT)?,
            network_id: members.optional(paths.network_id, &forms::UINT)?,
            token: members.optional(paths.token, &forms::TEXT)?,
            token_id: members.optional(paths.token_id, &forms::UINT)?,
            min_amount: LEAST.optional(members, decimals)?,
            max_amount: MOST.optional(members, decimals)?,
            decimals,
            tx: members.optional(paths.tx, &forms::TEXT)?,
            tx_at: members.optional(paths.tx_at, &forms::MILLIS)?,
        })
    }

    pub(super) fn flat(
        &self,
        profile: Profile,
        body: ObjectWriter,
    ) -> Result<ObjectWriter, WriteError> {
        profile.check_token_id(self.token_id)?;
        let name = |name| flat_name(profile, Side::To, name);
        Ok(body
            .string(&name("address"), self.address.as_ref())
            .plain(&name("network_id"), self.network_id)
            .string(&name("token"), self.token.as_ref())
            .plain(&name("token_id"), self.token_id)
            .string(&name("min_amount_lots"), self.min_amount)
            .string(&name("max_amount_lots"), self.max_amount)
            .plain(&name("amount_decimals"), self.decimals))
    }

    pub(super) fn nested(&self) -> Result<ObjectWriter, WriteError> {
        Ok(ObjectWriter::new()
            .string("address", self.address.as_ref())
            .string("tx", self.tx.as_ref())
            .string("tx_at", iso(self.tx_at, "to.tx_at")?)
            .plain("network_id", self.network_id)
            .plain("token_id", self.token_id)
            .string("contract_address", self.token.as_ref())
            .plain("decimals", self.decimals)
            .string("min_amount", human(self.min_amount, self.decimals, "to.decimals")?)
            .string("max_amount", human(self.max_amount, self.decimals, "to.decimals")?))
    }
}

/// Returns the name of a member beside those of the other side; G1 and G2 share it.
fn flat_name(profile: Profile, side: Side, name: &str) -> String {
    if profile.is_flat() { side.flat(name) } else { side.prefixed(name) }
}

/// Writes an amount as a decimal, which takes the token's decimals.
fn human(
    lots: Option<Lots>,
    decimals: Option<u8>,
    member: &'static str,
) -> Result<Option<String>, WriteError> {
    let Some(lots) = lots else { return Ok(None) };
    let decimals = decimals.ok_or(WriteError::Missing { member, profile: Profile::G3 })?;
    Ok(Some(lots.to_decimal(decimals)))
}
