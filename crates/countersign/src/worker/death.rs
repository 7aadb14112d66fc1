//! Whether an approval that was let out can still be used, and whether it was, by what the chain says.
//!
//! What has to be asked is in the journal: a policy or a registry that changed since does not matter.

use std::time::Duration;

use countersign_approval::{BlockhashExpired, Coin, NonceQuery, SeenCoins};
use countersign_bitcoin::RefundRecipe;
use countersign_journal::{ApprovalBytes, Death, Label};
use countersign_units::UnixSeconds;

use super::drive::Drive;
use super::records;
use super::refund::Kept;
use crate::flow::{DepositFate, LetOut};
use crate::{Facts, SentTransaction, Submission};

/// How many looks in a row have to say that an approval is dead or replaced, and how far apart they are.
const LOOKS: u32 = 3;
const LOOK_PAUSE: Duration = Duration::from_millis(500);

/// What became of an approval.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It can't be used any more, and was not.
    Dead(Death),
    /// It can't be used any more; whether it was used can't be told.
    Over(Death),
    /// Another transaction took its place, as far as one answer tells.
    Replaced(Death),
    /// It was used.
    Used(Death),
    /// It can be used, or it is not known that it can't.
    Live,
}

/// How an approval is recognised on its chain, by the name of what was reserved.
enum Trace {
    Permit(NonceQuery),
    Coins,
    /// A transaction on Solana: one with a durable nonce does not die with its blockhash.
    Message {
        durable: bool,
    },
}

impl Drive<'_> {
    /// Asks the chain and the clock. Where a chain can't be asked, the approval is taken for live
    /// until its own deadline.
    ///
    /// That something is not there is believed only where look after look says so: nodes behind one
    /// address are not equally far. What was executed may lie in a block that one of them does not have,
    /// so a deposit is taken for replaced only long after its deadline.
    pub(super) async fn fate(&self) -> Fate {
        let mut seen = self.judge_fate().await;
        for _ in 1..LOOKS {
            match &seen {
                Fate::Replaced(_) if !self.is_past(self.worker.options.grace) => return Fate::Live,
                Fate::Replaced(_) | Fate::Dead(_) => {}
                Fate::Over(_) | Fate::Used(_) | Fate::Live => return seen,
            }
            tokio::time::sleep(LOOK_PAUSE).await;
            let again = self.judge_fate().await;
            let same = std::mem::discriminant(&again) == std::mem::discriminant(&seen);
            seen = if same || matches!(again, Fate::Used(_)) { again } else { Fate::Live };
        }
        seen
    }

    async fn judge_fate(&self) -> Fate {
        if let Some(sent) = self.deposit() {
            return self.fate_of(&sent).await;
        }
        if self.is_intent() {
            return self.intent_fate();
        }
        match trace(&self.known.resources) {
            Some(Trace::Permit(query)) => self.permit_fate(&query).await,
            Some(Trace::Coins) => self.coins_fate().await,
            Some(Trace::Message { durable: false }) => self.message_fate().await,
            Some(Trace::Message { durable: true }) | None => Fate::Live,
        }
    }

    /// Says whether the chain has used the approval; nothing where it can't be asked, or can't tell.
    pub(super) async fn used(&self) -> Option<bool> {
        if let Some(sent) = self.deposit() {
            return self.is_executed(&sent).await;
        }
        match trace(&self.known.resources)? {
            Trace::Permit(query) => {
                let network = self.known.request.source.network.as_str();
                Some(self.flow().nonce(network, &query).await?.used)
            }
            Trace::Coins => self.own_coins().await.map(|seen| self.gone(&seen).is_some()),
            Trace::Message { .. } => None,
        }
    }

    /// Returns the transaction of our own that was signed, where the swap is paid for by one.
    pub(super) fn deposit(&self) -> Option<SentTransaction> {
        match records::submission(&self.known.approval.as_ref()?.bytes) {
            Submission::Deposit(sent) => Some(sent),
            Submission::Approval(_) | Submission::Intent(_) => None,
        }
    }

    /// Returns the transaction that we co-signed, where it is known how long its blockhash lives.
    fn cosigned(&self) -> Option<SentTransaction> {
        let approval = self.known.approval.as_ref()?;
        let ApprovalBytes::Cosign { transaction, last_valid_block_height, .. } = &approval.bytes
        else {
            return None;
        };
        last_valid_block_height.is_some().then(|| SentTransaction {
            transaction: transaction.as_str().to_owned(),
            id: String::new(),
            last_valid_block_height: *last_valid_block_height,
        })
    }

    fn is_intent(&self) -> bool {
        let bytes = self.known.approval.as_ref().map(|approval| &approval.bytes);
        matches!(bytes, Some(ApprovalBytes::Intent { .. }))
    }

    fn is_past_its_end(&self) -> bool {
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        until.is_some_and(|until| until < self.now().to_seconds())
    }

    /// Nobody tells us what the intents contract has seen: after its deadline it takes the intent no
    /// more, and whether it took it before is the counterparty's word.
    fn intent_fate(&self) -> Fate {
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        match until {
            Some(until) if until < self.now().to_seconds() => Fate::Over(Death::Deadline),
            _ => Fate::Live,
        }
    }

    /// Says whether the chain has executed a deposit; nothing where it can't be asked.
    async fn is_executed(&self, sent: &SentTransaction) -> Option<bool> {
        match self.ask_deposit(sent).await {
            DepositFate::Executed { .. } => Some(true),
            DepositFate::Failed { .. }
            | DepositFate::Expired(_)
            | DepositFate::OutOfTime
            | DepositFate::Waiting
            | DepositFate::Live => Some(false),
            DepositFate::Replaced
            | DepositFate::Spent { .. }
            | DepositFate::Over(_)
            | DepositFate::Unknown => None,
        }
    }

    async fn fate_of(&self, sent: &SentTransaction) -> Fate {
        let Some(nonce) = self.known.resources.first().cloned() else { return Fate::Live };
        match self.ask_deposit(sent).await {
            DepositFate::Executed { height } => Fate::Used(spent(nonce, height)),
            DepositFate::Failed { height } => Fate::Dead(spent(nonce, height)),
            DepositFate::Replaced => Fate::Replaced(spent(nonce, None)),
            // By it, or by something else: a person has to look where nothing is said to have come.
            DepositFate::Spent { coin, height } => {
                let named = |resource: &&Label| resource.as_str().ends_with(&format!("/{coin}"));
                let coin = self.known.resources.iter().find(named).cloned().unwrap_or(nonce);
                Fate::Used(Death::CoinSpent { coin, height: Some(height) })
            }
            DepositFate::Expired(proof) => Fate::Dead(expired(&proof)),
            // The journal, too, takes an approval for live until our own clock is past it.
            DepositFate::OutOfTime if self.is_past_its_end() => Fate::Dead(Death::Deadline),
            DepositFate::OutOfTime => Fate::Live,
            DepositFate::Over(proof) => Fate::Over(expired(&proof)),
            DepositFate::Waiting | DepositFate::Live | DepositFate::Unknown => Fate::Live,
        }
    }

    pub(super) async fn ask_deposit(&self, sent: &SentTransaction) -> DepositFate {
        let request = &self.known.request;
        let (network, owner) = (request.source.network.as_str(), request.owner.as_str());
        let resources: Vec<_> = self.known.resources.iter().map(Label::as_str).collect();
        // Coins that are not looked for must not be taken for spent.
        let Ok(asked) = records::asked(request) else { return DepositFate::Unknown };
        let coins = asked.coins.unwrap_or_default().into_iter();
        let scripts: Vec<_> = coins.map(|coin| coin.script_pubkey).collect();
        let (resources, scripts) = (&resources[..], &scripts[..]);
        // A swap of this kind is named by the address that it is paid at.
        let address = self.known.intent_id().map_or("", Label::as_str);
        let deposit = LetOut { network, owner, address, resources, scripts, sent };
        self.flow().deposit_fate(deposit).await
    }

    async fn permit_fate(&self, query: &NonceQuery) -> Fate {
        let network = self.known.request.source.network.as_str();
        let state = self.flow().nonce(network, query).await;
        if state.is_some_and(|state| state.used) {
            let nonce = self.known.resources.first().cloned();
            let death = nonce.map(|nonce| Death::NonceSpent { nonce, height: None });
            return death.map_or(Fate::Live, Fate::Used);
        }
        // Where the chain tells its time, that decides: the permit's deadline is judged by it.
        let chain_time = state.and_then(|state| state.block_time);
        let now = self.now().to_seconds();
        let now = chain_time.map_or(now, |time| time.min(now));
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        let over = until.is_some_and(|until| until != FOR_GOOD && until < now);
        match (over, state) {
            (true, Some(_)) => Fate::Dead(Death::Deadline),
            (true, None) => Fate::Over(Death::Deadline),
            (false, _) => Fate::Live,
        }
    }

    /// Coins that are gone went into the output, or elsewhere: that can't be told apart here, so a
    /// person has to look where the counterparty says that nothing happened.
    async fn coins_fate(&self) -> Fate {
        let Some(seen) = self.own_coins().await else { return Fate::Live };
        let height = Some(u64::from(seen.height));
        let gone = self.gone(&seen).cloned();
        gone.map_or(Fate::Live, |coin| Fate::Used(Death::CoinSpent { coin, height }))
    }

    /// Reads the unspent coins beside which those that were promised lie, unless they are gone.
    async fn own_coins(&self) -> Option<SeenCoins> {
        let Kept::Recipe(recipe) = self.recipe() else { return None };
        let network = self.known.request.source.network.as_str();
        self.flow().coins(network, &recipe, &self.own_scripts(&recipe)?).await.ok()
    }

    /// Returns a coin that was promised and is not unspent any more.
    fn gone(&self, seen: &SeenCoins) -> Option<&Label> {
        let is_unspent = |resource: &Label| {
            let mut coins = seen.coins.iter();
            coins.any(|(coin, _)| resource.as_str().ends_with(&format!("/{}", coin.id)))
        };
        self.known.resources.iter().find(|resource| !is_unspent(resource))
    }

    /// Returns the scripts that lock the coins that were promised; nothing where those can't be read,
    /// so that coins that are not looked for are not taken for spent.
    fn own_scripts(&self, recipe: &RefundRecipe) -> Option<Vec<Vec<u8>>> {
        let asked = records::asked(&self.known.request).ok()?.coins;
        let named = asked.unwrap_or_default().into_iter().map(|coin: Coin| coin.script_pubkey);
        let mut scripts: Vec<_> = named.collect();
        scripts.push(recipe.refund_script().to_vec());
        scripts.sort_unstable();
        scripts.dedup();
        Some(scripts)
    }

    /// What the height of its blockhash proves; where that was never told, that the blockhash is too old says
    /// no more than that.
    async fn message_fate(&self) -> Fate {
        if let Some(sent) = self.cosigned() {
            return self.fate_of(&sent).await;
        }
        let Ok(created) = self.created_again() else { return Fate::Live };
        let Ok(mut bound) = self.flow().bind(created) else { return Fate::Live };
        let Ok(Facts::Solana(facts)) = self.flow().facts(&mut bound).await else {
            return Fate::Live;
        };
        let height = facts.tables.as_ref().map(|tables| tables.slot);
        match facts.blockhash {
            Some(false) => Fate::Over(Death::BlockhashExpired { height }),
            _ => Fate::Live,
        }
    }
}

const FOR_GOOD: UnixSeconds = UnixSeconds::new(u64::MAX);

/// Says that what a deposit takes is spent: its coins on Bitcoin, elsewhere its nonce.
fn spent(resource: Label, height: Option<u64>) -> Death {
    if resource.as_str().starts_with("bitcoin/") {
        Death::CoinSpent { coin: resource, height }
    } else {
        Death::NonceSpent { nonce: resource, height }
    }
}

fn expired(proof: &BlockhashExpired) -> Death {
    Death::BlockhashExpired { height: Some(proof.seen_height()) }
}

/// Reads the permit's nonce of what was reserved.
pub(super) fn trace_permit(resources: &[Label]) -> Option<NonceQuery> {
    match trace(resources)? {
        Trace::Permit(query) => Some(query),
        Trace::Coins | Trace::Message { .. } => None,
    }
}

/// Reads the name of what was reserved.
fn trace(resources: &[Label]) -> Option<Trace> {
    let parts: Vec<_> = resources.first()?.as_str().split('/').collect();
    match parts.as_slice() {
        ["permit2", chain_id, permit2, owner, nonce] => Some(Trace::Permit(NonceQuery {
            chain_id: chain_id.parse().ok()?,
            permit2: permit2.parse().ok()?,
            owner: owner.parse().ok()?,
            nonce: nonce.parse().ok()?,
        })),
        ["bitcoin", ..] => Some(Trace::Coins),
        ["solana", ..] => Some(Trace::Message { durable: resources.len() > 1 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reserved_is_read_again() {
        let permit2 = "0x000000000022d473030f116ddee9f6b43ac78ba3";
        let owner = "0xc62169acccE6daf88b36975f4bffd66b0d0057c9".to_ascii_lowercase();
        let name = Label::new(format!("permit2/1/{permit2}/{owner}/{}", u64::MAX)).unwrap();
        let Some(Trace::Permit(query)) = trace(&[name]) else { panic!("expected a permit") };
        assert_eq!(query.chain_id, 1);
        assert_eq!(query.nonce, countersign_units::U256::from(u64::MAX));
        let message = Label::new("solana/cluster/00").unwrap();
        assert!(matches!(
            trace(std::slice::from_ref(&message)),
            Some(Trace::Message { durable: false })
        ));
        let nonce = Label::new("solana/nonce/a/b").unwrap();
        assert!(matches!(trace(&[message, nonce]), Some(Trace::Message { durable: true })));
        assert!(trace(&[]).is_none());
    }
}
