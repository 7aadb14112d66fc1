use countersign_units::Lots;

use super::number::NUMBER;
use super::{Number, RefundReason, Shown, Wire, WriteError, wire};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms, items, texts};
use crate::write::{ObjectWriter, array, quote};

/// What happened so far. The API doesn't sign any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapDetails {
    /// The intents that took part.
    pub intent_hashes: Vec<String>,
    /// The transactions on NEAR.
    pub near_tx_hashes: Vec<String>,
    /// The transactions on the origin chain; a refund may be among them.
    pub origin_chain_txs: Vec<ChainTransaction>,
    /// The transactions on the destination chain.
    pub destination_chain_txs: Vec<ChainTransaction>,
    /// What was swapped, in base units.
    pub amount_in: Option<Lots>,
    /// The same, as it is shown.
    pub amount_in_shown: Shown,
    /// What was paid out, in base units.
    pub amount_out: Option<Lots>,
    /// The same, as it is shown.
    pub amount_out_shown: Shown,
    /// How far the price moved, in basis points; below zero where it moved in our favour.
    pub slippage: Option<Number>,
    /// What came back, in base units.
    pub refunded_amount: Option<Lots>,
    /// The same, as it is shown.
    pub refunded_amount_shown: Shown,
    /// Why it came back.
    pub refund_reason: Option<RefundReason>,
    /// What was deposited, in base units.
    pub deposited_amount: Option<Lots>,
    /// The same, as it is shown.
    pub deposited_amount_shown: Shown,
    /// What a refund costs, in base units of the asset paid in.
    pub refund_fee: Option<Lots>,
    /// What paying out costs, in base units of the asset paid out.
    pub withdraw_fee: Option<Lots>,
    /// The name of the channel that the request came through.
    pub referral: Option<String>,
}

/// A transaction on some chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainTransaction {
    /// Its id.
    pub hash: String,
    /// Where people can look at it; may be empty.
    pub explorer_url: Option<String>,
}

impl Wire for SwapDetails {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let lots = |name| members.optional(&[name], &forms::LOTS);
        let hashes = |name| Ok::<_, ReadError>(members.part(name, texts)?.unwrap_or_default());
        let chain = |value: &Value<'_>| items(value, ChainTransaction::from_value);
        let txs = |name| Ok::<_, ReadError>(members.part(name, chain)?.unwrap_or_default());
        Ok(Self {
            intent_hashes: hashes("intentHashes")?,
            near_tx_hashes: hashes("nearTxHashes")?,
            origin_chain_txs: txs("originChainTxHashes")?,
            destination_chain_txs: txs("destinationChainTxHashes")?,
            amount_in: lots("amountIn")?,
            amount_in_shown: Shown::read(members, "amountIn")?,
            amount_out: lots("amountOut")?,
            amount_out_shown: Shown::read(members, "amountOut")?,
            slippage: members.optional(&["slippage"], &NUMBER)?,
            refunded_amount: lots("refundedAmount")?,
            refunded_amount_shown: Shown::read(members, "refundedAmount")?,
            refund_reason: members.optional(&["refundReason"], &RefundReason::FORM)?,
            deposited_amount: lots("depositedAmount")?,
            deposited_amount_shown: Shown::read(members, "depositedAmount")?,
            refund_fee: lots("refundFee")?,
            withdraw_fee: lots("withdrawFee")?,
            referral: members.optional(&["referral"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let hashes = |hashes: &[String]| {
            let quoted: Vec<_> = hashes.iter().map(|hash| quote(hash)).collect();
            Some(array(&quoted))
        };
        let body = ObjectWriter::new()
            .raw("intentHashes", hashes(&self.intent_hashes))
            .raw("nearTxHashes", hashes(&self.near_tx_hashes))
            .raw("originChainTxHashes", Some(wire::list(&self.origin_chain_txs)?))
            .raw("destinationChainTxHashes", Some(wire::list(&self.destination_chain_txs)?));
        Ok(self
            .write_amounts(body)
            .plain("slippage", self.slippage.as_ref())
            .string("refundReason", self.refund_reason.as_ref().map(RefundReason::name))
            .string("refundFee", self.refund_fee)
            .string("withdrawFee", self.withdraw_fee)
            .string("referral", self.referral.as_ref())
            .finish())
    }
}

impl SwapDetails {
    fn write_amounts(&self, body: ObjectWriter) -> ObjectWriter {
        [
            ("amountIn", self.amount_in, &self.amount_in_shown),
            ("amountOut", self.amount_out, &self.amount_out_shown),
            ("refundedAmount", self.refunded_amount, &self.refunded_amount_shown),
            ("depositedAmount", self.deposited_amount, &self.deposited_amount_shown),
        ]
        .into_iter()
        .fold(body, |body, (name, lots, shown)| shown.write(body.string(name, lots), name))
    }
}

impl Wire for ChainTransaction {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            hash: members.required(&["hash"], &forms::TEXT)?,
            explorer_url: members.optional(&["explorerUrl"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new().string("hash", Some(&self.hash));
        Ok(body.string("explorerUrl", self.explorer_url.as_ref()).finish())
    }
}
