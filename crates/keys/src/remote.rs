//! Keys in a signing service of the custodian's own, over HTTP.
//!
//! The service is sent what was verified, the terms, the digests of the policy and the registry and
//! the statement beside what is to be signed. It verifies the payload by the terms, by itself, and
//! signs nothing but its own result, with the key that the terms are about: a [`SigningService`] is
//! one, to be put behind any server. The terms, the digests and the statement are the caller's words;
//! what they may say is for the service's own registry and rules. Who asks is known by an
//! [`HmacKey`] or by a certificate; what was asked before is refused. `docs/remote-signer.yaml` has
//! the requests and answers.
//!
//! ```text
//! evidence ─► RemoteSource ─ payload, terms, digest ─► SigningService ─► verify again ─► rules ─► Keyring
//!                     ◄─ signature, verified by us ─┘
//! ```

mod access;
mod calls;
mod error;
mod file;
mod owner;
mod service;
mod source;
mod verified;
mod wire;

pub use access::RemoteAccess;
pub use error::RemoteError;
pub use service::{ClientName, Clients, ReplayStore, SigningCall, SigningRules, SigningService};
pub use source::RemoteSource;

#[doc(no_inline)]
pub use countersign_http_client::transport::{BaseUrl, ClientIdentity, HmacKey, TlsSettings};

#[cfg(test)]
mod tests;
