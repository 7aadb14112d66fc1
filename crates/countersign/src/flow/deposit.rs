//! Drafts the transaction that funds a deposit, by what the chain says, and sends it there.

use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{
    BitcoinFacts, BroadcastError, CallChainView, CallFacts, CallOutcome, ChainViewError, FeeRate,
    IntentKey, PaymentFacts, SeenCoins, SolanaTransferView, TransferFacts, TransferTerms,
};
use countersign_bitcoin::{VerifiedPayment, build_payment, verify_payment};
use countersign_evm::{
    BuildError as CallBuildError, CallDraft, CallSigner, VerifiedCall, call_facts_query,
    verify_call,
};
use countersign_http_client::Retry;
use countersign_near::IntentSigner;
use countersign_solana::{
    TransferDraft, TransferPlan, TransferSigner, VerifiedTransfer, build_transfer,
    transfer_facts_query, verify_transfer,
};
use countersign_units::{EvmAddress, SolanaAddress};
use tokio::time::timeout;

use super::Countersign;
use super::chain::in_time;
use crate::deposit::{
    BoundDeposit, Draft, call_terms, intent_draft, payment_terms, transfer_terms,
};
use crate::{
    ApiError, BitcoinSource, DepositSource, EvmSource, Facts, FlowError, SentTransaction,
    SolanaSource,
};

/// How long a node may take to answer a transaction.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// What is paid for a virtual byte where nobody says what others pay.
const USUAL_RATE: FeeRate = FeeRate::from_sats_per_vb(2);
/// Within how many blocks a payment is to be mined.
const SOON_BLOCKS: u16 = 3;

impl Countersign {
    /// Drafts the transaction of a deposit, and reads the facts that it is judged by.
    pub(super) async fn draft(&self, deposit: &mut BoundDeposit) -> Result<Facts, FlowError> {
        let (draft, facts) = match &deposit.agreed.from {
            DepositSource::Evm(source) => self.draft_call(deposit, source).await?,
            DepositSource::Bitcoin(source) => self.draft_payment(deposit, source).await?,
            DepositSource::Solana(source) => self.draft_transfer(deposit, source).await?,
            DepositSource::Intents(source) => {
                (intent_draft(deposit, source)?, Facts::Near(Box::default()))
            }
        };
        deposit.draft = Some(draft);
        Ok(facts)
    }

    async fn draft_call(
        &self,
        deposit: &BoundDeposit,
        source: &EvmSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let view = self.call_chain(network)?;
        let counted = in_time(network, view.account_nonce(source.chain_id, source.owner)).await?;
        let terms = call_terms(deposit, source, counted.pending)?;
        let query = call_facts_query(&terms.approval);
        let facts = in_time(network, view.call_facts(&query)).await?;
        let draft = CallDraft::build(&terms.approval, &facts);
        let draft = draft.map_err(|error| FlowError::Draft(why_no_call(&error, &facts)))?;
        Ok((Draft::Call { terms, draft }, Facts::Call(Box::new(facts))))
    }

    async fn draft_payment(
        &self,
        deposit: &BoundDeposit,
        source: &BitcoinSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let Some(view) = self.bitcoin_chains.get(network) else {
            return Err(no_view(network));
        };
        let named = source.coins.iter().flatten().map(|coin| coin.script_pubkey.clone());
        let mut scripts: Vec<_> = named.chain([source.owner_script.clone()]).collect();
        scripts.sort_unstable();
        scripts.dedup();
        let seen = in_time(network, view.coins(source.network, &scripts)).await?;
        let rate = in_time(network, view.fee_rate(source.network, SOON_BLOCKS)).await?;
        let rate = rate.unwrap_or(USUAL_RATE);
        let terms = payment_terms(deposit, source, &seen)?;
        let facts = PaymentFacts { chain: chain_facts(&seen), conflict: None };
        let draft = build_payment(&terms.approval, rate.min(terms.approval.fees.max_rate), &facts);
        let draft = draft.map_err(|error| FlowError::Draft(error.to_string()))?;
        Ok((Draft::Payment { terms, draft }, Facts::Payment(Box::new(facts))))
    }

    async fn draft_transfer(
        &self,
        deposit: &BoundDeposit,
        source: &SolanaSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let view = self.transfer_chain(network)?;
        let latest = in_time(network, view.latest_blockhash(source.genesis_hash)).await?;
        let terms = transfer_terms(deposit, source, latest)?;
        let writable = [source.owner, terms.approval.action.to()];
        let price = view.compute_unit_price(source.genesis_hash, &writable);
        let price = in_time(network, price).await?;
        // What has to be made and what it costs is seen by a first draft.
        let first = TransferPlan::new(&terms.approval, &TransferFacts::default(), price);
        let first = build_transfer(&terms.approval, &first)?;
        let facts = self.transfer_facts(network, &first, &terms.approval).await?;
        let plan = TransferPlan::new(&terms.approval, &facts, price);
        let draft = build_transfer(&terms.approval, &plan)?;
        let facts = if draft.as_wire() == first.as_wire() {
            facts
        } else {
            self.transfer_facts(network, &draft, &terms.approval).await?
        };
        Ok((Draft::Transfer { terms, draft }, Facts::Transfer(Box::new(facts))))
    }

    pub(super) async fn transfer_facts(
        &self,
        network: &str,
        draft: &TransferDraft,
        terms: &TransferTerms,
    ) -> Result<TransferFacts, FlowError> {
        let view = self.transfer_chain(network)?;
        let Some(query) = transfer_facts_query(draft, terms) else {
            return Ok(TransferFacts::default());
        };
        in_time(network, view.transfer_facts(&query)).await
    }

    /// Finds our key of the account that pays in.
    pub(super) fn find_key(&self, from: &mut DepositSource, owner: &str) -> Result<(), FlowError> {
        match from {
            DepositSource::Evm(source) => self.call_signer(source.owner).map(drop),
            DepositSource::Bitcoin(source) => {
                let key = self.coin_key(&source.owner_script, owner)?;
                source.public_key = Some(key.public_key);
                Ok(())
            }
            DepositSource::Solana(source) => self.transfer_signer(source.owner).map(drop),
            DepositSource::Intents(source) => {
                self.intent_signer(&source.key, &source.account).map(drop)
            }
        }
    }

    pub(super) async fn judge_call_again(&self, call: &VerifiedCall) -> Result<(), FlowError> {
        let terms = Arc::new(call.terms().clone());
        let network = &terms.source.network;
        let query = call_facts_query(&terms.approval);
        let facts = in_time(network, self.call_chain(network)?.call_facts(&query)).await?;
        Ok(verify_call(call.draft().clone(), &terms, &facts, self.now()).map(drop)?)
    }

    pub(super) async fn judge_payment_again(
        &self,
        payment: &VerifiedPayment,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(payment.terms().clone());
        let network = &terms.source.network;
        let view = self.bitcoin_chains.get(network).ok_or_else(|| no_view(network))?;
        let coins = terms.approval.coins.iter().map(|coin| coin.script_pubkey.clone());
        let mut scripts: Vec<_> = coins.chain([terms.approval.change_script.clone()]).collect();
        scripts.sort_unstable();
        scripts.dedup();
        let seen = in_time(network, view.coins(terms.approval.network, &scripts)).await?;
        let facts = PaymentFacts { chain: chain_facts(&seen), conflict: None };
        Ok(verify_payment(payment.draft().clone(), &terms, &facts, self.now()).map(drop)?)
    }

    pub(super) async fn judge_transfer_again(
        &self,
        transfer: &VerifiedTransfer,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(transfer.terms().clone());
        let (network, draft) = (&terms.source.network, transfer.draft());
        let facts = self.transfer_facts(network, draft, &terms.approval).await?;
        Ok(verify_transfer(draft.clone(), &terms, &facts, self.now()).map(drop)?)
    }

    /// Sends a signed transaction to its chain. The same bytes may be sent again.
    pub(super) async fn send(&self, network: &str, sent: &SentTransaction) -> Result<(), ApiError> {
        let bytes = hex::decode(&sent.transaction).map_err(|_| declined("no bytes in hex"))?;
        let registry = self.config.registry();
        let Some(pins) = registry.network(network) else {
            return Err(declined("a network that the registry does not hold"));
        };
        let sending = async {
            if let (Some(view), Some(pins)) = (self.call_chains.get(network), &pins.permit2) {
                return view.broadcast(pins.chain_id, &bytes).await;
            }
            if let (Some(view), Some(pins)) = (self.bitcoin_chains.get(network), &pins.htlc) {
                return Ok(view.broadcast(pins.network, &bytes).await?);
            }
            if let (Some(view), Some(pins)) = (self.transfer_chains.get(network), &pins.cosign) {
                return Ok(view.send(pins.genesis_hash, &bytes).await?);
            }
            Err(ChainViewError::Unavailable("there is no view of it".to_owned()).into())
        };
        let sent = timeout(SEND_DEADLINE, sending).await;
        sent.unwrap_or_else(|_| Err(ChainViewError::Unavailable("no answer".to_owned()).into()))
            .map_err(|error| not_sent(&error))
    }

    pub(super) fn call_signer(&self, owner: EvmAddress) -> Result<&dyn CallSigner, FlowError> {
        let signer = self.call_signers.iter().find(|signer| signer.account() == owner);
        let no_key = || FlowError::NoKey { owner: owner.to_string() };
        signer.map(AsRef::as_ref).ok_or_else(no_key)
    }

    pub(super) fn intent_signer(
        &self,
        key: &IntentKey,
        account: &str,
    ) -> Result<&dyn IntentSigner, FlowError> {
        let signer = self.intent_signers.iter().find(|signer| signer.key() == *key);
        let no_key = || FlowError::NoKey { owner: account.to_owned() };
        signer.map(AsRef::as_ref).ok_or_else(no_key)
    }

    pub(super) fn transfer_signer(
        &self,
        owner: SolanaAddress,
    ) -> Result<&dyn TransferSigner, FlowError> {
        let signer = self.transfer_signers.get(&owner).map(AsRef::as_ref);
        signer.ok_or_else(|| FlowError::NoKey { owner: owner.to_string() })
    }

    fn call_chain(&self, network: &str) -> Result<&dyn CallChainView, FlowError> {
        self.call_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }

    fn transfer_chain(&self, network: &str) -> Result<&dyn SolanaTransferView, FlowError> {
        self.transfer_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }
}

/// Says why no transaction was drafted: a node says nothing of gas where the call would fail.
fn why_no_call(error: &CallBuildError, facts: &CallFacts) -> String {
    match &facts.simulation {
        Some(CallOutcome::Failed(reason)) => format!("{error}; it would fail: {reason}"),
        _ => error.to_string(),
    }
}

/// Refuses a deposit for which there is no view of its chain: it is drafted by what that says.
fn no_view(network: &str) -> FlowError {
    crate::deposit::not_drafted(network).into()
}

/// Says what became of a transaction that was not taken. Whatever it is, the same bytes may be sent
/// again; one that is declined may have been taken before.
fn not_sent(error: &BroadcastError) -> ApiError {
    let retry = match error {
        BroadcastError::View(ChainViewError::Declined(_)) => Retry::Never,
        BroadcastError::View(_) => Retry::AskFirst,
        _ => Retry::Never,
    };
    ApiError { code: "broadcast", retry, retry_after: None, message: error.to_string() }
}

fn declined(found: &str) -> ApiError {
    let message = format!("expected a transaction that can be sent, found {found}");
    ApiError { code: "broadcast", retry: Retry::Never, retry_after: None, message }
}

/// Tells what was seen of coins as facts.
pub(super) fn chain_facts(seen: &SeenCoins) -> BitcoinFacts {
    BitcoinFacts {
        confirmations: Some(seen.coins.iter().map(|(coin, depth)| (coin.id, *depth)).collect()),
        coins: Some(seen.coins.iter().map(|(coin, _)| coin.clone()).collect()),
        height: Some(seen.height),
        reserved: None,
    }
}
