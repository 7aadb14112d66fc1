//! What the whole-system tests share: a sandbox with a client of it, and eyes on what moved.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod anvil;
mod bitcoind;
mod clock;
pub mod doors;
mod elsewhere;
mod faults;
mod files;
mod funds;
#[cfg(feature = "aws-kms")]
mod key_in_kms;
mod key_in_token;
mod key_service;
mod keystore;
mod nonces;
mod recipes;
mod refusals;
mod relay;
mod scene;
mod signature_file;
mod signers;
mod vectors;
mod watched;

pub use anvil::{Anvil, NodeError};
pub use bitcoind::Bitcoind;
pub use clock::SetClock;
pub use countersign_testkit::Cluster;
pub use elsewhere::{ElsewhereApi, SeeDeposit};
pub use faults::{
    CALLS, FaultApi, FaultCalls, FaultCoins, FaultTransfers, FaultTron, Faults, How, Trap, When,
};
pub use files::ConfigFiles;
pub use funds::Funds;
#[cfg(feature = "aws-kms")]
pub use key_in_kms::SoftKms;
pub use key_in_token::SoftToken;
pub use key_service::KeyInService;
pub use keystore::KeyInKeystore;
pub use nonces::HeldNonces;
pub use recipes::Recipes;
pub use refusals::{after_signing, assert_refused};
pub use relay::{Fate, Relay};
pub use scene::{SHORT, Scene, short_steps, until_reserved, until_verified};
pub use signature_file::SignatureFile;
pub use signers::{Counter, CountingCoins, CountingCosigner, CountingIntents, CountingSigner};
pub use vectors::codes_of_kind;
pub use watched::{Around, WatchedStore};
