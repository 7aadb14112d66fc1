use crate::{Coin, CoinId, Fact, FeeRate, Sats};

/// What a view of a Bitcoin chain and of our own books said. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct BitcoinFacts {
    /// The coins that are not spent, of those that were asked for; their keys are not looked at.
    pub coins: Option<Vec<Coin>>,
    /// How many confirmations each coin has; one that is not listed is not on the chain.
    pub confirmations: Option<Vec<(CoinId, u32)>>,
    /// The coins that other swaps of ours have reserved.
    pub reserved: Option<Vec<CoinId>>,
    /// The height of the chain.
    pub height: Option<u32>,
}

impl BitcoinFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Coins => self.coins.is_some(),
            Fact::Confirmations => self.confirmations.is_some(),
            Fact::Reserved => self.reserved.is_some(),
            Fact::Height => self.height.is_some(),
            _ => false,
        }
    }
}

/// What a view of a Bitcoin chain and of our own books said about a payment of our own. A fact that
/// is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct PaymentFacts {
    /// The coins and the chain.
    pub chain: BitcoinFacts,
    /// What stands in its way among the transactions that wait to be mined; of no coins, if nothing
    /// does.
    pub conflict: Option<MempoolConflict>,
}

/// Transactions that wait to be mined and spend coins that we would spend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct MempoolConflict {
    /// The coins that they spend, of those that were asked for.
    pub coins: Vec<CoinId>,
    /// What they pay in all, with those that build on them: what replaces them has to pay more.
    pub fees: Sats,
    /// The highest rate that one of them pays: what replaces it has to pay a higher one.
    pub rate: FeeRate,
}

impl PaymentFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::MempoolConflict => self.conflict.is_some(),
            fact => self.chain.has(fact),
        }
    }
}
