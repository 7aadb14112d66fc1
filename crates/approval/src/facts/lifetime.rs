/// For how many blocks a blockhash is taken after its own.
///
/// Source: [Transaction confirmation](https://solana.com/developers/guides/advanced/confirmation).
const MAX_AGE: u64 = 150;
/// How many slots a block may take, some of which stay without one.
const SLOTS_OF_A_BLOCK: u64 = 4;
/// The slot of the first block that can hold anything.
const FIRST_SLOT: u64 = 1;

/// What a cluster says, from its finalised state, of a transaction that was let out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct SeenLifetime {
    /// The height of the latest finalised block.
    pub finalized_height: u64,
    /// Whether that state still takes the blockhash.
    pub blockhash_valid: bool,
    /// The slot of that block.
    pub finalized_slot: u64,
    /// What became of the transaction; `None` where no block is known to have it, or where its
    /// first signature was not asked about.
    pub transaction: Option<SeenTransaction>,
    /// From which slot on the node knows all transactions; `None` where the transaction was not asked
    /// about.
    pub history_from_slot: Option<u64>,
}

/// A transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct SeenTransaction {
    /// The slot of the block.
    pub slot: u64,
    /// How sure it is that the block stays.
    pub finality: Finality,
    /// Why it failed, where it did: then the fee was paid, and nothing else happened.
    pub error: Option<String>,
}

/// How sure it is that a block stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the cluster has these three words")]
pub enum Finality {
    /// A node has it, maybe on a fork.
    Processed,
    /// The cluster has voted for it.
    Confirmed,
    /// It can't be undone.
    Finalized,
}

/// Proof that a blockhash is too old for every block to come.
///
/// Its last block is behind the latest finalised one, so whatever was signed over it is in the
/// chain's history for good, or never will be. Whether it is, only the transaction's own status
/// says: [`SeenLifetime::fate`] looks at both.
///
/// This is how an approval on Solana is cancelled: nothing is sent, it is waited out. It holds for
/// transactions of our own and for those that we co-sign, never for one that lives by a durable
/// nonce. Nobody tells the last height of a blockhash that another chose: that of the
/// [`LatestBlockhash`](crate::LatestBlockhash), asked for after the cluster has said that it knows
/// the other's, is not below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockhashExpired {
    last_valid_block_height: u64,
    seen_height: u64,
}

impl BlockhashExpired {
    /// Proves it by what a cluster said; `None` where it is not so yet.
    pub const fn prove(last_valid_block_height: u64, seen: &SeenLifetime) -> Option<Self> {
        let seen_height = seen.finalized_height;
        if seen.blockhash_valid || seen_height <= last_valid_block_height {
            return None;
        }
        Some(Self { last_valid_block_height, seen_height })
    }

    /// Returns the last height at which a block took it.
    pub const fn last_valid_block_height(&self) -> u64 {
        self.last_valid_block_height
    }

    /// Returns the height of the finalised block that is behind it.
    pub const fn seen_height(&self) -> u64 {
        self.seen_height
    }
}

/// What became of a transaction that was let out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever resumes a swap must know all of them")]
pub enum SolanaFate {
    /// It can still be executed, or its block can still be undone.
    Live,
    /// It was executed, for good.
    Executed(SeenTransaction),
    /// It failed in its block, for good, and can't be executed again.
    Failed(SeenTransaction),
    /// It was never executed, and can't be any more.
    Expired(BlockhashExpired),
    /// It can't be executed any more; whether it was is not known.
    Over(BlockhashExpired),
}

impl SeenLifetime {
    /// Says what became of the transaction, by the last height at which a block takes its blockhash.
    pub fn fate(&self, last_valid_block_height: u64) -> SolanaFate {
        match &self.transaction {
            Some(seen) if seen.finality < Finality::Finalized => SolanaFate::Live,
            Some(seen) if seen.error.is_some() => SolanaFate::Failed(seen.clone()),
            Some(seen) => SolanaFate::Executed(seen.clone()),
            None => match BlockhashExpired::prove(last_valid_block_height, self) {
                None => SolanaFate::Live,
                Some(expired) if self.reaches_back(&expired) => SolanaFate::Expired(expired),
                Some(expired) => SolanaFate::Over(expired),
            },
        }
    }

    /// Says whether the node's history goes back to the block that the blockhash is of, even if most
    /// slots since stayed without one.
    fn reaches_back(&self, expired: &BlockhashExpired) -> bool {
        let blocks = expired.seen_height.saturating_sub(expired.last_valid_block_height);
        let slots = blocks.saturating_add(MAX_AGE).saturating_mul(SLOTS_OF_A_BLOCK);
        let begins = self.finalized_slot.saturating_sub(slots).max(FIRST_SLOT);
        self.history_from_slot.is_some_and(|from| from <= begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(finalized_height: u64, transaction: Option<SeenTransaction>) -> SeenLifetime {
        let (blockhash_valid, history_from_slot) = (false, Some(1));
        let finalized_slot = finalized_height.saturating_add(10_000);
        SeenLifetime {
            finalized_height,
            blockhash_valid,
            finalized_slot,
            transaction,
            history_from_slot,
        }
    }

    fn in_block(finality: Finality, error: Option<&str>) -> SeenLifetime {
        let transaction = SeenTransaction { slot: 7, finality, error: error.map(str::to_owned) };
        seen(2_000, Some(transaction))
    }

    #[test]
    fn a_blockhash_is_waited_out_by_finalised_blocks_alone() {
        assert_eq!(seen(1_150, None).fate(1_150), SolanaFate::Live);
        let SolanaFate::Expired(proof) = seen(1_151, None).fate(1_150) else {
            panic!("expected the end")
        };
        assert_eq!((proof.last_valid_block_height(), proof.seen_height()), (1_150, 1_151));
        let valid = SeenLifetime { blockhash_valid: true, ..seen(2_000, None) };
        assert_eq!(valid.fate(1_150), SolanaFate::Live);
        let not_asked = SeenLifetime { history_from_slot: None, ..seen(1_151, None) };
        assert_eq!(not_asked.fate(1_150), SolanaFate::Over(proof));
    }

    #[test]
    fn a_history_that_was_cut_off_proves_nothing() {
        let from = |slot| SeenLifetime { history_from_slot: Some(slot), ..seen(1_151, None) };
        let begins = 11_151 - 4 * 151;
        assert!(matches!(from(begins).fate(1_150), SolanaFate::Expired(_)));
        assert!(matches!(from(begins + 1).fate(1_150), SolanaFate::Over(_)));
        let young = SeenLifetime { finalized_slot: 1_160, ..from(1) };
        assert!(matches!(young.fate(1_150), SolanaFate::Expired(_)));
        let much_later = SeenLifetime { finalized_height: 9_000, ..from(begins) };
        assert!(matches!(much_later.fate(1_150), SolanaFate::Over(_)));
    }

    #[test]
    fn what_is_in_a_block_is_told_once_the_block_stays() {
        for finality in [Finality::Processed, Finality::Confirmed] {
            assert_eq!(in_block(finality, None).fate(1_150), SolanaFate::Live);
        }
        let done = in_block(Finality::Finalized, None).fate(1_150);
        assert!(matches!(done, SolanaFate::Executed(_)));
        let failed = in_block(Finality::Finalized, Some("no funds")).fate(1_150);
        assert!(matches!(failed, SolanaFate::Failed(_)));
    }
}
