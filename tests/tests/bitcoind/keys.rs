//! The parties' keys, and the scripts that they have coins at.

use std::sync::LazyLock;

use bitcoin::key::TapTweak;
use bitcoin::secp256k1::{All, Keypair, PublicKey, Secp256k1, SecretKey};
use bitcoin::{Address, CompressedPublicKey, Network, ScriptBuf};

static SECP: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// Mines, and pays us our first coins.
pub(crate) const MINER: Key = Key(0x11);
/// Claims what we fund.
pub(crate) const CLAIMER: Key = Key(0x22);
/// Ours.
pub(crate) const OURS: Key = Key(0x33);

#[derive(Clone, Copy)]
pub(crate) struct Key(u8);

impl Key {
    pub(crate) fn secret(self) -> SecretKey {
        SecretKey::from_slice(&[self.0; 32]).unwrap()
    }

    pub(crate) fn secret_hex(self) -> String {
        self.secret().display_secret().to_string()
    }

    pub(crate) fn pair(self) -> Keypair {
        Keypair::from_secret_key(secp(), &self.secret())
    }

    pub(crate) fn public(self) -> PublicKey {
        self.secret().public_key(secp())
    }

    pub(crate) fn x_only(self) -> [u8; 32] {
        self.public().x_only_public_key().0.serialize()
    }

    pub(crate) fn p2wpkh(self) -> ScriptBuf {
        ScriptBuf::new_p2wpkh(&CompressedPublicKey(self.public()).wpubkey_hash())
    }

    pub(crate) fn nested(self) -> ScriptBuf {
        self.p2wpkh().to_p2sh()
    }

    pub(crate) fn p2tr(self) -> ScriptBuf {
        let (key, _) = self.public().x_only_public_key().0.tap_tweak(secp(), None);
        ScriptBuf::new_p2tr_tweaked(key)
    }

    pub(crate) fn address(self) -> String {
        Address::from_script(&self.p2wpkh(), Network::Regtest).unwrap().to_string()
    }
}

pub(crate) fn secp() -> &'static Secp256k1<All> {
    &SECP
}
