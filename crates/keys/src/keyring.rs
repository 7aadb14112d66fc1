mod addresses;
mod build;
mod config;
mod index;

use std::fmt;
use std::sync::Arc;

use bitcoin::Address;
use bitcoin::address::NetworkUnchecked;
use bitcoin::secp256k1::PublicKey as Point;
use countersign_approval::{Environment, IntentKey};
use countersign_units::{EvmAddress, SolanaAddress, TronAddress};

use crate::address::{CoinForm, CoinScript};
use crate::{BitcoinKey, ChainKind, EvmKey, Key, KeySource, KeyTest, NearKey, SolanaKey};
pub use build::KeyringError;
pub use config::{AccountConfig, ConfigError, KeyConfig, KeyringConfig, SourceConfig};
use index::{Index, Slot};

/// All keys of a process, by name and by address.
///
/// Made by [`Keyring::new`] of a configuration and of sources. An address is found in constant time
/// and without any secret. Cloning it is cheap.
#[derive(Clone)]
pub struct Keyring {
    index: Arc<Index>,
}

impl Keyring {
    /// Makes a keyring: asks the sources for the public halves of their keys, and derives the
    /// addresses of all accounts. That takes some 20 µs of a core an address.
    ///
    /// # Errors
    ///
    /// Returns a [`KeyringError`] if a source isn't there, a public half can't be had without a
    /// secret, or two keys have one address.
    pub async fn new(
        config: &KeyringConfig,
        sources: impl IntoIterator<Item = KeySource>,
    ) -> Result<Self, KeyringError> {
        let index = build::build(config, sources).await?;
        Ok(Self { index: Arc::new(index) })
    }

    /// Finds a key by its name (`treasury`), an account's by its chain and index
    /// (`customers/0/17`), or either by an address in the form of any chain that the key may sign
    /// for.
    pub fn find(&self, text: &str) -> Option<Key> {
        self.named(text).or_else(|| self.addressed(text))
    }

    /// Finds a key by its name alone.
    pub fn named(&self, name: &str) -> Option<Key> {
        let slot = self.index.named(name)?;
        self.index.key(slot)
    }

    /// Finds the key of an account on EVM chains.
    pub fn evm(&self, address: EvmAddress) -> Option<EvmKey> {
        self.secp256k1(address, ChainKind::Evm).map(|key| EvmKey::at(key, address))
    }

    /// Finds the key of an account on Tron.
    pub fn tron(&self, address: TronAddress) -> Option<EvmKey> {
        let address = address.to_evm();
        self.secp256k1(address, ChainKind::Tron).map(|key| EvmKey::at(key, address))
    }

    /// Finds the key of the coins that a script locks.
    pub fn bitcoin(&self, script: &[u8]) -> Option<BitcoinKey> {
        let slot = self.index.coin(CoinScript::read(script)?)?;
        self.index.key(slot).and_then(BitcoinKey::new)
    }

    /// Finds the key of an account on Solana.
    pub fn solana(&self, address: SolanaAddress) -> Option<SolanaKey> {
        self.ed25519(*address.as_bytes(), ChainKind::Solana).and_then(SolanaKey::new)
    }

    /// Finds the key that signs NEAR intents for an account.
    pub fn near(&self, key: &IntentKey) -> Option<NearKey> {
        let key = match key {
            IntentKey::Secp256k1(address) => self.secp256k1(*address, ChainKind::Near),
            IntentKey::Ed25519(bytes) => self.ed25519(*bytes, ChainKind::Near),
        };
        key.and_then(NearKey::new)
    }

    /// Returns all keys, of each account those of its addresses, in the order of their names.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.index.keys()
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tests each key, and of each account the first one: signs a fixed challenge and verifies it.
    pub async fn test(&self) -> Vec<KeyTest> {
        let mut tests = Vec::new();
        for key in self.index.firsts() {
            tests.extend(key.test().await);
        }
        tests
    }

    /// Finds the key of coins by its public half, compressed.
    pub fn bitcoin_key(&self, public_key: &[u8; 33]) -> Option<BitcoinKey> {
        let point = Point::from_slice(public_key).ok()?;
        let forms = [CoinForm::P2wpkh, CoinForm::P2tr, CoinForm::P2shP2wpkh];
        let slot = forms.iter().find_map(|form| self.index.coin(CoinScript::of(*form, &point)))?;
        self.index.key(slot).and_then(BitcoinKey::new)
    }

    fn secp256k1(&self, address: EvmAddress, chain: ChainKind) -> Option<Key> {
        self.key_for(self.index.evm(address)?, chain)
    }

    fn ed25519(&self, public_key: [u8; 32], chain: ChainKind) -> Option<Key> {
        self.key_for(self.index.ed25519(&public_key)?, chain)
    }

    /// Returns the key if it may sign for a kind of chain at all.
    fn key_for(&self, slot: Slot, chain: ChainKind) -> Option<Key> {
        let covers = self.index.scope(slot).is_some_and(|scope| scope.covers(chain));
        if covers { self.index.key(slot) } else { None }
    }

    fn addressed(&self, text: &str) -> Option<Key> {
        if let Ok(address) = text.parse::<EvmAddress>() {
            let slot = self.index.evm(address)?;
            return self
                .key_for(slot, ChainKind::Evm)
                .or_else(|| self.key_for(slot, ChainKind::Near));
        }
        if let Ok(address) = text.parse::<TronAddress>() {
            return self.tron(address).map(|key| key.key().clone());
        }
        if let Ok(address) = text.parse::<SolanaAddress>() {
            return self.solana(address).map(|key| key.key().clone());
        }
        self.coin_addressed(text).or_else(|| self.implicit(text))
    }

    /// An address of Bitcoin is for real coins or for others, and so is a key.
    fn coin_addressed(&self, text: &str) -> Option<Key> {
        let address = text.parse::<Address<NetworkUnchecked>>().ok()?;
        let real = address.is_valid_for_network(bitcoin::Network::Bitcoin);
        let script = address.assume_checked().script_pubkey();
        let key = self.bitcoin(script.as_bytes())?.key().clone();
        ((key.scope().environment == Environment::Mainnet) == real).then_some(key)
    }

    /// An account on NEAR that is named after its key.
    fn implicit(&self, text: &str) -> Option<Key> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        self.ed25519(bytes, ChainKind::Near)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keyring({} keys)", self.len())
    }
}
