use super::{Wire, WriteError};
use crate::ReadError;
use crate::json::Value;
use crate::query::QueryWriter;
use crate::read::{Members, forms};
use crate::write::ObjectWriter;

/// Asks where a swap stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRequest {
    /// The quote's deposit address.
    pub deposit_address: String,
    /// The quote's memo, if it had one.
    pub deposit_memo: Option<String>,
}

impl StatusRequest {
    /// Writes the query string, without a question mark.
    pub fn to_query(&self) -> String {
        QueryWriter::new()
            .pair("depositAddress", Some(&self.deposit_address))
            .pair("depositMemo", self.deposit_memo.as_ref())
            .finish()
    }
}

/// Tells that a deposit was sent; the API would find it anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositSubmission {
    /// The transaction's id.
    pub tx_hash: String,
    /// The quote's deposit address.
    pub deposit_address: String,
    /// The account on NEAR that sent it.
    pub near_sender_account: Option<String>,
    /// The quote's memo, if it had one.
    pub memo: Option<String>,
}

impl DepositSubmission {
    /// Returns the question where the swap of this deposit stands.
    pub fn status_request(&self) -> StatusRequest {
        let deposit_address = self.deposit_address.clone();
        StatusRequest { deposit_address, deposit_memo: self.memo.clone() }
    }
}

impl Wire for DepositSubmission {
    fn from_value(value: &Value<'_>) -> Result<Self, ReadError> {
        let members = Members::of(value)?;
        Ok(Self {
            tx_hash: members.required(&["txHash"], &forms::TEXT)?,
            deposit_address: members.required(&["depositAddress"], &forms::TEXT)?,
            near_sender_account: members.optional(&["nearSenderAccount"], &forms::TEXT)?,
            memo: members.optional(&["memo"], &forms::TEXT)?,
        })
    }

    fn to_json(&self) -> Result<String, WriteError> {
        Ok(ObjectWriter::new()
            .string("txHash", Some(&self.tx_hash))
            .string("depositAddress", Some(&self.deposit_address))
            .string("nearSenderAccount", self.near_sender_account.as_ref())
            .string("memo", self.memo.as_ref())
            .finish())
    }
}
