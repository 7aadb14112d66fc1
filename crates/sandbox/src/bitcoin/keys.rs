//! Keys, and the forms of coin that they own.

use std::sync::LazyLock;

use bitcoin::address::NetworkUnchecked;
use bitcoin::key::{CompressedPublicKey, Keypair};
use bitcoin::secp256k1::{All, Secp256k1, SecretKey};
use bitcoin::{Address, Network, NetworkKind, ScriptBuf, WPubkeyHash, XOnlyPublicKey};

/// One context for all: making one costs more than using it.
static CONTEXT: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

pub(crate) fn secp() -> &'static Secp256k1<All> {
    &CONTEXT
}

/// A form of coin that one key owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CoinForm {
    P2wpkh,
    /// By the key alone, as BIP-86 derives it.
    P2tr,
    /// P2WPKH inside P2SH.
    Nested,
}

/// A key made at start.
#[derive(Clone, Debug)]
pub(crate) struct Wallet {
    keypair: Keypair,
}

impl CoinForm {
    const ALL: [Self; 3] = [Self::P2wpkh, Self::P2tr, Self::Nested];

    /// Finds the form in which a key owns a script.
    pub(crate) fn of(key: CompressedPublicKey, script: &ScriptBuf) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.address(key).script_pubkey() == *script)
    }

    /// Returns a key's address in this form.
    pub(crate) fn address(self, key: CompressedPublicKey) -> Address {
        match self {
            Self::P2wpkh => Address::p2wpkh(&key, Network::Regtest),
            Self::P2tr => {
                Address::p2tr(secp(), XOnlyPublicKey::from(key.0), None, Network::Regtest)
            }
            Self::Nested => Address::p2shwpkh(&key, NetworkKind::Test),
        }
    }

    /// Returns the weight of an input that spends such a coin, with the longest signature.
    pub(super) const fn input_weight(self) -> u64 {
        match self {
            Self::P2wpkh => 273,
            Self::P2tr => 231,
            Self::Nested => 365,
        }
    }
}

impl Wallet {
    pub(crate) fn random() -> Self {
        Self { keypair: Keypair::new(secp(), &mut bitcoin::secp256k1::rand::thread_rng()) }
    }

    pub(crate) fn secret(&self) -> SecretKey {
        self.keypair.secret_key()
    }

    pub(super) const fn keypair(&self) -> &Keypair {
        &self.keypair
    }

    pub(crate) fn public_key(&self) -> CompressedPublicKey {
        CompressedPublicKey(self.keypair.public_key())
    }

    pub(crate) fn address(&self, form: CoinForm) -> Address {
        form.address(self.public_key())
    }

    pub(crate) fn script(&self, form: CoinForm) -> ScriptBuf {
        self.address(form).script_pubkey()
    }
}

/// Returns the script that an address of regtest stands for.
pub(crate) fn script_of(address: &str) -> Option<ScriptBuf> {
    let address: Address<NetworkUnchecked> = address.parse().ok()?;
    Some(address.require_network(Network::Regtest).ok()?.script_pubkey())
}

/// Returns the script inside a nested coin.
pub(super) fn redeem_script(key: CompressedPublicKey) -> ScriptBuf {
    ScriptBuf::new_p2wpkh(&WPubkeyHash::from(key))
}
