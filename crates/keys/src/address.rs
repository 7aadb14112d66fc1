//! What a public key controls on each chain.

use bitcoin::address::NetworkUnchecked;
use bitcoin::hashes::{Hash, hash160};
use bitcoin::key::TapTweak;
use bitcoin::secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use bitcoin::secp256k1::{Message, PublicKey as Point, XOnlyPublicKey};
use countersign_units::{EvmAddress, SolanaAddress, TronAddress};
use serde::Deserialize;
use sha3::{Digest as _, Keccak256};

use crate::secp::secp;
use crate::source::EcdsaSignature;

/// How an address on Bitcoin locks its coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "these are the coins that are signed for")]
pub enum CoinForm {
    /// Native `SegWit`, as [BIP-84](https://github.com/bitcoin/bips/blob/master/bip-0084.mediawiki)
    /// has it.
    #[serde(rename = "p2wpkh")]
    P2wpkh,
    /// `SegWit` inside of a script hash.
    #[serde(rename = "p2sh-p2wpkh")]
    P2shP2wpkh,
    /// Taproot without scripts, as
    /// [BIP-86](https://github.com/bitcoin/bips/blob/master/bip-0086.mediawiki) has it.
    #[serde(rename = "p2tr")]
    P2tr,
}

/// A script that locks coins of ours, by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CoinScript {
    P2wpkh([u8; 20]),
    P2sh([u8; 20]),
    P2tr([u8; 32]),
}

impl CoinScript {
    pub(crate) fn of(form: CoinForm, point: &Point) -> Self {
        let key_hash = || hash160::Hash::hash(&point.serialize()).to_byte_array();
        match form {
            CoinForm::P2wpkh => Self::P2wpkh(key_hash()),
            CoinForm::P2shP2wpkh => {
                let script = Self::P2wpkh(key_hash()).to_bytes();
                Self::P2sh(hash160::Hash::hash(&script).to_byte_array())
            }
            CoinForm::P2tr => {
                let (output, _) = XOnlyPublicKey::from(*point).tap_tweak(secp(), None);
                Self::P2tr(output.to_x_only_public_key().serialize())
            }
        }
    }

    /// Reads a script; nothing if it is of no form that we sign for.
    pub(crate) fn read(script: &[u8]) -> Option<Self> {
        match script {
            [0x00, 0x14, hash @ ..] => hash.try_into().ok().map(Self::P2wpkh),
            [0x51, 0x20, key @ ..] => key.try_into().ok().map(Self::P2tr),
            [0xa9, 0x14, hash @ .., 0x87] => hash.try_into().ok().map(Self::P2sh),
            _ => None,
        }
    }

    /// Writes the script as it stands in an output.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::P2wpkh(hash) => [&[0x00, 0x14], hash.as_slice()].concat(),
            Self::P2tr(key) => [&[0x51, 0x20], key.as_slice()].concat(),
            Self::P2sh(hash) => [&[0xa9, 0x14], hash.as_slice(), &[0x87]].concat(),
        }
    }
}

/// Says whether a text is an address of any of the chains.
pub(crate) fn is_address(text: &str) -> bool {
    let is_key = |text: &str| hex::decode_to_slice(text, &mut [0; 32]).is_ok();
    text.parse::<EvmAddress>().is_ok()
        || text.parse::<TronAddress>().is_ok()
        || text.parse::<SolanaAddress>().is_ok()
        || text.parse::<bitcoin::Address<NetworkUnchecked>>().is_ok()
        || is_key(text)
}

/// Returns the account on EVM chains that a compressed public key controls; nothing if it is none.
pub(crate) fn evm(public_key: &[u8; 33]) -> Option<EvmAddress> {
    Point::from_slice(public_key).ok().map(|point| evm_of(&point))
}

pub(crate) fn evm_of(point: &Point) -> EvmAddress {
    let uncompressed = point.serialize_uncompressed();
    let hash: [u8; 32] = Keccak256::digest(uncompressed.get(1..).unwrap_or_default()).into();
    EvmAddress::new(hash.last_chunk().copied().unwrap_or_default())
}

/// Recovers who signed a digest.
pub(crate) fn recover(digest: &[u8; 32], signature: &EcdsaSignature) -> Option<Point> {
    let id = RecoveryId::from_i32(i32::from(signature.y_parity)).ok()?;
    let recoverable = RecoverableSignature::from_compact(&signature.compact, id).ok()?;
    secp().recover_ecdsa(&Message::from_digest(*digest), &recoverable).ok()
}
