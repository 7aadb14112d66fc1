//! Accounts, what they hold, and what moved it.

use std::fmt;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;
use countersign_units::Lots;
use solana_sdk::signature::{Keypair, Signer};

use crate::bitcoin::{CoinForm, Wallet};
use crate::market::TokenListing;
use crate::network::{BITCOIN, Network, SOLANA};

/// An account of the sandbox that a client may act as. Its key was made at start and is worth
/// nothing elsewhere.
#[derive(Clone)]
pub struct Account {
    /// The account's name. `default` owns funds and has let Permit2 move them; `no-allowance`
    /// owns funds and has not. On Bitcoin `default` owns P2WPKH coins, `taproot` owns P2TR coins
    /// by the same key, and `nested` owns P2WPKH coins inside P2SH. On Solana `default` owns SOL,
    /// a token of SPL Token and one of Token-2022.
    pub name: String,
    /// The network, by the registry's name.
    pub network: String,
    /// The account's address: `0x` and 40 hex digits with a checksum, `T…` on Tron, that of
    /// regtest on Bitcoin, base58 on Solana.
    pub address: String,
    private_key: String,
}

impl Account {
    /// Returns the account's private key, as `0x` and 64 hex digits: on Solana the seed of the
    /// key, which is the first half of what wallets there keep.
    pub fn private_key(&self) -> &str {
        &self.private_key
    }
}

impl Account {
    /// Makes the account that a wallet has on Bitcoin.
    pub(crate) fn bitcoin(name: &str, wallet: &Wallet, form: CoinForm) -> Self {
        Self {
            name: name.to_owned(),
            network: BITCOIN.name.to_owned(),
            address: wallet.address(form).to_string(),
            private_key: format!("0x{}", wallet.secret().display_secret()),
        }
    }
}

impl Account {
    /// Makes the account that a key has on Solana.
    pub(crate) fn solana(name: &str, key: &Keypair) -> Self {
        Self {
            name: name.to_owned(),
            network: SOLANA.name.to_owned(),
            address: key.pubkey().to_string(),
            private_key: format!("0x{}", hex::encode(key.secret_bytes())),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("name", &self.name)
            .field("network", &self.network)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// What an account holds of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The network, by the registry's name.
    pub network: String,
    /// The token, by the registry's key.
    pub token: String,
    /// How many digits of the amount stand after the decimal point.
    pub decimals: u8,
    /// The amount in base units.
    pub lots: Lots,
}

impl Balance {
    pub(crate) fn new(listing: &TokenListing, lots: Lots) -> Self {
        Self {
            network: listing.network.name.to_owned(),
            token: listing.key.to_owned(),
            decimals: listing.decimals,
            lots,
        }
    }
}

/// What one transaction brought to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The network, by the registry's name.
    pub network: String,
    /// The token, by the registry's key.
    pub token: String,
    /// The transaction, as [`Execution::id`] names it.
    pub id: String,
    /// The amount in base units.
    pub amount: Lots,
}

/// Something that ran and moved tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Names the execution: the txid on Bitcoin, else `0x` and 64 hex digits. The sandbox's own
    /// transactions are not signed there, so that is no hash of a signed one; those that a client
    /// sent have their own hash.
    pub id: String,
    /// The network, by the registry's name.
    pub network: String,
    /// What was called.
    pub call: String,
    /// What it was for.
    pub kind: ExecutionKind,
    /// The intent that it was run for, by the API's id, or the deposit address; `None` if it was
    /// for none.
    pub intent_id: Option<String>,
    /// The gas that the call used: compute units on Solana, zero on Bitcoin.
    pub gas_used: u64,
    /// The token that moved, by the registry's key; empty where a client sent a transaction that
    /// moved none of those that are listed.
    pub token: String,
    /// Whose tokens moved.
    pub from: String,
    /// Who got them.
    pub to: String,
    /// How much moved, in base units.
    pub amount: Lots,
}

/// What an execution does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExecutionKind {
    /// The user's funds are taken.
    Deposit,
    /// The recipient is paid.
    Payout,
    /// The resolver takes the deposit.
    Claim,
    /// The deposit goes back.
    Refund,
    /// A client's own transaction, that it sent to a chain's node.
    Transfer,
}

/// A key made at start.
pub(crate) struct Party(PrivateKeySigner);

impl Party {
    pub(crate) fn random() -> Self {
        Self(PrivateKeySigner::random())
    }

    pub(crate) const fn address(&self) -> Address {
        self.0.address()
    }

    /// Returns the account that this key has on a network, if it has one there.
    pub(crate) fn account(&self, name: &str, network: &Network) -> Option<Account> {
        Some(Account {
            name: name.to_owned(),
            network: network.name.to_owned(),
            address: network.addresses()?.write(self.address()),
            private_key: self.0.to_bytes().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ETHEREUM;

    #[test]
    fn never_shows_a_key() {
        let account = Party::random().account("default", &ETHEREUM).unwrap();
        let key = account.private_key().trim_start_matches("0x");
        assert_eq!(key.len(), 64);
        assert!(!format!("{account:?}").contains(key));
    }
}
