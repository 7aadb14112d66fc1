use crate::{Coin, CoinId, Fact};

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
