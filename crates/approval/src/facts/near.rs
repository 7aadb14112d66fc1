use countersign_units::Lots;

use crate::Fact;

/// What a view of the intents contract said. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct NearFacts {
    /// The salts that the contract takes in nonces.
    pub salts: Option<Vec<[u8; 4]>>,
    /// Whether our account has used the intent's nonce.
    pub nonce_used: Option<bool>,
    /// Whether the contract lets our key sign for our account.
    pub key_registered: Option<bool>,
    /// How much of the asset our account has inside the contract.
    pub balance: Option<Lots>,
}

impl NearFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::IntentSalt => self.salts.is_some(),
            Fact::IntentNonce => self.nonce_used.is_some(),
            Fact::IntentKey => self.key_registered.is_some(),
            Fact::Balance => self.balance.is_some(),
            _ => false,
        }
    }
}
