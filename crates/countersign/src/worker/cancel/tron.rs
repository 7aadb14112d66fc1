//! The nonce of a permit on Tron, which is spent by a transaction of our own that ends by itself.

use countersign_approval::TronFate;
use countersign_journal::{CancelKind, Death};

use super::nonces::cause;
use super::way::Permit;
use super::{Drive, Next};
use crate::WorkError;
use crate::flow::VerifiedCancel;
use crate::worker::cancelling::Sent;

/// What nobody tells about Tron's past.
const UNTOLD: &str = "Tron's nodes don't say whether it was used before our own transaction";

impl Drive<'_> {
    /// Spends the nonce of a permit on Tron.
    pub(super) async fn cancel_on_tron(&mut self, permit: &Permit) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let state = self.flow().nonce(&network, &permit.query).await;
        let sent = self.sent_last();
        let fate = match &sent {
            None => None,
            Some(sent) => match self.fate_on_tron(&network, permit, sent).await? {
                Ok(fate) => Some(fate),
                Err(error) => return self.cancel_again("chain", error).await,
            },
        };
        match (fate, sent, state) {
            (Some(TronFate::Executed { block }), Some(sent), _) => {
                self.seen_mined(&sent.id, block).await?;
                let nonce = permit.resource.clone();
                self.over(Death::NonceSpent { nonce, height: Some(block) }, UNTOLD).await
            }
            // The nonce may be spent by it, in a block that can still be undone.
            (Some(TronFate::Live), Some(sent), _) => self.send_on_tron(permit, &sent).await,
            (_, _, Some(state)) if state.used => self.used_it_seems().await,
            (_, _, Some(state)) if self.is_over(state.block_time) => self.past_deadline().await,
            (Some(_), ..) => self.lost("it was not executed, and can't be any more").await,
            (None, _, Some(_)) => self.sign_on_tron(permit).await,
            (None, _, None) => self.cancel_again("chain", "the chain can't be asked").await,
        }
    }

    async fn fate_on_tron(
        &self,
        network: &str,
        permit: &Permit,
        sent: &Sent,
    ) -> Result<Result<TronFate, crate::FlowError>, WorkError> {
        let bytes = hex::decode(sent.transaction.as_str())
            .map_err(|_| WorkError::Unreadable("a transaction"))?;
        Ok(self.flow().sent_on_tron(network, permit.query.chain_id, &bytes).await)
    }

    async fn sign_on_tron(&mut self, permit: &Permit) -> Result<Next, WorkError> {
        let terms = self.cancelled_terms()?;
        let verified = match self.flow().invalidation_on_tron(terms, &permit.query).await {
            Ok(call) => VerifiedCancel::Tron(Box::new(call)),
            Err(error) => return self.cancel_again(cause(&error), error).await,
        };
        match self.sign_cancel(CancelKind::PermitNonce, verified).await {
            Ok(()) => Ok(Next::Now),
            Err(WorkError::Flow(error)) => {
                // What was reserved names the very transaction, so the next one takes another name.
                let has_some =
                    |it: &crate::worker::cancelling::Cancelling| !it.resources.is_empty();
                if self.known.cancel.as_ref().is_some_and(has_some) {
                    self.lost("it was not signed").await?;
                }
                self.cancel_again(cause(&error), error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn send_on_tron(&mut self, permit: &Permit, sent: &Sent) -> Result<Next, WorkError> {
        let network = self.known.request.source.network.as_str().to_owned();
        let bytes = hex::decode(sent.transaction.as_str())
            .map_err(|_| WorkError::Unreadable("a transaction"))?;
        self.require_lease()?;
        match self.flow().broadcast_on_tron(&network, permit.query.chain_id, &bytes).await {
            Ok(()) => {
                self.hit();
                self.wait_for_cancel().await
            }
            Err(error) => self.cancel_again("broadcast", error).await,
        }
    }
}
