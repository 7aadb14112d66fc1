//! The key service behind the trait: all that a custodian has to write.

use std::time::Duration;

use async_trait::async_trait;
use countersign::evm::{PermitSigner, SignPermit, SignerError, UncheckedSignature};
use countersign::units::EvmAddress;

use crate::key_service::{KeyService, Order};

/// How long the service may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// A key that a key service holds.
pub(crate) struct RemoteKey {
    address: EvmAddress,
    service: KeyService,
}

impl RemoteKey {
    /// Takes the address of the key, and the line to the service that holds it.
    pub(crate) const fn new(address: EvmAddress, service: KeyService) -> Self {
        Self { address, service }
    }
}

#[async_trait]
impl PermitSigner for RemoteKey {
    fn address(&self) -> EvmAddress {
        self.address
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let permit = request.permit();
        let order = Order {
            payload: permit.payload().as_json().to_owned(),
            terms: permit.terms().clone(),
            digest: *request.digest().as_bytes(),
        };
        let unavailable = |why: &str| SignerError::Unavailable(why.to_owned());
        tokio::time::timeout(DEADLINE, self.service.ask(order))
            .await
            .map_err(|_| unavailable("no answer in time"))?
            .map_err(|_| unavailable("it has ended"))?
            .map_err(|declined| SignerError::Declined(declined.to_string()))
    }
}
