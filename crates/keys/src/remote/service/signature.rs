//! What this process finds itself in what was sent, and signs.

use countersign_units::UnixMillis;

use super::read;
use super::refusal::{Code, Refusal};
use crate::error::Failure;
use crate::remote::verified::{Unverified, Verified};
use crate::remote::wire::{EvidenceFile, Scheme, SignRequest};
use crate::source::{Message, Prehash, SchnorrTweak};
use crate::{Key, KeyError, SourceError};

/// Verifies what was sent by what this process knows itself.
pub(super) fn verified(request: &SignRequest, now: UnixMillis) -> Result<Verified, Refusal> {
    let file: EvidenceFile = read(request.evidence.get().as_bytes())?;
    Verified::read(file, now.to_seconds()).map_err(|error| match error {
        Unverified::Malformed(reason) => Refusal::malformed(reason),
        Unverified::Refused(reason) => Refusal::new(Code::Unverified, reason),
    })
}

/// Returns what this process found that the key is to sign, if the caller wants just that.
pub(super) fn to_sign(
    request: &SignRequest,
    verified: &Verified,
    key: &Key,
) -> Result<Vec<u8>, Refusal> {
    // The text of the error would repeat what was sent.
    let wanted = hex::decode(&request.message)
        .map_err(|_| Refusal::malformed("message: expected an even number of hex digits"))?;
    verified.to_sign(request.scheme, key.public_key(), &wanted).ok_or_else(|| {
        Refusal::new(Code::OtherDigest, "the message is not the payload's".to_owned())
    })
}

/// Signs what this process found itself.
pub(super) async fn sign(
    key: &Key,
    verified: &Verified,
    scheme: Scheme,
    to_sign: &[u8],
) -> Result<[u8; 64], Refusal> {
    let evidence = verified.evidence();
    if scheme == Scheme::Ed25519 {
        return Ok(key.ed25519(evidence, Message::new(to_sign)).await?);
    }
    let digest: &[u8; 32] =
        to_sign.try_into().map_err(|_| Refusal::malformed("expected 32 bytes"))?;
    let digest = Prehash::new(digest);
    let tweak = match scheme {
        Scheme::Bip340 => SchnorrTweak::None,
        Scheme::Bip340Bip86 => SchnorrTweak::Bip86,
        Scheme::Ecdsa | Scheme::Ed25519 => {
            return Ok(key.ecdsa(evidence, digest).await?.compact);
        }
    };
    let brief = key.brief(&evidence)?;
    Ok(key.schnorr_for(&brief, tweak, digest).await?)
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        if let KeyError::Source(SourceError::Throttled { .. }) = error {
            return Self::new(Code::Busy, error.to_string());
        }
        match error.into() {
            Failure::Declined(reason) => Self::new(Code::Declined, reason),
            Failure::Unavailable(reason) => Self::new(Code::Unavailable, reason),
        }
    }
}
