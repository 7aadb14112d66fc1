use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::SolanaAddress;

use crate::decode::Form;

/// A transaction with our signature, which was verified; nothing else in it was changed.
#[derive(Clone)]
pub struct SignedCosign {
    wire: Box<[u8]>,
    form: Form,
    signature: [u8; 64],
    user: SolanaAddress,
}

impl SignedCosign {
    pub(crate) const fn new(
        wire: Box<[u8]>,
        form: Form,
        signature: [u8; 64],
        user: SolanaAddress,
    ) -> Self {
        Self { wire, form, signature, user }
    }

    /// Returns the transaction as it is sent over the wire.
    pub const fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Writes the transaction in hex, in lower case and without `0x`.
    pub fn to_hex(&self) -> String {
        const_hex::encode(&self.wire)
    }

    /// Writes the transaction in base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.wire)
    }

    /// Writes the transaction in the form in which it came; in hex where it came in both.
    pub fn in_form_it_came(&self) -> String {
        match self.form {
            Form::Hex => self.to_hex(),
            Form::Base64 => self.to_base64(),
        }
    }

    /// Returns our signature.
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// Returns our address.
    pub const fn user_address(&self) -> SolanaAddress {
        self.user
    }
}

impl fmt::Debug for SignedCosign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedCosign({} bytes, by {})", self.wire.len(), self.user)
    }
}
