//! What became of transactions of our own on Tron that were let out.

use countersign_approval::{BroadcastError, ChainViewError, Permit2Pins, TronFate};
use countersign_evm::SentTronCall;
use countersign_units::EvmAddress;
use tokio::time::timeout;

use super::Countersign;
use super::chain::in_time;
use super::deposit::SEND_DEADLINE;
use super::deposit_fate::{DepositFate, LetOut};
use super::sign::NO_ANSWER;
use crate::FlowError;

impl Countersign {
    /// Says why nothing can be cancelled from an account of Tron: what it takes and is not at hand.
    pub(crate) fn lacks_for_tron(&self, network: &str, owner: EvmAddress) -> Option<String> {
        if !self.config.policy().is_ok_and(|policy| policy.tron().is_some()) {
            return Some("bounds of fees in the policy: a table [tron]".to_owned());
        }
        if self.tron_chain(network).is_err() {
            return Some(format!("a node of {network}"));
        }
        self.call_signer(owner).err().map(|error| format!("the key of the account: {error}"))
    }

    /// Passes a signed transaction on to Tron.
    pub(crate) async fn broadcast_on_tron(
        &self,
        network: &str,
        chain_id: u64,
        transaction: &[u8],
    ) -> Result<(), BroadcastError> {
        let lost = |why: String| BroadcastError::from(ChainViewError::Unavailable(why));
        let view = self.tron_chain(network).map_err(|error| lost(error.to_string()))?;
        let sent = timeout(SEND_DEADLINE, view.broadcast(chain_id, transaction)).await;
        sent.unwrap_or_else(|_| Err(lost(NO_ANSWER.to_owned())))
    }

    /// Asks what became of a signed transaction on Tron, by its bytes.
    pub(crate) async fn sent_on_tron(
        &self,
        network: &str,
        chain_id: u64,
        transaction: &[u8],
    ) -> Result<TronFate, FlowError> {
        let none = || FlowError::Draft("expected the bytes of a transaction on Tron".to_owned());
        let call = SentTronCall::read(transaction).ok_or_else(none)?;
        let view = self.tron_chain(network)?;
        let seen = in_time(network, view.tron_call_state(chain_id, *call.id())).await?;
        Ok(seen.fate(call.expiration()))
    }

    /// Tells what became of a transaction by its own bytes: they say when it ends.
    pub(super) async fn tron_fate(
        &self,
        pins: &Permit2Pins,
        deposit: LetOut<'_>,
    ) -> Option<DepositFate> {
        let LetOut { network, sent, .. } = deposit;
        let call = SentTronCall::read(&hex::decode(&sent.transaction).ok()?)?;
        let view = self.tron_chain(network).ok()?;
        let seen = in_time(network, view.tron_call_state(pins.chain_id, *call.id())).await.ok()?;
        Some(match seen.fate(call.expiration()) {
            TronFate::Live => DepositFate::Live,
            TronFate::Executed { block } => DepositFate::Executed { height: Some(block) },
            TronFate::Failed { block } => DepositFate::Failed { height: Some(block) },
            TronFate::Expired { .. } => DepositFate::OutOfTime,
        })
    }
}
