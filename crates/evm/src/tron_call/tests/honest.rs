//! Honest terms of each action on Tron, and the facts that go with them.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, CallAction, CallFacts, CallOutcome, Code, ConfigDigest, Environment, SwapId,
    Terms, TronBlock, TronCallFacts, TronCallTerms,
};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use prost::Message;

use crate::tron_call::wire::{Contract, Raw};
use crate::{TronCallDraft, judge_tron_call};

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
pub(super) const DEADLINE: UnixSeconds = UnixSeconds::new(1_795_249_800);
pub(super) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
/// The key of [`OWNER`].
pub(super) const KEY: &str = "0x19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
pub(super) const TOKEN: EvmAddress = EvmAddress::new([0x70; 20]);
pub(super) const PERMIT2: EvmAddress = EvmAddress::new([0x22; 20]);
pub(super) const DEPOSIT: EvmAddress = EvmAddress::new([0xde; 20]);

pub(super) fn owner() -> EvmAddress {
    OWNER.parse().unwrap()
}

/// One of each action that there is on Tron.
pub(super) fn actions() -> [CallAction; 5] {
    let amount = Lots::from(1_000_000_000);
    [
        CallAction::TransferNative { to: DEPOSIT, amount },
        CallAction::TransferToken { token: TOKEN, to: DEPOSIT, amount },
        CallAction::invalidate(PERMIT2, U256::from(0x2a05)),
        CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount },
        CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount: Lots::ZERO },
    ]
}

pub(super) fn terms(action: CallAction) -> TronCallTerms {
    TronCallTerms {
        owner: owner(),
        signer: Some(owner()),
        chain_id: 728_126_428,
        action,
        max_fee_limit: 30_000_000,
        max_expiration_seconds: 600,
        deadline: DEADLINE,
        min_remaining: 60,
        max_clock_skew: 300,
        require_facts: vec![],
    }
}

pub(super) fn swap(approval: TronCallTerms) -> Arc<Terms<TronCallTerms>> {
    let amount = |symbol: &str, amount| AssetAmount {
        token: symbol.to_owned(),
        symbol: symbol.to_owned(),
        network: "tron".to_owned(),
        decimals: 6,
        amount,
    };
    let source = match approval.action {
        CallAction::Approve { amount, .. } => amount,
        action => action.moves(),
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: amount("USDC", source),
        destination: amount("SOL", Lots::from(1)),
        recipient: "recipient".to_owned(),
        refund_address: OWNER.to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval,
    })
}

/// Facts under which every action is honest.
pub(super) fn facts(action: &CallAction) -> TronCallFacts {
    let token = matches!(action, CallAction::TransferToken { .. });
    TronCallFacts {
        call: CallFacts {
            owner_code: Some(vec![]),
            native_balance: Some(Lots::from(2_000_000_000)),
            balance: token.then(|| Lots::from(1_000_000_000)),
            recipient_code: action.recipient().map(|_| vec![]),
            contract_code_hash: action.contract().map(|_| [7; 32]),
            base_fee: Some(210),
            gas: Some(65_000),
            simulation: Some(CallOutcome::Returned(vec![])),
            block_time: Some(NOW),
            ..CallFacts::default()
        },
        reference: Some(TronBlock {
            number: 0x0304_0506,
            id: std::array::from_fn(|at| u8::try_from(at).unwrap()),
        }),
    }
}

pub(super) fn draft(terms: &TronCallTerms) -> TronCallDraft {
    TronCallDraft::build(terms, &facts(&terms.action), NOW).unwrap()
}

/// Changes an honest draft as a protocol buffer.
pub(super) fn changed(action: CallAction, change: impl FnOnce(&mut Raw)) -> Vec<Code> {
    let terms = terms(action);
    let mut raw = Raw::decode(draft(&terms).as_bytes()).unwrap();
    change(&mut raw);
    codes(&TronCallDraft::new(raw.encode_to_vec()), &terms, &facts(&action))
}

/// Changes the message inside of an honest draft.
pub(super) fn inside<M: Message + Default>(
    action: CallAction,
    change: impl FnOnce(&mut M),
) -> Vec<Code> {
    changed(action, |raw| {
        let [Contract { parameter: Some(parameter), .. }] = raw.contract.as_mut_slice() else {
            panic!("expected one contract");
        };
        let mut message = M::decode(parameter.value.as_slice()).unwrap();
        change(&mut message);
        parameter.value = message.encode_to_vec();
    })
}

/// Judges a draft, and returns the codes of its refusal; none means that it was accepted.
pub(super) fn codes(
    draft: &TronCallDraft,
    terms: &TronCallTerms,
    facts: &TronCallFacts,
) -> Vec<Code> {
    match judge_tron_call(draft, terms, facts, NOW) {
        Ok(_) => vec![],
        Err(refusal) => refusal.violations().iter().map(|violation| violation.code).collect(),
    }
}
