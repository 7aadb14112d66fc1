//! Drafts the transaction that funds a deposit, by what the chain says, and sends it there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{
    BitcoinChainView, BitcoinFacts, BitcoinNetwork, BroadcastError, CallChainView, CallFacts,
    CallOutcome, CallTerms, ChainViewError, CoinId, Fact, FeeRate, IntentKey, Ledger,
    MempoolConflict, NetworkKind, PaymentFacts, PaymentTerms, SeenCoins, SolanaTransferView,
    SwapId, Terms, TransferFacts, TransferTerms,
};
use countersign_bitcoin::{
    PaymentDraft, VerifiedPayment, build_payment, coin_resource, verify_payment,
};
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
use super::nonce::Account;
use crate::deposit::{
    BoundDeposit, Draft, call_terms, intent_draft, payment_terms, transfer_terms,
};
use crate::{
    ApiError, BitcoinSource, DepositSource, EvmSource, Facts, FlowError, SentTransaction,
    SolanaSource,
};

/// How long a node may take to answer a transaction.
pub(super) const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// How often a node is asked again that wants the transaction before it first, and how long after.
const TURNS: u32 = 20;
const TURN: Duration = Duration::from_millis(250);
/// What is paid for a virtual byte where nobody says what others pay.
pub(super) const USUAL_RATE: FeeRate = FeeRate::from_sats_per_vb(2);
/// Within how many blocks a payment is to be mined.
pub(super) const SOON_BLOCKS: u16 = 3;
/// How often coins are chosen anew where something spends them already.
const CHOICES: u32 = 5;

impl Countersign {
    /// Drafts the transaction of a deposit, and reads the facts that it is judged by.
    pub(super) async fn draft(
        &self,
        ledger: &dyn Ledger,
        deposit: &mut BoundDeposit,
    ) -> Result<Facts, FlowError> {
        let (draft, facts) = match &deposit.agreed.from {
            DepositSource::Evm(source) => self.draft_call(ledger, deposit, source).await?,
            DepositSource::Tron(source) => self.draft_tron_deposit(deposit, source).await?,
            DepositSource::Bitcoin(source) => self.draft_payment(ledger, deposit, source).await?,
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
        ledger: &dyn Ledger,
        deposit: &BoundDeposit,
        source: &EvmSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let nonce = self.allot_nonce(ledger, network, source.chain_id, source.owner).await?;
        let terms = call_terms(deposit, source, nonce)?;
        let facts = self.call_facts(ledger, network, &terms.approval).await?;
        let draft = CallDraft::build(&terms.approval, &facts);
        let draft = draft.map_err(|error| FlowError::Draft(why_no_call(&error, &facts)))?;
        Ok((Draft::Call { terms, draft }, Facts::Call(Box::new(facts))))
    }

    /// Reads the facts about a transaction of our own. What our swaps hold counts as waiting.
    pub(super) async fn call_facts(
        &self,
        ledger: &dyn Ledger,
        network: &str,
        terms: &CallTerms,
    ) -> Result<CallFacts, FlowError> {
        let query = call_facts_query(terms);
        let mut facts = in_time(network, self.call_chain(network)?.call_facts(&query)).await?;
        if let Some(counted) = &mut facts.account_nonce {
            let account = Account { chain_id: terms.chain_id, owner: terms.owner };
            *counted = account.with_ours(ledger, *counted).await?;
        }
        Ok(facts)
    }

    async fn draft_payment(
        &self,
        ledger: &dyn Ledger,
        deposit: &BoundDeposit,
        source: &BitcoinSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let view = self.bitcoin_chain(network)?;
        let named = source.coins.iter().flatten().map(|coin| coin.script_pubkey.clone());
        let mut scripts: Vec<_> = named.chain([source.owner_script.clone()]).collect();
        scripts.sort_unstable();
        scripts.dedup();
        let seen = in_time(network, view.coins(source.network, &scripts)).await?;
        let rate = in_time(network, view.fee_rate(source.network, SOON_BLOCKS)).await?;
        let rate = rate.unwrap_or(USUAL_RATE);
        let terms = payment_terms(deposit, source, &seen)?;
        require_allowed(rate, terms.approval.fees.max_rate)?;
        let facts = self.payment_facts(ledger, &terms, &seen).await?;
        let (draft, facts) = self.undisputed(&terms, rate, facts).await?;
        Ok((Draft::Payment { terms, draft }, Facts::Payment(Box::new(facts))))
    }

    /// Tells what was seen of coins, and which of them other swaps hold.
    async fn payment_facts(
        &self,
        ledger: &dyn Ledger,
        terms: &Terms<PaymentTerms>,
        seen: &SeenCoins,
    ) -> Result<PaymentFacts, FlowError> {
        let coins = terms.approval.coins.iter().map(|coin| coin.id).collect();
        let (network, swap_id) = (terms.approval.network, terms.swap_id);
        let reserved = Some(reserved_coins(ledger, network, coins, swap_id).await?);
        let chain = BitcoinFacts { reserved, ..chain_facts(seen) };
        Ok(PaymentFacts { chain, conflict: None })
    }

    /// Drafts a payment of coins that nothing spends which waits to be mined.
    async fn undisputed(
        &self,
        terms: &Terms<PaymentTerms>,
        rate: FeeRate,
        mut facts: PaymentFacts,
    ) -> Result<(PaymentDraft, PaymentFacts), FlowError> {
        let mut spent = Vec::new();
        for _ in 0..CHOICES {
            // Which coins stay out is what the builder is told of them; it asks nothing more.
            let known = PaymentFacts { conflict: Some(waiting(&spent)), ..facts.clone() };
            let draft = build_payment(&terms.approval, rate, &known);
            let draft = draft.map_err(|error| FlowError::Draft(error.to_string()))?;
            let found = self.conflict(terms, &draft.spends()).await?;
            let coins = found.iter().flat_map(|found| found.coins.clone()).collect::<Vec<_>>();
            facts.conflict = found;
            if coins.is_empty() {
                return Ok((draft, facts));
            }
            spent.extend(coins);
        }
        let found = format!("{} coins that other transactions spend, which wait", spent.len());
        Err(FlowError::Draft(format!("expected coins that nothing spends, found {found}")))
    }

    /// Asks what waits to be mined and spends some coins. A view that can't tell matters where the
    /// policy wants it told.
    async fn conflict(
        &self,
        terms: &Terms<PaymentTerms>,
        coins: &[CoinId],
    ) -> Result<Option<MempoolConflict>, FlowError> {
        let (network, approval) = (&terms.source.network, &terms.approval);
        let view = self.bitcoin_chain(network)?;
        let found = in_time(network, view.conflict(approval.network, coins)).await;
        let is_required = approval.require_facts.contains(&Fact::MempoolConflict);
        if is_required { found.map(Some) } else { Ok(found.ok()) }
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
            DepositSource::Tron(source) => self.call_signer(source.owner).map(drop),
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

    pub(super) async fn judge_call_again(
        &self,
        ledger: &dyn Ledger,
        call: &VerifiedCall,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(call.terms().clone());
        let facts = self.call_facts(ledger, &terms.source.network, &terms.approval).await?;
        Ok(verify_call(call.draft().clone(), &terms, &facts, self.now()).map(drop)?)
    }

    pub(super) async fn judge_payment_again(
        &self,
        ledger: &dyn Ledger,
        payment: &VerifiedPayment,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(payment.terms().clone());
        let network = &terms.source.network;
        let coins = terms.approval.coins.iter().map(|coin| coin.script_pubkey.clone());
        let mut scripts: Vec<_> = coins.chain([terms.approval.change_script.clone()]).collect();
        scripts.sort_unstable();
        scripts.dedup();
        let view = self.bitcoin_chain(network)?;
        let seen = in_time(network, view.coins(terms.approval.network, &scripts)).await?;
        let conflict = self.conflict(&terms, &payment.draft().spends()).await?;
        let facts = self.payment_facts(ledger, &terms, &seen).await?;
        let facts = PaymentFacts { conflict, ..facts };
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
            if let (NetworkKind::Tron, Some(pins)) = (pins.kind, &pins.permit2) {
                let view = self.tron_chains.get(network).ok_or_else(unseen)?;
                return view.broadcast(pins.chain_id, &bytes).await;
            }
            if let (Some(view), Some(pins)) = (self.call_chains.get(network), &pins.permit2) {
                return broadcast_in_turn(view.as_ref(), pins.chain_id, &bytes).await;
            }
            if let (Some(view), Some(pins)) = (self.bitcoin_chains.get(network), &pins.htlc) {
                return Ok(view.broadcast(pins.network, &bytes).await?);
            }
            if let (Some(view), Some(pins)) = (self.transfer_chains.get(network), &pins.cosign) {
                return Ok(view.send(pins.genesis_hash, &bytes).await?);
            }
            Err(unseen().into())
        };
        let sent = timeout(SEND_DEADLINE, sending).await;
        sent.unwrap_or_else(|_| Err(ChainViewError::Unavailable("no answer".to_owned()).into()))
            .map_err(|error| not_sent(&error))
    }

    pub(super) fn call_signer(&self, owner: EvmAddress) -> Result<Arc<dyn CallSigner>, FlowError> {
        let signer = self.call_signers.iter().find(|signer| signer.account() == owner).cloned();
        let no_key = || FlowError::NoKey { owner: owner.to_string() };
        signer.or_else(|| self.rings.call(owner)).ok_or_else(no_key)
    }

    pub(super) fn intent_signer(
        &self,
        key: &IntentKey,
        account: &str,
    ) -> Result<Arc<dyn IntentSigner>, FlowError> {
        let signer = self.intent_signers.iter().find(|signer| signer.key() == *key).cloned();
        let no_key = || FlowError::NoKey { owner: account.to_owned() };
        signer.or_else(|| self.rings.intent(key)).ok_or_else(no_key)
    }

    pub(super) fn transfer_signer(
        &self,
        owner: SolanaAddress,
    ) -> Result<Arc<dyn TransferSigner>, FlowError> {
        let signer = self.transfer_signers.get(&owner).cloned();
        let no_key = || FlowError::NoKey { owner: owner.to_string() };
        signer.or_else(|| self.rings.transfer(owner)).ok_or_else(no_key)
    }

    pub(super) fn call_chain(&self, network: &str) -> Result<&dyn CallChainView, FlowError> {
        self.call_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }

    fn bitcoin_chain(&self, network: &str) -> Result<&dyn BitcoinChainView, FlowError> {
        self.bitcoin_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }

    fn transfer_chain(&self, network: &str) -> Result<&dyn SolanaTransferView, FlowError> {
        self.transfer_chains.get(network).map(AsRef::as_ref).ok_or_else(|| no_view(network))
    }
}

fn unseen() -> ChainViewError {
    ChainViewError::Unavailable("there is no view of it".to_owned())
}

/// Requires policy to allow what others pay: below it a payment may not be mined before its deadline.
fn require_allowed(rate: FeeRate, most: FeeRate) -> Result<(), FlowError> {
    if rate <= most {
        return Ok(());
    }
    let [asked, allowed] = [rate, most].map(FeeRate::sats_per_kvb);
    Err(FlowError::Draft(format!(
        "the chain asks for {asked} sat for 1000 vbytes, and policy allows at most {allowed}"
    )))
}

/// Says why no transaction was drafted: a node says nothing of gas where the call would fail.
pub(super) fn why_no_call(error: &CallBuildError, facts: &CallFacts) -> String {
    match &facts.simulation {
        Some(CallOutcome::Failed(reason)) => format!("{error}; it would fail: {reason}"),
        _ => error.to_string(),
    }
}

/// Refuses a deposit for which there is no view of its chain: it is drafted by what that says.
pub(super) fn no_view(network: &str) -> FlowError {
    crate::deposit::not_drafted(network).into()
}

/// Sends a transaction of an account. A node that takes them one after another gets the one before it
/// first, which may be on its way.
pub(super) async fn broadcast_in_turn(
    view: &dyn CallChainView,
    chain_id: u64,
    transaction: &[u8],
) -> Result<(), BroadcastError> {
    for _ in 0..TURNS {
        match view.broadcast(chain_id, transaction).await {
            Err(BroadcastError::NonceTooHigh(_)) => tokio::time::sleep(TURN).await,
            done => return done,
        }
    }
    view.broadcast(chain_id, transaction).await
}

/// Says what became of a transaction that was not taken. Whatever it is, the same bytes may be sent
/// again; one that is declined may have been taken before.
fn not_sent(error: &BroadcastError) -> ApiError {
    let retry = match error {
        BroadcastError::View(ChainViewError::Declined(_)) => Retry::Never,
        BroadcastError::View(_) => Retry::AskFirst,
        BroadcastError::NonceTooHigh(_) => Retry::Safe,
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

/// Tells a builder which coins to leave alone.
fn waiting(coins: &[CoinId]) -> MempoolConflict {
    MempoolConflict { coins: coins.to_vec(), ..MempoolConflict::default() }
}

/// Returns which of some coins other swaps hold.
pub(super) async fn reserved_coins(
    ledger: &dyn Ledger,
    network: BitcoinNetwork,
    coins: Vec<CoinId>,
    swap_id: SwapId,
) -> Result<Vec<CoinId>, FlowError> {
    let names: BTreeMap<String, CoinId> =
        coins.into_iter().map(|coin| (coin_resource(network, coin), coin)).collect();
    let asked: Vec<String> = names.keys().cloned().collect();
    let taken = ledger.taken(&asked).await.map_err(FlowError::Ledger)?;
    let others = taken.iter().filter(|taken| taken.swap_id != swap_id);
    Ok(others.filter_map(|taken| names.get(&taken.resource).copied()).collect())
}
