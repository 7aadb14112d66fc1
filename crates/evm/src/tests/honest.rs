//! An honest payload, its terms, and a way to change either.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, ConfigDigest, Environment, Permit2Terms, Pin, SwapId, Terms, TypedDataStandard,
    UnpinnedMembers,
};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use serde_json::{Value, json};

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
pub(super) const DEADLINE: u64 = 1_795_249_800;
pub(super) const HORIZON: u64 = 1_795_251_600;
pub(super) const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
pub(super) const ESCROW: &str = "0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E";
pub(super) const RESOLVER: &str = "0xFAa2C73d45F573aD2b6a5d83617719F230ED6441";
pub(super) const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
pub(super) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
/// The key of [`OWNER`], from the vectors.
pub(super) const KEY: &str = "0x19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
pub(super) const DEPOSIT_WITNESS: &str =
    "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";

/// The values of a permit that a test may choose.
#[derive(Clone, Debug)]
pub(super) struct Honest {
    pub(super) chain_id: u64,
    pub(super) token: EvmAddress,
    pub(super) amount: Lots,
    pub(super) nonce: U256,
    pub(super) deadline: u64,
    pub(super) resolver: EvmAddress,
    pub(super) secret_hash: [u8; 32],
    pub(super) witness_deadline: u64,
}

impl Default for Honest {
    fn default() -> Self {
        Self {
            chain_id: 1,
            token: USDC.parse().unwrap(),
            amount: Lots::from(1_000_000_000),
            nonce: U256::from(42),
            deadline: DEADLINE,
            resolver: RESOLVER.parse().unwrap(),
            secret_hash: [7; 32],
            witness_deadline: DEADLINE,
        }
    }
}

impl Honest {
    pub(super) fn terms(&self) -> Permit2Terms {
        Permit2Terms {
            standard: TypedDataStandard::Eip712,
            owner: OWNER.parse().unwrap(),
            signer: None,
            chain_id: self.chain_id,
            permit2: PERMIT2.parse().unwrap(),
            escrows: vec![ESCROW.parse().unwrap()],
            escrow_code_hash: None,
            escrow_implementation: None,
            token: self.token,
            amount: self.amount,
            nonce: None,
            used_nonces: vec![],
            deadline: None,
            min_remaining: 0,
            max_deadline: U256::from(HORIZON),
            witness_types: vec![DEPOSIT_WITNESS.to_owned()],
            witness: Pin::nothing(),
            resolvers: vec![self.resolver],
            unpinned_members: UnpinnedMembers::Refuse,
            require_facts: vec![],
            max_allowance: None,
            max_clock_skew: 300,
        }
    }

    pub(super) fn swap(&self) -> Arc<Terms<Permit2Terms>> {
        let amount = |symbol: &str, decimals, amount| AssetAmount {
            token: symbol.to_owned(),
            symbol: symbol.to_owned(),
            network: "ethereum".to_owned(),
            decimals,
            amount,
        };
        Arc::new(Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: amount("USDC", 6, self.amount),
            destination: amount("SOL", 9, Lots::from(1)),
            recipient: "recipient".to_owned(),
            refund_address: OWNER.to_owned(),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: self.terms(),
        })
    }

    pub(super) fn types() -> Value {
        let members = |members: &[(&str, &str)]| -> Value {
            members.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect()
        };
        json!({
            "PermitWitnessTransferFrom": members(&[
                ("permitted", "TokenPermissions"), ("spender", "address"), ("nonce", "uint256"),
                ("deadline", "uint256"), ("witness", "DepositWitness"),
            ]),
            "TokenPermissions": members(&[("token", "address"), ("amount", "uint256")]),
            "DepositWitness": members(&[
                ("resolverDepositAddress", "address"), ("secretHash", "bytes32"), ("deadline", "uint256"),
            ]),
        })
    }

    pub(super) fn typed_data(&self) -> Value {
        json!({
            "types": Self::types(),
            "primaryType": "PermitWitnessTransferFrom",
            "domain": {"name": "Permit2", "chainId": self.chain_id.to_string(), "verifyingContract": PERMIT2},
            "message": {
                "permitted": {"token": self.token, "amount": self.amount},
                "spender": ESCROW,
                "nonce": self.nonce.to_string(),
                "deadline": self.deadline.to_string(),
                "witness": self.witness(),
            },
        })
    }

    fn witness(&self) -> Value {
        json!({
            "resolverDepositAddress": self.resolver,
            "secretHash": format!("0x{}", hex::encode(self.secret_hash)),
            "deadline": self.witness_deadline.to_string(),
        })
    }

    /// The form in which wallets are handed a permit.
    pub(super) fn wallet_form(&self) -> Value {
        json!({
            "secret_hash": format!("0x{}", hex::encode(self.secret_hash)),
            "params": self.flat(),
            "typed_data": self.typed_data(),
        })
    }

    /// The form in which the API sends a permit.
    pub(super) fn api_form(&self) -> Value {
        let mut params = self.flat();
        params["additional_data"] = json!({
            "domain": {"name": "Permit2", "chainId": self.chain_id, "verifyingContract": PERMIT2},
            "types": Self::types(),
            "witness": self.witness(),
            "witness_type_string": format!("DepositWitness witness){DEPOSIT_WITNESS}TokenPermissions(address token,uint256 amount)"),
            "witness_hash": format!("0x{}", hex::encode(self.witness_hash())),
        });
        json!({
            "approval_type": "permit2",
            "deadline_at": self.deadline,
            "secret_hash": format!("0x{}", hex::encode(self.secret_hash)),
            "params_to_sign": params,
        })
    }

    fn flat(&self) -> Value {
        json!({
            "escrow_contract_address": ESCROW,
            "permit2_contract_address": PERMIT2,
            "resolver_deposit_address": self.resolver,
            "nonce": self.nonce.to_string(),
        })
    }

    /// The witness hash by alloy's static encoder.
    fn witness_hash(&self) -> [u8; 32] {
        use alloy::sol_types::SolStruct;
        alloy::sol! {
            struct DepositWitness { address resolverDepositAddress; bytes32 secretHash; uint256 deadline; }
        }
        DepositWitness {
            resolverDepositAddress: self.resolver.as_bytes().into(),
            secretHash: self.secret_hash.into(),
            deadline: U256::from(self.witness_deadline),
        }
        .eip712_hash_struct()
        .0
    }
}
