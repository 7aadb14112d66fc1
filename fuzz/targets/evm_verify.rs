//! Any payload, against honest terms: what is accepted must say what was agreed.
//!
//! The lowest bit of the first byte picks the standard, each other bit a fact of an honest chain.
#![no_main]

use std::sync::LazyLock;

use countersign::approval::{EvmFacts, Permit2Terms, Pin, TypedDataStandard, UnpinnedMembers};
use countersign::evm::{PermitPayload, judge};
use countersign::units::{EvmAddress, Lots, U256, UnixSeconds};
use libfuzzer_sys::fuzz_target;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);

/// What Permit2's `DOMAIN_SEPARATOR()` returns on Ethereum.
const SEPARATOR: [u8; 32] = [
    0x86, 0x6a, 0x5a, 0xba, 0x21, 0x96, 0x6a, 0xf9, 0x5d, 0x6c, 0x7a, 0xb7, 0x8e, 0xb2, 0xb2, 0xfc,
    0x91, 0x39, 0x15, 0xc2, 0x8b, 0xe3, 0xb9, 0xaa, 0x07, 0xcc, 0x04, 0xff, 0x90, 0x3e, 0x3f, 0x28,
];

static EIP712: LazyLock<Permit2Terms> = LazyLock::new(|| terms(TypedDataStandard::Eip712, 1));
static TIP712: LazyLock<Permit2Terms> =
    LazyLock::new(|| terms(TypedDataStandard::Tip712, 728_126_428));

fn address(text: &str) -> EvmAddress {
    text.parse().expect("a constant")
}

fn terms(standard: TypedDataStandard, chain_id: u64) -> Permit2Terms {
    Permit2Terms {
        standard,
        owner: address("0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9"),
        signer: None,
        chain_id,
        permit2: address("0x000000000022D473030F116dDEE9F6B43aC78BA3"),
        escrows: vec![address("0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E")],
        escrow_code_hash: None,
        escrow_implementation: None,
        token: address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
        amount: Lots::from(1_000_000_000),
        nonce: None,
        used_nonces: vec![],
        deadline: None,
        min_remaining: 0,
        max_deadline: U256::from(1_795_251_600_u64),
        witness_types: vec![
            "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)"
                .into(),
        ],
        witness: Pin::nothing(),
        resolvers: vec![address("0xFAa2C73d45F573aD2b6a5d83617719F230ED6441")],
        unpinned_members: UnpinnedMembers::Allow,
        require_facts: vec![],
        max_allowance: None,
        max_clock_skew: 300,
    }
}

fn facts(bits: u8) -> EvmFacts {
    let has = |bit: u8| bits >> bit & 1 == 1;
    EvmFacts {
        owner_code: has(1).then(Vec::new),
        spender_code_hash: has(2).then_some([0x9c; 32]),
        spender_implementation: has(2)
            .then(|| address("0x0000000000000000000000000000000000000000")),
        balance: has(3).then(|| Lots::from(5_000_000_000)),
        allowance: has(4).then(|| Lots::from(1_000_000_000)),
        nonce_bitmap: has(5).then(|| U256::from(1_u64 << 41)),
        block_time: has(6).then(|| UnixSeconds::new(NOW.value() - 10)),
        // Right on Ethereum alone.
        domain_separator: has(7).then_some(SEPARATOR),
        block_number: None,
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let terms = if bits & 1 == 1 { &*TIP712 } else { &*EIP712 };
    let facts = facts(*bits);
    let Ok(judgement) = judge(&PermitPayload::new(text), terms, &facts, NOW) else { return };
    let permit = judgement.permit();
    assert_eq!((permit.token(), permit.amount()), (terms.token, terms.amount));
    assert!(terms.escrows.contains(&permit.spender()));
    assert!(permit.deadline() > NOW && permit.deadline().value() <= 1_795_251_600);
    assert!(facts.domain_separator.is_none() || terms.chain_id == 1);
    let _ = judgement.statement().to_string();
});
