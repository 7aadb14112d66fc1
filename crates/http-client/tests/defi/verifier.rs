//! The API's side of signed requests: a key pair, and its checks by another library.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign_http_client::{RsaAuth, SigningRules};
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::Verifier as _;
use rsa::{RsaPrivateKey, RsaPublicKey};

use crate::server::Asked;

/// The key that the tests sign with, made anew in each run.
pub(crate) static SIGNER: LazyLock<TestKey> = LazyLock::new(TestKey::new);
/// A key that the API knows nothing of.
pub(crate) static STRANGER: LazyLock<TestKey> = LazyLock::new(TestKey::new);

pub(crate) struct TestKey {
    pub(crate) private: RsaPrivateKey,
    pub(crate) pkcs8: Vec<u8>,
}

impl TestKey {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pkcs8 = der.as_ref().to_vec();
        Self { private: RsaPrivateKey::from_pkcs8_der(&pkcs8).unwrap(), pkcs8 }
    }

    pub(crate) fn auth(&self, rules: SigningRules) -> RsaAuth {
        RsaAuth::from_der(&self.pkcs8).unwrap().with_rules(rules)
    }

    fn public(&self) -> RsaPublicKey {
        self.private.to_public_key()
    }

    /// The hash of the public key's PKCS#1 form.
    pub(crate) fn pkcs1_hash(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(self.public().to_pkcs1_der().unwrap().as_bytes()))
    }

    /// The hash of the public key's X.509 form.
    pub(crate) fn spki_hash(&self) -> String {
        let der = self.public().to_public_key_der().unwrap();
        BASE64_STANDARD.encode(Sha256::digest(der.as_bytes()))
    }

    /// Says whether a signature in base64 is this key's over a text.
    pub(crate) fn verifies(&self, text: &str, signature: &str) -> bool {
        let bytes = BASE64_STANDARD.decode(signature);
        bytes.is_ok_and(|bytes| self.verifies_bytes(text, &bytes))
    }

    pub(crate) fn verifies_bytes(&self, text: &str, signature: &[u8]) -> bool {
        let key = VerifyingKey::<Sha256>::new(self.public());
        let signature = Signature::try_from(signature);
        signature.is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
    }

    /// Says whether a request carries this key's signature over what arrived.
    pub(crate) fn accepts(&self, asked: &Asked) -> bool {
        self.verifies(&arrived(asked), header(asked, "x-api-signature"))
    }
}

/// What is signed by default, put together from the very bytes that arrived.
pub(crate) fn arrived(asked: &Asked) -> String {
    let Asked { method, uri, body, .. } = asked;
    format!("{method}:{}:{}:{body}", uri.path(), uri.query().unwrap_or_default())
}

pub(crate) fn header<'a>(asked: &'a Asked, name: &str) -> &'a str {
    asked.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
