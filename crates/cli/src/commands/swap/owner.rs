//! Whose funds are swapped: a key, and the address on the source network that it controls.

use std::path::PathBuf;

use countersign::approval::{Network, NetworkKind, TypedDataStandard};
use countersign::bitcoin::LocalCoinSigner;
use countersign::evm::{LocalSigner, PermitSigner};
use countersign::solana::LocalCosignSigner;
use countersign::{CountersignBuilder, KeepRefund};

use crate::connection::{self, SetupError};
use crate::refunds::Folder;

/// A key of the kind that the source network takes.
pub(crate) enum Owner {
    Permits { key: Box<LocalSigner>, address: String },
    Coins { key: Box<LocalCoinSigner>, address: String },
    Solana { key: Box<LocalCosignSigner>, address: String },
}

impl Owner {
    /// Takes a key from its file. Where it controls several addresses, `address` says which.
    pub(crate) fn from_file(
        path: &std::path::Path,
        network: Option<&Network>,
        address: Option<&str>,
    ) -> Result<Self, SetupError> {
        if network.is_some_and(|network| network.htlc.is_some()) {
            let key = Box::new(connection::coin_key(path)?);
            let address =
                address.ok_or(SetupError::Missing("--owner, the address of the coins"))?;
            return Ok(Self::Coins { key, address: address.to_owned() });
        }
        if network.is_some_and(is_solana) {
            let key = Box::new(connection::solana_key(path)?);
            let address = address.map_or_else(|| key.address().to_string(), str::to_owned);
            return Ok(Self::Solana { key, address });
        }
        let key = Box::new(connection::key(path)?);
        let own = address_of(&key, network);
        let address = address.map_or(own, str::to_owned);
        Ok(Self::Permits { key, address })
    }

    /// Takes an account of a sandbox.
    #[cfg(feature = "sandbox")]
    pub(crate) fn of_account(
        account: &countersign_sandbox::Account,
        network: Option<&Network>,
    ) -> Result<Self, SetupError> {
        let (text, path) = (account.private_key(), PathBuf::from("sandbox"));
        if network.is_some_and(|network| network.htlc.is_some()) {
            let key = LocalCoinSigner::from_hex(text);
            let key = key.map_err(|source| SetupError::CoinKey { path, source })?;
            return Ok(Self::Coins { key: Box::new(key), address: account.address.clone() });
        }
        if network.is_some_and(is_solana) {
            let key = Box::new(connection::solana_key_of(&path, text)?);
            return Ok(Self::Solana { key, address: account.address.clone() });
        }
        let key = LocalSigner::from_hex(text).map_err(|source| SetupError::Key { path, source })?;
        let address = address_of(&key, network);
        Ok(Self::Permits { key: Box::new(key), address })
    }

    pub(crate) fn address(&self) -> &str {
        match self {
            Self::Permits { address, .. }
            | Self::Coins { address, .. }
            | Self::Solana { address, .. } => address,
        }
    }

    /// Hands the key over to a flow; refunds of coins are kept in a folder.
    pub(crate) fn join(
        self,
        builder: CountersignBuilder,
        refunds: impl KeepRefund + 'static,
    ) -> Result<CountersignBuilder, SetupError> {
        Ok(match self {
            Self::Permits { key, .. } => builder.signer(*key),
            Self::Solana { key, .. } => builder.solana_signer(key.address(), *key),
            Self::Coins { key, .. } => {
                builder.coin_signer(key.public_key(), *key)?.refund_keeper(refunds)
            }
        })
    }
}

/// Keeps recipes in a folder; the working one, where none is named.
pub(crate) fn refund_folder(named: Option<&PathBuf>) -> Folder {
    Folder(named.cloned().unwrap_or_default())
}

fn is_solana(network: &Network) -> bool {
    network.kind == NetworkKind::Solana
}

fn address_of(key: &LocalSigner, network: Option<&Network>) -> String {
    // A network that the registry doesn't hold is refused by its name, whoever the owner is.
    let standard = network.and_then(|network| network.kind.standard());
    standard.unwrap_or(TypedDataStandard::Eip712).show(key.address())
}
