//! Signs with the keys at hand, whose kind follows from the evidence's.

use std::sync::Arc;
use std::time::Duration;

use countersign_approval::{Ledger, Permit2Terms};
use countersign_bitcoin::{
    CoinSigner, SignError as PsbtSignError, SignerError as CoinSignerError, VerifiedPayment,
    VerifiedPsbt, sign_payment,
};
use countersign_evm::{
    PermitSigner, SignCallError, SignError, SignerError, VerifiedCall, VerifiedPermit, sign_call,
};
use countersign_near::{
    SignError as SignIntentError, SignerError as IntentSignerError, VerifiedIntent, sign_intent,
};
use countersign_solana::{
    CosignSigner, SignError as CosignError, SignerError as CosignerError, VerifiedCosign,
    VerifiedTransfer, sign_transfer,
};
use countersign_units::SolanaAddress;
use tokio::time::timeout;

use super::Countersign;
use crate::steps::{Reserved, Verified};
use crate::{Evidence, FlowError, KeepRefund, Signature, Signed};

/// How long a key backend may take.
pub(super) const SIGN_DEADLINE: Duration = Duration::from_mins(1);
/// What an error says of a backend that took longer.
pub(super) const NO_ANSWER: &str = "no answer in time";

/// A key of ours for coins, and the scripts that it spends.
#[derive(Clone)]
pub(super) struct CoinKeys {
    pub(super) public_key: [u8; 33],
    pub(super) scripts: Vec<Vec<u8>>,
    pub(super) signer: Arc<dyn CoinSigner>,
}

impl Countersign {
    /// Signs with the owner's key. Before a PSBT is signed, its refund recipe is kept.
    ///
    /// What was verified a while ago is judged again, by what the chain says now.
    ///
    /// # Errors
    ///
    /// Returns what [`verify`](Self::verify) returns, [`FlowError::PolicyChanged`], [`FlowError::Sign`], [`FlowError::SignPsbt`],
    /// [`FlowError::SignCosign`], [`FlowError::NoKey`], [`FlowError::Paused`],
    /// [`FlowError::NoRefundKeeper`] or [`FlowError::KeepRefund`]. A backend that failed may be tried again with the same reservation.
    pub async fn sign(&self, reserved: &Reserved) -> Result<Signed, FlowError> {
        self.sign_kept(reserved, self.ledger.as_ref(), self.refund_keeper.as_deref()).await
    }

    /// Signs with the owner's key, after the keeper has kept what it takes to get coins back.
    pub(crate) async fn sign_kept(
        &self,
        reserved: &Reserved,
        ledger: &dyn Ledger,
        keeper: Option<&dyn KeepRefund>,
    ) -> Result<Signed, FlowError> {
        let Verified { maker, intent_id, evidence, deposit, .. } = &reserved.verified;
        self.require_own(*maker)?;
        self.require_fresh(&reserved.verified, ledger).await?;
        let signature = match evidence {
            Evidence::Permit(permit) => self.sign_permit(reserved, permit).await?,
            Evidence::Psbt(psbt) => self.sign_psbt(reserved, psbt, keeper).await?,
            Evidence::Cosign(cosign) => self.sign_cosign(reserved, cosign).await?,
            Evidence::Call(call) => self.sign_call(reserved, call).await?,
            Evidence::TronCall(call) => {
                let signed = self.sign_tron(&reserved.reservation, call).await?;
                Signature::TronCall(Box::new(signed))
            }
            Evidence::Payment(payment) => self.sign_payment(reserved, payment).await?,
            Evidence::Transfer(transfer) => self.sign_transfer(reserved, transfer).await?,
            Evidence::Intent(intent) => self.sign_intent(reserved, intent).await?,
        };
        let (intent_id, evidence) = (intent_id.clone(), evidence.clone());
        let fund_by = deposit.as_ref().map(|deposit| deposit.quote.fund_by());
        Ok(Signed { maker: *maker, intent_id, evidence, signature, fund_by })
    }

    async fn sign_permit(
        &self,
        reserved: &Reserved,
        permit: &VerifiedPermit,
    ) -> Result<Signature, FlowError> {
        let backend = self.signer(&permit.terms().approval)?;
        let policy = self.config.policy()?;
        let reservation = &reserved.reservation;
        let signing = countersign_evm::sign(permit, reservation, &policy, &*backend, self.now());
        let late = |_| SignError::from(SignerError::Unavailable(NO_ANSWER.to_owned()));
        let signature = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Permit(signature))
    }

    async fn sign_psbt(
        &self,
        reserved: &Reserved,
        psbt: &VerifiedPsbt,
        keeper: Option<&dyn KeepRefund>,
    ) -> Result<Signature, FlowError> {
        let terms = psbt.terms();
        let key = self.coin_key(&terms.approval.change_script, &terms.refund_address)?;
        let keeper = keeper.ok_or(FlowError::NoRefundKeeper)?;
        keeper.keep(terms.swap_id, psbt.refund_recipe()).await?;
        let policy = self.config.policy()?;
        let (reservation, backend) = (&reserved.reservation, key.signer.as_ref());
        let signing = countersign_bitcoin::sign(psbt, reservation, &policy, backend, self.now());
        let late = |_| PsbtSignError::from(CoinSignerError::Unavailable(NO_ANSWER.to_owned()));
        let signature = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Psbt(Box::new(signature)))
    }

    async fn sign_cosign(
        &self,
        reserved: &Reserved,
        cosign: &VerifiedCosign,
    ) -> Result<Signature, FlowError> {
        let backend = self.solana_key(cosign.terms().approval.user)?;
        let policy = self.config.policy()?;
        let reservation = &reserved.reservation;
        let signing = countersign_solana::sign(cosign, reservation, &policy, &*backend, self.now());
        let late = |_| CosignError::from(CosignerError::Unavailable(NO_ANSWER.to_owned()));
        let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Cosign(Box::new(signed)))
    }

    async fn sign_call(
        &self,
        reserved: &Reserved,
        call: &VerifiedCall,
    ) -> Result<Signature, FlowError> {
        let backend = self.call_signer(call.terms().approval.owner)?;
        let policy = self.config.policy()?;
        let reservation = &reserved.reservation;
        let signing = sign_call(call, reservation, &policy, &*backend, self.now());
        let late = |_| SignCallError::from(SignerError::Unavailable(NO_ANSWER.to_owned()));
        let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Call(Box::new(signed)))
    }

    async fn sign_payment(
        &self,
        reserved: &Reserved,
        payment: &VerifiedPayment,
    ) -> Result<Signature, FlowError> {
        let terms = payment.terms();
        let key = self.coin_key(&terms.approval.change_script, &terms.refund_address)?;
        let policy = self.config.policy()?;
        let (reservation, backend) = (&reserved.reservation, key.signer.as_ref());
        let signing = sign_payment(payment, reservation, &policy, backend, self.now());
        let late = |_| PsbtSignError::from(CoinSignerError::Unavailable(NO_ANSWER.to_owned()));
        let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Payment(Box::new(signed)))
    }

    async fn sign_transfer(
        &self,
        reserved: &Reserved,
        transfer: &VerifiedTransfer,
    ) -> Result<Signature, FlowError> {
        let backend = self.transfer_signer(transfer.terms().approval.owner)?;
        let policy = self.config.policy()?;
        let reservation = &reserved.reservation;
        let signing = sign_transfer(transfer, reservation, &policy, &*backend, self.now());
        let late = |_| CosignError::from(CosignerError::Unavailable(NO_ANSWER.to_owned()));
        let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Transfer(Box::new(signed)))
    }

    async fn sign_intent(
        &self,
        reserved: &Reserved,
        intent: &VerifiedIntent,
    ) -> Result<Signature, FlowError> {
        let backend = self.intent_signer(&intent.terms().approval.key, intent.signer_id())?;
        let policy = self.config.policy()?;
        let reservation = &reserved.reservation;
        let signing = sign_intent(intent, reservation, &policy, &*backend, self.now());
        let late = |_| SignIntentError::from(IntentSignerError::Unavailable(NO_ANSWER.to_owned()));
        let signed = timeout(SIGN_DEADLINE, signing).await.map_err(late)??;
        Ok(Signature::Intent(Box::new(signed)))
    }

    /// Finds our key of an account on Solana.
    pub(super) fn solana_key(
        &self,
        user: SolanaAddress,
    ) -> Result<Arc<dyn CosignSigner>, FlowError> {
        let key = self.solana_keys.get(&user).cloned();
        let no_key = || FlowError::NoKey { owner: user.to_string() };
        key.or_else(|| self.rings.cosign(user)).ok_or_else(no_key)
    }

    /// Finds our key of the coins that a script locks; `owner` is its address, for the error.
    pub(super) fn coin_key(&self, script: &[u8], owner: &str) -> Result<CoinKeys, FlowError> {
        let spends = |key: &&CoinKeys| key.scripts.iter().any(|own| own == script);
        let key = self.coin_keys.iter().find(spends).cloned();
        let no_key = || FlowError::NoKey { owner: owner.to_owned() };
        key.or_else(|| self.rings.coins(script)).ok_or_else(no_key)
    }

    pub(super) fn signer(&self, terms: &Permit2Terms) -> Result<Arc<dyn PermitSigner>, FlowError> {
        let (owner, standard) = (terms.owner, terms.standard);
        let signer = self.signers.iter().find(|signer| signer.address() == owner).cloned();
        let no_key = || FlowError::NoKey { owner: standard.show(owner) };
        signer.or_else(|| self.rings.permit(standard, owner)).ok_or_else(no_key)
    }
}
