use std::collections::BTreeMap;

use countersign_units::{Lots, SolanaAddress};

use crate::Fact;

/// What a view of a Solana cluster said. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct SolanaFacts {
    /// The lookup tables that were asked for.
    pub tables: Option<SeenTables>,
    /// The mint of the token.
    pub mint: Option<MintFacts>,
    /// The account that the tokens leave; `Some(None)` where there is none.
    pub source: Option<Option<TokenAccount>>,
    /// The account that the tokens go to; `Some(None)` where there is none yet.
    pub destination: Option<Option<TokenAccount>>,
    /// Whether the cluster knows the blockhash and would still take it.
    pub blockhash: Option<bool>,
    /// What the transaction does when it is run without being sent.
    pub simulation: Option<Simulation>,
}

/// Lookup tables as of one slot; one that is not listed does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct SeenTables {
    /// The slot.
    pub slot: u64,
    /// The tables, by their addresses.
    pub tables: BTreeMap<SolanaAddress, LookupTable>,
}

/// A lookup table.
///
/// Source: [Address Lookup Tables](https://solana.com/developers/guides/advanced/lookup-tables).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct LookupTable {
    /// The program that the account belongs to.
    pub owner: SolanaAddress,
    /// In which slot it was switched off; `u64::MAX` where it was not.
    pub deactivation_slot: u64,
    /// In which slot it was made longer the last time: those entries can be used from the next on.
    pub last_extended_slot: u64,
    /// The first entry that was added then.
    pub last_extended_start_index: u8,
    /// Its entries.
    pub addresses: Vec<SolanaAddress>,
}

/// What a mint is, and what it can do to those who hold its tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct MintFacts {
    /// The token program that it belongs to.
    pub program: Option<SolanaAddress>,
    /// Its decimals.
    pub decimals: Option<u8>,
    /// Its Token-2022 extensions, by the names of `ExtensionType` in `snake_case`; one that is not
    /// known is `unknown_` and its number.
    pub extensions: Vec<String>,
    /// Whether all its tokens stand still.
    pub paused: bool,
    /// The highest fee on a transfer, now or from the next epoch on, in basis points.
    pub transfer_fee_bps: u16,
    /// The program that each transfer calls, where there is one.
    pub transfer_hook: Option<SolanaAddress>,
}

/// An account that holds tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct TokenAccount {
    /// The token program that it belongs to.
    pub program: Option<SolanaAddress>,
    /// Whose tokens it holds.
    pub mint: Option<SolanaAddress>,
    /// Who may move them.
    pub owner: SolanaAddress,
    /// How many there are, in base units.
    pub amount: Option<Lots>,
    /// Who else may move some of them.
    pub delegate: Option<SolanaAddress>,
    /// Who else may close the account.
    pub close_authority: Option<SolanaAddress>,
    /// Whether it can be used.
    pub state: TokenAccountState,
}

/// Whether a token account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the token programs have these three states")]
pub enum TokenAccountState {
    /// It has not been made yet.
    Uninitialized,
    /// It can be used.
    Initialized,
    /// The mint's freeze authority has stopped it.
    Frozen,
}

/// What a transaction does when it is run without being sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct Simulation {
    /// Why it fails, where it does.
    pub error: Option<String>,
    /// Each account that it may write to, before and after.
    pub accounts: Vec<AccountChange>,
}

/// An account before and after a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct AccountChange {
    /// Which account.
    pub address: SolanaAddress,
    /// What it was, if it was there.
    pub before: Option<AccountSnapshot>,
    /// What it is then, if it is there.
    pub after: Option<AccountSnapshot>,
}

/// What an account is at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct AccountSnapshot {
    /// The program that it belongs to.
    pub program: SolanaAddress,
    /// What it holds of SOL, in lamports.
    pub lamports: u64,
    /// How many bytes of data it keeps, where that is known.
    pub space: Option<u64>,
    /// SHA-256 of these, where that is known.
    pub data_hash: Option<[u8; 32]>,
    /// What it holds of a token, where it is a token account.
    pub token: Option<TokenAccount>,
}

impl SolanaFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Tables => self.tables.is_some(),
            Fact::Mint => self.mint.is_some(),
            Fact::Source => self.source.is_some(),
            Fact::Destination => self.destination.is_some(),
            Fact::Blockhash => self.blockhash.is_some(),
            Fact::Simulation => self.simulation.is_some(),
            _ => false,
        }
    }
}
