//! What the sandbox knows of a swap, over whichever API it was asked for.

use countersign_sandbox::{DepositRecord, SwapRecord};

use crate::bed::Bed;
use crate::site::By;

/// An intent, or a quoted address, and what the chains executed for it.
#[derive(Clone, Debug)]
pub(crate) struct Deal {
    /// The intent's id, or the address.
    pub(crate) id: String,
    /// Who is paid.
    pub(crate) recipient: String,
    /// How many approvals were taken, or transactions funded the address.
    pub(crate) approvals: u64,
    /// How many approvals were refused.
    pub(crate) refused: u64,
    /// How often funds were taken.
    pub(crate) deposits: u64,
    /// How often somebody was paid.
    pub(crate) payouts: u64,
    /// How often a deposit went back.
    pub(crate) refunds: u64,
    /// What is known of a quoted address.
    pub(crate) quoted: Option<DepositRecord>,
}

impl Deal {
    /// Returns all there are.
    pub(crate) fn all(bed: &Bed) -> Vec<Self> {
        match bed.by {
            By::Approval => bed.sandbox.swaps().into_iter().map(Self::approved).collect(),
            By::Deposit | By::Message | By::Payload => {
                bed.sandbox.deposits().into_iter().map(Self::quoted).collect()
            }
        }
    }

    /// Returns what is known of a quoted address, to be changed.
    pub(crate) const fn record(&mut self) -> &mut DepositRecord {
        self.quoted.as_mut().unwrap()
    }

    fn approved(record: SwapRecord) -> Self {
        Self {
            id: record.intent_id,
            recipient: record.to_address,
            approvals: record.approvals,
            refused: record.refused_approvals,
            deposits: record.deposits,
            payouts: record.payouts,
            refunds: record.refunds,
            quoted: None,
        }
    }

    fn quoted(record: DepositRecord) -> Self {
        let funded = u64::try_from(record.transactions.len()).unwrap();
        Self {
            id: record.address.clone(),
            recipient: record.recipient.clone(),
            approvals: funded,
            refused: 0,
            deposits: funded,
            payouts: record.payouts,
            refunds: u64::from(!record.refunded.is_zero()),
            quoted: Some(record),
        }
    }
}
