use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::approval::IntentKey;
use countersign::bitcoin::{
    CoinKey, CoinSigner, KeyRequest, LocalCoinSigner, SignerError as CoinSignerError,
};
use countersign::evm::{
    CallSigner, LocalSigner, PermitSigner, SignCall, SignPermit, SignerError, UncheckedSignature,
};
use countersign::near::{
    IntentSigner, SignIntent, SignerError as IntentSignerError, UncheckedIntentSignature,
};
use countersign::solana::{
    CosignRequest, CosignSigner, LocalCosignSigner, SignerError as CosignerError, TransferRequest,
    TransferSigner,
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

    /// Counts one more.
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
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
        self.counter.count();
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
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, CoinSignerError> {
        self.counter.count();
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
        self.counter.count();
        self.key.sign_message(request).await
    }
}

#[async_trait]
impl CallSigner for CountingSigner {
    fn account(&self) -> EvmAddress {
        self.key.account()
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        self.counter.count();
        self.key.sign_call(request).await
    }
}

#[async_trait]
impl TransferSigner for CountingCosigner {
    async fn sign_transfer(
        &self,
        request: &TransferRequest<'_>,
    ) -> Result<[u8; 64], CosignerError> {
        self.counter.count();
        self.key.sign_transfer(request).await
    }
}

/// A key for NEAR intents that counts how often it is asked to sign.
#[derive(Debug)]
pub struct CountingIntents<K> {
    key: K,
    counter: Counter,
}

impl<K> CountingIntents<K> {
    /// Takes a key, and a counter.
    pub fn new(key: K, counter: &Counter) -> Self {
        Self { key, counter: counter.clone() }
    }
}

#[async_trait]
impl<K: IntentSigner> IntentSigner for CountingIntents<K> {
    fn key(&self) -> IntentKey {
        self.key.key()
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, IntentSignerError> {
        self.counter.count();
        self.key.sign_intent(request).await
    }
}
