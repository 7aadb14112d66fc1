//! What Tron's nodes answer.

use alloy::primitives::{Address, B256, Log, U256};

use super::result_name;
use crate::address::AddressForm;
use crate::chain::{Block, Outcome};
use crate::json::Json;
use crate::tron::{Contract, Mined, PREFIX, Refused};

/// What a node writes of what failed.
const FAILED: &str = "FAILED";

/// Reads an address: in base58check, or 21 bytes in hex.
pub(super) fn read_address(text: &str) -> Option<Address> {
    let in_hex = || match hex::decode(text).ok()?.as_slice() {
        [PREFIX, address @ ..] => Address::try_from(address).ok(),
        _ => None,
    };
    AddressForm::Base58Check.read(text).or_else(in_hex)
}

pub(super) fn account((owner, visible): (Address, bool), sun: U256) -> Json {
    let address = Json::from(address(owner, visible));
    Json::object([("address", address), ("balance", Json::number(sun))])
}

pub(super) fn contract((at, visible): (Address, bool), code: &[u8]) -> Json {
    let contract = Json::object([("contract_address", Json::from(address(at, visible)))]);
    let code = Json::from(hex::encode(code));
    Json::object([("runtimecode", code), ("smart_contract", contract)])
}

fn address(address: Address, visible: bool) -> String {
    if visible { AddressForm::Base58Check.write(address) } else { hex_address(address) }
}

pub(super) fn block(block: Block) -> Json {
    let raw = Json::object([
        ("number", Json::from(block.number)),
        ("timestamp", Json::from(millis(block))),
        ("parentHash", Json::from(hex::encode(block.parent))),
    ]);
    Json::object([
        ("blockID", Json::from(hex::encode(block.hash))),
        ("block_header", Json::object([("raw_data", raw)])),
    ])
}

pub(super) fn broadcast(taken: &Result<B256, Refused>) -> Json {
    match taken {
        Ok(id) => Json::object([
            ("result", Json::from(true)),
            ("code", Json::from("SUCCESS")),
            ("message", Json::from("")),
            ("txid", Json::from(hex::encode(id))),
        ]),
        Err(reason) => Json::object([
            ("result", Json::from(false)),
            ("code", Json::from(reason.code())),
            ("message", Json::text(reason)),
        ]),
    }
}

pub(super) fn transaction(mined: &Mined) -> Json {
    let transaction = &mined.transaction;
    let ended = Json::object([("contractRet", Json::from(result_name(&mined.ran.outcome)))]);
    Json::object([
        ("ret", Json::list([ended])),
        ("signature", Json::list([Json::from(hex::encode(&transaction.signature))])),
        ("txID", Json::from(hex::encode(transaction.id))),
        ("raw_data_hex", Json::from(hex::encode(&transaction.raw))),
    ])
}

pub(super) fn transaction_info(mined: &Mined) -> Json {
    let (transaction, ran) = (&mined.transaction, &mined.ran);
    let mut info = Json::object([
        ("id", Json::from(hex::encode(transaction.id))),
        ("blockNumber", Json::from(mined.block.number)),
        ("blockTimeStamp", Json::from(millis(mined.block))),
        ("contractResult", Json::list([Json::from(output(&ran.outcome))])),
    ]);
    // Members that are zero or empty are not written.
    if mined.fee() > 0 {
        info.push("fee", Json::from(mined.fee()));
    }
    if !ran.succeeded {
        info.push("result", Json::from(FAILED));
    }
    if let Contract::Trigger { to, .. } = &transaction.contract {
        info.push("contract_address", Json::from(hex_address(*to)));
        info.push("receipt", receipt(mined));
    }
    if !ran.logs.is_empty() {
        info.push("log", Json::list(ran.logs.iter().map(log)));
    }
    info
}

/// Writes how a call would end, and how much energy it would take.
pub(super) fn tried(outcome: &Outcome, energy: Option<u64>) -> Json {
    let mut result = Json::object([("result", Json::from(true))]);
    if let Outcome::Reverted(_) | Outcome::Halted(_) = outcome {
        result.push("message", Json::from(hex::encode(result_name(outcome))));
    }
    Json::object([
        ("result", result),
        ("energy_used", energy.into()),
        ("constant_result", Json::list([Json::from(output(outcome))])),
    ])
}

fn receipt(mined: &Mined) -> Json {
    Json::object([
        ("energy_usage_total", Json::from(mined.energy())),
        ("energy_fee", Json::from(mined.fee())),
        ("result", Json::from(result_name(&mined.ran.outcome))),
    ])
}

/// Writes a log: its address has no byte before it.
fn log(log: &Log) -> Json {
    Json::object([
        ("address", Json::from(hex::encode(log.address))),
        ("topics", Json::list(log.topics().iter().map(|topic| Json::from(hex::encode(topic))))),
        ("data", Json::from(hex::encode(&log.data.data))),
    ])
}

fn output(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(output) | Outcome::Reverted(output) => hex::encode(output),
        Outcome::Halted(_) => String::new(),
    }
}

fn hex_address(address: Address) -> String {
    format!("{PREFIX:02x}{}", hex::encode(address))
}

const fn millis(block: Block) -> u64 {
    block.time.saturating_mul(1_000)
}
