use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An account on Solana: 32 bytes, written in base58.
///
/// # Examples
///
/// ```
/// use countersign_units::SolanaAddress;
///
/// let token: SolanaAddress = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA".parse()?;
/// assert_eq!(token.to_string(), "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// assert!("Token".parse::<SolanaAddress>().is_err());
/// # Ok::<_, countersign_units::ParseBase58Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SolanaAddress([u8; 32]);

/// A hash on Solana, of a block or of a cluster's genesis: 32 bytes, written in base58.
///
/// # Examples
///
/// ```
/// use countersign_units::SolanaHash;
///
/// let mainnet: SolanaHash = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d".parse()?;
/// assert_ne!(mainnet, SolanaHash::new([0; 32]));
/// # Ok::<_, countersign_units::ParseBase58Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SolanaHash([u8; 32]);

/// A text is not 32 bytes in base58.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 bytes in base58")]
pub struct ParseBase58Error;

fn read(text: &str) -> Result<[u8; 32], ParseBase58Error> {
    let mut bytes = [0; 32];
    match bs58::decode(text).onto(&mut bytes) {
        Ok(32) => Ok(bytes),
        _ => Err(ParseBase58Error),
    }
}

/// What both have in common: bytes, text and how they are read from a file.
macro_rules! base58 {
    ($name:ident) => {
        impl $name {
            /// Takes the bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ParseBase58Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                read(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&bs58::encode(self.0).into_string())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }
    };
}

base58!(SolanaAddress);
base58!(SolanaHash);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_32_bytes_alone() {
        for text in [
            "",
            "1",
            "111111111111111111111111111111111",
            "0OIl",
            "So1111111111111111111111111111111111111111",
        ] {
            assert_eq!(text.parse::<SolanaAddress>(), Err(ParseBase58Error), "{text}");
        }
        let system: SolanaAddress = "11111111111111111111111111111111".parse().unwrap();
        assert_eq!(system, SolanaAddress::new([0; 32]));
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes: [u8; 32]) {
            let address = SolanaAddress::new(bytes);
            prop_assert_eq!(address.to_string().parse(), Ok(address));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<SolanaAddress>();
        }
    }
}
