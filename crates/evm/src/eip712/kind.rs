use std::fmt;

/// The type of an EIP-712 member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Address,
    Bool,
    String,
    Bytes,
    /// `bytes1` to `bytes32`.
    FixedBytes(u8),
    /// `uint8` to `uint256`, by bits.
    Uint(u16),
    /// `int8` to `int256`, by bits.
    Int(u16),
    /// A struct, by its place in the witness type.
    Struct(usize),
    /// An array of any length, or of a fixed one.
    Array(Box<Self>, Option<usize>),
}

impl Kind {
    /// Reads an elementary type; anything else is the name of a struct.
    pub(crate) fn elementary(text: &str) -> Option<Self> {
        Some(match text {
            "address" => Self::Address,
            "bool" => Self::Bool,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "uint256" => Self::Uint(256),
            _ => {
                if let Some(bits) = text.strip_prefix("uint") {
                    Self::Uint(bit_width(bits)?)
                } else if let Some(bits) = text.strip_prefix("int") {
                    Self::Int(bit_width(bits)?)
                } else {
                    let size = number(text.strip_prefix("bytes")?)?;
                    Self::FixedBytes(
                        u8::try_from(size).ok().filter(|size| (1..=32).contains(size))?,
                    )
                }
            }
        })
    }
}

impl fmt::Display for Kind {
    /// Says in words what a value of this type looks like in JSON.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => formatter.write_str("an address: 0x and 40 hex digits"),
            Self::Bool => formatter.write_str("true or false"),
            Self::String => formatter.write_str("a string"),
            Self::Bytes => formatter.write_str("bytes: 0x and pairs of hex digits"),
            Self::FixedBytes(size) => write!(formatter, "bytes{size}: {size} bytes in hex"),
            Self::Uint(bits) => write!(formatter, "uint{bits}: an integer without sign"),
            Self::Int(bits) => write!(formatter, "int{bits}: an integer"),
            Self::Struct(_) => formatter.write_str("an object"),
            Self::Array(_, Some(length)) => write!(formatter, "an array of {length}"),
            Self::Array(_, None) => formatter.write_str("an array of up to 4096"),
        }
    }
}

fn bit_width(text: &str) -> Option<u16> {
    number(text).filter(|bits| bits % 8 == 0 && (8..=256).contains(bits))
}

/// Reads a number that is written in the one way that types write it.
fn number(text: &str) -> Option<u16> {
    let plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}
