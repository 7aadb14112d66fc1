use crate::ReadError;
use crate::defi::{Profile, WriteError};
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

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

impl QuoteMid {
    pub(super) fn read(members: Members<'_, '_>) -> Result<Option<Self>, ReadError> {
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

    pub(super) fn write(
        &self,
        profile: Profile,
        body: ObjectWriter,
    ) -> Result<ObjectWriter, WriteError> {
        profile.check_token_id(self.token_id)?;
        let [id, token, least, most, decimals] = Self::names(profile);
        Ok(body
            .plain(id, self.token_id)
            .string(token, self.token.as_ref())
            .string(least, self.min_amount.as_ref())
            .string(most, self.max_amount.as_ref())
            .plain(decimals, self.decimals))
    }

    /// Returns the names of id, token, least and largest amount, and decimals.
    const fn names(profile: Profile) -> [&'static str; 5] {
        match profile {
            Profile::G0 => [
                "intermediate_token_id",
                "intermediate_token",
                "intermediate_token_amount_min",
                "intermediate_token_amount_max",
                "intermediate_token_decimals",
            ],
            Profile::G1 => [
                "mid_token_id",
                "mid_token",
                "mid_token_min_amount",
                "mid_token_max_amount",
                "mid_token_decimals",
            ],
            Profile::G2 => {
                ["token_id", "token", "token_min_amount", "token_max_amount", "token_decimals"]
            }
            Profile::G3 => ["token_id", "contract_address", "min_amount", "max_amount", "decimals"],
        }
    }
}
