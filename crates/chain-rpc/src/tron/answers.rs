//! The answers of Tron's nodes. Members that are zero or empty are not written, numbers are decimal,
//! bytes are in hex without `0x`, addresses begin with the byte 41.

use countersign_approval::{CallOutcome, TronBlock};
use countersign_units::{EvmAddress, UnixMillis};
use serde::Deserialize;

use super::node::BLOCK;
use crate::rpc::RpcError;

/// How much a call may return. Tokens return a word.
const MAX_RETURNED: usize = 4_096;
/// How long a contract's code may be.
const MAX_CODE: usize = 1 << 16;

/// A block, as far as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) number: u64,
    pub(super) id: [u8; 32],
    pub(super) time: UnixMillis,
}

impl From<Block> for TronBlock {
    fn from(block: Block) -> Self {
        Self { number: block.number, id: block.id }
    }
}

/// A block; nothing where there is none.
#[derive(Deserialize)]
pub(super) struct BlockAnswer {
    #[serde(rename = "blockID")]
    block_id: Option<String>,
    block_header: Option<Header>,
}

#[derive(Deserialize)]
struct Header {
    raw_data: RawHeader,
}

#[derive(Deserialize)]
struct RawHeader {
    #[serde(default)]
    number: u64,
    #[serde(default)]
    timestamp: u64,
}

impl BlockAnswer {
    /// Reads the block, whose id begins with its height.
    pub(super) fn read(&self) -> Result<Option<Block>, RpcError> {
        let (id, header) = match (&self.block_id, &self.block_header) {
            (None, None) => return Ok(None),
            (Some(id), Some(header)) => (id, header),
            _ => return Err(RpcError::value(BLOCK, "an id and a header", "one of them")),
        };
        let (id, RawHeader { number, timestamp }) = (hash(id, BLOCK)?, &header.raw_data);
        let begins = id.first_chunk::<8>().copied().map(u64::from_be_bytes);
        if begins != Some(*number) {
            let expected = format!("an id that begins with the height {number}");
            return Err(RpcError::value(BLOCK, &expected, hex::encode(id)));
        }
        Ok(Some(Block { number: *number, id, time: UnixMillis::new(*timestamp) }))
    }
}

/// An account; nothing where there is none.
#[derive(Deserialize)]
pub(super) struct AccountAnswer {
    address: Option<String>,
    #[serde(default)]
    balance: u64,
}

impl AccountAnswer {
    pub(super) const METHOD: &str = "getaccount";

    /// Reads how many sun an account has.
    pub(super) fn balance(&self, of: EvmAddress) -> Result<u64, RpcError> {
        let expected = in_hex(of);
        match &self.address {
            Some(found) if *found != expected => {
                Err(RpcError::value(Self::METHOD, &expected, shown(found)))
            }
            None if self.balance > 0 => {
                Err(RpcError::value(Self::METHOD, "an address", "a balance alone"))
            }
            _ => Ok(self.balance),
        }
    }
}

/// A contract; nothing where there is none.
#[derive(Deserialize)]
pub(super) struct ContractAnswer {
    #[serde(default)]
    runtimecode: String,
}

impl ContractAnswer {
    pub(super) const METHOD: &str = "getcontractinfo";

    pub(super) fn code(&self) -> Result<Vec<u8>, RpcError> {
        bytes(&self.runtimecode, Self::METHOD, MAX_CODE)
    }
}

/// What a unit of energy has cost since when.
#[derive(Deserialize)]
pub(super) struct PricesAnswer {
    prices: String,
}

impl PricesAnswer {
    pub(super) const METHOD: &str = "getenergyprices";

    /// Reads what it costs at a moment: the prices are in the order of their moments.
    pub(super) fn at(&self, now: UnixMillis) -> Result<u128, RpcError> {
        let other = || RpcError::value(Self::METHOD, "moments and prices", shown(&self.prices));
        let mut price = None;
        for pair in self.prices.split(',') {
            let (since, sun) = pair.split_once(':').ok_or_else(other)?;
            let since: u64 = since.parse().map_err(|_| other())?;
            let sun: u64 = sun.parse().map_err(|_| other())?;
            if since <= now.value() {
                price = Some(u128::from(sun));
            }
        }
        price.ok_or_else(other)
    }
}

/// How a call would end that is not sent.
#[derive(Deserialize)]
pub(super) struct TriedAnswer {
    result: TriedResult,
    energy_used: Option<u64>,
    #[serde(default)]
    constant_result: Vec<String>,
    transaction: Option<TriedTransaction>,
}

#[derive(Deserialize)]
struct TriedResult {
    #[serde(default)]
    result: bool,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct TriedTransaction {
    #[serde(default)]
    ret: Vec<TriedEnd>,
}

#[derive(Deserialize)]
struct TriedEnd {
    ret: Option<String>,
}

/// What nodes say of a transaction that the contract or the rules do not let pass.
const FAILS: [&str; 2] = ["CONTRACT_VALIDATE_ERROR", "CONTRACT_EXE_ERROR"];

impl TriedAnswer {
    pub(super) const METHOD: &str = "triggerconstantcontract";

    /// Reads how the call ends; `cut` shortens the node's words.
    pub(super) fn outcome(&self, cut: impl Fn(&str) -> String) -> Result<CallOutcome, RpcError> {
        let TriedResult { result, code, message } = &self.result;
        let words = message.as_deref().map(said).unwrap_or_default();
        let code = code.as_deref().unwrap_or_default();
        if !result && !FAILS.contains(&code) {
            let message = cut(&format!("{code} {words}"));
            return Err(RpcError::Node { method: Self::METHOD, code: 0, message });
        }
        let ends = self.transaction.iter().flat_map(|transaction| &transaction.ret);
        let failed = ends.filter_map(|end| end.ret.as_deref()).any(|end| end != "SUCESS");
        if !result || message.is_some() || failed {
            return Ok(CallOutcome::Failed(cut(format!("{code} {words}").trim())));
        }
        let [returned] = self.constant_result.as_slice() else {
            let found = format!("{} of them", self.constant_result.len());
            return Err(RpcError::value(Self::METHOD, "one result", found));
        };
        Ok(CallOutcome::Returned(bytes(returned, Self::METHOD, MAX_RETURNED)?))
    }

    /// Returns how much energy it takes.
    pub(super) fn energy(&self) -> Result<u64, RpcError> {
        let none = || RpcError::value(Self::METHOD, "energy_used", "none");
        self.energy_used.ok_or_else(none)
    }
}

/// What became of a transaction; nothing where no block has it.
#[derive(Deserialize)]
pub(super) struct InfoAnswer {
    id: Option<String>,
    #[serde(rename = "blockNumber")]
    block_number: Option<u64>,
    result: Option<String>,
    receipt: Option<Receipt>,
}

#[derive(Deserialize)]
struct Receipt {
    result: Option<String>,
}

impl InfoAnswer {
    pub(super) const METHOD: &str = "gettransactioninfobyid";

    /// Reads whether the transaction succeeded, and the height of its block.
    pub(super) fn read(&self, expected: [u8; 32]) -> Result<Option<(bool, u64)>, RpcError> {
        let Some(id) = &self.id else {
            return match self.block_number {
                None => Ok(None),
                Some(_) => Err(RpcError::value(Self::METHOD, "an id", "a block alone")),
            };
        };
        let found = hash(id, Self::METHOD)?;
        if found != expected {
            let (expected, found) = (hex::encode(expected), hex::encode(found));
            return Err(RpcError::value(Self::METHOD, &expected, found));
        }
        let none = || RpcError::value(Self::METHOD, "the height of a block", "none");
        let block = self.block_number.ok_or_else(none)?;
        Ok(Some((self.succeeded()?, block)))
    }

    /// Nodes write a result only of what failed, and one of the contract where one ran.
    fn succeeded(&self) -> Result<bool, RpcError> {
        let contract = self.receipt.as_ref().and_then(|receipt| receipt.result.as_deref());
        match (self.result.as_deref(), contract) {
            (None | Some("SUCESS"), None | Some("SUCCESS" | "DEFAULT")) => Ok(true),
            (Some("FAILED"), _) => Ok(false),
            (result, contract) => {
                let found = format!("{result:?} and {contract:?}");
                Err(RpcError::value(Self::METHOD, "a result that fits its receipt", shown(&found)))
            }
        }
    }
}

/// Reads a hash.
pub(super) fn hash(text: &str, method: &'static str) -> Result<[u8; 32], RpcError> {
    let mut hash = [0; 32];
    let other = |_| RpcError::value(method, "32 bytes in hex", shown(text));
    hex::decode_to_slice(text, &mut hash).map_err(other)?;
    Ok(hash)
}

fn bytes(text: &str, method: &'static str, most: usize) -> Result<Vec<u8>, RpcError> {
    let length = text.len().div_ceil(2);
    if length > most {
        let (expected, found) = (format!("at most {most} bytes"), format!("{length} bytes"));
        return Err(RpcError::value(method, &expected, found));
    }
    hex::decode(text).map_err(|_| RpcError::value(method, "bytes in hex", shown(text)))
}

/// Writes an address as nodes take it where nothing is to be `visible`.
pub(super) fn in_hex(address: EvmAddress) -> String {
    format!("41{}", hex::encode(address.as_bytes()))
}

/// Reads the words of a node, which most write in hex.
pub(super) fn said(text: &str) -> String {
    let words = hex::decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    words.unwrap_or_else(|| text.to_owned())
}

fn shown(text: &str) -> String {
    countersign_approval::excerpt(text)
}
