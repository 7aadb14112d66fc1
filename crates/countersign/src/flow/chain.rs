//! Verifies a payload, with what the chain says where there is a view of it.

use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{
    BitcoinFacts, CallFacts, ChainViewError, CosignTerms, EvmFacts, HtlcTerms, Ledger, NearFacts,
    PaymentFacts, Permit2Terms, SolanaFacts, Terms, TransferFacts, TronCallFacts,
};
#[cfg(feature = "journal")]
use countersign_approval::{NonceQuery, NonceState};
use countersign_bitcoin::VerifiedPsbt;
use countersign_evm::{PermitPayload, VerifiedPermit, VerifyError, facts_query, verify};
use countersign_near::verify_intent;
use countersign_solana::{CosignPayload, VerifiedCosign};
use tokio::time::timeout;

use super::Countersign;
use super::deposit::reserved_coins;
use crate::bind::{BoundPayload, BoundPsbt};
use crate::deposit::not_drafted;
use crate::{Bound, Evidence, FlowError, MissingAllowance, Verified};

/// How long a view of a chain may take.
const CHAIN_DEADLINE: Duration = Duration::from_secs(30);

/// For how long facts hold: a review may take longer, and the chain does not wait for it.
const FRESH_SECONDS: u64 = 30;

/// What a view of the source chain said, of the kind that the payload is judged by.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "facts are of one of these chains")]
pub enum Facts {
    /// Of an EVM chain, or of Tron.
    Evm(EvmFacts),
    /// Of Bitcoin.
    Bitcoin(BitcoinFacts),
    /// Of a Solana cluster.
    Solana(Box<SolanaFacts>),
    /// About a transaction of our own on an EVM chain.
    Call(Box<CallFacts>),
    /// About a transaction of our own on Tron.
    TronCall(Box<TronCallFacts>),
    /// About a payment of our own on Bitcoin.
    Payment(Box<PaymentFacts>),
    /// About a transfer of our own on Solana.
    Transfer(Box<TransferFacts>),
    /// Of the intents contract on NEAR.
    Near(Box<NearFacts>),
}

impl Countersign {
    /// Reads the facts of the source chain and compares the payload with them and with the terms.
    ///
    /// Without a view of that network's chain there are no facts, and a policy that requires some
    /// refuses.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation, [`FlowError::Chain`] if the chain can't
    /// be asked, or [`FlowError::Allowance`] if nothing but the token's allowance is missing.
    pub async fn verify(&self, mut bound: Bound) -> Result<Verified, FlowError> {
        let facts = self.facts(&mut bound).await?;
        self.verify_with(bound, &facts)
    }

    /// Reads the facts that a payload has to be judged by; none where there is no view of the
    /// chain. The coins of a PSBT that the request did not name are taken from the chain.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] for a payload that no fact could make acceptable, or
    /// [`FlowError::Chain`].
    pub async fn facts(&self, bound: &mut Bound) -> Result<Facts, FlowError> {
        self.facts_by(self.ledger.as_ref(), bound).await
    }

    /// Reads the facts, with what a ledger knows of nonces and coins.
    pub(crate) async fn facts_by(
        &self,
        ledger: &dyn Ledger,
        bound: &mut Bound,
    ) -> Result<Facts, FlowError> {
        self.require_own(bound.maker)?;
        match &mut bound.payload {
            BoundPayload::Permit2 { terms, payload } => {
                Ok(Facts::Evm(self.evm_facts(terms, payload).await?))
            }
            BoundPayload::Htlc(psbt) => Ok(Facts::Bitcoin(self.bitcoin_facts(ledger, psbt).await?)),
            BoundPayload::Cosign { terms, payload } => {
                Ok(Facts::Solana(Box::new(self.solana_facts(terms, payload).await?)))
            }
            BoundPayload::Deposit(deposit) => self.draft(ledger, deposit).await,
        }
    }

    async fn evm_facts(
        &self,
        terms: &Terms<Permit2Terms>,
        payload: &PermitPayload,
    ) -> Result<EvmFacts, FlowError> {
        let network = &terms.source.network;
        let Some(view) = self.chains.get(network) else { return Ok(EvmFacts::default()) };
        let query = facts_query(payload, &terms.approval, self.now())?;
        in_time(network, view.facts(&query)).await
    }

    /// Asks whether Permit2 has used up a nonce; nothing where the chain can't be asked.
    #[cfg(feature = "journal")]
    pub(crate) async fn nonce(&self, network: &str, query: &NonceQuery) -> Option<NonceState> {
        let view = self.chains.get(network)?;
        in_time(network, view.nonce(query)).await.ok()
    }

    async fn bitcoin_facts(
        &self,
        ledger: &dyn Ledger,
        psbt: &mut BoundPsbt,
    ) -> Result<BitcoinFacts, FlowError> {
        let network = psbt.terms.source.network.clone();
        let Some(view) = self.bitcoin_chains.get(&network) else {
            return Ok(BitcoinFacts::default());
        };
        let chain = psbt.terms.approval.network;
        let HtlcTerms { change_script, coins, .. } = &psbt.terms.approval;
        let mut scripts: Vec<_> = coins.iter().map(|coin| coin.script_pubkey.clone()).collect();
        scripts.push(change_script.clone());
        scripts.sort_unstable();
        scripts.dedup();
        let seen = in_time(&network, view.coins(chain, &scripts)).await?;
        let facts = psbt.fill(&seen);
        let coins = psbt.terms.approval.coins.iter().map(|coin| coin.id);
        let reserved = reserved_coins(ledger, chain, coins.collect(), psbt.terms.swap_id).await?;
        Ok(BitcoinFacts { reserved: Some(reserved), ..facts })
    }

    async fn solana_facts(
        &self,
        terms: &Terms<CosignTerms>,
        payload: &CosignPayload,
    ) -> Result<SolanaFacts, FlowError> {
        let network = &terms.source.network;
        let Some(view) = self.solana_chains.get(network) else { return Ok(SolanaFacts::default()) };
        // What can't be decoded is refused without a question.
        let query = countersign_solana::facts_query(payload, &terms.approval);
        let Some(query) = query else { return Ok(SolanaFacts::default()) };
        in_time(network, view.facts(&query)).await
    }

    /// Compares the payload with the terms and with facts of the chain, and makes evidence of it.
    ///
    /// Facts of another kind of chain are none.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation, or [`FlowError::Allowance`].
    pub fn verify_with(&self, bound: Bound, facts: &Facts) -> Result<Verified, FlowError> {
        let Bound { maker, intent_id, payload } = bound;
        self.require_own(maker)?;
        let mut kept = None;
        let evidence = match payload {
            BoundPayload::Permit2 { terms, payload } => {
                let none = EvmFacts::default();
                let facts = if let Facts::Evm(facts) = facts { facts } else { &none };
                let permit = verify(payload, &terms, facts, self.now());
                let permit = permit.map_err(|error| missing_allowance(error, &terms, facts))?;
                Evidence::Permit(Arc::new(permit))
            }
            BoundPayload::Htlc(psbt) => {
                let none = BitcoinFacts::default();
                let facts = if let Facts::Bitcoin(facts) = facts { facts } else { &none };
                let BoundPsbt { terms, payload, .. } = *psbt;
                let terms = Arc::new(terms);
                let psbt = countersign_bitcoin::verify(payload, &terms, facts, self.now())?;
                Evidence::Psbt(Arc::new(psbt))
            }
            BoundPayload::Cosign { terms, payload } => {
                let none = SolanaFacts::default();
                let facts = if let Facts::Solana(facts) = facts { facts.as_ref() } else { &none };
                let cosign = countersign_solana::verify(payload, &terms, facts, self.now())?;
                Evidence::Cosign(Arc::new(cosign))
            }
            BoundPayload::Deposit(mut deposit) => {
                let draft = deposit.draft.take();
                let none = || not_drafted(&deposit.terms.source.network);
                let evidence = draft.ok_or_else(none)?.verify(facts, self.now())?;
                kept = Some(deposit);
                evidence
            }
        };
        Ok(Verified { maker, intent_id, evidence, deposit: kept, judged_at: self.now() })
    }

    /// Judges what was verified again where that was a while ago: by the time, and by what the chain
    /// says now.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::PolicyChanged`] where the policy is another one by now, and what
    /// [`verify`](Self::verify) returns.
    pub(super) async fn require_fresh(
        &self,
        verified: &Verified,
        ledger: &dyn Ledger,
    ) -> Result<(), FlowError> {
        let Verified { evidence, judged_at, .. } = verified;
        let policy = self.config.policy()?;
        if !policy.paused() && policy.digest() != evidence.policy_digest() {
            return Err(FlowError::PolicyChanged);
        }
        if self.now().abs_diff(*judged_at) <= FRESH_SECONDS {
            return Ok(());
        }
        match evidence {
            Evidence::Permit(permit) => self.judge_permit_again(permit).await,
            Evidence::Psbt(psbt) => self.judge_psbt_again(ledger, psbt).await,
            Evidence::Cosign(cosign) => self.judge_cosign_again(cosign).await,
            Evidence::Call(call) => self.judge_call_again(ledger, call).await,
            Evidence::TronCall(call) => self.judge_tron_call_again(call).await,
            Evidence::Payment(payment) => self.judge_payment_again(ledger, payment).await,
            Evidence::Transfer(transfer) => self.judge_transfer_again(transfer).await,
            Evidence::Intent(intent) => {
                let terms = Arc::new(intent.terms().clone());
                let (payload, facts) = (intent.payload().clone(), NearFacts::default());
                Ok(verify_intent(payload, &terms, &facts, self.now()).map(drop)?)
            }
        }
    }

    async fn judge_permit_again(&self, permit: &VerifiedPermit) -> Result<(), FlowError> {
        let terms = Arc::new(permit.terms().clone());
        let facts = self.evm_facts(&terms, permit.payload()).await?;
        let again = verify(permit.payload().clone(), &terms, &facts, self.now());
        again.map(drop).map_err(|error| missing_allowance(error, &terms, &facts))
    }

    async fn judge_psbt_again(
        &self,
        ledger: &dyn Ledger,
        psbt: &VerifiedPsbt,
    ) -> Result<(), FlowError> {
        let terms = psbt.terms().clone();
        let mut bound = BoundPsbt::again(terms, psbt.payload().clone());
        let facts = self.bitcoin_facts(ledger, &mut bound).await?;
        let BoundPsbt { terms, payload, .. } = bound;
        let again = countersign_bitcoin::verify(payload, &Arc::new(terms), &facts, self.now());
        Ok(again.map(drop)?)
    }

    async fn judge_cosign_again(&self, cosign: &VerifiedCosign) -> Result<(), FlowError> {
        let terms = Arc::new(cosign.terms().clone());
        let facts = self.solana_facts(&terms, cosign.payload()).await?;
        let payload = cosign.payload().clone();
        let again = countersign_solana::verify(payload, &terms, &facts, self.now());
        Ok(again.map(drop)?)
    }
}

/// Waits for a view of a chain, but not for ever.
pub(super) async fn in_time<T>(
    network: &str,
    answer: impl Future<Output = Result<T, ChainViewError>>,
) -> Result<T, FlowError> {
    let late = |_| Err(ChainViewError::Unavailable(format!("no answer in {CHAIN_DEADLINE:?}")));
    let answer = timeout(CHAIN_DEADLINE, answer).await.unwrap_or_else(late);
    answer.map_err(|source| FlowError::Chain { network: network.to_owned(), source })
}

/// Tells an allowance that is too small, and nothing else, from other refusals.
fn missing_allowance(
    error: VerifyError,
    terms: &Terms<Permit2Terms>,
    facts: &EvmFacts,
) -> FlowError {
    let missing = match &error {
        VerifyError::Refused(refusal) => MissingAllowance::of(refusal, terms, facts),
        VerifyError::Terms(_) => None,
    };
    missing.map_or_else(|| error.into(), |missing| FlowError::Allowance(Box::new(missing)))
}
