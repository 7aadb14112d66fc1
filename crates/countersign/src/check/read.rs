use std::fmt;
use std::str::FromStr;

use countersign_api_types::json::{Object, Value};
use countersign_approval::Fact;
use countersign_units::{EvmAddress, TronAddress, U256};

/// What is wrong with our side of a line: the path of the member and what was expected.
pub(super) type Invalid = String;

/// Reads members of our own terms and facts; `null` is the same as absent.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    name: &'static str,
    object: &'a Object<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(name: &'static str, value: &'a Value<'a>) -> Result<Self, Invalid> {
        let object = value.as_object().ok_or_else(|| format!("{name}: expected an object"))?;
        Ok(Self { name, object })
    }

    pub(super) const fn of(name: &'static str, object: &'a Object<'a>) -> Self {
        Self { name, object }
    }

    pub(super) fn get(self, member: &str) -> Option<&'a Value<'a>> {
        self.object.get(member).filter(|value| !value.is_null())
    }

    /// Says whether a member is there at all, if only as `null`.
    pub(super) fn has(self, member: &str) -> bool {
        self.object.get(member).is_some()
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(self, member: &str) -> Result<Option<bool>, Invalid> {
        match self.get(member) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.bad(member, "true or false")),
        }
    }

    pub(super) fn required<T>(
        self,
        member: &str,
        read: impl FnOnce(Self, &str) -> Result<Option<T>, Invalid>,
    ) -> Result<T, Invalid> {
        read(self, member)?.ok_or_else(|| self.bad(member, "a value"))
    }

    /// Reads a string that a type parses.
    pub(super) fn parsed<T>(self, member: &str) -> Result<Option<T>, Invalid>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let Some(value) = self.get(member) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.bad(member, "a string"))?;
        text.parse().map(Some).map_err(|error: T::Err| self.bad(member, Expected(error)))
    }

    /// Reads an address of Tron, in base58check or in hex.
    pub(super) fn tron_address(self, member: &str) -> Result<Option<EvmAddress>, Invalid> {
        if self.get(member).and_then(Value::as_str).is_some_and(|text| text.starts_with("0x")) {
            return self.parsed(member);
        }
        Ok(self.parsed(member)?.map(TronAddress::to_evm))
    }

    /// Reads an integer without sign, as a number or as a decimal or hex string.
    pub(super) fn uint(self, member: &str) -> Result<Option<U256>, Invalid> {
        self.get(member)
            .map(|value| uint(value).ok_or_else(|| self.bad(member, "an integer")))
            .transpose()
    }

    /// Reads an integer that fits into 64 bits.
    pub(super) fn small(self, member: &str) -> Result<Option<u64>, Invalid> {
        let value = self.uint(member)?;
        value
            .map(|value| value.try_into().map_err(|_| self.bad(member, "an integer below 2^64")))
            .transpose()
    }

    /// Reads bytes in hex with `0x`.
    pub(super) fn bytes(self, member: &str) -> Result<Option<Vec<u8>>, Invalid> {
        let Some(value) = self.get(member) else { return Ok(None) };
        let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
        let bytes = digits.and_then(|digits| hex::decode(digits).ok());
        bytes.map(Some).ok_or_else(|| self.bad(member, "0x and pairs of hex digits"))
    }

    /// Reads bytes in hex, with `0x` or without.
    pub(super) fn plain_bytes(self, member: &str) -> Result<Option<Vec<u8>>, Invalid> {
        let Some(value) = self.get(member) else { return Ok(None) };
        let text = value.as_str().map(|text| text.strip_prefix("0x").unwrap_or(text));
        let bytes = text.and_then(|digits| hex::decode(digits).ok());
        bytes.map(Some).ok_or_else(|| self.bad(member, "pairs of hex digits"))
    }

    /// Reads so many bytes in hex, with `0x` or without.
    pub(super) fn array<const N: usize>(self, member: &str) -> Result<Option<[u8; N]>, Invalid> {
        let bytes = self.plain_bytes(member)?;
        let read =
            |bytes: Vec<u8>| bytes.try_into().map_err(|_| self.bad(member, format!("{N} bytes")));
        bytes.map(read).transpose()
    }

    /// Reads 32 bytes in hex with `0x`.
    pub(super) fn bytes32(self, member: &str) -> Result<Option<[u8; 32]>, Invalid> {
        let bytes = self.bytes(member)?;
        bytes.map(|bytes| bytes.try_into().map_err(|_| self.bad(member, "32 bytes"))).transpose()
    }

    pub(super) fn elements(self, member: &str) -> Result<&'a [Value<'a>], Invalid> {
        match self.get(member) {
            None => Ok(&[]),
            Some(value) => value.as_array().ok_or_else(|| self.bad(member, "an array")),
        }
    }

    pub(super) fn bad(self, member: &str, expected: impl fmt::Display) -> Invalid {
        format!("{}.{member}: expected {expected}", self.name)
    }
}

/// What an error of ours expected, which most of them begin by saying.
struct Expected<E>(E);

impl<E: fmt::Display> fmt::Display for Expected<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0.to_string();
        formatter.write_str(error.strip_prefix("expected ").unwrap_or(&error))
    }
}

pub(super) fn uint(value: &Value<'_>) -> Option<U256> {
    let text = match value {
        Value::Number(text) => text,
        Value::String(text) => text.as_ref(),
        _ => return None,
    };
    match text.strip_prefix("0x") {
        Some(digits) => {
            let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            U256::from_str_radix(digits, 16).ok().filter(|_| plain)
        }
        None => text.parse().ok().map(countersign_units::Lots::value),
    }
}

/// Reads a list of names of facts that a chain has.
pub(super) fn fact_names(names: &Value<'_>, known: &[Fact]) -> Result<Vec<Fact>, Invalid> {
    let read =
        |name: &Value<'_>| known.iter().copied().find(|fact| name.as_str() == Some(fact.as_str()));
    let facts = names.as_array().and_then(|names| names.iter().map(read).collect::<Option<_>>());
    facts.ok_or_else(|| "require_facts: expected a list of names of facts".to_owned())
}

#[cfg(test)]
mod tests {
    use countersign_api_types::json;
    use countersign_units::Lots;

    use super::*;

    #[test]
    fn an_error_says_once_what_was_expected() {
        let document =
            json::parse(r#"{"amount":"1e3","token":"0x1","account":"T1","to":7}"#).unwrap();
        let reader = Reader::new("terms", &document).unwrap();
        let errors = [
            reader.parsed::<Lots>("amount").unwrap_err(),
            reader.parsed::<EvmAddress>("token").unwrap_err(),
            reader.tron_address("account").unwrap_err(),
            reader.parsed::<EvmAddress>("to").unwrap_err(),
        ];
        let told = [
            "terms.amount: expected a decimal integer without sign",
            "terms.token: expected an address of 0x and 40 hex digits",
            "terms.account: expected a Tron address",
            "terms.to: expected a string",
        ];
        for (error, told) in errors.iter().zip(told) {
            assert!(error.starts_with(told), "{error}");
            assert_eq!(error.matches("expected").count(), 1, "{error}");
        }
    }
}
