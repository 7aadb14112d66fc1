//! The messages, as far as they are read here.

use prost::Message;

/// A transaction with its signatures.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Envelope {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) raw_data: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub(super) signatures: Vec<Vec<u8>>,
}

/// What is signed.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RawData {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) ref_block_bytes: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) ref_block_hash: Vec<u8>,
    /// In milliseconds since 1970.
    #[prost(int64, tag = "8")]
    pub(super) expiration: i64,
    #[prost(message, repeated, tag = "11")]
    pub(super) contracts: Vec<Item>,
    /// In sun.
    #[prost(int64, tag = "18")]
    pub(super) fee_limit: i64,
}

/// What is to be done.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Item {
    #[prost(int32, tag = "1")]
    pub(super) kind: i32,
    #[prost(message, optional, tag = "2")]
    pub(super) parameter: Option<Parameter>,
    #[prost(int32, tag = "5")]
    pub(super) permission_id: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Parameter {
    #[prost(string, tag = "1")]
    pub(super) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
}

/// TRX for somebody.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TransferContract {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) owner_address: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) to_address: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub(super) amount: i64,
}

/// A call of a contract.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TriggerSmartContract {
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
}
