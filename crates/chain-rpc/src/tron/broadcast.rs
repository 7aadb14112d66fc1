use countersign_approval::{BroadcastError, ChainViewError};
use countersign_evm::SentTronCall;
use serde::Deserialize;
use serde_json::json;

use super::answers::{hash, said};
use super::node::{Node, Of};
use crate::rpc::RpcError;

const SEND: &str = "broadcasthex";
/// What nodes say of a transaction that they have already.
const KNOWN: &str = "DUP_TRANSACTION_ERROR";
/// What nodes say of an account that can't pay, of what it sends or of what that costs.
const POOR: &str = "BANDWITH_ERROR";
const POOR_WORDS: [&str; 2] = ["balance is not sufficient", "no enough balance"];
/// By which codes nodes decline a transaction. With any other it may have been taken.
const DECLINED: [&str; 7] = [
    "SIGERROR",
    "CONTRACT_VALIDATE_ERROR",
    "CONTRACT_EXE_ERROR",
    "TAPOS_ERROR",
    "TOO_BIG_TRANSACTION_ERROR",
    "TRANSACTION_EXPIRATION_ERROR",
    POOR,
];

/// Whether a node took a transaction.
#[derive(Deserialize)]
struct SentAnswer {
    #[serde(default)]
    result: bool,
    code: Option<String>,
    message: Option<String>,
    txid: Option<String>,
}

impl Node {
    /// Passes a signed transaction on.
    pub(super) async fn broadcast(
        &self,
        chain_id: u64,
        transaction: &[u8],
    ) -> Result<(), BroadcastError> {
        let sent = SentTronCall::read(transaction).ok_or_else(|| {
            BroadcastError::Declined("it is no transaction of Tron that ends".to_owned())
        })?;
        self.check(chain_id).await.map_err(unknown)?;
        let question = json!({"transaction": hex::encode(transaction)});
        let answer: SentAnswer = self.ask(Of::Head, SEND, &question).await.map_err(unknown)?;
        match self.judge(&answer, *sent.id()) {
            Ok(()) => Ok(()),
            Err(error @ BroadcastError::View(_)) => Err(error),
            // What is mined already may be declined for its age.
            Err(_) if self.is_mined(*sent.id()).await.map_err(unknown)? => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn is_mined(&self, id: [u8; 32]) -> Result<bool, RpcError> {
        Ok(self.mined(Of::Head, id).await?.is_some())
    }

    fn judge(&self, answer: &SentAnswer, id: [u8; 32]) -> Result<(), BroadcastError> {
        let SentAnswer { result, code, message, txid } = answer;
        if *result {
            return match txid {
                Some(txid) => same_id(txid, id).map_err(unknown),
                None => Ok(()),
            };
        }
        let code = code.as_deref().unwrap_or("no code");
        if code == KNOWN {
            return Ok(());
        }
        let words = said(message.as_deref().unwrap_or_default());
        let message = self.excerpt(&format!("{code}: {words}"));
        let lower = words.to_lowercase();
        let poor = code == POOR || POOR_WORDS.iter().any(|words| lower.contains(words));
        Err(match DECLINED.contains(&code) {
            true if poor => BroadcastError::InsufficientFunds(message),
            true => BroadcastError::Declined(message),
            false => unknown(RpcError::Node { method: SEND, code: 0, message }),
        })
    }
}

fn same_id(found: &str, expected: [u8; 32]) -> Result<(), RpcError> {
    let found = hash(found, SEND)?;
    if found == expected {
        return Ok(());
    }
    Err(RpcError::value(SEND, &hex::encode(expected), hex::encode(found)))
}

fn unknown(error: RpcError) -> BroadcastError {
    BroadcastError::View(ChainViewError::from(error))
}
