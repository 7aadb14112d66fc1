use countersign_units::SolanaHash;

use crate::{AccountSnapshot, Fact, SolanaFacts};

/// What a view of a Solana cluster said about a transfer of our own. A fact that is absent is not
/// judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct TransferFacts {
    /// What is known of any transaction: mint, source and destination where tokens move, the
    /// blockhash, and the simulation.
    pub transaction: SolanaFacts,
    /// Our key's own account; `Some(None)` where there is none.
    pub owner: Option<Option<AccountSnapshot>>,
    /// The account of the wallet that is paid; `Some(None)` where there is none yet.
    pub recipient: Option<Option<AccountSnapshot>>,
    /// What accounts must hold to be there.
    pub rent: Option<Rent>,
    /// The height of the chain. Slots that stayed without a block don't count.
    pub block_height: Option<u64>,
}

/// What accounts must hold to be there, in lamports.
///
/// Source: [Rent](https://solana.com/docs/core/accounts#rent).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct Rent {
    /// One that holds SOL alone.
    pub wallet: u64,
    /// One that holds tokens of the mint that was asked about, where one was.
    pub token_account: Option<u64>,
}

impl TransferFacts {
    /// Says whether a fact was given. Of a destination the wallet belongs to it.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Balance => self.owner.is_some(),
            Fact::Recipient => self.recipient.is_some(),
            Fact::Rent => self.rent.is_some(),
            Fact::Height => self.block_height.is_some(),
            other => self.transaction.has(other),
        }
    }
}

/// A blockhash that a transaction of our own can be built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct LatestBlockhash {
    /// The blockhash.
    pub blockhash: SolanaHash,
    /// The last height at which a block takes it, and so every older blockhash at most.
    pub last_valid_block_height: u64,
}
