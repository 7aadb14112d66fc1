//! What makes an approval useless on an EVM chain: drafted, verified, reserved, signed and sent.

use std::sync::Arc;

use countersign_approval::{
    BroadcastError, CallAction, CallState, CallTerms, ChainViewError, Claim, ConfigDigest, Ledger,
    NetworkKind, Permit2Pins, Reservation, SeenUse, Terms, UseQuery, reserve_cancel,
};
use countersign_bitcoin::{SignError as PaymentSignError, VerifiedPayment, sign_payment};
use countersign_evm::{
    CallDraft, GasPrice, SignCallError, SignerError, VerifiedCall, VerifiedTronCall, sign_call,
    verify_call,
};
use countersign_units::EvmAddress;
use tokio::time::timeout;

use super::Countersign;
use super::chain::in_time;
use super::deposit::SEND_DEADLINE;
use super::sign::{NO_ANSWER, SIGN_DEADLINE};
use crate::FlowError;

/// For how long a draft is signed.
pub(super) const SIGNED_WITHIN: u64 = 600;

/// What makes an approval useless, as it was verified.
#[derive(Debug)]
pub(crate) enum VerifiedCancel {
    /// A transaction of the account on an EVM chain.
    Call(Box<VerifiedCall>),
    /// A transaction of the account on Tron.
    Tron(Box<VerifiedTronCall>),
    /// The coins, back to ourselves.
    Payment(Box<VerifiedPayment>),
}

/// What makes an approval useless, as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct SignedCancel {
    /// The id by which the chain knows it.
    pub(crate) id: String,
    pub(crate) digest: [u8; 32],
    pub(crate) transaction: Vec<u8>,
}

/// A transaction of an account that is to be drafted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CancelCall {
    pub(crate) owner: EvmAddress,
    pub(crate) chain_id: u64,
    pub(crate) action: CallAction,
    pub(crate) account_nonce: u64,
    /// What waits with that account nonce, and has to be outbid.
    pub(crate) waiting: GasPrice,
}

impl VerifiedCancel {
    /// Returns what it takes, for the ledger.
    pub(crate) fn claim(&self) -> Claim {
        match self {
            Self::Call(call) => call.claim(),
            Self::Tron(call) => call.claim(),
            Self::Payment(payment) => payment.claim(),
        }
    }
}

impl Countersign {
    /// Says by which policy and registry a cancel is judged: today's.
    pub(crate) fn config_digest(&self) -> Result<ConfigDigest, FlowError> {
        let policy = self.config.policy()?.digest();
        Ok(ConfigDigest { policy, registry: self.config.registry().digest() })
    }

    /// Says why nothing can be cancelled from an account of an EVM network: what it takes to do so and
    /// is not at hand.
    pub(crate) fn lacks_for_calls(&self, network: &str, owner: EvmAddress) -> Option<String> {
        let has_bounds = self.config.policy().is_ok_and(|policy| policy.evm().is_some());
        if !has_bounds {
            return Some("bounds of gas in the policy: a table [evm]".to_owned());
        }
        if !self.call_chains.contains_key(network) {
            return Some(format!("a node of {network}"));
        }
        self.call_signer(owner).err().map(|error| format!("the key of the account: {error}"))
    }

    /// Says whether a network is of Tron, by the registry.
    pub(crate) fn is_tron(&self, network: &str) -> bool {
        let network = self.config.registry().network(network);
        network.is_some_and(|network| network.kind == NetworkKind::Tron)
    }

    /// Returns what is pinned of Permit2 on a network.
    pub(crate) fn permit2(&self, network: &str) -> Option<&Permit2Pins> {
        self.config.registry().network(network)?.permit2.as_ref()
    }

    /// Returns the contract of a token of an EVM network.
    pub(crate) fn contract(&self, token: &str) -> Option<EvmAddress> {
        let token = self.config.registry().token(token)?;
        self.permit2(&token.network)?.standard.parse_address(&token.address).ok()
    }

    /// Drafts a transaction of an account by what the chain says, and compares it with its terms.
    pub(crate) async fn draft_cancel(
        &self,
        ledger: &dyn Ledger,
        swap: Terms<()>,
        call: CancelCall,
    ) -> Result<VerifiedCancel, FlowError> {
        let CancelCall { owner, chain_id, action, account_nonce, waiting } = call;
        let policy = self.config.policy()?;
        let bounds = policy.evm().ok_or_else(no_bounds)?;
        let terms = Arc::new(swap.with(CallTerms {
            owner,
            signer: None,
            chain_id,
            action,
            account_nonce,
            max_gas: bounds.max_gas,
            max_fee_per_gas: bounds.max_fee_per_gas.into(),
            max_priority_fee_per_gas: bounds.max_priority_fee_per_gas.into(),
            max_total_fee: bounds.max_fee.into(),
            deadline: self.now().saturating_add(SIGNED_WITHIN),
            min_remaining: 1,
            max_clock_skew: policy.max_clock_skew_seconds(),
            require_facts: policy.require_facts().to_vec(),
        }));
        let network = &terms.source.network;
        let facts = self.call_facts(ledger, network, &terms.approval).await?;
        let draft = CallDraft::build_over(&terms.approval, &facts, waiting);
        let draft = draft.map_err(|error| {
            FlowError::Draft(format!("{error}; the policy's table [evm] bounds it"))
        })?;
        let call = verify_call(draft, &terms, &facts, self.now())?;
        Ok(VerifiedCancel::Call(Box::new(call)))
    }

    /// Reserves what ends an approval, beside that approval.
    pub(crate) async fn reserve_cancel(
        &self,
        ledger: &dyn Ledger,
        claim: Claim,
    ) -> Result<Reservation, FlowError> {
        let policy = self.config.policy()?;
        Ok(reserve_cancel(ledger, claim, &policy, self.now()).await?)
    }

    /// Signs what ends an approval. Nothing is let out.
    pub(crate) async fn sign_cancel(
        &self,
        cancel: &VerifiedCancel,
        reservation: &Reservation,
    ) -> Result<SignedCancel, FlowError> {
        let policy = self.config.policy()?;
        let digest = reservation.claim().digest;
        match cancel {
            VerifiedCancel::Call(call) => {
                let backend = self.call_signer(call.call().owner())?;
                let signing = sign_call(call, reservation, &policy, &*backend, self.now());
                let late = |_| SignCallError::from(SignerError::Unavailable(NO_ANSWER.to_owned()));
                let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
                let id = format!("0x{}", hex::encode(signed.hash()));
                Ok(SignedCancel { id, digest, transaction: signed.as_bytes().to_vec() })
            }
            VerifiedCancel::Tron(call) => {
                let signed = self.sign_tron(reservation, call).await?;
                let id = hex::encode(signed.id());
                Ok(SignedCancel { id, digest, transaction: signed.as_bytes().to_vec() })
            }
            VerifiedCancel::Payment(payment) => {
                let terms = payment.terms();
                let key = self.coin_key(&terms.approval.change_script, &terms.refund_address)?;
                let backend = key.signer.as_ref();
                let signing = sign_payment(payment, reservation, &policy, backend, self.now());
                let late = |_| {
                    use countersign_bitcoin::SignerError;
                    PaymentSignError::from(SignerError::Unavailable(NO_ANSWER.to_owned()))
                };
                let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
                let mut txid = signed.txid();
                txid.reverse();
                let id = hex::encode(txid);
                Ok(SignedCancel { id, digest, transaction: signed.to_bytes() })
            }
        }
    }

    /// Passes a signed transaction on to an EVM network.
    pub(crate) async fn broadcast_call(
        &self,
        network: &str,
        chain_id: u64,
        transaction: &[u8],
    ) -> Result<(), BroadcastError> {
        let lost = |why: String| BroadcastError::from(ChainViewError::Unavailable(why));
        let view = self.call_chain(network).map_err(|error| lost(error.to_string()))?;
        let sending = view.broadcast(chain_id, transaction);
        let sent = timeout(SEND_DEADLINE, sending).await;
        sent.unwrap_or_else(|_| Err(lost(NO_ANSWER.to_owned())))
    }

    /// Asks what became of a transaction on an EVM network.
    pub(crate) async fn call_state(
        &self,
        network: &str,
        chain_id: u64,
        id: &str,
    ) -> Result<CallState, FlowError> {
        let mut hash = [0; 32];
        let digits = id.strip_prefix("0x").unwrap_or(id);
        hex::decode_to_slice(digits, &mut hash)
            .map_err(|_| FlowError::Draft("expected the hash of a transaction".to_owned()))?;
        in_time(network, self.call_chain(network)?.call_state(chain_id, hash)).await
    }

    /// Asks how a permit may have been used before its nonce was spent by something else.
    pub(crate) async fn seen_use(
        &self,
        network: &str,
        query: &UseQuery,
    ) -> Result<SeenUse, FlowError> {
        let view = self.chains.get(network);
        let no_view = || ChainViewError::Unavailable("there is no view of it".to_owned());
        let view = view
            .ok_or_else(|| FlowError::Chain { network: network.to_owned(), source: no_view() })?;
        in_time(network, view.seen_use(query)).await
    }
}

/// Refuses where the policy does not bound what a cancel may cost.
pub(super) fn no_bounds() -> FlowError {
    FlowError::Draft("expected bounds of fees in the policy, found none".to_owned())
}
