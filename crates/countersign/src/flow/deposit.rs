//! Drafts the transaction that funds a deposit, by what the chain says, and sends it there.

mod call;
mod payment;
mod send;
mod transfer;

use std::sync::Arc;

use countersign_approval::{
    BitcoinChainView, CallChainView, IntentKey, Ledger, SolanaTransferView,
};
use countersign_evm::CallSigner;
use countersign_near::IntentSigner;
use countersign_solana::TransferSigner;
use countersign_units::{EvmAddress, SolanaAddress};

use super::Countersign;
use crate::deposit::{BoundDeposit, intent_draft};
use crate::{DepositSource, Facts, FlowError};
pub(super) use call::why_no_call;
pub(super) use payment::reserved_coins;
#[cfg(feature = "journal")]
pub(super) use payment::{SOON_BLOCKS, USUAL_RATE};
#[cfg(feature = "journal")]
pub(super) use send::SEND_DEADLINE;
pub(super) use send::broadcast_in_turn;

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

/// Refuses a deposit for which there is no view of its chain: it is drafted by what that says.
pub(super) fn no_view(network: &str) -> FlowError {
    crate::deposit::not_drafted(network).into()
}
