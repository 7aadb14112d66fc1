//! What became of a transaction of our own that pays in.

use countersign_approval::BlockhashExpired;
use countersign_journal::{Death, Label};

use super::Fate;
use crate::flow::{DepositFate, LetOut};
use crate::worker::drive::Drive;
use crate::worker::records;
use crate::{SentTransaction, Submission};

impl Drive<'_> {
    /// Returns the transaction of our own that was signed, where the swap is paid for by one.
    pub(in crate::worker) fn deposit(&self) -> Option<SentTransaction> {
        match records::submission(&self.known.approval.as_ref()?.bytes) {
            Submission::Deposit(sent) => Some(sent),
            Submission::Approval(_) | Submission::Intent(_) => None,
        }
    }

    /// Says whether the chain has executed a deposit; nothing where it can't be asked.
    pub(super) async fn is_executed(&self, sent: &SentTransaction) -> Option<bool> {
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

    pub(super) async fn fate_of(&self, sent: &SentTransaction) -> Fate {
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

    pub(in crate::worker) async fn ask_deposit(&self, sent: &SentTransaction) -> DepositFate {
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

    /// Says whether what was signed is over by our own clock.
    pub(in crate::worker) fn is_past_its_end(&self) -> bool {
        let until = self.known.approval.as_ref().map(|approval| approval.valid_until);
        until.is_some_and(|until| until < self.now().to_seconds())
    }
}

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
