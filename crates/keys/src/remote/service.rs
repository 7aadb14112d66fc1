//! The service that signs: whatever server it is put behind, this is all that it does.

mod access;
mod approval;
mod change;
mod pins;
mod refusal;
mod replay;
mod rules;
mod signature;

use std::fmt;
use std::sync::Arc;

use countersign_approval::{ConfigDigest, Registry, Sats};
use countersign_units::UnixMillis;
use http::{Method, Request, Response, StatusCode};
use serde::Serialize;

use self::refusal::{Code, Refusal};
use self::signature::{sign, to_sign, verified};
use super::owner::is_signed_by;
use super::wire::{KeyName, SignRequest, Signed, VERSION};
use crate::{Key, Keyring};

pub use access::Clients;
pub use replay::ReplayStore;
pub use rules::{ClientName, SigningCall, SigningRules};

/// The path of requests to sign.
const SIGN: &str = "/v1/sign";
/// The path of questions for a public half, before the key's name.
const KEYS: &str = "/v1/keys/";
/// The longest request that is read: a PSBT of some hundred inputs in its longest form.
const LONGEST: usize = 2 << 20;

/// A signing service over the keys of a keyring.
///
/// It verifies by itself what it is sent, and signs its own result alone. Cloning it is cheap; clones
/// share what they have seen.
#[derive(Clone)]
pub struct SigningService {
    keyring: Keyring,
    clients: Arc<Clients>,
    rules: Arc<dyn SigningRules>,
    seen: Arc<ReplayStore>,
    config: Option<ConfigDigest>,
    registry: Option<Arc<Registry>>,
    max_refund_fee: Option<Sats>,
}

impl SigningService {
    /// Makes a service: whose requests it takes, and by which rules it signs.
    pub fn new(keyring: Keyring, clients: Clients, rules: impl SigningRules + 'static) -> Self {
        let (clients, rules) = (Arc::new(clients), Arc::new(rules));
        let seen = Arc::new(ReplayStore::default());
        let (config, registry, max_refund_fee) = (None, None, None);
        Self { keyring, clients, rules, seen, config, registry, max_refund_fee }
    }

    /// Declines terms that say they were made from another policy or registry.
    ///
    /// It keeps out callers whose configuration is an old one, and proves nothing of one that lies:
    /// the digests are public, and the terms are the caller's. What holds against it is
    /// [`registry`](Self::registry) and the rules.
    #[must_use]
    pub const fn require_config(mut self, config: ConfigDigest) -> Self {
        self.config = Some(config);
        self
    }

    /// Compares the terms with a registry of the service's own: the environment, the network, the token
    /// and what else is pinned there, such as the chain id, the Permit2 contract, escrows, resolvers,
    /// claim keys and programs; of an intent the contract that carries it out. A refund has no terms.
    ///
    /// Without it a key's environment and networks hold against mistakes, and not against a caller
    /// that lies: neither a permit on another chain nor a transaction on Bitcoin or Solana says whose
    /// environment it is. Who is paid, how much, and what it may cost is in no registry: it is for the
    /// rules to say.
    #[must_use]
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = Some(Arc::new(registry));
        self
    }

    /// Lets a refund cost so much; without this, half of what it takes back.
    #[must_use]
    pub const fn max_refund_fee(mut self, most: Sats) -> Self {
        self.max_refund_fee = Some(most);
        self
    }

    /// Remembers requests in another store.
    #[must_use]
    pub fn replay_store(mut self, store: ReplayStore) -> Self {
        self.seen = Arc::new(store);
        self
    }

    /// Answers a request that came in at a moment.
    ///
    /// The server in front bounds how long and how many requests are read; a longer body than this
    /// takes is refused.
    pub async fn answer(&self, request: &Request<Vec<u8>>, now: UnixMillis) -> Response<String> {
        let answered = self.try_answer(request, now).await;
        answered.unwrap_or_else(|refusal| {
            tracing::info!(code = refusal.code.as_str(), "refused");
            refusal.answer()
        })
    }

    async fn try_answer(
        &self,
        request: &Request<Vec<u8>>,
        now: UnixMillis,
    ) -> Result<Response<String>, Refusal> {
        if request.body().len() > LONGEST {
            return Err(Refusal::new(Code::TooLong, format!("expected at most {LONGEST} bytes")));
        }
        let client = self.clients.admit(request, &self.seen, now)?;
        let path = request.uri().path();
        if let Some(id) = path.strip_prefix(KEYS).filter(|_| request.method() == Method::GET) {
            let id = decoded(id)?;
            return written(&name_of(&self.key(&id)?, &id));
        }
        if path != SIGN || request.method() != Method::POST {
            return Err(Refusal::new(Code::NotFound, "expected POST /v1/sign".to_owned()));
        }
        self.sign(client, request.body(), now).await
    }

    async fn sign(
        &self,
        client: Option<&str>,
        body: &[u8],
        now: UnixMillis,
    ) -> Result<Response<String>, Refusal> {
        let request: SignRequest = read(body)?;
        if request.version != VERSION {
            return Err(Refusal::malformed(format!("expected version {VERSION}")));
        }
        // Nonces of bodies and of headers are told apart, and those of one client from another's.
        let sender = format!("body {}", client.unwrap_or_default());
        self.seen.admit(&sender, request.time, &request.nonce, now)?;
        let key = self.key(&request.key.id)?;
        if name_of(&key, &request.key.id) != request.key {
            return Err(Refusal::new(Code::NoKey, "the key is another one".to_owned()));
        }
        let verified = verified(&request, now)?;
        let evidence = verified.evidence();
        if !is_signed_by(&evidence, key.public_key()) {
            return Err(Refusal::declined("the evidence is not about the key that is to sign it"));
        }
        let to_sign = to_sign(&request, &verified, &key)?;
        self.approve(&verified, &SigningCall { client, key: &key, evidence })?;
        let signature = sign(&key, &verified, request.scheme, &to_sign).await?;
        tracing::info!(key = key.name(), client, "signed");
        written(&Signed { nonce: request.nonce, signature: hex::encode(signature) })
    }

    fn key(&self, id: &str) -> Result<Key, Refusal> {
        let none = || Refusal::new(Code::NoKey, "there is no key of this name".to_owned());
        self.keyring.named(id).ok_or_else(none)
    }
}

impl fmt::Debug for SigningService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningService")
            .field("clients", &self.clients)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Names a key as requests do.
fn name_of(key: &Key, id: &str) -> KeyName {
    let public_key = key.public_key().to_string();
    KeyName { id: id.to_owned(), curve: key.curve(), public_key }
}

/// Reads a part of a path.
fn decoded(part: &str) -> Result<String, Refusal> {
    let text = percent_encoding::percent_decode_str(part).decode_utf8();
    let unread = |_| Refusal::malformed("expected a name in UTF-8");
    text.map(std::borrow::Cow::into_owned).map_err(unread)
}

fn read<'de, T: serde::Deserialize<'de>>(body: &'de [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        // The text of the error would repeat what was sent.
        let (line, column) = (error.line(), error.column());
        Refusal::malformed(format!("not of the form, at line {line}, column {column}"))
    })
}

fn written<T: Serialize>(answer: &T) -> Result<Response<String>, Refusal> {
    let failed = |_| Refusal::new(Code::Unavailable, "the answer can't be written".to_owned());
    Ok(refusal::json(StatusCode::OK, serde_json::to_string(answer).map_err(failed)?))
}
