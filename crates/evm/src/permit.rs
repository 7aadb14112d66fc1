use alloy::primitives::hex;
use countersign_approval::{Origin, TypedDataStandard};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};

use crate::eip712::{Value, WitnessType};
use crate::keccak::{Word, keccak, keccak_words};

/// `EIP712Domain(string name,uint256 chainId,address verifyingContract)`, hashed.
const DOMAIN_TYPE_HASH: Word =
    hex!("8cad95687ba82c2ce50e74f7b754645e5117c3a5bec8151c0726d5857980a866");
/// `Permit2`, hashed.
const DOMAIN_NAME_HASH: Word =
    hex!("9ac997416e8ff9d2ff6bebeb7149f65cdae5e32e2b90440b566bb3044041d36a");
/// `TokenPermissions(address token,uint256 amount)`, hashed.
const TOKEN_PERMISSIONS_TYPE_HASH: Word =
    hex!("618358ac3db8dc274f0cd8829da7e234bd48cd73c4a740aede1adec9846d06a1");

/// What a permit says, rebuilt from values that were checked.
///
/// Source: [Permit2 SignatureTransfer](https://docs.uniswap.org/contracts/permit2/reference/signature-transfer).
#[derive(Clone, Debug)]
pub struct Permit {
    pub(crate) standard: TypedDataStandard,
    pub(crate) owner: EvmAddress,
    pub(crate) chain_id: u64,
    pub(crate) permit2: EvmAddress,
    pub(crate) token: EvmAddress,
    pub(crate) amount: Lots,
    pub(crate) spender: EvmAddress,
    pub(crate) nonce: U256,
    pub(crate) deadline: U256,
    pub(crate) witness: Value,
    pub(crate) witness_type: String,
    /// Where each scalar of the witness comes from, in the order of its type.
    pub(crate) witness_origins: Vec<Origin>,
}

/// The hashes of a permit, from the inside out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PermitHashes {
    pub(crate) type_hash: Word,
    pub(crate) witness: Word,
    pub(crate) domain_separator: Word,
    pub(crate) digest: Word,
}

impl Permit {
    /// Returns the standard by which the permit is hashed.
    pub const fn standard(&self) -> TypedDataStandard {
        self.standard
    }

    /// Returns the account whose tokens move.
    pub const fn owner(&self) -> EvmAddress {
        self.owner
    }

    /// Returns the EIP-155 chain id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Returns the Permit2 contract.
    pub const fn permit2(&self) -> EvmAddress {
        self.permit2
    }

    /// Returns the token.
    pub const fn token(&self) -> EvmAddress {
        self.token
    }

    /// Returns the amount, in the token's base units.
    pub const fn amount(&self) -> Lots {
        self.amount
    }

    /// Returns the contract that may move the tokens.
    pub const fn spender(&self) -> EvmAddress {
        self.spender
    }

    /// Returns the unordered nonce.
    pub const fn nonce(&self) -> U256 {
        self.nonce
    }

    /// Returns the last moment at which the permit can be used.
    ///
    /// A deadline beyond 2^64 - 1 seconds is given as the last moment there is.
    pub fn deadline(&self) -> UnixSeconds {
        UnixSeconds::new(self.deadline.saturating_to())
    }

    /// Computes the hashes; `types` is the witness type, read.
    pub(crate) fn hashes(&self, types: &WitnessType<'_>) -> PermitHashes {
        let word = |value: U256| value.to_be_bytes();
        let token = keccak_words([
            &TOKEN_PERMISSIONS_TYPE_HASH,
            &self.token.to_word(),
            &self.amount.to_be_bytes(),
        ]);
        let (type_hash, witness) = (types.permit_type_hash(), self.witness.encode(types));
        let permit = keccak_words([
            &type_hash,
            &token,
            &self.spender.to_word(),
            &word(self.nonce),
            &word(self.deadline),
            &witness,
        ]);
        let chain_id = self.standard.mask(U256::from(self.chain_id));
        let domain_separator = domain_separator(chain_id, self.permit2);
        let digest = keccak(&[&[0x19, 0x01], domain_separator.as_slice(), &permit].concat());
        PermitHashes { type_hash, witness, domain_separator, digest }
    }
}

fn domain_separator(chain_id: U256, permit2: EvmAddress) -> Word {
    keccak_words([
        &DOMAIN_TYPE_HASH,
        &DOMAIN_NAME_HASH,
        &chain_id.to_be_bytes(),
        &permit2.to_word(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_the_hashes_of_their_texts() {
        for (text, hash) in [
            (
                "EIP712Domain(string name,uint256 chainId,address verifyingContract)",
                DOMAIN_TYPE_HASH,
            ),
            ("Permit2", DOMAIN_NAME_HASH),
            ("TokenPermissions(address token,uint256 amount)", TOKEN_PERMISSIONS_TYPE_HASH),
        ] {
            assert_eq!(keccak(text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn the_separator_is_the_one_that_permit2_publishes() {
        let permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3".parse().unwrap();
        assert_eq!(
            domain_separator(U256::from(1), permit2),
            hex!("866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28")
        );
    }
}
