//! What a counterparty asks to be signed on this chain, our terms for it, and the deposit.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::sol_types::SolCall;
use countersign::approval::{
    AssetAmount, ConfigDigest, Environment, EvmChainView, EvmFacts, Fact, MemoryLedger,
    Permit2Terms, Pin, Policy, Refusal, Registry, SwapId, Terms, TypedDataStandard,
    UnpinnedMembers, reserve,
};
use countersign::evm::{
    PermitPayload, SignedPermit, VerifiedPermit, VerifyError, facts_query, sign, verify,
};
use countersign::units::{Lots, UnixSeconds};
use countersign::{Clock, SystemClock};
use serde_json::{Value, json};
use tempo_contracts::PERMIT2_ADDRESS;

use crate::bindings::IPermit2;
use crate::bindings::SandboxEscrow;
use crate::bindings::SandboxEscrow::depositCall;
use crate::chain::{CHAIN_ID, Chain, our_address, signer};

pub(crate) const WITNESS: &str =
    "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";
/// How long an offer holds, in seconds.
pub(crate) const HOLDS: u64 = 1_800;

/// An offer of a counterparty, and what was agreed about it: the same, since it is honest.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) owner: Address,
    pub(crate) token: Address,
    pub(crate) escrow: Address,
    pub(crate) code_hash: [u8; 32],
    pub(crate) resolver: Address,
    pub(crate) amount: u64,
    pub(crate) nonce: u64,
    pub(crate) deadline: u64,
    /// Stands for the secret that the escrow waits for.
    pub(crate) secret: u64,
}

impl Offer {
    /// Makes an offer that holds from now on.
    pub(crate) async fn on(chain: &Chain, amount: u64, nonce: u64) -> Self {
        Self {
            owner: chain.owner,
            token: chain.token,
            escrow: chain.escrow,
            code_hash: chain.code_hash(chain.escrow).await,
            resolver: Address::repeat_byte(0x7e),
            amount,
            nonce,
            deadline: now().saturating_add(HOLDS).value(),
            secret: nonce,
        }
    }

    /// Reads the chain and compares the payload with terms and facts, all of which must be there.
    pub(crate) async fn verify(&self, chain: &Chain) -> Result<VerifiedPermit, Refusal> {
        let facts = self.facts(&chain.view()).await;
        self.verify_with(&facts)
    }

    pub(crate) async fn facts(&self, view: &dyn EvmChainView) -> EvmFacts {
        let query = facts_query(&self.payload(), &self.permit2_terms(), now()).unwrap();
        view.facts(&query).await.unwrap()
    }

    pub(crate) fn verify_with(&self, facts: &EvmFacts) -> Result<VerifiedPermit, Refusal> {
        match verify(self.payload(), &self.terms(), facts, now()) {
            Ok(verified) => Ok(verified),
            Err(VerifyError::Refused(refusal)) => Err(refusal),
            Err(VerifyError::Terms(error)) => panic!("expected sound terms, found {error}"),
        }
    }

    /// Verifies, reserves and signs.
    pub(crate) async fn signed(&self, chain: &Chain) -> SignedPermit {
        let permit = self.verify(chain).await.unwrap();
        let policy = policy();
        let ledger = MemoryLedger::new();
        let reservation = reserve(&ledger, permit.claim(), &policy, now()).await.unwrap();
        sign(&permit, &reservation, &policy, &signer(), now()).await.unwrap()
    }

    /// Has the escrow pull the deposit by a signature.
    ///
    /// # Errors
    ///
    /// Returns the name of the error that a contract refused with.
    pub(crate) async fn deposit(
        &self,
        chain: &Chain,
        signature: &SignedPermit,
    ) -> Result<Value, String> {
        self.deposit_by(chain, signature.as_bytes()).await
    }

    /// The same by the signature's bytes.
    ///
    /// # Errors
    ///
    /// Returns the name of the error that a contract refused with.
    pub(crate) async fn deposit_by(
        &self,
        chain: &Chain,
        signature: &[u8],
    ) -> Result<Value, String> {
        let call = self.call(signature);
        chain.execute(chain.operator, chain.escrow, &call).await
    }

    /// Has the node take the deposit, without waiting for a block.
    pub(crate) async fn send_by(&self, chain: &Chain, signature: &[u8]) {
        let data = Bytes::from(self.call(signature).abi_encode());
        let (from, to) = (chain.operator, chain.escrow);
        let transaction = json!({"from": from, "to": to, "data": data, "gas": "0x7a1200"});
        chain.anvil.ask("eth_sendTransaction", json!([transaction])).await.unwrap();
    }

    fn call(&self, signature: &[u8]) -> depositCall {
        depositCall {
            permit: IPermit2::PermitTransferFrom {
                permitted: IPermit2::TokenPermissions {
                    token: self.token,
                    amount: U256::from(self.amount),
                },
                nonce: U256::from(self.nonce),
                deadline: U256::from(self.deadline),
            },
            owner: self.owner,
            witness: SandboxEscrow::DepositWitness {
                resolverDepositAddress: self.resolver,
                secretHash: self.secret_hash(),
                deadline: U256::from(self.deadline),
            },
            signature: Bytes::copy_from_slice(signature),
        }
    }

    /// The payload in the form in which wallets are handed it.
    fn payload(&self) -> PermitPayload {
        PermitPayload::new(self.payload_text())
    }

    pub(crate) fn payload_text(&self) -> String {
        let (nonce, deadline) = (self.nonce.to_string(), self.deadline.to_string());
        let payload = json!({
            "secret_hash": self.secret_hash(),
            "params": {
                "escrow_contract_address": self.escrow,
                "permit2_contract_address": PERMIT2_ADDRESS,
                "resolver_deposit_address": self.resolver,
                "nonce": nonce,
            },
            "typed_data": {
                "types": types(),
                "primaryType": "PermitWitnessTransferFrom",
                "domain": {"name": "Permit2", "chainId": CHAIN_ID.to_string(), "verifyingContract": PERMIT2_ADDRESS},
                "message": {
                    "permitted": {"token": self.token, "amount": self.amount.to_string()},
                    "spender": self.escrow,
                    "nonce": nonce,
                    "deadline": deadline,
                    "witness": {
                        "resolverDepositAddress": self.resolver,
                        "secretHash": self.secret_hash(),
                        "deadline": deadline,
                    },
                },
            },
        });
        payload.to_string()
    }

    fn terms(&self) -> Arc<Terms<Permit2Terms>> {
        let amount = |token: &str, amount: u64| AssetAmount {
            token: token.to_owned(),
            symbol: token.to_owned(),
            network: "node".to_owned(),
            decimals: 6,
            amount: Lots::from(amount),
        };
        Arc::new(Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: amount("TKN", self.amount),
            destination: amount("OTHER", 1),
            recipient: "recipient".to_owned(),
            refund_address: self.owner.to_string(),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: self.permit2_terms(),
        })
    }

    fn permit2_terms(&self) -> Permit2Terms {
        Permit2Terms {
            standard: TypedDataStandard::Eip712,
            owner: our_address(self.owner),
            signer: None,
            chain_id: CHAIN_ID,
            permit2: our_address(PERMIT2_ADDRESS),
            escrows: vec![our_address(self.escrow)],
            escrow_code_hash: Some(self.code_hash),
            escrow_implementation: None,
            token: our_address(self.token),
            amount: Lots::from(self.amount),
            nonce: None,
            used_nonces: vec![],
            deadline: None,
            min_remaining: 0,
            max_deadline: U256::from(now().saturating_add(2 * HOLDS).value()),
            witness_types: vec![WITNESS.to_owned()],
            witness: Pin::nothing(),
            resolvers: vec![our_address(self.resolver)],
            unpinned_members: UnpinnedMembers::Refuse,
            require_facts: Fact::EVM.to_vec(),
            max_allowance: None,
            max_clock_skew: 300,
        }
    }

    fn secret_hash(&self) -> B256 {
        keccak256(self.secret.to_be_bytes())
    }
}

pub(crate) fn now() -> UnixSeconds {
    SystemClock.now().to_seconds()
}

fn types() -> Value {
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

pub(crate) fn policy() -> Policy {
    let registry = r#"
        environment = "sandbox"
        [networks.node]
        kind = "evm"
        api_network_id = 1
        chain_id = 424242
        [tokens.TKN]
        network = "node"
        address = "0x00000000000000000000000000000000000000aa"
        decimals = 6
    "#;
    let policy = r#"
        paused = false
        max_deadline_seconds = 3600
        max_slippage_bps = 100
        require_facts = []
        [limits.TKN]
        per_swap = "1000000"
        per_day = "1000000"
    "#;
    Policy::from_toml(policy, &Registry::from_toml(registry).unwrap()).unwrap()
}
