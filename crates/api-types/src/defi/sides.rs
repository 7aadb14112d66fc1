//! The two sides of a swap, `from` and `to`: where each dialect has their members.

use super::amount::AmountPaths;
use super::{Profile, WriteError};
use crate::ReadError;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// A token on a network, as the API names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the API has these two ways to name a token")]
pub enum Asset {
    /// By the API's own id of the token.
    ById(u64),
    /// By the API's id of the network, and the token's address or mint on it.
    ByAddress {
        /// The API's own id of the network; not the chain id.
        network_id: u64,
        /// The address as the network writes it.
        address: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    From,
    To,
}

/// The paths of one side's members, in all dialects.
#[derive(Debug)]
pub(super) struct SidePaths {
    pub(super) address: &'static [&'static str],
    pub(super) network_id: &'static [&'static str],
    pub(super) token: &'static [&'static str],
    pub(super) token_id: &'static [&'static str],
    pub(super) decimals: &'static [&'static str],
    pub(super) tx: &'static [&'static str],
    pub(super) tx_at: &'static [&'static str],
}

const FROM: SidePaths = SidePaths {
    address: &["from.address", "from.from_address", "from_address", "user_source_address"],
    network_id: &[
        "from.network_id",
        "from.from_network_id",
        "from_network_id",
        "source_chain",
        "additional_info.source_chain",
    ],
    token: &[
        "from.contract_address",
        "from.token",
        "from.from_token",
        "from_token",
        "source_token",
        "additional_info.source_token",
    ],
    token_id: &["from.token_id", "from.from_token_id", "from_token_id"],
    decimals: &[
        "from.decimals",
        "from.amount_decimals",
        "from.from_amount_decimals",
        "from_amount_decimals",
        "source_amount_decimals",
        "additional_info.source_amount_decimals",
    ],
    tx: &["from.tx", "swap_metadata.user_deposit_tx"],
    tx_at: &["from.tx_at", "swap_metadata.user_deposited_at"],
};

const TO: SidePaths = SidePaths {
    address: &["to.address", "to.to_address", "to_address", "user_destination_address"],
    network_id: &[
        "to.network_id",
        "to.to_network_id",
        "to_network_id",
        "dest_chain",
        "additional_info.dest_chain",
    ],
    token: &[
        "to.contract_address",
        "to.token",
        "to.to_token",
        "to_token",
        "dest_token",
        "additional_info.dest_token",
    ],
    token_id: &["to.token_id", "to.to_token_id", "to_token_id"],
    decimals: &[
        "to.decimals",
        "to.amount_decimals",
        "to.to_amount_decimals",
        "to_amount_decimals",
        "dest_amount_decimals",
        "additional_info.dest_amount_decimals",
    ],
    tx: &["to.tx", "swap_metadata.fulfill_tx"],
    tx_at: &["to.tx_at", "swap_metadata.fulfilled_at"],
};

/// Where the amount that is paid in may be.
pub(super) const PAID: AmountPaths<'_> = AmountPaths {
    lots: &[
        "from.amount_lots",
        "from.from_amount_lots",
        "from_amount_lots",
        "source_amount_lots",
        "additional_info.source_amount_lots",
    ],
    human: &["from.amount"],
};

/// Where the least amount that is paid out may be.
pub(super) const LEAST: AmountPaths<'_> = AmountPaths {
    lots: &[
        "to.min_amount_lots",
        "to.to_min_amount_lots",
        "to_min_amount_lots",
        "min_dest_amount_lots",
        "additional_info.min_dest_amount_lots",
    ],
    human: &["to.min_amount"],
};

/// Where the largest amount that is paid out may be.
pub(super) const MOST: AmountPaths<'_> = AmountPaths {
    lots: &[
        "to.max_amount_lots",
        "to.to_max_amount_lots",
        "to_max_amount_lots",
        "max_dest_amount_lots",
        "additional_info.max_dest_amount_lots",
    ],
    human: &["to.max_amount"],
};

/// Where the address that a failed swap returns to may be.
pub(super) const REFUND_ADDRESS: &[&str] =
    &["refund_address", "from.refund_address", "from.from_refund_address"];

impl Side {
    pub(super) const fn paths(self) -> &'static SidePaths {
        match self {
            Self::From => &FROM,
            Self::To => &TO,
        }
    }

    /// Returns the name of the object that holds the side's members.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
        }
    }

    pub(super) fn prefixed(self, name: &str) -> String {
        format!("{}_{name}", self.name())
    }

    /// Returns the name of a member where both sides stand beside each other.
    pub(super) fn flat(self, name: &str) -> String {
        let known = match (self, name) {
            (Self::From, "network_id") => "source_chain",
            (Self::From, "address") => "user_source_address",
            (Self::From, "public_key") => "user_source_public_key",
            (Self::To, "network_id") => "dest_chain",
            (Self::To, "address") => "user_destination_address",
            (Self::To, "min_amount_lots") => "min_dest_amount_lots",
            (Self::To, "max_amount_lots") => "max_dest_amount_lots",
            (Self::From, _) => return format!("source_{name}"),
            (Self::To, _) => return format!("dest_{name}"),
        };
        known.to_owned()
    }
}

impl Asset {
    /// Reads the asset that one side names, if it names one.
    pub(super) fn read(members: Members<'_, '_>, side: Side) -> Result<Option<Self>, ReadError> {
        let paths = side.paths();
        let id = members.optional(paths.token_id, &forms::UINT)?;
        let network_id = members.optional(paths.network_id, &forms::UINT)?;
        let address = members.optional(paths.token, &forms::TEXT)?;
        match (id, network_id, address) {
            (Some(id), None, None) => Ok(Some(Self::ById(id))),
            (None, Some(network_id), Some(address)) => {
                Ok(Some(Self::ByAddress { network_id, address }))
            }
            (None, None, None) => Ok(None),
            (id, ..) => Err(Self::mixed(side, id.is_some())),
        }
    }

    /// Writes the members that name the asset on one side of a request.
    pub(super) fn write(
        &self,
        side: Side,
        profile: Profile,
        members: ObjectWriter,
    ) -> Result<ObjectWriter, WriteError> {
        match (self, profile) {
            (Self::ById(_), Profile::G0 | Profile::G1) => {
                Err(WriteError::Unsupported { member: "token id", profile })
            }
            (Self::ById(id), _) => Ok(members.plain("token_id", Some(id))),
            (Self::ByAddress { network_id, address }, _) => Ok(members
                .plain(&profile.member(side, "network_id"), Some(network_id))
                .string(&profile.token(side), Some(address))),
        }
    }

    fn mixed(side: Side, has_id: bool) -> ReadError {
        ReadError::Member {
            path: side.name().to_owned(),
            expected: "a token id, or a network id and a token address",
            found: if has_id { "both" } else { "one half of the second" }.to_owned(),
        }
    }
}
