//! What makes an approval useless on Bitcoin: its coins, back to ourselves.

use std::sync::Arc;

use countersign_approval::{
    BitcoinChainView, BitcoinFacts, BitcoinNetwork, BitcoinPolicy, ChainViewError, Coin, CoinId,
    Fact, FeeRate, MempoolConflict, PaymentAction, PaymentFacts, PaymentFees, PaymentTerms, Sats,
    SeenCoins, Terms,
};
use countersign_bitcoin::{build_payment, pays_in_all, script_of_address, verify_payment};

use super::Countersign;
use super::cancel::{SIGNED_WITHIN, VerifiedCancel, no_bounds};
use super::chain::in_time;
use super::deposit::{SOON_BLOCKS, USUAL_RATE};
use crate::FlowError;

/// Below this it would wait for too long to be mined.
const LEAST_RATE: FeeRate = FeeRate::from_sats_per_vb(1);

/// Coins that are to go back to ourselves.
#[derive(Clone, Debug)]
pub(crate) struct SelfSpend<'a> {
    /// The owner's address: they go there.
    pub(crate) owner: &'a str,
    /// The coins, as blocks hold them.
    pub(crate) coins: Vec<Coin>,
    /// What was signed over them and has to be outbid, where it is a whole transaction.
    pub(crate) signed: Vec<Vec<u8>>,
}

impl Countersign {
    /// Says why no coins of an owner can be sent back: what it takes and is not at hand.
    pub(crate) fn lacks_for_coins(&self, network: &str, owner: &str) -> Option<String> {
        let has_bounds = self.config.policy().is_ok_and(|policy| policy.bitcoin().is_some());
        if !has_bounds {
            return Some("bounds of fees in the policy: a table [bitcoin]".to_owned());
        }
        let Ok((chain, _)) = self.coins_view(network) else {
            return Some(format!("a node of {network}"));
        };
        let script = script_of_address(owner, chain).ok();
        let key = script.map(|script| self.coin_key(&script, owner).map(drop));
        match key {
            Some(Ok(())) => None,
            _ => Some(format!("the key of {owner}")),
        }
    }

    /// Reads those of some coins that lie in a block and that no block spends.
    pub(crate) async fn coins_in_blocks(
        &self,
        network: &str,
        ids: &[CoinId],
    ) -> Result<Vec<Coin>, FlowError> {
        let (chain, view) = self.coins_view(network)?;
        in_time(network, view.mined_coins(chain, ids)).await
    }

    /// Reads the unspent coins of an owner.
    pub(crate) async fn coins_of(
        &self,
        network: &str,
        owner: &str,
    ) -> Result<SeenCoins, FlowError> {
        let (chain, view) = self.coins_view(network)?;
        let script = script_of_address(owner, chain)
            .map_err(|error| FlowError::Draft(format!("owner: {error}")))?;
        in_time(network, view.coins(chain, &[script])).await
    }

    /// Passes a signed transaction on to a Bitcoin network.
    pub(crate) async fn broadcast_coins(
        &self,
        network: &str,
        transaction: &[u8],
    ) -> Result<(), FlowError> {
        let (chain, view) = self.coins_view(network)?;
        in_time(network, view.broadcast(chain, transaction)).await
    }

    /// Drafts what sends coins back, at more than what it has to outbid, and compares it with its
    /// terms.
    pub(crate) async fn draft_self_spend(
        &self,
        swap: Terms<()>,
        spend: &SelfSpend<'_>,
    ) -> Result<VerifiedCancel, FlowError> {
        let network = swap.source.network.clone();
        let (chain, view) = self.coins_view(&network)?;
        let policy = self.config.policy()?;
        let bounds = policy.bitcoin().ok_or_else(no_bounds)?;
        let script = script_of_address(spend.owner, chain)
            .map_err(|error| FlowError::Draft(format!("owner: {error}")))?;
        let public_key = self.coin_key(&script, spend.owner)?.public_key;
        let height = self.coins_of(&network, spend.owner).await?.height;
        let rate = in_time(&network, view.fee_rate(chain, SOON_BLOCKS)).await?;
        let rate = rate.unwrap_or(USUAL_RATE);
        let facts = PaymentFacts {
            chain: BitcoinFacts {
                coins: Some(spend.coins.clone()),
                height: Some(height),
                ..BitcoinFacts::default()
            },
            conflict: Some(self.to_outbid(&network, spend).await),
        };
        let approval = PaymentTerms {
            public_key,
            current_height: height,
            deadline: self.now().saturating_add(SIGNED_WITHIN),
            ..terms(chain, bounds, spend, script)
        };
        let terms = Arc::new(swap.with(approval));
        let rate = rate.min(terms.approval.fees.max_rate);
        let draft = build_payment(&terms.approval, rate, &facts).map_err(|error| {
            FlowError::Draft(format!("{error}; the policy's table [bitcoin] bounds it"))
        })?;
        let payment = verify_payment(draft, &terms, &facts, self.now())?;
        Ok(VerifiedCancel::Payment(Box::new(payment)))
    }

    /// Returns what has to be outbid: what was signed, and what the node says that waits.
    async fn to_outbid(&self, network: &str, spend: &SelfSpend<'_>) -> MempoolConflict {
        let ids: Vec<CoinId> = spend.coins.iter().map(|coin| coin.id).collect();
        let waiting = match self.coins_view(network) {
            Ok((chain, view)) => in_time(network, view.conflict(chain, &ids)).await.ok(),
            Err(_) => None,
        };
        let signed = spend.signed.iter().filter_map(|bytes| pays_in_all(bytes, &spend.coins));
        signed.chain(waiting).fold(MempoolConflict::default(), |one, other| MempoolConflict {
            coins: if one.coins.len() < other.coins.len() { other.coins } else { one.coins },
            fees: one.fees.max(other.fees),
            rate: one.rate.max(other.rate),
        })
    }

    fn coins_view(
        &self,
        network: &str,
    ) -> Result<(BitcoinNetwork, &dyn BitcoinChainView), FlowError> {
        let pins = self.config.registry().network(network).and_then(|it| it.htlc.as_ref());
        let view = self.bitcoin_chains.get(network).map(AsRef::as_ref);
        let missing = || FlowError::Chain {
            network: network.to_owned(),
            source: ChainViewError::Unavailable("there is no view of it".to_owned()),
        };
        Ok((pins.ok_or_else(missing)?.network, view.ok_or_else(missing)?))
    }
}

fn terms(
    network: BitcoinNetwork,
    bounds: &BitcoinPolicy,
    spend: &SelfSpend<'_>,
    change_script: Vec<u8>,
) -> PaymentTerms {
    PaymentTerms {
        network,
        public_key: [0; 33],
        action: PaymentAction::SelfSpend,
        coins: spend.coins.clone(),
        change_script,
        fees: PaymentFees {
            max: Sats::new(bounds.max_fee_sats).unwrap_or(Sats::MAX),
            max_rate: FeeRate::from_sats_per_vb(bounds.max_fee_rate),
            min_rate: LEAST_RATE,
            max_share: None,
        },
        // As many as were reserved have to go back.
        max_inputs: spend.coins.len(),
        replaceable: true,
        current_height: 0,
        min_confirmations: 0,
        deadline: countersign_units::UnixSeconds::new(0),
        min_remaining: 1,
        require_facts: vec![Fact::Coins, Fact::Height],
    }
}
