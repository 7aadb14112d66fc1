//! A permit that verifies, and what it takes to sign it.
//!
//! The tests and the benchmark of the keys use it, too.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, ConfigDigest, Environment, EvmFacts, MemoryLedger, Permit2Terms, Pin, Policy,
    Registry, Reservation, SwapId, Terms, TypedDataStandard, UnpinnedMembers, reserve,
};
use countersign_evm::{PermitPayload, VerifiedPermit, verify};
use countersign_units::{Lots, U256, UnixSeconds};
use futures::executor::block_on;

pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
/// The owner's key, which is public.
pub(crate) const KEY: &str = "19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
pub(crate) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
const PAYLOAD: &str = include_str!("payload.json");
const REGISTRY: &str = r#"
environment = "mainnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 1
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;
const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = []
[limits.USDC]
per_swap = "1000000"
per_day = "1000000"
"#;

/// Evidence, and what signing it takes beside a key.
pub(crate) struct Case {
    pub(crate) permit: VerifiedPermit,
    pub(crate) reservation: Reservation,
    pub(crate) policy: Policy,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self::of(&terms())
    }

    pub(crate) fn of(terms: &Arc<Terms<Permit2Terms>>) -> Self {
        let registry = Registry::from_toml(REGISTRY).unwrap();
        let policy = Policy::from_toml(POLICY, &registry).unwrap();
        let permit = verified(terms);
        let ledger = MemoryLedger::new();
        let reservation = block_on(reserve(&ledger, permit.claim(), &policy, NOW)).unwrap();
        Self { permit, reservation, policy }
    }
}

pub(crate) fn verified(terms: &Arc<Terms<Permit2Terms>>) -> VerifiedPermit {
    verify(PermitPayload::new(PAYLOAD), terms, &EvmFacts::default(), NOW).unwrap()
}

pub(crate) fn terms() -> Arc<Terms<Permit2Terms>> {
    let amount = |token: &str, amount| AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "ethereum".to_owned(),
        decimals: 6,
        amount: Lots::from(amount),
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: amount("USDC", 1_000_000_000),
        destination: amount("SOL", 1),
        recipient: "recipient".to_owned(),
        refund_address: "refund".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: approval(),
    })
}

fn approval() -> Permit2Terms {
    Permit2Terms {
        standard: TypedDataStandard::Eip712,
        owner: OWNER.parse().unwrap(),
        signer: None,
        chain_id: 1,
        permit2: "0x000000000022D473030F116dDEE9F6B43aC78BA3".parse().unwrap(),
        escrows: vec!["0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E".parse().unwrap()],
        escrow_code_hash: None,
        escrow_implementation: None,
        token: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48".parse().unwrap(),
        amount: Lots::from(1_000_000_000),
        nonce: Some(U256::from(42)),
        used_nonces: vec![],
        deadline: Some(U256::from(1_795_249_800_u64)),
        min_remaining: 0,
        max_deadline: U256::from(1_795_251_600_u64),
        witness_types: vec![
            "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"
                .to_owned(),
        ],
        witness: Pin::nothing(),
        resolvers: vec!["0xFAa2C73d45F573aD2b6a5d83617719F230ED6441".parse().unwrap()],
        unpinned_members: UnpinnedMembers::Refuse,
        require_facts: vec![],
        max_allowance: None,
        max_clock_skew: 300,
    }
}
