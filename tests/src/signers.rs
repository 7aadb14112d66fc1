use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::evm::{LocalSigner, PermitSigner, SignPermit, SignerError, UncheckedSignature};
use countersign::units::EvmAddress;

/// How often a key was asked to sign.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Returns how often it was.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A key that counts how often it is asked to sign.
#[derive(Debug)]
pub struct CountingSigner {
    key: LocalSigner,
    counter: Counter,
}

impl CountingSigner {
    /// Takes a private key in hex, and a counter.
    ///
    /// # Panics
    ///
    /// Panics if the text is no key.
    pub fn new(private_key: &str, counter: &Counter) -> Self {
        Self { key: LocalSigner::from_hex(private_key).unwrap(), counter: counter.clone() }
    }
}

#[async_trait]
impl PermitSigner for CountingSigner {
    fn address(&self) -> EvmAddress {
        self.key.address()
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        self.counter.0.fetch_add(1, Ordering::SeqCst);
        self.key.sign_permit(request).await
    }
}
