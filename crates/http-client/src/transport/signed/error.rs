use countersign_api_types::json::JsonError;

/// Why a request can't be signed; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The body has no canonical form.
    #[error("expected a body of JSON that can be read in one way only: {0}")]
    Body(#[from] JsonError),
    /// The key made no signature.
    #[error("expected a signature, found that the RSA key makes none")]
    Key,
}
