//! Verify, sign and follow cross-chain swap intents.

pub mod check;
mod clock;

pub use clock::{Clock, SystemClock};
pub use countersign_api_types as api_types;
pub use countersign_approval as approval;
pub use countersign_evm as evm;
pub use countersign_http_client as http_client;
pub use countersign_units as units;
