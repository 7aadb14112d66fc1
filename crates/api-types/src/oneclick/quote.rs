use countersign_units::Lots;

use super::number::NUMBER;
use super::timestamp::TIMESTAMP;
use super::{Number, Shown, Timestamp, Wire, WriteError, wire};
use crate::ReadError;
use crate::json::Value;
use crate::read::{Members, forms, items};
use crate::write::ObjectWriter;

/// What the API offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Where to deposit; a dry quote has no such address.
    pub deposit_address: Option<String>,
    /// The memo that a deposit must carry, or be lost.
    pub deposit_memo: Option<String>,
    /// More addresses, of a quote that takes deposits on several chains.
    pub chain_deposit_addresses: Vec<ChainDepositAddress>,
    /// How much to pay in, in base units.
    pub amount_in: Lots,
    /// The amount paid in, as it is shown.
    pub amount_in_shown: Shown,
    /// The least deposit that is swapped.
    pub min_amount_in: Lots,
    /// The largest deposit that is swapped whole; only Aurora tells it.
    pub max_amount_in: Option<Lots>,
    /// How much is expected to be paid out, in base units.
    pub amount_out: Lots,
    /// The amount paid out, as it is shown.
    pub amount_out_shown: Shown,
    /// The least that is paid out.
    pub min_amount_out: Lots,
    /// When the deposit address dies. Refunds begin earlier: at the deadline of the request.
    pub deadline: Option<Timestamp>,
    /// When the deposit address is no longer watched closely.
    pub time_when_inactive: Option<Timestamp>,
    /// How many seconds the swap is expected to take.
    pub time_estimate: Option<Number>,
    /// Who is paid on a virtual chain.
    pub virtual_chain_recipient: Option<String>,
    /// Who is refunded on a virtual chain.
    pub virtual_chain_refund_recipient: Option<String>,
    /// A message for the recipient's contract.
    pub custom_recipient_msg: Option<String>,
    /// What a refund costs, in base units of the asset paid in.
    pub refund_fee: Option<Lots>,
    /// What paying out costs, in base units of the asset paid out; already taken off the amount.
    pub withdraw_fee: Option<Lots>,
}

/// Where to deposit on one of several chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainDepositAddress {
    /// The API's short name of the chain.
    pub blockchain: String,
    /// Where to deposit.
    pub address: String,
    /// The memo that a deposit must carry, or be lost.
    pub memo: Option<String>,
}

impl Wire for Quote {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.optional(&[name], &forms::TEXT);
        let filled = |name| Ok::<_, ReadError>(text(name)?.filter(|text| !text.is_empty()));
        let lots = |name| members.optional(&[name], &forms::LOTS);
        let moment = |name| members.optional(&[name], &TIMESTAMP);
        let addresses = |value: &Value<'_>| items(value, ChainDepositAddress::from_value);
        Ok(Self {
            deposit_address: filled("depositAddress")?,
            deposit_memo: filled("depositMemo")?,
            chain_deposit_addresses: members
                .part("chainDepositAddresses", addresses)?
                .unwrap_or_default(),
            amount_in: members.required(&["amountIn"], &forms::LOTS)?,
            amount_in_shown: Shown::read(members, "amountIn")?,
            min_amount_in: members.required(&["minAmountIn"], &forms::LOTS)?,
            max_amount_in: lots("maxAmountIn")?,
            amount_out: members.required(&["amountOut"], &forms::LOTS)?,
            amount_out_shown: Shown::read(members, "amountOut")?,
            min_amount_out: members.required(&["minAmountOut"], &forms::LOTS)?,
            deadline: moment("deadline")?,
            time_when_inactive: moment("timeWhenInactive")?,
            time_estimate: members.optional(&["timeEstimate"], &NUMBER)?,
            virtual_chain_recipient: text("virtualChainRecipient")?,
            virtual_chain_refund_recipient: text("virtualChainRefundRecipient")?,
            custom_recipient_msg: text("customRecipientMsg")?,
            refund_fee: lots("refundFee")?,
            withdraw_fee: lots("withdrawFee")?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let addresses = Some(&self.chain_deposit_addresses[..]).filter(|list| !list.is_empty());
        let body = ObjectWriter::new().string("amountIn", Some(self.amount_in));
        let body = self
            .amount_in_shown
            .write(body, "amountIn")
            .string("minAmountIn", Some(self.min_amount_in))
            .string("maxAmountIn", self.max_amount_in)
            .string("amountOut", Some(self.amount_out));
        let body = self.amount_out_shown.write(body, "amountOut");
        Ok(self
            .write_terms(body.string("minAmountOut", Some(self.min_amount_out)))
            .string("depositAddress", self.deposit_address.as_ref())
            .string("depositMemo", self.deposit_memo.as_ref())
            .raw("chainDepositAddresses", addresses.map(wire::list).transpose()?)
            .finish())
    }
}

impl Quote {
    fn write_terms(&self, body: ObjectWriter) -> ObjectWriter {
        body.plain("timeEstimate", self.time_estimate.as_ref())
            .string("refundFee", self.refund_fee)
            .string("withdrawFee", self.withdraw_fee)
            .string("virtualChainRecipient", self.virtual_chain_recipient.as_ref())
            .string("virtualChainRefundRecipient", self.virtual_chain_refund_recipient.as_ref())
            .string("customRecipientMsg", self.custom_recipient_msg.as_ref())
            .string("deadline", self.deadline.as_ref())
            .string("timeWhenInactive", self.time_when_inactive.as_ref())
    }
}

impl Wire for ChainDepositAddress {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let memo = members.optional(&["memo"], &forms::TEXT)?;
        Ok(Self {
            blockchain: members.required(&["blockchain"], &forms::TEXT)?,
            address: members.required(&["address"], &forms::TEXT)?,
            memo: memo.filter(|memo| !memo.is_empty()),
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("blockchain", Some(&self.blockchain))
            .string("address", Some(&self.address))
            .string("memo", self.memo.as_ref())
            .finish())
    }
}
