//! Coins that go back to ourselves, so that nothing else is done with them.

use countersign_approval::{Coin, CoinId};
use countersign_journal::{ApprovalBytes, CancelKind, Death, Label};

use super::nonces::cause;
use super::{Drive, Next};
use crate::flow::SelfSpend;
use crate::worker::cancelling::Sent;
use crate::worker::records;
use crate::{FlowError, WorkError};

impl Drive<'_> {
    /// Sends the coins of an approval back to ourselves.
    pub(super) async fn cancel_coins(&mut self, ids: &[CoinId]) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let owner = self.known.request.owner.as_str().to_owned();
        // The coins first: what spends them between the two questions is seen by the second.
        let coins = match self.flow().coins_in_blocks(&network, ids).await {
            Ok(coins) => coins,
            Err(error) => return self.cancel_again("chain", error).await,
        };
        let seen = match self.flow().coins_of(&network, &owner).await {
            Ok(seen) => seen,
            Err(error) => return self.cancel_again("chain", error).await,
        };
        let back = seen.coins.iter().find_map(|(coin, depth)| {
            let id = self.sent_as(coin)?;
            Some((id, *depth))
        });
        if let Some((id, depth)) = back.filter(|(_, depth)| *depth > 0) {
            let height = u64::from(seen.height.saturating_sub(depth.saturating_sub(1)));
            self.seen_mined(&id, height).await?;
            return if depth >= self.bitcoin_blocks() {
                self.went_back(height).await
            } else {
                self.wait_for_cancel().await
            };
        }
        if coins.len() < ids.len() {
            if let Some(height) = self.mined_at() {
                return self.not_found_again(height, seen.height).await;
            }
            return self.used_it_seems().await;
        }
        self.push_coins(coins).await
    }

    /// Returns the id of ours that made a coin, where it is what was sent back.
    fn sent_as(&self, coin: &Coin) -> Option<Label> {
        let CoinId { mut txid, .. } = coin.id;
        txid.reverse();
        let txid = hex::encode(txid);
        let sent = &self.known.cancel.as_ref()?.sent;
        sent.iter().find(|sent| sent.id.as_str() == txid).map(|sent| sent.id.clone())
    }

    async fn went_back(&mut self, height: u64) -> Result<Next, WorkError> {
        let coin = self.known.resources.first().cloned();
        let coin = coin.ok_or(WorkError::Unreadable("a coin"))?;
        self.proven_dead(Death::CoinSpent { coin, height: Some(height) }).await
    }

    /// Returns the height of the block that was seen with what spends the coins.
    fn mined_at(&self) -> Option<u64> {
        self.known.cancel.as_ref()?.mined.as_ref().map(|(_, height)| *height)
    }

    /// Decides about coins that we were seen to spend, where what they became is spent too, most
    /// likely by another swap of ours: that is no use of the approval.
    async fn not_found_again(&mut self, height: u64, now: u32) -> Result<Next, WorkError> {
        let deep = height.saturating_add(u64::from(self.bitcoin_blocks()));
        if u64::from(now) < deep {
            return self.wait_for_cancel().await;
        }
        let coin = self.known.resources.first().cloned();
        let coin = coin.ok_or(WorkError::Unreadable("a coin"))?;
        let death = Death::CoinSpent { coin, height: Some(height) };
        self.over(death, "what came back was spent before it was deep in the chain").await
    }

    /// Sees to it that what spends the coins is signed, sent, and worth mining.
    async fn push_coins(&mut self, coins: Vec<Coin>) -> Result<Next, WorkError> {
        match self.sent_last() {
            Some(last) if !self.is_stuck() => self.send_coins(&last).await,
            _ => self.sign_coins(coins).await,
        }
    }

    async fn sign_coins(&mut self, coins: Vec<Coin>) -> Result<Next, WorkError> {
        let owner = self.known.request.owner.as_str().to_owned();
        let spend =
            SelfSpend { owner: &owner, coins: self.with_keys(coins)?, signed: self.signed_over() };
        let terms = self.cancelled_terms()?;
        let verified = match self.flow().draft_self_spend(terms, &spend).await {
            Ok(verified) => verified,
            Err(error) => return self.not_signed(error).await,
        };
        match self.sign_cancel(CancelKind::Coins, verified).await {
            Ok(()) => {}
            Err(WorkError::Flow(error)) => return self.not_signed(error).await,
            Err(error) => return Err(error),
        }
        match self.sent_last() {
            Some(last) => self.send_coins(&last).await,
            None => Ok(Next::Now),
        }
    }

    /// Sends what was signed before once more, where nothing could be signed at more.
    async fn not_signed(&mut self, error: FlowError) -> Result<Next, WorkError> {
        match self.sent_last() {
            Some(last) => self.send_coins(&last).await,
            None => self.cancel_again(cause(&error), error).await,
        }
    }

    /// Says of each coin which key spends it, where the request did.
    fn with_keys(&self, coins: Vec<Coin>) -> Result<Vec<Coin>, WorkError> {
        let named = records::asked(&self.known.request)?.coins.unwrap_or_default();
        let key = |coin: &Coin| named.iter().find(|it| it.id == coin.id)?.public_key;
        Ok(coins.into_iter().map(|coin| Coin { public_key: key(&coin), ..coin }).collect())
    }

    /// Returns the transactions that were signed over the coins: the approval itself where it is a
    /// whole one, and what was sent to end it.
    fn signed_over(&self) -> Vec<Vec<u8>> {
        let approval = self.known.approval.as_ref().and_then(|approval| match &approval.bytes {
            ApprovalBytes::Deposit { transaction, .. } => Some(transaction.as_str()),
            _ => None,
        });
        let sent = self.known.cancel.as_ref().map(|cancel| cancel.sent.as_slice());
        let sent = sent.unwrap_or_default().iter().map(|sent| sent.transaction.as_str());
        sent.chain(approval).filter_map(|hex| hex::decode(hex).ok()).collect()
    }

    /// Sends what was signed, the same bytes each time. Nodes may not take it while the approval waits
    /// with them, since that says that it can't be replaced; it is sent again until one of the two
    /// is mined.
    async fn send_coins(&mut self, sent: &Sent) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let bytes = hex::decode(sent.transaction.as_str())
            .map_err(|_| WorkError::Unreadable("a transaction"))?;
        self.require_lease()?;
        match self.flow().broadcast_coins(&network, &bytes).await {
            Ok(()) => {
                self.hit();
                self.wait_for_cancel().await
            }
            Err(error) => self.cancel_again("broadcast", error).await,
        }
    }
}
