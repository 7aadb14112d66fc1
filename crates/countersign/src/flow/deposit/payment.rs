//! A payment of coins on Bitcoin that pays in.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{
    BitcoinFacts, BitcoinNetwork, CoinId, Fact, FeeRate, Ledger, MempoolConflict, PaymentFacts,
    PaymentTerms, SeenCoins, SwapId, Terms,
};
use countersign_bitcoin::{
    PaymentDraft, VerifiedPayment, build_payment, coin_resource, verify_payment,
};

use crate::deposit::{BoundDeposit, Draft, payment_terms};
use crate::flow::Countersign;
use crate::flow::chain::in_time;
use crate::{BitcoinSource, Facts, FlowError};

/// What is paid for a virtual byte where nobody says what others pay.
pub(in crate::flow) const USUAL_RATE: FeeRate = FeeRate::from_sats_per_vb(2);
/// Within how many blocks a payment is to be mined.
pub(in crate::flow) const SOON_BLOCKS: u16 = 3;
/// How often coins are chosen anew where something spends them already.
const CHOICES: u32 = 5;

impl Countersign {
    pub(super) async fn draft_payment(
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

    pub(in crate::flow) async fn judge_payment_again(
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

/// Tells what was seen of coins as facts.
fn chain_facts(seen: &SeenCoins) -> BitcoinFacts {
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
pub(in crate::flow) async fn reserved_coins(
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
