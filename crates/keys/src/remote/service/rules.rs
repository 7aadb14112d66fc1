use crate::{Key, KeyEvidence};

/// What a service is about to sign: who asks, with which key, and what for.
///
/// The key is the one that the evidence is about: its owner's, or one that its coins are locked to.
#[derive(Clone, Copy, Debug)]
pub struct SigningCall<'a> {
    pub(super) client: Option<&'a str>,
    pub(super) key: &'a Key,
    pub(super) evidence: KeyEvidence<'a>,
}

impl<'a> SigningCall<'a> {
    /// Returns who asks: the name of the secret that signed the request, or the [`ClientName`] that
    /// the server in front found in a certificate; nothing if it gave none.
    pub const fn client(&self) -> Option<&'a str> {
        self.client
    }

    /// Returns the key that signs.
    pub const fn key(&self) -> &'a Key {
        self.key
    }

    /// Returns what this service has verified.
    pub const fn evidence(&self) -> &KeyEvidence<'a> {
        &self.evidence
    }
}

/// Who sent a request, as the certificate says: a server that takes connections by mutual TLS puts it
/// among the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientName(String);

impl ClientName {
    /// Names a client.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a custodian has a say in beside what was agreed: who may use which key, limits, addresses,
/// hours.
///
/// The terms come from whoever asks. That a payload keeps them is verified before, and that the key
/// is the one they are about; whether they are what the custodian wants, only its own rules can say.
///
/// One piece of evidence may be asked about more than once: for each input of a transaction on
/// Bitcoin, and again where an answer got lost. Rules that add up amounts count each
/// [`KeyEvidence::digest`] once.
pub trait SigningRules: Send + Sync {
    /// Lets evidence be signed, or says why not.
    ///
    /// # Errors
    ///
    /// Returns the reason, which is told to the caller.
    fn approve(&self, call: &SigningCall<'_>) -> Result<(), String>;
}

impl<F: Fn(&SigningCall<'_>) -> Result<(), String> + Send + Sync> SigningRules for F {
    fn approve(&self, call: &SigningCall<'_>) -> Result<(), String> {
        self(call)
    }
}
