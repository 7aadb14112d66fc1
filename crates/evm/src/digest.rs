use std::fmt;

/// The EIP-712 digest of a verified permit: what a key signs.
///
/// Its bytes may be read by anyone. Only [`verify`](crate::verify) makes one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PermitDigest([u8; 32]);

impl PermitDigest {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PermitDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for PermitDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
