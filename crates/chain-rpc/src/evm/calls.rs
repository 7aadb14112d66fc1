//! The questions about accounts and contracts, all as of one block.

use alloy::primitives::{B256, Bytes};
use alloy::sol_types::{SolCall, SolEvent};
use countersign_approval::CallFactsQuery;
use countersign_units::{EvmAddress, U256};
use serde_json::{Value, json};

use super::bindings::{BEACON_SLOT, Erc20, IMPLEMENTATION_SLOT, Permit2, address};
use crate::rpc::Call;

/// Counts the transactions of an account.
const COUNT: &str = "eth_getTransactionCount";
/// Reads what contracts noted.
pub(super) const LOGS: &str = "eth_getLogs";

/// Asks about one block.
pub(super) struct Questions {
    pub(super) block: Value,
}

impl Questions {
    pub(super) fn code(&self, of: EvmAddress) -> Call {
        Call { method: "eth_getCode", params: json!([of, self.block]) }
    }

    pub(super) fn implementation(&self, of: EvmAddress) -> Call {
        self.slot(of, IMPLEMENTATION_SLOT)
    }

    pub(super) fn beacon(&self, of: EvmAddress) -> Call {
        self.slot(of, BEACON_SLOT)
    }

    pub(super) fn balance(&self, token: EvmAddress, owner: EvmAddress) -> Call {
        self.call(token, &Erc20::balanceOfCall { owner: address(owner) })
    }

    pub(super) fn allowance(
        &self,
        token: EvmAddress,
        owner: EvmAddress,
        spender: EvmAddress,
    ) -> Call {
        let call = Erc20::allowanceCall { owner: address(owner), spender: address(spender) };
        self.call(token, &call)
    }

    pub(super) fn native_balance(&self, of: EvmAddress) -> Call {
        Call { method: "eth_getBalance", params: json!([of, self.block]) }
    }

    /// Asks how many transactions of an account were mined.
    pub(super) fn mined(&self, of: EvmAddress) -> Call {
        Call { method: COUNT, params: json!([of, self.block]) }
    }

    /// Runs a transaction without sending it.
    pub(super) fn run(&self, query: &CallFactsQuery) -> Call {
        Call { method: "eth_call", params: json!([transaction(query), self.block]) }
    }

    /// Asks for the word that holds the bit of a nonce.
    pub(super) fn nonce_bitmap(&self, permit2: EvmAddress, owner: EvmAddress, nonce: U256) -> Call {
        let word = nonce.wrapping_shr(8);
        self.call(permit2, &Permit2::nonceBitmapCall { owner: address(owner), word })
    }

    pub(super) fn domain_separator(&self, permit2: EvmAddress) -> Call {
        self.call(permit2, &Permit2::DOMAIN_SEPARATORCall {})
    }

    fn slot(&self, of: EvmAddress, slot: B256) -> Call {
        Call { method: "eth_getStorageAt", params: json!([of, slot.to_string(), self.block]) }
    }

    fn call(&self, to: EvmAddress, call: &impl SolCall) -> Call {
        let data = Bytes::from(call.abi_encode()).to_string();
        let transaction = json!({"to": to, "data": data});
        Call { method: "eth_call", params: json!([transaction, self.block]) }
    }
}

/// The topic of what leaves an account of a token.
pub(super) const SENT: B256 = Erc20::Transfer::SIGNATURE_HASH;
/// The topic of a permit's nonce that is spent by its owner.
pub(super) const INVALIDATED: B256 = Permit2::UnorderedNonceInvalidation::SIGNATURE_HASH;

/// Asks for what left an account of a token within a block, and for the nonces that its owner spent
/// there.
pub(super) fn spent_within(block: u64, contracts: [EvmAddress; 2], owner: EvmAddress) -> Call {
    let (block, owner) = (format!("{block:#x}"), address(owner).into_word());
    let filter = json!({
        "fromBlock": block,
        "toBlock": block,
        "address": contracts,
        "topics": [[SENT.to_string(), INVALIDATED.to_string()], owner.to_string()],
    });
    Call { method: LOGS, params: json!([filter]) }
}

/// Asks how many transactions of an account there are with those that wait.
pub(super) fn pending(of: EvmAddress) -> Call {
    Call { method: COUNT, params: json!([of, "pending"]) }
}

/// Asks how much gas a transaction would use.
pub(super) fn gas(query: &CallFactsQuery) -> Call {
    Call { method: "eth_estimateGas", params: json!([transaction(query)]) }
}

/// Asks how much the node advises to give to whoever makes the block.
pub(super) fn priority_fee() -> Call {
    Call { method: "eth_maxPriorityFeePerGas", params: json!([]) }
}

fn transaction(query: &CallFactsQuery) -> Value {
    json!({
        "from": query.owner,
        "to": query.to,
        "value": format!("{:#x}", query.value.value()),
        "data": format!("0x{}", hex::encode(&query.data)),
    })
}
