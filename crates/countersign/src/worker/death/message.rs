//! What became of a transaction on Solana that we co-signed.

use std::time::Duration;

use countersign_journal::{ApprovalBytes, Death};

use super::Fate;
use crate::worker::drive::Drive;
use crate::worker::later;
use crate::{Facts, SentTransaction};

/// How long a blockhash lives, with room: 150 slots of 400 ms are a minute, and slots may be slow.
const LONGEST_LIFE: Duration = Duration::from_mins(3);

impl Drive<'_> {
    /// What the height of its blockhash proves. Where that was never told, that the blockhash is too old
    /// says no more than that, and is believed only when it can be: a node that is a few blocks behind
    /// says the same of one that it does not know yet.
    pub(super) async fn message_fate(&self) -> Fate {
        if let Some(sent) = self.cosigned() {
            return self.fate_of(&sent).await;
        }
        if !self.is_old_enough() {
            return Fate::Live;
        }
        let Ok(created) = self.created_again() else { return Fate::Live };
        let Ok(mut bound) = self.flow().bind(created) else { return Fate::Live };
        let Ok(Facts::Solana(facts)) = self.flow().facts(&mut bound).await else {
            return Fate::Live;
        };
        let height = facts.tables.as_ref().map(|tables| tables.slot);
        match facts.blockhash {
            Some(false) => Fate::Over(Death::BlockhashExpired { height }),
            _ => Fate::Live,
        }
    }

    /// Says whether no blockhash can live any more that was taken when we signed.
    fn is_old_enough(&self) -> bool {
        let signed_at = self.known.approval.as_ref().map(|approval| approval.signed_at);
        signed_at.is_some_and(|signed_at| self.now() > later(signed_at, LONGEST_LIFE))
    }

    /// Returns the transaction that we co-signed, where it is known how long its blockhash lives.
    fn cosigned(&self) -> Option<SentTransaction> {
        let approval = self.known.approval.as_ref()?;
        let ApprovalBytes::Cosign { transaction, last_valid_block_height, .. } = &approval.bytes
        else {
            return None;
        };
        last_valid_block_height.is_some().then(|| SentTransaction {
            transaction: transaction.as_str().to_owned(),
            id: String::new(),
            last_valid_block_height: *last_valid_block_height,
        })
    }
}
