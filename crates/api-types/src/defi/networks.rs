use super::{Profile, Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Form, Members, forms};
use crate::write::ObjectWriter;

/// A network that the API swaps on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The API's own id; not the chain id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What kind of chain it is.
    pub kind: Option<NetworkKind>,
    /// Whether swaps on this one chain are supported.
    pub supports_optimized_swap: Option<bool>,
    /// Where its icon is.
    pub icon_url: Option<String>,
    /// Whether tokens outside the list can be swapped.
    pub supports_custom_tokens: Option<bool>,
}

/// A kind of chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkKind {
    /// Ethereum and chains like it.
    Evm,
    /// Tron.
    Tron,
    /// Bitcoin.
    Bitcoin,
    /// Solana.
    Solana,
    /// A kind that this version doesn't know, by its name.
    Unknown(String),
}

const KIND: Form<NetworkKind> = Form::new("the kind of a network", |value| {
    value.as_str().filter(|name| !name.is_empty()).map(NetworkKind::from_name)
});

impl NetworkKind {
    fn from_name(name: &str) -> Self {
        match name {
            "EVM" => Self::Evm,
            "TRON" => Self::Tron,
            "BITCOIN" => Self::Bitcoin,
            "SOLANA" => Self::Solana,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Returns the API's name of the kind.
    pub fn name(&self) -> &str {
        match self {
            Self::Evm => "EVM",
            Self::Tron => "TRON",
            Self::Bitcoin => "BITCOIN",
            Self::Solana => "SOLANA",
            Self::Unknown(name) => name,
        }
    }
}

impl Wire for Network {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let flag = |name| members.optional(&[name], &forms::BOOL);
        Ok(Self {
            id: members.required(&["id", "network_id"], &forms::UINT)?,
            name: members.required(&["name"], &forms::TEXT)?,
            kind: members.optional(&["type", "network_type"], &KIND)?,
            supports_optimized_swap: flag("supports_optimized_swap")?,
            icon_url: members.optional(&["icon_url"], &forms::TEXT)?,
            supports_custom_tokens: flag("supports_custom_tokens")?,
        })
    }

    /// Writes the network; all profiles have one shape.
    fn to_json(&self, _: Profile) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .plain("id", Some(self.id))
            .string("name", Some(&self.name))
            .string("type", self.kind.as_ref().map(NetworkKind::name))
            .plain("supports_optimized_swap", self.supports_optimized_swap)
            .string("icon_url", self.icon_url.as_ref())
            .plain("supports_custom_tokens", self.supports_custom_tokens)
            .finish())
    }
}
