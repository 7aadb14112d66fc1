//! Keys in a hardware security module, or anything else that speaks PKCS#11.
//!
//! A key is found by its label or id, and never leaves the token: one that could is refused. What the
//! token signs is brought into the form that chains take: `s` in the lower half, with the recovery id.
//! Sessions are shared and opened anew after the token lost them. A PIN that was refused is not given
//! to that token a second time by this process, whichever source has it.
//!
//! Source: [PKCS #11 v3.1](https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/pkcs11-spec-v3.1.html).

mod calls;
mod door;
mod error;
mod find;
mod generate;
mod login;
mod module;
mod point;
mod settings;
mod source;
mod token;

pub use error::{PinRefused, Pkcs11Error, TriesLeft};
pub use find::{ParseTokenKeyError, TokenKey};
pub use settings::TokenSettings;
pub use source::Pkcs11Source;

#[cfg(test)]
mod tests;
