//! A transaction of our own on this chain: terms, facts, draft, evidence, signature, broadcast.

use std::sync::Arc;

use countersign::approval::{
    AssetAmount, CallAction, CallChainView, CallFacts, CallState, CallTerms, ConfigDigest,
    Environment, Fact, MemoryLedger, SwapId, Terms, reserve,
};
use countersign::evm::{
    CallDraft, GasPrice, SignedCall, VerifiedCall, VerifyError, call_facts_query, sign_call,
    verify_call,
};
use countersign::units::Lots;

use crate::chain::{CHAIN_ID, Chain, our_address, signer};
use crate::offer::{HOLDS, now, policy};

const GWEI: u128 = 1_000_000_000;
/// The price of nothing, which anything outbids.
pub(crate) const NOTHING: GasPrice = GasPrice { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 };

/// What we do, and with which account nonce.
pub(crate) struct OwnCall {
    pub(crate) action: CallAction,
    pub(crate) account_nonce: u64,
}

impl OwnCall {
    /// Takes the next account nonce.
    pub(crate) async fn next(chain: &Chain, action: CallAction) -> Self {
        let owner = our_address(chain.owner);
        let nonces = chain.view().account_nonce(CHAIN_ID, owner).await.unwrap();
        Self { action, account_nonce: nonces.pending }
    }

    /// Verifies a draft of our own making with every fact that there is.
    pub(crate) async fn verified(
        &self,
        chain: &Chain,
        waiting: GasPrice,
    ) -> Result<VerifiedCall, VerifyError> {
        let (terms, facts) = (self.terms(chain), self.facts(chain).await);
        let draft = CallDraft::build_over(&terms.approval, &facts, waiting).unwrap();
        verify_call(draft, &terms, &facts, now())
    }

    pub(crate) async fn facts(&self, chain: &Chain) -> CallFacts {
        let query = call_facts_query(&self.terms(chain).approval);
        chain.view().call_facts(&query).await.unwrap()
    }

    /// Verifies, reserves and signs.
    pub(crate) async fn signed(&self, chain: &Chain, waiting: GasPrice) -> SignedCall {
        let call = self.verified(chain, waiting).await.unwrap();
        let (policy, ledger) = (policy(), MemoryLedger::new());
        let reservation = reserve(&ledger, call.claim(), &policy, now()).await.unwrap();
        sign_call(&call, &reservation, &policy, &signer(), now()).await.unwrap()
    }

    fn terms(&self, chain: &Chain) -> Arc<Terms<CallTerms>> {
        let amount = match self.action {
            CallAction::Approve { amount, .. } => amount,
            action => action.moves(),
        };
        let asset = |token: &str, amount: Lots| AssetAmount {
            token: token.to_owned(),
            symbol: token.to_owned(),
            network: "node".to_owned(),
            decimals: 6,
            amount,
        };
        Arc::new(Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: asset("TKN", amount),
            destination: asset("OTHER", Lots::from(1)),
            recipient: "recipient".to_owned(),
            refund_address: chain.owner.to_string(),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: self.call_terms(chain),
        })
    }

    pub(crate) fn call_terms(&self, chain: &Chain) -> CallTerms {
        CallTerms {
            owner: our_address(chain.owner),
            signer: None,
            chain_id: CHAIN_ID,
            action: self.action,
            account_nonce: self.account_nonce,
            max_gas: 200_000,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: 10 * GWEI,
            max_total_fee: 20_000_000 * GWEI,
            deadline: now().saturating_add(HOLDS),
            min_remaining: 60,
            max_clock_skew: 300,
            require_facts: Fact::CALL.to_vec(),
        }
    }
}

/// Signs and sends an action, and waits until it was mined.
pub(crate) async fn send(chain: &Chain, action: CallAction) {
    let call = OwnCall::next(chain, action).await;
    let signed = call.signed(chain, NOTHING).await;
    chain.view().broadcast(CHAIN_ID, signed.as_bytes()).await.unwrap();
    let state = settled(chain, &signed).await;
    assert!(matches!(state, CallState::Mined { succeeded: true, .. }), "{state:?}");
}

/// Asks until a transaction is in a block.
pub(crate) async fn settled(chain: &Chain, signed: &SignedCall) -> CallState {
    for _ in 0..crate::chain::ATTEMPTS {
        let state = chain.view().call_state(CHAIN_ID, *signed.hash()).await.unwrap();
        if matches!(state, CallState::Mined { .. }) {
            return state;
        }
        tokio::time::sleep(crate::chain::PAUSE).await;
    }
    panic!("expected {signed:?} to be mined");
}
