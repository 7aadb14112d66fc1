use std::time::{SystemTime, UNIX_EPOCH};

/// What the API's documents leave open about signed requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SigningRules {
    /// Which form of the public key is hashed.
    pub key_hash: KeyHash,
    /// How the signature is written.
    pub signature: SignatureText,
    /// The unit of the timestamp.
    pub time: TimeUnit,
    /// Whether the signed path ends in the slash that the sent one ends in.
    pub slash: TrailingSlash,
    /// Whether the host stands before the signed path.
    pub host: Host,
    /// How the signed query is written.
    pub query: QueryValues,
    /// Whether timestamp and nonce are signed.
    pub freshness: Freshness,
}

/// Which form of the public key is hashed into `x-api-key`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyHash {
    /// `RSAPublicKey` of PKCS#1, in DER.
    #[default]
    Pkcs1,
    /// `SubjectPublicKeyInfo` of X.509, in DER.
    Spki,
}

/// How the signature is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureText {
    /// Base64, with the standard alphabet and padding.
    #[default]
    Base64,
    /// Hex, in lower case.
    Hex,
}

/// The unit of `x-api-timestamp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// Seconds since 1970.
    #[default]
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// What becomes of a slash at the end of the signed path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrailingSlash {
    /// It is signed where it is sent.
    #[default]
    AsSent,
    /// It is never signed.
    Dropped,
}

/// Whether the host stands before the signed path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Host {
    /// The path is signed alone.
    #[default]
    Absent,
    /// The host is signed before the path, with its port where that isn't the usual one.
    BeforePath,
}

/// How the signed query is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryValues {
    /// As it is sent, percent-encoded.
    #[default]
    Encoded,
    /// Decoded.
    Raw,
}

/// Whether timestamp and nonce are a part of what is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Freshness {
    /// They are sent beside it.
    #[default]
    Beside,
    /// They are signed after the body, as `:TIMESTAMP:NONCE`.
    Signed,
}

impl SigningRules {
    /// Writes a moment; one before 1970 is written as its first.
    pub(super) fn timestamp(self, now: SystemTime) -> String {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        match self.time {
            TimeUnit::Seconds => since.as_secs().to_string(),
            TimeUnit::Milliseconds => since.as_millis().to_string(),
        }
    }
}
