use alloy::primitives::keccak256;
use countersign_approval::{BroadcastError, ChainViewError};
use serde_json::{Value, json};

use super::reading::Reading;
use crate::rpc::{Call, RpcError, word};

const SEND: &str = "eth_sendRawTransaction";
/// What nodes say of a transaction that they have already.
const KNOWN: [&str; 4] =
    ["already known", "alreadyknown", "known transaction", "transaction already imported"];
/// What nodes say of an account nonce that is used.
const USED: [&str; 4] = ["nonce too low", "oldnonce", "nonce is too low", "nonce_too_low"];
/// What nodes say of an account nonce that comes too early for them.
const EARLY: [&str; 6] = [
    "nonce too high",
    "noncetoohigh",
    "noncegap",
    "gapped nonce",
    "gapped-nonce",
    "nonce_too_far_in_future",
];
/// What nodes say of a price that is too low for them, for the block, or to replace another.
const UNDERPRICED: [&str; 7] = [
    "underpriced",
    "fee cap less than block base fee",
    "max fee per gas less than block base fee",
    "fee too low",
    "feetoolow",
    "gas price too low",
    "gas price below",
];
/// What nodes say of an account that can't pay.
const INSUFFICIENT: [&str; 3] = ["insufficient funds", "insufficientfunds", "upfront cost exceeds"];
/// The numbers with which nodes decline a transaction. With any other it may have been taken.
const DECLINED: [i64; 5] = [-32_000, -32_003, -32_010, -32_602, -32_601];

impl Reading {
    /// Passes a signed transaction on.
    pub(super) async fn broadcast(
        &self,
        chain_id: u64,
        transaction: &[u8],
    ) -> Result<(), BroadcastError> {
        self.ask(chain_id, &[]).await.map_err(unknown)?;
        let hash = keccak256(transaction).0;
        let send =
            Call { method: SEND, params: json!([format!("0x{}", hex::encode(transaction))]) };
        let declined = match self.node.ask_one::<Value>(&send, "a hash").await {
            Ok(answer) => return same_hash(&answer, hash).map_err(unknown),
            Err(error) => why(error),
        };
        match declined {
            Declined::Known => Ok(()),
            // Its own nonce is used where it was mined before.
            Declined::Because(BroadcastError::NonceTooLow)
                if self.knows(chain_id, hash).await.map_err(unknown)? =>
            {
                Ok(())
            }
            Declined::Because(error) => Err(error),
        }
    }
}

/// Why a node did not take a transaction.
#[derive(Debug, PartialEq, Eq)]
enum Declined {
    /// It has it already.
    Known,
    Because(BroadcastError),
}

fn why(error: RpcError) -> Declined {
    let RpcError::Node { code, message, .. } = &error else {
        return Declined::Because(unknown(error));
    };
    let lower = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    if says(&KNOWN) {
        return Declined::Known;
    }
    let message = message.clone();
    Declined::Because(if says(&USED) {
        BroadcastError::NonceTooLow
    } else if says(&EARLY) {
        BroadcastError::NonceTooHigh(message)
    } else if says(&UNDERPRICED) {
        BroadcastError::Underpriced(message)
    } else if says(&INSUFFICIENT) {
        BroadcastError::InsufficientFunds(message)
    } else if DECLINED.contains(code) {
        BroadcastError::Declined(message)
    } else {
        unknown(error)
    })
}

fn same_hash(answer: &Value, expected: [u8; 32]) -> Result<(), RpcError> {
    let found = word(answer, SEND)?;
    if found != expected {
        let [expected, found] = [expected, found].map(|hash| format!("0x{}", hex::encode(hash)));
        return Err(RpcError::value(SEND, &expected, found));
    }
    Ok(())
}

fn unknown(error: RpcError) -> BroadcastError {
    BroadcastError::View(ChainViewError::from(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(code: i64, message: &str) -> Declined {
        why(RpcError::Node { method: SEND, code, message: message.to_owned() })
    }

    #[test]
    fn what_nodes_say_is_understood() {
        for known in
            ["already known", "AlreadyKnown", "Known transaction", "transaction already imported"]
        {
            assert_eq!(node(-32_000, known), Declined::Known, "{known}");
        }
        for used in ["nonce too low: next nonce 5, tx nonce 4", "OldNonce", "Nonce too low"] {
            assert_eq!(
                node(-32_000, used),
                Declined::Because(BroadcastError::NonceTooLow),
                "{used}"
            );
        }
        for early in ["nonce too high: next nonce 3, tx nonce 5", "NonceGap, Future nonce"] {
            let expected = BroadcastError::NonceTooHigh(early.to_owned());
            assert_eq!(node(-32_000, early), Declined::Because(expected));
        }
        for low in [
            "replacement transaction underpriced",
            "transaction underpriced: tip needed 1, tip permitted 0",
            "max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1",
            "FeeTooLow, MaxFeePerGas too low",
        ] {
            let expected = BroadcastError::Underpriced(low.to_owned());
            assert_eq!(node(-32_000, low), Declined::Because(expected));
        }
        for poor in
            ["insufficient funds for gas * price + value", "Upfront cost exceeds account balance"]
        {
            let expected = BroadcastError::InsufficientFunds(poor.to_owned());
            assert_eq!(node(-32_003, poor), Declined::Because(expected));
        }
        let declined = BroadcastError::Declined("invalid sender".to_owned());
        assert_eq!(node(-32_000, "invalid sender"), Declined::Because(declined));
    }

    #[test]
    fn what_says_nothing_of_the_transaction_leaves_it_open() {
        for (code, message) in [(-32_005, "limit exceeded"), (-32_603, "internal error"), (429, "")]
        {
            let found = node(code, message);
            assert!(matches!(found, Declined::Because(BroadcastError::View(_))), "{found:?}");
        }
        let found = why(RpcError::Status { status: 502 });
        assert!(matches!(found, Declined::Because(BroadcastError::View(_))), "{found:?}");
    }
}
