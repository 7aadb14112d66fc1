use countersign_units::{EvmAddress, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::{CallAction, Fact};

/// What a transaction of our own has to say on Tron, to the sun.
///
/// Addresses are those that contracts see, without the byte that Tron writes before them.
///
/// Source: [Tron's transactions](https://developers.tron.network/docs/tron-protocol-transaction).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct TronCallTerms {
    /// The account that sends and pays.
    pub owner: EvmAddress,
    /// The address of the key at hand, where it is known before signing.
    pub signer: Option<EvmAddress>,
    /// The pinned chain id, by which a view of the chain is known to be of the right one. The
    /// transaction itself names its chain by a block of it alone.
    pub chain_id: u64,
    /// What the transaction does. There is no account nonce that could be replaced.
    pub action: CallAction,
    /// How many sun a call may burn for energy.
    pub max_fee_limit: u64,
    /// How far ahead the expiration may lie, in seconds.
    pub max_expiration_seconds: u64,
    /// The last moment at which it may be mined.
    pub deadline: UnixSeconds,
    /// How many seconds the expiration must leave at least.
    pub min_remaining: u64,
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
    /// The facts without which nothing is signed; those that do not apply to the action count not.
    pub require_facts: Vec<Fact>,
}
