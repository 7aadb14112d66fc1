use alloy::rlp::{Decodable, EMPTY_STRING_CODE, Encodable, Error, Header};
use countersign_approval::{Code, Violation};
use countersign_units::{EvmAddress, U256};

use crate::UncheckedSignature;

/// The first byte of a transaction of EIP-1559.
const TYPE: u8 = 2;

/// A transaction of EIP-1559 without its signature, every member at the full width of a word.
///
/// Source: [EIP-1559](https://eips.ethereum.org/EIPS/eip-1559).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transaction {
    pub(super) chain_id: U256,
    pub(super) nonce: U256,
    pub(super) max_priority_fee_per_gas: U256,
    pub(super) max_fee_per_gas: U256,
    pub(super) gas_limit: U256,
    /// Nothing creates a contract.
    pub(super) to: Option<EvmAddress>,
    pub(super) value: U256,
    pub(super) data: Vec<u8>,
    /// What the access list holds, encoded.
    pub(super) access_list: Vec<u8>,
}

impl Transaction {
    /// Reads the bytes that are hashed and signed, all of them.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Violation> {
        let expected = "the byte 02 of a transaction of EIP-1559";
        let fields = match bytes.split_first() {
            Some((&TYPE, fields)) => fields,
            Some((other, _)) => return Err(malformed(expected, format_args!("{other:02x}"))),
            None => return Err(malformed(expected, "nothing")),
        };
        let transaction = Self::decode_list(fields).map_err(from_rlp)?;
        if transaction.unsigned() != bytes {
            let expected = "the one encoding of its members";
            return Err(Violation::new(Code::Encoding, "transaction", expected, "another"));
        }
        Ok(transaction)
    }

    /// Reads the bytes that are sent, without looking at the signature.
    pub(super) fn decode_signed(bytes: &[u8]) -> Option<Self> {
        let (&TYPE, mut fields) = bytes.split_first()? else { return None };
        let mut list = Header::decode_bytes(&mut fields, true).ok()?;
        let transaction = Self::decode_members(&mut list).ok()?;
        let mut signature = (0..3).map(|_| U256::decode(&mut list));
        let whole = signature.all(|part| part.is_ok()) && list.is_empty() && fields.is_empty();
        whole.then_some(transaction)
    }

    fn decode_list(mut bytes: &[u8]) -> Result<Self, Error> {
        let mut list = Header::decode_bytes(&mut bytes, true)?;
        let transaction = Self::decode_members(&mut list)?;
        if list.is_empty() && bytes.is_empty() {
            return Ok(transaction);
        }
        Err(Error::Custom("bytes behind the last member"))
    }

    fn decode_members(list: &mut &[u8]) -> Result<Self, Error> {
        Ok(Self {
            chain_id: U256::decode(list)?,
            nonce: U256::decode(list)?,
            max_priority_fee_per_gas: U256::decode(list)?,
            max_fee_per_gas: U256::decode(list)?,
            gas_limit: U256::decode(list)?,
            to: decode_to(list)?,
            value: U256::decode(list)?,
            data: Header::decode_bytes(list, false)?.to_vec(),
            access_list: Header::decode_bytes(list, true)?.to_vec(),
        })
    }

    /// Returns the bytes that are hashed and signed.
    pub(super) fn unsigned(&self) -> Vec<u8> {
        let mut members = Vec::new();
        self.encode_members(&mut members);
        in_list(&members)
    }

    /// Returns the bytes that are sent.
    pub(super) fn signed(&self, signature: &UncheckedSignature) -> Vec<u8> {
        let mut members = Vec::new();
        self.encode_members(&mut members);
        signature.y_parity.encode(&mut members);
        U256::from_be_bytes(signature.r).encode(&mut members);
        U256::from_be_bytes(signature.s).encode(&mut members);
        in_list(&members)
    }

    fn encode_members(&self, out: &mut Vec<u8>) {
        self.chain_id.encode(out);
        self.nonce.encode(out);
        self.max_priority_fee_per_gas.encode(out);
        self.max_fee_per_gas.encode(out);
        self.gas_limit.encode(out);
        match &self.to {
            Some(to) => to.as_bytes().encode(out),
            None => out.push(EMPTY_STRING_CODE),
        }
        self.value.encode(out);
        self.data.as_slice().encode(out);
        Header { list: true, payload_length: self.access_list.len() }.encode(out);
        out.extend_from_slice(&self.access_list);
    }
}

fn decode_to(list: &mut &[u8]) -> Result<Option<EvmAddress>, Error> {
    match Header::decode_bytes(list, false)? {
        [] => Ok(None),
        bytes => {
            let address = bytes.try_into().map_err(|_| Error::UnexpectedLength)?;
            Ok(Some(EvmAddress::new(address)))
        }
    }
}

/// Writes encoded members as a list behind the type.
fn in_list(members: &[u8]) -> Vec<u8> {
    let mut bytes = vec![TYPE];
    Header { list: true, payload_length: members.len() }.encode(&mut bytes);
    bytes.extend_from_slice(members);
    bytes
}

fn from_rlp(error: Error) -> Violation {
    let expected = "a transaction of EIP-1559 without a signature";
    match error {
        Error::LeadingZero | Error::NonCanonicalSingleByte | Error::NonCanonicalSize => {
            Violation::new(Code::Encoding, "transaction", "the shortest encoding", error)
        }
        _ => malformed(expected, error),
    }
}

fn malformed(expected: &str, found: impl std::fmt::Display) -> Violation {
    Violation::new(Code::Malformed, "transaction", expected, found)
}
