//! Addresses of public keys, as the people of each chain write them.

use bitcoin::Address;
use bitcoin::secp256k1::PublicKey as Point;
use countersign_approval::Environment;
use countersign_units::{SolanaAddress, TronAddress};

use crate::address::{self, CoinForm, CoinScript};
use crate::{AccountKey, ChainKind, DerivationPath, DeriveError, Key, PublicKey};

impl PublicKey {
    /// Returns the address on a kind of chain; nothing where keys of the curve have none.
    ///
    /// The form matters on Bitcoin alone, whose addresses outside of mainnet are written as those of
    /// its test networks.
    pub fn address(
        &self,
        chain: ChainKind,
        form: CoinForm,
        environment: Environment,
    ) -> Option<String> {
        match (chain, self) {
            (ChainKind::Evm, Self::Secp256k1(key)) => Some(address::evm(key)?.to_string()),
            (ChainKind::Tron, Self::Secp256k1(key)) => {
                Some(TronAddress::new(address::evm(key)?).to_string())
            }
            (ChainKind::Bitcoin, Self::Secp256k1(key)) => coin_address(key, form, environment),
            (ChainKind::Solana, Self::Ed25519(key)) => Some(SolanaAddress::new(*key).to_string()),
            (ChainKind::Near, Self::Ed25519(key)) => Some(hex::encode(key)),
            (ChainKind::Near, Self::Secp256k1(key)) => {
                Some(format!("0x{}", hex::encode(address::evm(key)?.as_bytes())))
            }
            _ => None,
        }
    }
}

fn coin_address(key: &[u8; 33], form: CoinForm, environment: Environment) -> Option<String> {
    let point = Point::from_slice(key).ok()?;
    let script = CoinScript::of(form, &point).to_bytes();
    let script = bitcoin::Script::from_bytes(&script);
    let network = match environment {
        Environment::Mainnet => bitcoin::Network::Bitcoin,
        Environment::Testnet => bitcoin::Network::Testnet,
        Environment::Sandbox => bitcoin::Network::Regtest,
    };
    Address::from_script(script, network).ok().map(|address| address.to_string())
}

impl Key {
    /// Returns the address on a kind of chain, as its people write it; nothing where the key may not
    /// sign for it.
    ///
    /// Of a single key for Bitcoin it is the one of native `SegWit`. Outside of mainnet, addresses of
    /// Bitcoin are written as those of its test networks.
    pub fn address(&self, chain: ChainKind) -> Option<String> {
        if !self.scope().covers(chain) {
            return None;
        }
        let form = self.entry.form.unwrap_or(CoinForm::P2wpkh);
        self.public_key().address(chain, form, self.scope().environment)
    }
}

impl AccountKey {
    /// Derives the public half of a key: on chain 0 are those whose addresses are given out, on
    /// chain 1 those for change.
    ///
    /// # Errors
    ///
    /// Returns [`DeriveError::NotHardened`] for a number of 2^31 or more, or [`DeriveError::NoKey`].
    pub fn public_key_at(&self, chain: u32, index: u32) -> Result<PublicKey, DeriveError> {
        let point = self.chain(chain)?.child(index)?;
        Ok(PublicKey::Secp256k1(point.serialize()))
    }
}

impl CoinForm {
    /// Returns the form that a path's purpose says, as BIP-84, BIP-49 and BIP-86 have it.
    pub fn of_path(path: &DerivationPath) -> Option<Self> {
        match path.purpose() {
            Some(84) => Some(Self::P2wpkh),
            Some(49) => Some(Self::P2shP2wpkh),
            Some(86) => Some(Self::P2tr),
            _ => None,
        }
    }

    /// Returns the name, as it stands in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P2wpkh => "p2wpkh",
            Self::P2shP2wpkh => "p2sh-p2wpkh",
            Self::P2tr => "p2tr",
        }
    }
}
