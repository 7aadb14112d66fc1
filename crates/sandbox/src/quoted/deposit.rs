//! A deposit that was quoted, and what became of it.

use alloy::primitives::U256;
use countersign_units::UnixMillis;

use super::Order;
use super::offer::{Bought, Offer};
use super::words::Progress;
use crate::clock;
use crate::json::Json;

/// A quote with an address of its own.
#[derive(Clone, Debug)]
pub(crate) struct Deposit {
    pub(crate) order: Order,
    pub(super) offer: Offer,
    pub(crate) address: String,
    /// The honest answer, whatever was told.
    pub(crate) answer: Json,
    pub(super) progress: Progress,
    pub(super) updated_at: UnixMillis,
    /// What arrived so far, and how.
    pub(super) received: U256,
    pub(super) transactions: Vec<String>,
    /// The transactions that the client told of.
    pub(super) submitted: Vec<String>,
    pub(super) bought: Option<Bought>,
    pub(super) payouts: Vec<String>,
    pub(super) refunded: U256,
    pub(super) refunds: Vec<String>,
    pub(super) refund_reason: Option<&'static str>,
    pub(crate) calls: Calls,
}

/// How often a deposit was asked about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    /// Status requests.
    pub(crate) asked: u64,
    /// Whether the first signed intent was answered without being looked at.
    pub(crate) declined: bool,
}

impl Deposit {
    pub(super) fn new(order: Order, offer: Offer, address: String, answer: Json) -> Self {
        Self {
            order,
            offer,
            address,
            answer,
            progress: Progress::PendingDeposit,
            updated_at: clock::now(),
            received: U256::ZERO,
            transactions: Vec::new(),
            submitted: Vec::new(),
            bought: None,
            payouts: Vec::new(),
            refunded: U256::ZERO,
            refunds: Vec::new(),
            refund_reason: None,
            calls: Calls::default(),
        }
    }

    /// Notes a transaction that the client tells of.
    pub(crate) fn submit(&mut self, transaction: &str) {
        if !self.submitted.iter().any(|known| known == transaction) {
            self.submitted.push(transaction.to_owned());
        }
        if self.progress == Progress::PendingDeposit {
            self.enter(Progress::KnownDepositTx);
        }
    }

    /// Says whether anything of it is known beyond its quote.
    pub(crate) fn is_begun(&self) -> bool {
        self.progress != Progress::PendingDeposit
    }

    /// Says whether it went back whole.
    pub(crate) fn is_refunded(&self) -> bool {
        self.progress == Progress::Refunded
    }

    pub(super) fn enter(&mut self, progress: Progress) {
        if self.progress != progress {
            self.progress = progress;
            self.updated_at = clock::now();
        }
    }
}
