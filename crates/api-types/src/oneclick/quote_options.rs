use super::number::WHOLE;
use super::{AppFee, Confidentiality, DepositMode, Rebate, Wire, WriteError, wire};
use crate::ReadError;
use crate::read::{Members, forms, items, texts};
use crate::write::{ObjectWriter, array};

/// What a request for a quote may say beyond the order itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuoteOptions {
    /// What marks a deposit as ours; [`DepositMode::Simple`] where it isn't said.
    pub deposit_mode: Option<DepositMode>,
    /// How many milliseconds the API may wait for offers; none where it isn't said.
    pub quote_waiting_time_ms: Option<u64>,
    /// The name of the channel that the request comes through.
    pub referral: Option<String>,
    /// Fees for others.
    pub app_fees: Vec<AppFee>,
    /// Addresses of the user's wallets.
    pub connected_wallets: Vec<String>,
    /// The API's id of the user's session.
    pub session_id: Option<String>,
    /// Who is paid on a virtual chain.
    pub virtual_chain_recipient: Option<String>,
    /// Who is refunded on a virtual chain.
    pub virtual_chain_refund_recipient: Option<String>,
    /// A message for the recipient's contract. The API calls it highly experimental.
    pub custom_recipient_msg: Option<String>,
    /// How much of the swap others can see.
    pub confidentiality: Option<Confidentiality>,
    /// Shares for confidential accounts.
    pub rebates: Vec<Rebate>,
    /// Whether the swap is insured, for another fee.
    pub insured: Option<bool>,
}

impl QuoteOptions {
    pub(super) fn read(members: Members<'_, '_>) -> Result<Self, ReadError> {
        let text = |name| members.optional(&[name], &forms::TEXT);
        let fees = members.part("appFees", |fees| items(fees, AppFee::from_value))?;
        let rebates = members.part("rebates", |rebates| items(rebates, Rebate::from_value))?;
        Ok(Self {
            deposit_mode: members.optional(&["depositMode"], &DepositMode::FORM)?,
            quote_waiting_time_ms: members.optional(&["quoteWaitingTimeMs"], &WHOLE)?,
            referral: text("referral")?,
            app_fees: fees.unwrap_or_default(),
            connected_wallets: members.part("connectedWallets", texts)?.unwrap_or_default(),
            session_id: text("sessionId")?,
            virtual_chain_recipient: text("virtualChainRecipient")?,
            virtual_chain_refund_recipient: text("virtualChainRefundRecipient")?,
            custom_recipient_msg: text("customRecipientMsg")?,
            confidentiality: members.optional(&["confidentiality"], &Confidentiality::FORM)?,
            rebates: rebates.unwrap_or_default(),
            insured: members.optional(&["insured"], &forms::BOOL)?,
        })
    }

    pub(super) fn write(&self, body: ObjectWriter) -> Result<ObjectWriter, WriteError> {
        let mode = self.deposit_mode.as_ref().map(|mode| mode.known("depositMode"));
        let level = self.confidentiality.as_ref().map(|level| level.known("confidentiality"));
        let wallets = self.connected_wallets.iter();
        let wallets: Vec<_> = wallets.map(|wallet| crate::write::quote(wallet)).collect();
        Ok(body
            .string("depositMode", mode.transpose()?)
            .plain("quoteWaitingTimeMs", self.quote_waiting_time_ms)
            .string("referral", self.referral.as_ref())
            .raw("appFees", filled(&self.app_fees)?)
            .raw("connectedWallets", Some(array(&wallets)).filter(|_| !wallets.is_empty()))
            .string("sessionId", self.session_id.as_ref())
            .string("virtualChainRecipient", self.virtual_chain_recipient.as_ref())
            .string("virtualChainRefundRecipient", self.virtual_chain_refund_recipient.as_ref())
            .string("customRecipientMsg", self.custom_recipient_msg.as_ref())
            .string("confidentiality", level.transpose()?)
            .raw("rebates", filled(&self.rebates)?)
            .plain("insured", self.insured))
    }
}

/// Writes a list unless it is empty.
fn filled<T: Wire>(elements: &[T]) -> Result<Option<String>, WriteError> {
    Some(elements).filter(|elements| !elements.is_empty()).map(wire::list).transpose()
}
