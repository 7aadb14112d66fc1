use async_trait::async_trait;
use countersign_units::UnixMillis;

use crate::{BroadcastError, CallFactsQuery, ChainViewError, TronCallFacts};

/// Reads what a transaction of our own on Tron needs to know, passes it on, and tells what became of
/// it.
#[async_trait]
pub trait TronCallView: Send + Sync {
    /// Reads all facts about one transaction, as of one block.
    ///
    /// A fact that this view can't know stays absent; what it should know and could not read is
    /// an error.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn tron_call_facts(
        &self,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, ChainViewError>;

    /// Passes a signed transaction on to the network, and returns once the node has it. The same one
    /// may be passed on again.
    ///
    /// # Errors
    ///
    /// Returns a [`BroadcastError`]. Only with [`BroadcastError::View`] it is not known whether the
    /// node has it.
    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError>;

    /// Tells what the chain knows of a transaction, by its id.
    ///
    /// The time that is told as passed must have passed before the transaction was looked for, so
    /// that one that is not found by then is in no block of that time.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn tron_call_state(
        &self,
        chain_id: u64,
        id: [u8; 32],
    ) -> Result<SeenTronCall, ChainViewError>;
}

/// Which transaction of our own on Tron facts are asked about. Nothing in here has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct TronCallFactsQuery {
    /// What is asked about as on any chain of its kind.
    pub call: CallFactsQuery,
    /// The end of the height of the block that the transaction names, where it names one. Otherwise
    /// the block is asked for that a transaction can name from now on.
    pub reference: Option<[u8; 2]>,
}

/// What a chain knows of a transaction on Tron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct SeenTronCall {
    /// The latest block that can't be undone, as it was before the transaction was looked for.
    pub solid: TronMoment,
    /// The block that has the transaction, where one has.
    pub mined: Option<MinedTronCall>,
}

/// When a block is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct TronMoment {
    /// Its height.
    pub number: u64,
    /// Its time.
    pub time: UnixMillis,
}

/// A transaction that is in a block of Tron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct MinedTronCall {
    /// Whether it succeeded. One that failed has paid its fee, and moved nothing.
    pub succeeded: bool,
    /// The block's height.
    pub block: u64,
    /// Whether the block can't be undone any more.
    pub solid: bool,
}

/// What became of a transaction on Tron that was let out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever resumes a swap must know all of them")]
pub enum TronFate {
    /// It can still be mined, or its block can still be undone.
    Live,
    /// It was executed, for good.
    Executed {
        /// The block's height.
        block: u64,
    },
    /// It failed in its block, for good, and can't be mined again.
    Failed {
        /// The block's height.
        block: u64,
    },
    /// It is in no block that can't be undone, and every block to come is after its expiration.
    Expired {
        /// The height of a block that can't be undone and is later than its expiration.
        height: u64,
    },
}

/// How much later than an expiration a block has to be, in milliseconds: nodes behind one address
/// don't all know the same block at the same moment.
const MARGIN: u64 = 60_000;

impl SeenTronCall {
    /// Says what became of the transaction, by its expiration.
    ///
    /// A block takes no transaction that expires before the block in front of it. So what is in no
    /// block up to one that is later than the expiration, and stays, will be in none.
    pub fn fate(&self, expiration: UnixMillis) -> TronFate {
        let TronMoment { number, time } = self.solid;
        match self.mined {
            Some(MinedTronCall { solid: false, .. }) => TronFate::Live,
            Some(MinedTronCall { succeeded: true, block, .. }) => TronFate::Executed { block },
            Some(MinedTronCall { succeeded: false, block, .. }) => TronFate::Failed { block },
            None if time.value() > expiration.value().saturating_add(MARGIN) => {
                TronFate::Expired { height: number }
            }
            None => TronFate::Live,
        }
    }
}

#[cfg(test)]
struct _DynCompatible(Box<dyn TronCallView>);

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRATION: UnixMillis = UnixMillis::new(1_795_248_600_000);

    fn seen(after: i64, mined: Option<(bool, bool)>) -> TronFate {
        let time = UnixMillis::new(EXPIRATION.value().checked_add_signed(after).unwrap());
        let mined = mined.map(|(succeeded, solid)| MinedTronCall { succeeded, block: 70, solid });
        SeenTronCall { solid: TronMoment { number: 90, time }, mined }.fate(EXPIRATION)
    }

    #[test]
    fn what_is_in_no_block_is_dead_only_behind_a_later_block_that_stays() {
        for after in [-1, 0, 1, 3_000, 60_000] {
            assert_eq!(seen(after, None), TronFate::Live, "{after}");
        }
        assert_eq!(seen(60_001, None), TronFate::Expired { height: 90 });
    }

    #[test]
    fn what_is_in_a_block_counts_once_the_block_stays() {
        for after in [-600_000, 0, 600_000] {
            assert_eq!(seen(after, Some((true, false))), TronFate::Live);
            assert_eq!(seen(after, Some((false, false))), TronFate::Live);
            assert_eq!(seen(after, Some((true, true))), TronFate::Executed { block: 70 });
            assert_eq!(seen(after, Some((false, true))), TronFate::Failed { block: 70 });
        }
    }
}
