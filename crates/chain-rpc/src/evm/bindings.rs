//! The functions that are called, as Rust types.

use alloy::primitives::{Address, B256, b256};
use alloy::sol;
use countersign_units::EvmAddress;

sol! {
    /// Source: [ERC-20](https://eips.ethereum.org/EIPS/eip-20).
    interface Erc20 {
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        event Transfer(address indexed from, address indexed to, uint256 value);
    }

    /// Source: [Permit2](https://docs.uniswap.org/contracts/permit2/reference/signature-transfer).
    interface Permit2 {
        function nonceBitmap(address owner, uint256 word) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
        event UnorderedNonceInvalidation(address indexed owner, uint256 word, uint256 mask);
    }
}

/// Where a proxy keeps the address that it forwards to: the hash of `eip1967.proxy.implementation`,
/// less one.
///
/// Source: [ERC-1967](https://eips.ethereum.org/EIPS/eip-1967).
pub(super) const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// Where a proxy keeps its beacon, the contract that names the implementation of many proxies: the
/// hash of `eip1967.proxy.beacon`, less one.
///
/// Source: [ERC-1967](https://eips.ethereum.org/EIPS/eip-1967).
pub(super) const BEACON_SLOT: B256 =
    b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50");

/// Writes an address as the encoder takes it.
pub(crate) fn address(address: EvmAddress) -> Address {
    Address::from(*address.as_bytes())
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{U256, keccak256};

    use super::*;

    #[test]
    fn a_slot_is_the_hash_of_its_name_less_one() {
        for (slot, name) in [
            (IMPLEMENTATION_SLOT, "eip1967.proxy.implementation"),
            (BEACON_SLOT, "eip1967.proxy.beacon"),
        ] {
            let hash = U256::from_be_bytes(keccak256(name).0);
            assert_eq!(slot.0, (hash - U256::from(1)).to_be_bytes::<32>(), "{name}");
        }
    }
}
