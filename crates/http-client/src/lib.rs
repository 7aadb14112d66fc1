//! Typed async clients of the swap intent APIs.
//!
//! A client tells what it knows about a failed call: its cause, typed, and whether the same
//! request may be sent again ([`Retry`]). Calls that have an effect are sent once. Answers are
//! bounded, redirects are not followed, and the API key is in no log, error or `Debug` form.
//! Where the API wants its requests signed, an [`RsaAuth`] stands in for the key.

#[cfg(all(countersign_unredacted, not(debug_assertions)))]
compile_error!("expected redaction to be switched off in a build of tests alone");

pub mod aurora;
pub mod defi;
pub mod oneclick;
pub mod transport;

mod call;
mod error;
mod redact;

pub use aurora::{AuroraClient, AuroraClientBuilder};
pub use call::Call;
pub use defi::{DefiClient, DefiClientBuilder};
pub use error::{Cause, ClientError, InvalidRequest, Retry};
pub use oneclick::{OneClickClient, OneClickClientBuilder};
#[doc(no_inline)]
pub use secrecy::{ExposeSecret, SecretString};
pub use transport::{ConfigError, RsaAuth, SigningRule, SigningRules, TransportError};
