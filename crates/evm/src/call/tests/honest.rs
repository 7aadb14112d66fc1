//! Honest terms of each action, the facts that go with them, and drafts written by alloy.

use std::sync::Arc;

use alloy::consensus::{SignableTransaction, TxEip1559};
use alloy::eips::eip2930::AccessList;
use alloy::primitives::{Bytes, TxKind};
use countersign_approval::{
    AccountNonce, AssetAmount, CallAction, CallFacts, CallOutcome, CallTerms, Code, ConfigDigest,
    Environment, SwapId, Terms,
};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};

use crate::call::action::message;
use crate::{CallDraft, VerifyError, judge_call};

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);
pub(super) const DEADLINE: UnixSeconds = UnixSeconds::new(1_795_249_800);
pub(super) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
/// The key of [`OWNER`].
pub(super) const KEY: &str = "0x19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
pub(super) const TOKEN: EvmAddress = EvmAddress::new([0x70; 20]);
pub(super) const PERMIT2: EvmAddress = EvmAddress::new([0x22; 20]);
pub(super) const DEPOSIT: EvmAddress = EvmAddress::new([0xde; 20]);
pub(super) const GWEI: u128 = 1_000_000_000;

pub(super) fn owner() -> EvmAddress {
    OWNER.parse().unwrap()
}

/// One of each action.
pub(super) fn actions() -> [CallAction; 7] {
    let amount = Lots::from(1_000_000_000);
    [
        CallAction::TransferNative { to: DEPOSIT, amount },
        CallAction::TransferToken { token: TOKEN, to: DEPOSIT, amount },
        CallAction::invalidate(PERMIT2, U256::from(0x2a05)),
        CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount },
        CallAction::Approve { token: TOKEN, permit2: PERMIT2, amount: Lots::ZERO },
        CallAction::ReplaceNonce,
        CallAction::FillNonce,
    ]
}

pub(super) fn terms(action: CallAction) -> CallTerms {
    CallTerms {
        owner: owner(),
        signer: Some(owner()),
        chain_id: 1,
        action,
        account_nonce: 7,
        max_gas: 200_000,
        max_fee_per_gas: 100 * GWEI,
        max_priority_fee_per_gas: 3 * GWEI,
        max_total_fee: 10_000_000 * GWEI,
        deadline: DEADLINE,
        min_remaining: 60,
        max_clock_skew: 300,
        require_facts: vec![],
    }
}

pub(super) fn swap(approval: CallTerms) -> Arc<Terms<CallTerms>> {
    let amount = |symbol: &str, amount| AssetAmount {
        token: symbol.to_owned(),
        symbol: symbol.to_owned(),
        network: "ethereum".to_owned(),
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
pub(super) fn facts(action: &CallAction) -> CallFacts {
    let token = action.needs(countersign_approval::Fact::Balance);
    CallFacts {
        owner_code: Some(vec![]),
        account_nonce: Some(AccountNonce { mined: 7, pending: 7 }),
        native_balance: Some(Lots::from(u64::MAX)),
        balance: token.then(|| Lots::from(1_000_000_000)),
        recipient_code: action.recipient().map(|_| vec![]),
        contract_code_hash: action.contract().map(|_| [7; 32]),
        base_fee: Some(20 * GWEI),
        priority_fee: Some(GWEI),
        gas: Some(60_000),
        simulation: Some(CallOutcome::Returned(vec![])),
        block_time: Some(NOW),
        block_number: Some(1),
    }
}

/// The honest transaction as alloy's own type.
pub(super) fn by_alloy(terms: &CallTerms) -> TxEip1559 {
    let (to, value, data) = message(&terms.action, terms.owner);
    TxEip1559 {
        chain_id: terms.chain_id,
        nonce: terms.account_nonce,
        gas_limit: 75_000,
        max_fee_per_gas: 41 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: TxKind::Call(to.as_bytes().into()),
        value: value.value(),
        access_list: AccessList::default(),
        input: Bytes::from(data),
    }
}

/// The bytes that alloy would hash and sign.
pub(super) fn draft(transaction: &TxEip1559) -> CallDraft {
    CallDraft::new(transaction.encoded_for_signing())
}

/// Judges a draft, and returns the codes of its refusal; none means that it was accepted.
pub(super) fn codes(draft: &CallDraft, terms: &CallTerms, facts: &CallFacts) -> Vec<Code> {
    match judge_call(draft, terms, facts, NOW) {
        Ok(_) => vec![],
        Err(refusal) => refusal.violations().iter().map(|violation| violation.code).collect(),
    }
}

pub(super) fn codes_of(error: VerifyError) -> Vec<Code> {
    match error {
        VerifyError::Refused(refusal) => {
            refusal.violations().iter().map(|violation| violation.code).collect()
        }
        VerifyError::Terms(error) => panic!("{error}"),
    }
}
