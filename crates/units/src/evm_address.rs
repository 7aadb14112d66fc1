use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha3::{Digest, Keccak256};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// An account or a contract on an EVM chain: 20 bytes.
///
/// Parses from `0x` and 40 hex digits. Digits of one case are taken as they are; a mixed-case
/// text must have the right [EIP-55] checksum. `Display` writes the checksum form.
///
/// [EIP-55]: <https://eips.ethereum.org/EIPS/eip-55>
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvmAddress([u8; 20]);

/// Why a text is no EVM address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseEvmAddressError {
    /// The text is not `0x` and 40 hex digits.
    #[error("expected an address of 0x and 40 hex digits")]
    NotHex,
    /// The text is of mixed case, and the cases are not those of its checksum.
    #[error("expected the EIP-55 checksum form {expected}")]
    Checksum {
        /// The text with the right checksum.
        expected: EvmAddress,
    },
}

impl EvmAddress {
    /// The address of twenty zero bytes.
    pub const ZERO: Self = Self([0; 20]);

    /// Wraps the 20 bytes of an address.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Says whether all bytes are zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Returns the address as an EVM word: 12 zero bytes, then the 20 bytes.
    pub fn to_word(self) -> [u8; 32] {
        let mut word = [0; 32];
        if let Some(tail) = word.last_chunk_mut() {
            *tail = self.0;
        }
        word
    }

    /// Returns the 40 hex digits with the cases of EIP-55.
    fn checksum_digits(self) -> [u8; 40] {
        let mut digits = self.lower_digits();
        let hash = Keccak256::digest(digits);
        let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        for (digit, nibble) in digits.iter_mut().zip(nibbles) {
            if nibble >= 8 {
                digit.make_ascii_uppercase();
            }
        }
        digits
    }

    fn lower_digits(self) -> [u8; 40] {
        let mut digits = [0; 40];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            let nibbles = [byte >> 4, byte & 0xf];
            for (digit, nibble) in pair.iter_mut().zip(nibbles) {
                *digit = HEX.get(usize::from(nibble)).copied().unwrap_or_default();
            }
        }
        digits
    }
}

/// Reads 40 hex digits, whatever their case.
fn decode(digits: &[u8; 40]) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    let (pairs, _) = digits.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(digit.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

impl FromStr for EvmAddress {
    type Err = ParseEvmAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: &[u8; 40] = text
            .strip_prefix("0x")
            .and_then(|digits| digits.as_bytes().try_into().ok())
            .ok_or(ParseEvmAddressError::NotHex)?;
        let address = decode(digits).map(Self).ok_or(ParseEvmAddressError::NotHex)?;
        let mixed =
            digits.iter().any(u8::is_ascii_lowercase) && digits.iter().any(u8::is_ascii_uppercase);
        if mixed && address.checksum_digits() != *digits {
            return Err(ParseEvmAddressError::Checksum { expected: address });
        }
        Ok(address)
    }
}

impl fmt::Display for EvmAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("0x")?;
        self.checksum_digits()
            .iter()
            .try_for_each(|digit| fmt::Write::write_char(formatter, char::from(*digit)))
    }
}

impl fmt::Debug for EvmAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for EvmAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EvmAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of EIP-55.
    const CHECKSUMMED: [&str; 4] = [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    #[test]
    fn reads_and_writes_the_checksum_form() {
        for text in CHECKSUMMED {
            let address: EvmAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
            assert_eq!(text.to_lowercase().parse(), Ok(address));
            let upper = format!("0x{}", text[2..].to_uppercase());
            assert_eq!(upper.parse(), Ok(address));
        }
    }

    #[test]
    fn refuses_a_wrong_checksum_and_other_texts() {
        let expected = CHECKSUMMED[0].parse().unwrap();
        let wrong = CHECKSUMMED[0].replacen('A', "a", 1);
        assert_eq!(wrong.parse::<EvmAddress>(), Err(ParseEvmAddressError::Checksum { expected }));
        for text in [
            "",
            "0x",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg",
        ] {
            assert_eq!(text.parse::<EvmAddress>(), Err(ParseEvmAddressError::NotHex), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes: [u8; 20]) {
            let address = EvmAddress::new(bytes);
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }
    }
}
