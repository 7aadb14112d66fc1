//! Keys in AWS KMS, which signs by ECDSA over secp256k1 (`ECC_SECG_P256K1`) and by Ed25519
//! (`ECC_NIST_EDWARDS25519`).
//!
//! Finding a key takes the permission `kms:GetPublicKey`, signing takes `kms:Sign`. What KMS returns
//! is brought into the form that chains take: out of DER, `s` in the lower half, with the recovery
//! id. Throttling is waited out within limits.
//!
//! Source: [AWS KMS API](https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html).

mod answer;
mod error;
mod settings;
mod source;

pub use error::KmsError;
pub use settings::KmsSettings;
pub use source::KmsSource;

#[doc(no_inline)]
pub use aws_sdk_kms::config::Credentials;

#[cfg(test)]
mod tests;
