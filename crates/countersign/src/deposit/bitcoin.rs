use std::sync::Arc;

use countersign_approval::{
    BitcoinDeposit, Code, Coin, Fact, FeeRate, PaymentAction, PaymentFees, PaymentTerms, Refusal,
    Sats, SeenCoins, Terms,
};

use super::BoundDeposit;
use super::bound::refuse;
use crate::BitcoinSource;

/// Below this a payment would wait for too long to be mined.
const LEAST_RATE: FeeRate = FeeRate::from_sats_per_vb(1);

/// Says what the one payment has to be that funds a deposit from our coins.
pub(crate) fn payment_terms(
    deposit: &BoundDeposit,
    source: &BitcoinSource,
    seen: &SeenCoins,
) -> Result<Arc<Terms<PaymentTerms>>, Refusal> {
    let public_key = source
        .public_key
        .ok_or_else(|| refuse(Code::Owner, "owner", "an address of a key at hand", "another"))?;
    let policy = &source.policy;
    let max = Sats::new(policy.max_fee_sats).unwrap_or(Sats::MAX);
    let facts = &deposit.agreed.require_facts;
    Ok(deposit.terms_with(PaymentTerms {
        network: source.network,
        public_key,
        action: PaymentAction::Pay(BitcoinDeposit {
            address: deposit.address().to_owned(),
            memo: deposit.quote.deposit_memo().map(str::to_owned),
            amount: source.amount,
        }),
        coins: coins(source, seen),
        change_script: source.owner_script.clone(),
        fees: PaymentFees {
            max,
            max_rate: FeeRate::from_sats_per_vb(policy.max_fee_rate),
            min_rate: LEAST_RATE,
            max_share: None,
        },
        max_inputs: policy.max_inputs,
        replaceable: false,
        current_height: seen.height,
        min_confirmations: policy.min_confirmations,
        deadline: deposit.quote.fund_by(),
        min_remaining: deposit.agreed.min_remaining,
        require_facts: facts.iter().copied().filter(|fact| Fact::PAYMENT.contains(fact)).collect(),
    }))
}

/// Returns the coins that the request names, or those that our own view of the chain sees.
fn coins(source: &BitcoinSource, seen: &SeenCoins) -> Vec<Coin> {
    let all = || seen.coins.iter().map(|(coin, _)| coin.clone()).collect();
    source.coins.clone().unwrap_or_else(all)
}
