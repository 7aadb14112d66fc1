use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::moment::Moment;

/// What a nonce of the known form begins with: a mark, and the version.
///
/// Source: near/intents, the crate of its nonces.
const MARK: [u8; 4] = [0x56, 0x28, 0xf6, 0xc6];
const VERSION: u8 = 0;

/// What a nonce of version 1 carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versioned {
    pub(crate) salt: [u8; 4],
    pub(crate) deadline: Moment,
}

/// Reads 32 bytes in base64, in the one way in which they are written.
pub(crate) fn read(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

impl Versioned {
    /// Reads the mark, the version, the salt and the deadline in nanoseconds; 15 bytes of chance
    /// follow.
    pub(crate) fn read(nonce: &[u8; 32]) -> Option<Self> {
        let (mark, rest) = nonce.split_first_chunk::<4>()?;
        let (version, rest) = rest.split_first()?;
        let (salt, rest) = rest.split_first_chunk::<4>()?;
        let (deadline, _) = rest.split_first_chunk::<8>()?;
        let deadline = Moment::from_nanos(i64::from_le_bytes(*deadline));
        (*mark == MARK && *version == VERSION).then_some(Self { salt: *salt, deadline })
    }
}
