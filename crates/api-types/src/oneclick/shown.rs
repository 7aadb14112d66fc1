use crate::ReadError;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// An amount as the API shows it to people. Nothing is computed from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The amount with the token's decimals.
    pub formatted: Option<String>,
    /// What it is worth in US dollars.
    pub usd: Option<String>,
}

impl Shown {
    /// Reads what is shown of the amount `name`.
    pub(super) fn read(members: Members<'_, '_>, name: &str) -> Result<Self, ReadError> {
        let text = |suffix| members.optional(&[&format!("{name}{suffix}")], &forms::SCALAR);
        Ok(Self { formatted: text("Formatted")?, usd: text("Usd")? })
    }

    pub(super) fn write(&self, body: ObjectWriter, name: &str) -> ObjectWriter {
        body.string(&format!("{name}Formatted"), self.formatted.as_ref())
            .string(&format!("{name}Usd"), self.usd.as_ref())
    }
}
