use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::bitcoin::{
    CoinKey, CoinSigner, KeyRequest, LocalCoinSigner, SignerError as CoinSignerError,
};
use countersign::evm::{LocalSigner, PermitSigner, SignPermit, SignerError, UncheckedSignature};
use countersign::solana::{
    CosignRequest, CosignSigner, LocalCosignSigner, SignerError as CosignerError,
};
use countersign::units::{EvmAddress, SolanaAddress};

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

/// A key for coins that counts how often it is opened to sign.
#[derive(Debug)]
pub struct CountingCoins {
    key: LocalCoinSigner,
    counter: Counter,
}

impl CountingCoins {
    /// Takes a private key in hex, and a counter.
    ///
    /// # Panics
    ///
    /// Panics if the text is no key.
    pub fn new(private_key: &str, counter: &Counter) -> Self {
        Self { key: LocalCoinSigner::from_hex(private_key).unwrap(), counter: counter.clone() }
    }

    /// Returns the public key, compressed.
    pub fn public_key(&self) -> [u8; 33] {
        self.key.public_key()
    }
}

#[async_trait]
impl CoinSigner for CountingCoins {
    async fn open(&self, request: &KeyRequest) -> Result<Box<dyn CoinKey>, CoinSignerError> {
        self.counter.0.fetch_add(1, Ordering::SeqCst);
        self.key.open(request).await
    }
}

/// A key of an account on Solana that counts how often it is asked to sign.
#[derive(Debug)]
pub struct CountingCosigner {
    key: LocalCosignSigner,
    counter: Counter,
}

impl CountingCosigner {
    /// Takes a seed in hex, and a counter.
    ///
    /// # Panics
    ///
    /// Panics if the text is no seed.
    pub fn new(seed: &str, counter: &Counter) -> Self {
        Self { key: LocalCosignSigner::from_seed_hex(seed).unwrap(), counter: counter.clone() }
    }

    /// Returns the account.
    pub const fn address(&self) -> SolanaAddress {
        self.key.address()
    }
}

#[async_trait]
impl CosignSigner for CountingCosigner {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], CosignerError> {
        self.counter.0.fetch_add(1, Ordering::SeqCst);
        self.key.sign_message(request).await
    }
}
