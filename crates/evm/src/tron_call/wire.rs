//! Tron's transactions as protocol buffers: what is hashed, and what is sent.
//!
//! Source: [Tron's protocol](https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto).

use prost::Message;

/// The kind of a contract that moves TRX.
pub(super) const TRANSFER: i32 = 1;
/// The kind of a contract that calls a contract.
pub(super) const TRIGGER: i32 = 31;
/// What names the kinds once more.
pub(super) const TRANSFER_URL: &str = "type.googleapis.com/protocol.TransferContract";
pub(super) const TRIGGER_URL: &str = "type.googleapis.com/protocol.TriggerSmartContract";

/// What is hashed and signed. A member that stands not here is none that we read, so a transaction
/// that has it is refused.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Raw {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) ref_block_bytes: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub(super) ref_block_num: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) ref_block_hash: Vec<u8>,
    #[prost(int64, tag = "8")]
    pub(super) expiration: i64,
    /// A memo, which anyone can read.
    #[prost(bytes = "vec", tag = "10")]
    pub(super) data: Vec<u8>,
    #[prost(message, repeated, tag = "11")]
    pub(super) contract: Vec<Contract>,
    #[prost(bytes = "vec", tag = "12")]
    pub(super) scripts: Vec<u8>,
    #[prost(int64, tag = "14")]
    pub(super) timestamp: i64,
    #[prost(int64, tag = "18")]
    pub(super) fee_limit: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Contract {
    #[prost(int32, tag = "1")]
    pub(super) kind: i32,
    #[prost(message, optional, tag = "2")]
    pub(super) parameter: Option<Any>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) provider: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) name: Vec<u8>,
    #[prost(int32, tag = "5")]
    pub(super) permission_id: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Any {
    #[prost(string, tag = "1")]
    pub(super) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Transfer {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) owner_address: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) to_address: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub(super) amount: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Trigger {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) owner_address: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) contract_address: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub(super) call_value: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) data: Vec<u8>,
    #[prost(int64, tag = "5")]
    pub(super) call_token_value: i64,
    #[prost(int64, tag = "6")]
    pub(super) token_id: i64,
}

/// What is sent.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Signed {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) raw_data: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(super) signature: Vec<Vec<u8>>,
}
