use countersign_units::Lots;

use super::timestamp::TIMESTAMP;
use super::{Shown, SortOrder, Timestamp, Wire, WithdrawalStatus, WriteError, wire};
use crate::ReadError;
use crate::json::Value;
use crate::query::QueryWriter;
use crate::read::{Members, forms, items};
use crate::write::ObjectWriter;

/// Asks what a quote for any input has paid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithdrawalsRequest {
    /// The quote's deposit address.
    pub deposit_address: String,
    /// The quote's memo, if it had one.
    pub deposit_memo: Option<String>,
    /// Only what was paid from then on.
    pub timestamp_from: Option<Timestamp>,
    /// Which page.
    pub page: Option<u64>,
    /// How many at most; the API gives 50 and no more.
    pub limit: Option<u64>,
    /// In which order.
    pub sort_order: Option<SortOrder>,
}

impl WithdrawalsRequest {
    /// Writes the query string, without a question mark.
    ///
    /// # Errors
    ///
    /// Returns a [`WriteError`] if the order is none of the API.
    pub fn to_query(&self) -> Result<String, WriteError> {
        let order = self.sort_order.as_ref().map(|order| order.known("sortOrder")).transpose()?;
        Ok(QueryWriter::new()
            .pair("depositAddress", Some(&self.deposit_address))
            .pair("depositMemo", self.deposit_memo.as_ref())
            .pair("timestampFrom", self.timestamp_from.as_ref())
            .pair("page", self.page)
            .pair("limit", self.limit)
            .pair("sortOrder", order)
            .finish())
    }
}

/// What a quote for any input has paid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawals {
    /// The id of the asset that is paid out.
    pub asset: Option<String>,
    /// Who is paid.
    pub recipient: Option<String>,
    /// Who gets the partner's share.
    pub affiliate_recipient: Option<String>,
    /// The payments; the API has been seen to send a single one without an array.
    pub withdrawals: Vec<Withdrawal>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// How it ended.
    pub status: WithdrawalStatus,
    /// What was paid out, in base units.
    pub amount_out: Option<Lots>,
    /// The same, as it is shown.
    pub amount_out_shown: Shown,
    /// What paying out cost, in base units.
    pub withdraw_fee: Option<Lots>,
    /// The same, as it is shown.
    pub withdraw_fee_shown: Shown,
    /// When it was paid.
    pub timestamp: Option<Timestamp>,
    /// The transaction's id.
    pub hash: Option<String>,
}

impl Wire for Withdrawals {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        let text = |name| members.optional(&[name], &forms::TEXT);
        Ok(Self {
            asset: text("asset")?,
            recipient: text("recipient")?,
            affiliate_recipient: text("affiliateRecipient")?,
            withdrawals: members.part("withdrawals", one_or_more)?.unwrap_or_default(),
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("asset", self.asset.as_ref())
            .string("recipient", self.recipient.as_ref())
            .string("affiliateRecipient", self.affiliate_recipient.as_ref())
            .raw("withdrawals", Some(wire::list(&self.withdrawals)?))
            .finish())
    }
}

fn one_or_more(value: &Value<'_>) -> Result<Vec<Withdrawal>, ReadError> {
    match value {
        Value::Object(_) => Ok(vec![Withdrawal::from_value(value)?]),
        _ => items(value, Withdrawal::from_value),
    }
}

impl Wire for Withdrawal {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            status: members.required(&["status"], &WithdrawalStatus::FORM)?,
            amount_out: members.optional(&["amountOut"], &forms::LOTS)?,
            amount_out_shown: Shown::read(members, "amountOut")?,
            withdraw_fee: members.optional(&["withdrawFee"], &forms::LOTS)?,
            withdraw_fee_shown: Shown::read(members, "withdrawFee")?,
            timestamp: members.optional(&["timestamp"], &TIMESTAMP)?,
            hash: members.optional(&["hash"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        let body = ObjectWriter::new()
            .string("status", Some(self.status.name()))
            .string("amountOut", self.amount_out);
        let body = self.amount_out_shown.write(body, "amountOut");
        let body = body.string("withdrawFee", self.withdraw_fee);
        let body = self.withdraw_fee_shown.write(body, "withdrawFee");
        let body = body.string("timestamp", self.timestamp.as_ref());
        Ok(body.string("hash", self.hash.as_ref()).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_payment_and_an_array_of_one_are_the_same() {
        let one = r#"{"status":"SUCCESS","amountOut":"7","hash":"0xab","timestamp":null}"#;
        let read = |payments: &str| {
            Withdrawals::from_json(&format!(r#"{{"asset":"a","withdrawals":{payments}}}"#)).unwrap()
        };
        assert_eq!(read(one), read(&format!("[{one}]")));
        assert_eq!(read(one).withdrawals[0].amount_out, Some(Lots::from(7)));
        assert_eq!(read("null").withdrawals, []);
    }

    #[test]
    fn the_query_holds_what_is_asked() {
        let request = WithdrawalsRequest {
            deposit_address: "a/b".to_owned(),
            timestamp_from: Some("2026-06-23T19:00:00.000Z".parse().unwrap()),
            limit: Some(50),
            sort_order: Some(SortOrder::Descending),
            ..WithdrawalsRequest::default()
        };
        let query = "depositAddress=a%2Fb&timestampFrom=2026-06-23T19%3A00%3A00.000Z&limit=50\
            &sortOrder=desc";
        assert_eq!(request.to_query().as_deref(), Ok(query));
        let unknown = SortOrder::from_name("sideways");
        let request = WithdrawalsRequest { sort_order: Some(unknown), ..request };
        assert!(matches!(request.to_query(), Err(WriteError::UnknownWord { .. })));
    }
}
