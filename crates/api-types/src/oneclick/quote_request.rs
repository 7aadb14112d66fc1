use countersign_units::{Bps, Lots};

use super::number::BPS;
use super::timestamp::TIMESTAMP;
use super::{
    DepositType, QuoteOptions, RecipientType, RefundType, SwapType, Timestamp, Wire, WriteError,
};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// Asks for a quote; answers echo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRequest {
    /// Whether to only look: a dry quote has no address to deposit at.
    pub dry: bool,
    /// What the amount stands for.
    pub swap_type: SwapType,
    /// How far the price may move.
    pub slippage_tolerance: Bps,
    /// The id of the asset that is paid in.
    pub origin_asset: String,
    /// Where the deposit is made.
    pub deposit_type: DepositType,
    /// The id of the asset that is paid out.
    pub destination_asset: String,
    /// How much, in base units of the asset that the swap type says.
    pub amount: Lots,
    /// Who gets a refund.
    pub refund_to: String,
    /// Where a refund goes.
    pub refund_type: RefundType,
    /// Who gets the swap's outcome.
    pub recipient: String,
    /// Where the outcome goes.
    pub recipient_type: RecipientType,
    /// When refunds begin, if the swap hasn't ended by then.
    pub deadline: Timestamp,
    /// All else.
    pub options: QuoteOptions,
}

impl Wire for QuoteRequest {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.required(&[name], &forms::TEXT);
        Ok(Self {
            dry: members.required(&["dry"], &forms::BOOL)?,
            swap_type: members.required(&["swapType"], &SwapType::FORM)?,
            slippage_tolerance: members.required(&["slippageTolerance"], &BPS)?,
            origin_asset: text("originAsset")?,
            deposit_type: members.required(&["depositType"], &DepositType::FORM)?,
            destination_asset: text("destinationAsset")?,
            amount: members.required(&["amount"], &forms::LOTS)?,
            refund_to: text("refundTo")?,
            refund_type: members.required(&["refundType"], &RefundType::FORM)?,
            recipient: text("recipient")?,
            recipient_type: members.required(&["recipientType"], &RecipientType::FORM)?,
            deadline: members.required(&["deadline"], &TIMESTAMP)?,
            options: QuoteOptions::read(members)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new()
            .plain("dry", Some(self.dry))
            .string("swapType", Some(self.swap_type.known("swapType")?))
            .plain("slippageTolerance", Some(self.slippage_tolerance))
            .string("originAsset", Some(&self.origin_asset))
            .string("depositType", Some(self.deposit_type.known("depositType")?))
            .string("destinationAsset", Some(&self.destination_asset))
            .string("amount", Some(self.amount))
            .string("refundTo", Some(&self.refund_to))
            .string("refundType", Some(self.refund_type.known("refundType")?))
            .string("recipient", Some(&self.recipient))
            .string("recipientType", Some(self.recipient_type.known("recipientType")?))
            .string("deadline", Some(&self.deadline));
        Ok(self.options.write(body)?.finish())
    }
}
