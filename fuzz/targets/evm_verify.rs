//! Any payload, against honest terms: what is accepted must say what was agreed.
#![no_main]

use std::sync::LazyLock;

use countersign::approval::{
    EvmFacts, Permit2Terms, Pin, TypedDataStandard, UnpinnedMembers,
};
use countersign::evm::{PermitPayload, judge};
use countersign::units::{EvmAddress, Lots, U256, UnixSeconds};
use libfuzzer_sys::fuzz_target;

const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);

static TERMS: LazyLock<Permit2Terms> = LazyLock::new(|| {
    let address = |text: &str| text.parse::<EvmAddress>().expect("a constant");
    Permit2Terms {
        standard: TypedDataStandard::Eip712,
        owner: address("0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9"),
        signer: None,
        chain_id: 1,
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
            "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)".into(),
        ],
        witness: Pin::nothing(),
        resolvers: vec![address("0xFAa2C73d45F573aD2b6a5d83617719F230ED6441")],
        unpinned_members: UnpinnedMembers::Allow,
        require_facts: vec![],
        max_allowance: None,
        max_clock_skew: 300,
    }
});

fuzz_target!(|text: &str| {
    let Ok(judgement) = judge(&PermitPayload::new(text), &TERMS, &EvmFacts::default(), NOW) else {
        return;
    };
    let permit = judgement.permit();
    assert_eq!((permit.token(), permit.amount()), (TERMS.token, TERMS.amount));
    assert!(TERMS.escrows.contains(&permit.spender()));
    assert!(permit.deadline() > NOW && permit.deadline().value() <= 1_795_251_600);
    let _ = judgement.statement().to_string();
});
