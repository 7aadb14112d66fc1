//! Why a request is nobody's.

/// Which part of a request's proof fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthError {
    /// The static key is missing or another.
    #[error("expected a valid X-Api-Key header")]
    StaticKey,
    /// A header of the scheme is missing, twice there, or no text.
    #[error("{0}: expected one header")]
    Header(&'static str),
    /// The key's hash is another.
    #[error(
        "x-api-key: expected base64 of the SHA-256 of the registered public key, as PKCS#1 DER"
    )]
    Key,
    /// The time is none, or too far from the clock.
    #[error("x-api-timestamp: expected seconds since 1970, within {window} of the clock", window = super::nonces::WINDOW)]
    Timestamp,
    /// The nonce is no UUID.
    #[error("x-api-nonce: expected a UUID")]
    Nonce,
    /// The nonce was taken before.
    #[error("x-api-nonce: expected one that no POST request has brought before")]
    Replay,
    /// The body is not JSON in its one form.
    #[error("body: expected JSON with its keys sorted and no white space")]
    Body,
    /// The signature is no base64, or not over this request.
    #[error(
        "x-api-signature: expected base64 of an RSASSA-PKCS1-v1_5 signature with SHA-256 over METHOD:PATH:QUERY:BODY"
    )]
    Signature,
}
