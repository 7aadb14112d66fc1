//! The way of a transaction to its signature, through the public door.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, ConfigDigest, CosignTerms, Environment, MemoryLedger, Policy, Registry, SwapId,
    Terms, reserve,
};
use countersign_solana::{
    CosignPayload, LocalCosignSigner, SignedCosign, VerifiedCosign, VerifyError,
};
use countersign_units::{Lots, UnixSeconds};
use futures::executor::block_on;
use serde_json::json;

use crate::scenario::Built;

pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);

const REGISTRY: &str = r#"
environment = "mainnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 1
[tokens.MOVED]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;

const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = []
[limits.MOVED]
per_swap = "1000000000000"
per_day = "1000000000000"
"#;

pub(crate) fn policy() -> Policy {
    Policy::from_toml(POLICY, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

fn swap(approval: CosignTerms) -> Arc<Terms<CosignTerms>> {
    swap_of(approval.transfer.amount(), approval)
}

pub(crate) fn swap_of<A>(amount: Lots, approval: A) -> Arc<Terms<A>> {
    let asset = |amount: Lots| AssetAmount {
        token: "MOVED".to_owned(),
        symbol: "MOVED".to_owned(),
        network: "solana".to_owned(),
        decimals: 6,
        amount,
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: asset(amount),
        destination: asset(Lots::from(1)),
        recipient: "someone".to_owned(),
        refund_address: "us".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval,
    })
}

pub(crate) fn payload(wire: &[u8]) -> CosignPayload {
    let payload = json!({ "params_to_sign": { "transaction": hex::encode(wire) } });
    CosignPayload::new(payload.to_string())
}

pub(crate) fn verify(built: &Built) -> Result<VerifiedCosign, VerifyError> {
    verify_wire(built, &built.wire())
}

pub(crate) fn verify_wire(built: &Built, wire: &[u8]) -> Result<VerifiedCosign, VerifyError> {
    countersign_solana::verify(payload(wire), &swap(built.terms.clone()), &built.facts, NOW)
}

pub(crate) fn sign(built: &Built) -> SignedCosign {
    let cosign = verify(built).unwrap();
    let signer = LocalCosignSigner::from_seed_hex(&hex::encode(built.seed)).unwrap();
    let policy = policy();
    block_on(async {
        let reservation =
            reserve(&MemoryLedger::new(), cosign.claim(), &policy, NOW).await.unwrap();
        countersign_solana::sign(&cosign, &reservation, &policy, &signer, NOW).await.unwrap()
    })
}
