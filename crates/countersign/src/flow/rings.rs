//! Keys out of keyrings, where there is no signer of its own for an owner.

use std::sync::Arc;

use countersign_approval::{IntentKey, TypedDataStandard};
use countersign_bitcoin::CoinSigner;
use countersign_evm::{CallSigner, PermitSigner};
use countersign_near::IntentSigner;
use countersign_solana::{CosignSigner, TransferSigner};
#[cfg(feature = "keys")]
use countersign_units::TronAddress;
use countersign_units::{EvmAddress, SolanaAddress};

use super::sign::CoinKeys;

/// The keyrings of a flow, in the order in which they are looked through.
///
/// They say whether there is a key at all; whether it may sign is decided when it is asked to.
#[derive(Clone, Default)]
pub(crate) struct Rings {
    #[cfg(feature = "keys")]
    rings: Vec<countersign_keys::Keyring>,
}

#[cfg(feature = "keys")]
impl Rings {
    pub(super) fn add(&mut self, keyring: countersign_keys::Keyring) {
        self.rings.push(keyring);
    }

    pub(super) fn permit(
        &self,
        standard: TypedDataStandard,
        owner: EvmAddress,
    ) -> Option<Arc<dyn PermitSigner>> {
        let key = self.rings.iter().find_map(|ring| match standard {
            TypedDataStandard::Eip712 => ring.evm(owner),
            TypedDataStandard::Tip712 => ring.tron(TronAddress::new(owner)),
        });
        key.map(|key| -> Arc<dyn PermitSigner> { Arc::new(key) })
    }

    /// An owner's bytes are the same on EVM chains and on Tron.
    pub(super) fn call(&self, owner: EvmAddress) -> Option<Arc<dyn CallSigner>> {
        let mut rings = self.rings.iter();
        let key =
            rings.find_map(|ring| ring.evm(owner).or_else(|| ring.tron(TronAddress::new(owner))));
        key.map(|key| -> Arc<dyn CallSigner> { Arc::new(key) })
    }

    /// The whole keyring signs, since the coins of one transaction may be of several keys.
    pub(super) fn coins(&self, script: &[u8]) -> Option<CoinKeys> {
        self.rings.iter().find_map(|ring| {
            let public_key = *ring.bitcoin(script)?.public_key();
            let signer = Arc::new(ring.clone());
            Some(CoinKeys { public_key, scripts: vec![script.to_vec()], signer })
        })
    }

    /// The whole keyring signs: it knows whether what is taken back comes to one of its keys.
    pub(super) fn coins_of_key(&self, public_key: &[u8; 33]) -> Option<Arc<dyn CoinSigner>> {
        let ring = self.rings.iter().find(|ring| ring.bitcoin_key(public_key).is_some());
        ring.map(|ring| -> Arc<dyn CoinSigner> { Arc::new(ring.clone()) })
    }

    pub(super) fn cosign(&self, user: SolanaAddress) -> Option<Arc<dyn CosignSigner>> {
        let key = self.rings.iter().find_map(|ring| ring.solana(user));
        key.map(|key| -> Arc<dyn CosignSigner> { Arc::new(key) })
    }

    pub(super) fn transfer(&self, owner: SolanaAddress) -> Option<Arc<dyn TransferSigner>> {
        let key = self.rings.iter().find_map(|ring| ring.solana(owner));
        key.map(|key| -> Arc<dyn TransferSigner> { Arc::new(key) })
    }

    pub(super) fn intent(&self, key: &IntentKey) -> Option<Arc<dyn IntentSigner>> {
        let key = self.rings.iter().find_map(|ring| ring.near(key));
        key.map(|key| -> Arc<dyn IntentSigner> { Arc::new(key) })
    }
}

/// Without keyrings there are none of their keys.
#[cfg(not(feature = "keys"))]
#[expect(clippy::unused_self, reason = "as with keyrings")]
impl Rings {
    pub(super) fn permit(
        &self,
        _: TypedDataStandard,
        _: EvmAddress,
    ) -> Option<Arc<dyn PermitSigner>> {
        None
    }

    pub(super) fn call(&self, _: EvmAddress) -> Option<Arc<dyn CallSigner>> {
        None
    }

    pub(super) fn coins(&self, _: &[u8]) -> Option<CoinKeys> {
        None
    }

    pub(super) fn coins_of_key(&self, _: &[u8; 33]) -> Option<Arc<dyn CoinSigner>> {
        None
    }

    pub(super) fn cosign(&self, _: SolanaAddress) -> Option<Arc<dyn CosignSigner>> {
        None
    }

    pub(super) fn transfer(&self, _: SolanaAddress) -> Option<Arc<dyn TransferSigner>> {
        None
    }

    pub(super) fn intent(&self, _: &IntentKey) -> Option<Arc<dyn IntentSigner>> {
        None
    }
}
