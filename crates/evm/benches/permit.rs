//! What the checks cost, beside what a bare signature costs.
//!
//! `raw_*` are the baselines: libsecp256k1 without anything around it. `verify` reads a payload as
//! the API sends it, verifies it and computes the digest; `approve` goes on to the approval's JSON,
//! with the signature recovered on its way out.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where its own values are wrong")]

use std::hint::black_box;
use std::sync::Arc;

use countersign_approval::{
    AssetAmount, ConfigDigest, Environment, EvmFacts, MemoryLedger, Permit2Terms, Pin, Policy,
    Registry, Reservation, SwapId, Terms, TypedDataStandard, UnpinnedMembers, reserve,
};
use countersign_evm::{LocalSigner, PermitPayload, VerifiedPermit, sign, verify};
use countersign_units::{Lots, U256, UnixSeconds};
use criterion::{Criterion, criterion_group, criterion_main};
use futures::executor::block_on;
use secp256k1::{Message, SECP256K1, SecretKey};

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
const KEY: &str = "19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
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

fn terms() -> Arc<Terms<Permit2Terms>> {
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
        approval: Permit2Terms {
            standard: TypedDataStandard::Eip712,
            owner: "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9".parse().unwrap(),
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
                "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)".to_owned(),
            ],
            witness: Pin::nothing(),
            resolvers: vec!["0xFAa2C73d45F573aD2b6a5d83617719F230ED6441".parse().unwrap()],
            unpinned_members: UnpinnedMembers::Refuse,
            require_facts: vec![],
            max_allowance: None,
            max_clock_skew: 300,
        },
    })
}

fn verified(terms: &Arc<Terms<Permit2Terms>>) -> VerifiedPermit {
    verify(PermitPayload::new(PAYLOAD), terms, &EvmFacts::default(), NOW).unwrap()
}

fn baselines(criterion: &mut Criterion) {
    let key: SecretKey = KEY.parse().unwrap();
    let digest = *verified(&terms()).digest().as_bytes();
    let message = Message::from_digest(digest);
    criterion.bench_function("raw_sign", |bencher| {
        bencher.iter(|| SECP256K1.sign_ecdsa_recoverable(black_box(&message), black_box(&key)));
    });
    let signature = SECP256K1.sign_ecdsa_recoverable(&message, &key);
    criterion.bench_function("raw_recover", |bencher| {
        bencher
            .iter(|| SECP256K1.recover_ecdsa(black_box(&message), black_box(&signature)).unwrap());
    });
}

fn verification(criterion: &mut Criterion) {
    let terms = terms();
    criterion.bench_function("verify", |bencher| {
        bencher.iter(|| *verified(black_box(&terms)).digest());
    });
}

/// The way of one approval, as the flow goes it: verify, sign, recover, write.
fn approve(
    terms: &Arc<Terms<Permit2Terms>>,
    reservation: &Reservation,
    policy: &Policy,
    signer: &LocalSigner,
) -> String {
    let permit = verified(terms);
    let approval = block_on(sign(&permit, reservation, policy, signer, NOW)).unwrap();
    format!(r#"{{"approval_type":"permit2","signed_data":"{approval}"}}"#)
}

fn approval(criterion: &mut Criterion) {
    let policy = Policy::from_toml(POLICY, &Registry::from_toml(REGISTRY).unwrap()).unwrap();
    let (terms, signer) = (terms(), LocalSigner::from_hex(KEY).unwrap());
    let claim = verified(&terms).claim();
    let reservation = block_on(reserve(&MemoryLedger::new(), claim, &policy, NOW)).unwrap();
    criterion.bench_function("approve", |bencher| {
        bencher.iter(|| approve(black_box(&terms), &reservation, &policy, &signer));
    });
}

criterion_group!(benches, baselines, verification, approval);
criterion_main!(benches);
