use crate::ReadError;
use crate::defi::Profile;
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

    pub(super) fn write(&self, profile: Profile) -> ObjectWriter {
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
