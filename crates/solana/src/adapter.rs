use std::fmt;

use async_trait::async_trait;
use countersign_units::SolanaAddress;
use solana_sdk::signer::Signer;

use crate::{CosignRequest, CosignSigner, SignerError};

/// Makes a [`CosignSigner`] and a [`TransferSigner`](crate::TransferSigner) of any signer of the
/// Solana SDK.
///
/// Such a signer signs any bytes; in here it is handed verified messages only, and there is no way
/// to get it out again. It signs while it is asked, so one that waits for a device or a network
/// holds up the task that asks.
pub struct SolanaSignerAdapter<S> {
    signer: S,
}

impl<S> SolanaSignerAdapter<S> {
    /// Takes a signer of the SDK.
    pub const fn new(signer: S) -> Self {
        Self { signer }
    }
}

impl<S: Signer> SolanaSignerAdapter<S> {
    pub(crate) fn sign_bytes(
        &self,
        user: SolanaAddress,
        bytes: &[u8],
    ) -> Result<[u8; 64], SignerError> {
        let unavailable = |error: &dyn fmt::Display| SignerError::Unavailable(error.to_string());
        let key = self.signer.try_pubkey().map_err(|error| unavailable(&error))?;
        if key.to_bytes() != *user.as_bytes() {
            return Err(SignerError::NoKey { address: user });
        }
        let signature = self.signer.try_sign_message(bytes);
        signature.map(Into::into).map_err(|error| unavailable(&error))
    }
}

#[async_trait]
impl<S: Signer + Send + Sync> CosignSigner for SolanaSignerAdapter<S> {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError> {
        self.sign_bytes(request.user(), request.message().as_bytes())
    }
}

impl<S: Signer> fmt::Debug for SolanaSignerAdapter<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.signer.try_pubkey().map(|key| SolanaAddress::new(key.to_bytes()));
        match key {
            Ok(address) => write!(formatter, "SolanaSignerAdapter({address})"),
            Err(_) => formatter.write_str("SolanaSignerAdapter(not available)"),
        }
    }
}
