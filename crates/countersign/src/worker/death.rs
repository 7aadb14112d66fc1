//! Whether an approval that was let out can still be used, by what the chain says.

use countersign_approval::{BitcoinFacts, Permit2Terms, SolanaFacts, Terms};
use countersign_journal::{Death, Label};

use super::drive::Drive;
use crate::Facts;
use crate::bind::BoundPayload;

/// What became of an approval.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It is written down already that it can't be used any more.
    Over,
    /// It can't be used any more, and was not.
    Dead(Death),
    /// It was used.
    Used(Death),
    /// It can be used, or it is not known that it can't.
    Live,
}

impl Drive<'_> {
    /// Asks the chain and the clock. Where a chain can't be asked, the approval is taken for live
    /// until its own deadline.
    pub(super) async fn fate(&self) -> Fate {
        let Some(approval) = &self.known.approval else { return Fate::Live };
        // The chain's word comes first: what was used is no approval that ran out.
        if let Some(fate) = self.by_chain().await {
            return fate;
        }
        let until = approval.valid_until;
        let over = until.value() != u64::MAX && until < self.now().to_seconds();
        if over { Fate::Dead(Death::Deadline) } else { Fate::Live }
    }

    async fn by_chain(&self) -> Option<Fate> {
        let created = self.created_again().ok()?;
        let mut bound = self.flow().bind(created).ok()?;
        let resources = self.known.resources.as_slice();
        if let BoundPayload::Permit2 { terms, .. } = &bound.payload {
            return self.used_nonce(terms, resources.first()?).await;
        }
        match &self.flow().facts(&mut bound).await.ok()? {
            Facts::Evm(_) => None,
            Facts::Bitcoin(facts) => {
                // Before that the coins may lie in the output, which can be taken back.
                let locked = self.locked_until() > self.now().to_seconds().value();
                if locked { None } else { spent_coin(facts, resources) }
            }
            Facts::Solana(facts) => dead_blockhash(facts),
        }
    }

    async fn used_nonce(&self, terms: &Terms<Permit2Terms>, resource: &Label) -> Option<Fate> {
        let (_, nonce) = resource.as_str().rsplit_once('/')?;
        let used = self.flow().is_nonce_used(terms, nonce.parse().ok()?).await?;
        let death = Death::NonceSpent { nonce: resource.clone(), height: None };
        used.then_some(Fate::Used(death))
    }
}

/// Coins that are gone went into the output, or elsewhere: that can't be told apart here, so a
/// person has to look where the counterparty says that nothing happened.
fn spent_coin(facts: &BitcoinFacts, resources: &[Label]) -> Option<Fate> {
    let unspent = facts.coins.as_ref()?;
    let is_unspent = |resource: &Label| {
        let named = |id: String| resource.as_str().ends_with(&id);
        unspent.iter().any(|coin| named(format!("/{}", coin.id)))
    };
    let coin = resources.iter().find(|resource| !is_unspent(resource))?.clone();
    let height = facts.height.map(u64::from);
    Some(Fate::Used(Death::CoinSpent { coin, height }))
}

fn dead_blockhash(facts: &SolanaFacts) -> Option<Fate> {
    let height = facts.tables.as_ref().map(|tables| tables.slot);
    (!facts.blockhash?).then_some(Fate::Dead(Death::BlockhashExpired { height }))
}
