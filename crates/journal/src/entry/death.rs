use serde::{Deserialize, Serialize};

use crate::Label;

/// Why an approval can never be used, or not any more.
///
/// The store believes all but one of them, so whoever writes it down has to have seen it:
/// [`Deadline`](Self::Deadline) is compared with the reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what resumes a swap must know all of them")]
pub enum Death {
    /// Its own deadline is over.
    Deadline,
    /// Its nonce was spent, by it or by something else.
    NonceSpent {
        /// The nonce, by the name that was reserved.
        nonce: Label,
        /// The chain's height that this is of, where it is known.
        height: Option<u64>,
    },
    /// One of the coins that it spends was spent elsewhere.
    CoinSpent {
        /// The coin, by the name that was reserved.
        coin: Label,
        /// The chain's height that this is of, where it is known.
        height: Option<u64>,
    },
    /// The blockhash that it names is too old for the chain.
    BlockhashExpired {
        /// The chain's height that this is of, where it is known.
        height: Option<u64>,
    },
    /// It was reserved, and never written down as signed, or signed, and never written down as let
    /// out. Each is written before it is done, and only by whoever holds the lease, so nobody else
    /// has the signature.
    NeverLetOut,
}
