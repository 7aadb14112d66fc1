//! The networks of the sandbox.

use crate::address::AddressForm;
use crate::swap::TransactionId;

/// What the API adds to Tron's chain id on the wire: TIP-712 hashes the low 32 bits alone, so a
/// client has to mask it.
const TRON_HIGH_BITS: u64 = 0x1_ebf8 << 32;

/// A network of the sandbox.
#[derive(Debug)]
pub(crate) struct Network {
    /// Our own name of it, and the API's.
    pub(crate) name: &'static str,
    /// The API's own number of it.
    pub(crate) api_id: u64,
    pub(crate) kind: NetworkKind,
}

/// A kind of network. No real network has one of the chain ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetworkKind {
    /// Runs in an EVM.
    Evm { chain_id: u64 },
    /// Runs in an EVM too; its addresses are written in another form.
    Tron { chain_id: u64 },
    /// A set of coins, in regtest.
    Bitcoin,
    /// Runs in `LiteSVM`.
    Solana,
}

pub(crate) const ETHEREUM: Network =
    Network { name: "ethereum", api_id: 1, kind: NetworkKind::Evm { chain_id: 910_001 } };
pub(crate) const BASE: Network =
    Network { name: "base", api_id: 5, kind: NetworkKind::Evm { chain_id: 910_002 } };
pub(crate) const TRON: Network =
    Network { name: "tron", api_id: 2, kind: NetworkKind::Tron { chain_id: 910_195 } };
pub(crate) const BITCOIN: Network =
    Network { name: "bitcoin", api_id: 3, kind: NetworkKind::Bitcoin };
pub(crate) const SOLANA: Network = Network { name: "solana", api_id: 4, kind: NetworkKind::Solana };

/// Every network.
pub(crate) const NETWORKS: [&Network; 5] = [&ETHEREUM, &BASE, &TRON, &BITCOIN, &SOLANA];

impl Network {
    /// Finds a network by its name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        NETWORKS.into_iter().find(|network| network.name == name)
    }

    /// Returns the chain id that the chain itself hashes, where an EVM runs.
    pub(crate) const fn chain_id(&self) -> Option<u64> {
        match self.kind {
            NetworkKind::Evm { chain_id } | NetworkKind::Tron { chain_id } => Some(chain_id),
            NetworkKind::Bitcoin | NetworkKind::Solana => None,
        }
    }

    /// Returns the chain id as the API sends it.
    pub(crate) const fn wire_chain_id(&self) -> Option<u64> {
        match self.kind {
            NetworkKind::Tron { chain_id } => Some(chain_id | TRON_HIGH_BITS),
            NetworkKind::Evm { .. } | NetworkKind::Bitcoin | NetworkKind::Solana => self.chain_id(),
        }
    }

    /// Returns how addresses are written, where an EVM runs.
    pub(crate) const fn addresses(&self) -> Option<AddressForm> {
        match self.kind {
            NetworkKind::Evm { .. } => Some(AddressForm::Hex),
            NetworkKind::Tron { .. } => Some(AddressForm::Base58Check),
            NetworkKind::Bitcoin | NetworkKind::Solana => None,
        }
    }

    /// Writes the name of a transaction as clients of the network know it: in hex without `0x` on
    /// Tron.
    pub(crate) fn write_id(&self, id: TransactionId) -> String {
        match (self.kind, id) {
            (NetworkKind::Tron { .. }, TransactionId::Evm(id)) => hex::encode(id),
            _ => id.to_string(),
        }
    }

    /// Returns the kind as registries name it.
    pub(crate) const fn kind_name(&self) -> &'static str {
        match self.kind {
            NetworkKind::Evm { .. } => "evm",
            NetworkKind::Tron { .. } => "tron",
            NetworkKind::Bitcoin => "bitcoin",
            NetworkKind::Solana => "solana",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tron_sends_a_chain_id_whose_low_32_bits_are_hashed() {
        let (sent, hashed) = (TRON.wire_chain_id().unwrap(), TRON.chain_id().unwrap());
        assert_eq!(sent & 0xffff_ffff, hashed);
        assert_ne!(sent, hashed);
        assert!(sent < 1 << 53, "a reader of JSON may round it");
        assert_eq!(BASE.wire_chain_id(), BASE.chain_id());
    }
}
