use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use crate::EvmAddress;

/// What stands before the 20 bytes of an address on Tron's main and test networks.
const PREFIX: u8 = 0x41;

/// An account or a contract on Tron: the 20 bytes of an EVM address, written in base58check.
///
/// Parses from the `T…` form alone; contracts see the 20 bytes.
///
/// # Examples
///
/// ```
/// use countersign_units::TronAddress;
///
/// let usdt: TronAddress = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t".parse()?;
/// assert_eq!(usdt.to_string(), "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t");
/// assert!("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u".parse::<TronAddress>().is_err());
/// # Ok::<_, countersign_units::ParseTronAddressError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TronAddress(EvmAddress);

/// A text is no base58check address of Tron.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a Tron address: T and 33 more base58 characters with a right checksum")]
pub struct ParseTronAddressError;

impl TronAddress {
    /// Takes the 20 bytes that contracts see.
    pub const fn new(address: EvmAddress) -> Self {
        Self(address)
    }

    /// Returns the 20 bytes that contracts see.
    pub const fn to_evm(self) -> EvmAddress {
        self.0
    }
}

impl FromStr for TronAddress {
    type Err = ParseTronAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 25];
        let read = bs58::decode(text).with_check(Some(PREFIX)).onto(&mut bytes);
        let [_, address @ ..] = bytes;
        match (read, address.first_chunk()) {
            // The length counts the prefix; the checksum behind it has been taken off.
            (Ok(21), Some(address)) => Ok(Self(EvmAddress::new(*address))),
            _ => Err(ParseTronAddressError),
        }
    }
}

impl From<TronAddress> for EvmAddress {
    fn from(address: TronAddress) -> Self {
        address.0
    }
}

impl<'de> Deserialize<'de> for TronAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for TronAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = bs58::encode(self.0.as_bytes()).with_check_version(PREFIX).into_string();
        formatter.write_str(&text)
    }
}

impl fmt::Debug for TronAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_form_of_tron_alone() {
        let usdt: TronAddress = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t".parse().unwrap();
        let evm = "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c".parse().unwrap();
        assert_eq!(usdt.to_evm(), evm);
        for text in [
            "",
            "T",
            "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6tt",
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        ] {
            assert_eq!(text.parse::<TronAddress>(), Err(ParseTronAddressError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes: [u8; 20]) {
            let address = TronAddress::new(EvmAddress::new(bytes));
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<TronAddress>();
        }
    }
}
