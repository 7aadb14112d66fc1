//! Keys that write each signature down, for whoever compares what several processes have signed.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use countersign::approval::{IntentKey, SwapId};
use countersign::bitcoin::{
    CoinKey, CoinSigner, InputSighash, KeyRequest, LocalCoinSigner, RefundRecipe,
    SignerError as CoinSignerError,
};
use countersign::evm::{
    CallEvidence, CallSigner, LocalSigner, PermitSigner, SignCall, SignPermit, SignerError,
    UncheckedSignature,
};
use countersign::near::{
    IntentSigner, LocalEd25519Signer, LocalSecp256k1Signer, SignIntent,
    SignerError as IntentSignerError, UncheckedIntentSignature,
};
use countersign::solana::{
    CosignRequest, CosignSigner, LocalCosignSigner, SignerError as CosignerError, TransferRequest,
    TransferSigner,
};
use countersign::units::EvmAddress;
use countersign::{KeepRefund, KeepRefundError};

use crate::Faults;
use crate::watched::Around as _;

/// A file of what was signed, which any number of processes add to. A line is written before the
/// signature is made: `approval`, the swap and the digest; or `input` and the digest of one input on
/// Bitcoin, whose approvals are named by the transaction that they fund the output with. Payments of
/// our own there have no other line than those of their inputs.
#[derive(Clone, Debug)]
pub struct SignatureFile {
    file: Arc<File>,
    faults: Faults,
}

impl SignatureFile {
    /// Opens a file, and makes it where there is none. The process may crash at a signature.
    ///
    /// # Panics
    ///
    /// Panics if it can't be opened.
    pub fn open(path: &Path, faults: Faults) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        Self { file: Arc::new(file), faults }
    }

    /// Returns a key of an EVM, for permits and transactions of our own.
    ///
    /// # Panics
    ///
    /// Panics if the text is no key.
    pub fn permits(&self, private_key: &str) -> impl PermitSigner + CallSigner + use<> {
        Noting { key: LocalSigner::from_hex(private_key).unwrap(), to: self.clone() }
    }

    /// Returns a key for coins, and its public key.
    ///
    /// # Panics
    ///
    /// Panics if the text is no key.
    pub fn coins(&self, private_key: &str) -> ([u8; 33], impl CoinSigner + use<>) {
        let key = LocalCoinSigner::from_hex(private_key).unwrap();
        (key.public_key(), Noting { key, to: self.clone() })
    }

    /// Returns a key of Solana, for what is co-signed and transfers of our own.
    ///
    /// # Panics
    ///
    /// Panics if the text is no seed.
    pub fn cosigns(&self, seed: &str) -> impl CosignSigner + TransferSigner + use<> {
        Noting { key: LocalCosignSigner::from_seed_hex(seed).unwrap(), to: self.clone() }
    }

    /// Returns a key of an EVM for intents.
    ///
    /// # Panics
    ///
    /// Panics if the text is no key.
    pub fn messages(&self, private_key: &str) -> impl IntentSigner + use<> {
        Noting { key: LocalSecp256k1Signer::from_hex(private_key).unwrap(), to: self.clone() }
    }

    /// Returns a key of Solana for intents.
    ///
    /// # Panics
    ///
    /// Panics if the text is no seed.
    pub fn payloads(&self, seed: &str) -> impl IntentSigner + use<> {
        Noting { key: LocalEd25519Signer::from_seed_hex(seed).unwrap(), to: self.clone() }
    }

    fn approval(&self, swap_id: SwapId, digest: &[u8]) {
        self.write(&format!("approval {swap_id} {}\n", hex::encode(digest)));
    }

    /// Writes a line at once, so that no other process's line comes into it.
    fn write(&self, line: &str) {
        (&*self.file).write_all(line.as_bytes()).unwrap();
    }
}

/// The recipe of a refund is kept once for each approval on Bitcoin, right before it is signed.
#[async_trait]
impl KeepRefund for SignatureFile {
    async fn keep(&self, swap_id: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        let funding = recipe.outpoint().unwrap();
        self.approval(swap_id, &funding.txid);
        Ok(())
    }
}

struct Noting<K> {
    key: K,
    to: SignatureFile,
}

#[async_trait]
impl PermitSigner for Noting<LocalSigner> {
    fn address(&self) -> EvmAddress {
        self.key.address()
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let sign = async {
            self.to.approval(request.permit().terms().swap_id, request.digest().as_bytes());
            self.key.sign_permit(request).await
        };
        self.to.faults.around("key:sign", sign).await
    }
}

#[async_trait]
impl CallSigner for Noting<LocalSigner> {
    fn account(&self) -> EvmAddress {
        self.key.account()
    }

    async fn sign_call(&self, request: &SignCall<'_>) -> Result<UncheckedSignature, SignerError> {
        let sign = async {
            let swap_id = match request.evidence() {
                CallEvidence::Evm(call) => call.terms().swap_id,
                CallEvidence::Tron(call) => call.terms().swap_id,
            };
            self.to.approval(swap_id, request.sighash().as_bytes());
            self.key.sign_call(request).await
        };
        self.to.faults.around("key:sign", sign).await
    }
}

#[async_trait]
impl TransferSigner for Noting<LocalCosignSigner> {
    async fn sign_transfer(
        &self,
        request: &TransferRequest<'_>,
    ) -> Result<[u8; 64], CosignerError> {
        let sign = async {
            let transfer = request.transfer();
            self.to.approval(transfer.terms().swap_id, &transfer.digest());
            self.key.sign_transfer(request).await
        };
        self.to.faults.around("key:sign", sign).await
    }
}

#[async_trait]
impl<K: IntentSigner> IntentSigner for Noting<K> {
    fn key(&self) -> IntentKey {
        self.key.key()
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, IntentSignerError> {
        let sign = async {
            let intent = request.intent();
            self.to.approval(intent.terms().swap_id, intent.digest().as_bytes());
            self.key.sign_intent(request).await
        };
        self.to.faults.around("key:sign", sign).await
    }
}

#[async_trait]
impl CosignSigner for Noting<LocalCosignSigner> {
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], CosignerError> {
        let sign = async {
            let cosign = request.cosign();
            self.to.approval(cosign.terms().swap_id, &cosign.digest());
            self.key.sign_message(request).await
        };
        self.to.faults.around("key:sign", sign).await
    }
}

#[async_trait]
impl CoinSigner for Noting<LocalCoinSigner> {
    async fn open(&self, request: &KeyRequest<'_>) -> Result<Box<dyn CoinKey>, CoinSignerError> {
        let key = self.key.open(request).await?;
        Ok(Box::new(Noting { key, to: self.to.clone() }))
    }
}

#[async_trait]
impl CoinKey for Noting<Box<dyn CoinKey>> {
    async fn sign_ecdsa(&self, sighash: &InputSighash) -> Result<[u8; 64], CoinSignerError> {
        self.to.write(&format!("input {}\n", hex::encode(sighash.as_bytes())));
        self.to.faults.around("key:sign", self.key.sign_ecdsa(sighash)).await
    }

    async fn sign_schnorr(&self, sighash: &InputSighash) -> Result<[u8; 64], CoinSignerError> {
        self.to.write(&format!("input {}\n", hex::encode(sighash.as_bytes())));
        self.to.faults.around("key:sign", self.key.sign_schnorr(sighash)).await
    }
}
