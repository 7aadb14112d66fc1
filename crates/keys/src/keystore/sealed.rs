use std::io::{ErrorKind, Read as _, Write as _};
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString as AgeString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::KeystoreError;
use crate::vault::{Item, Vault};

/// A gigabyte, and some four seconds.
const MOST_WORK: u8 = 20;

/// How much of a text age encrypts at once.
const CHUNK: usize = 64 * 1024;

/// How much work it is to try a passphrase: scrypt's `N` as a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkFactor(u8);

/// The encrypted text of a keystore.
pub(super) struct Sealed<'a>(pub(super) &'a str);

/// All secrets, as the text that is encrypted. It is erased when it is dropped.
pub(super) struct Secrets(Zeroizing<Vec<u8>>);

/// The text's form. Secrets are borrowed from it and copied nowhere.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content<'a> {
    version: u32,
    #[serde(borrow)]
    pub(super) secrets: Vec<Secret<'a>>,
}

/// A secret in hex.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret<'a> {
    pub(super) id: &'a str,
    pub(super) kind: Kind,
    #[serde(rename = "secret")]
    pub(super) hex: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Seed,
    Secp256k1,
    Ed25519,
}

impl WorkFactor {
    /// 256 megabytes and about a second.
    pub const STANDARD: Self = Self(18);
    /// Nothing worth the name, for tests: anybody could try all passphrases that people remember.
    pub const FOR_TESTS: Self = Self(4);

    /// Takes a power of two from 14 to 20.
    pub const fn new(log_n: u8) -> Option<Self> {
        if log_n >= 14 && log_n <= MOST_WORK { Some(Self(log_n)) } else { None }
    }
}

/// Decrypts the text.
pub(super) fn open(sealed: &Sealed<'_>, passphrase: &str) -> Result<Secrets, KeystoreError> {
    let armored = ArmoredReader::new(sealed.0.as_bytes());
    let decryptor = Decryptor::new_buffered(armored).map_err(unopened)?;
    if !decryptor.is_scrypt() {
        let found = "one by other keys".to_owned();
        return Err(KeystoreError::Foreign { expected: "an encryption by a passphrase", found });
    }
    let mut identity = scrypt::Identity::new(AgeString::from(passphrase.to_owned()));
    identity.set_max_work_factor(MOST_WORK);
    let identity: &dyn age::Identity = &identity;
    let mut reader = decryptor.decrypt(iter::once(identity)).map_err(unopened)?;
    // The plain text is shorter than what it is read from, so it is never moved.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.0.len()));
    let read = reader.read_to_end(&mut plain);
    read.map_err(|error| unopened(DecryptError::Io(error)))?;
    Ok(Secrets(plain))
}

fn unopened(error: DecryptError) -> KeystoreError {
    match error {
        DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::NoMatchingKeys => KeystoreError::WrongPassphrase,
        DecryptError::ExcessiveWork { required, .. } => {
            KeystoreError::TooCostly { most: MOST_WORK, found: required }
        }
        DecryptError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            KeystoreError::Truncated
        }
        DecryptError::InvalidMac => damaged("its header was changed"),
        DecryptError::Io(_) => damaged("the encrypted text was changed or ends too early"),
        _ => damaged("the encrypted text is none of age's"),
    }
}

fn damaged(what: &str) -> KeystoreError {
    KeystoreError::Damaged(what.to_owned())
}

impl Secrets {
    /// Reads the text.
    pub(super) fn content(&self) -> Result<Content<'_>, KeystoreError> {
        let content: Result<Content<'_>, _> = serde_json::from_slice(&self.0);
        // What the reader says may quote a secret.
        let content =
            content.map_err(|_| damaged("the secrets are not in the form of version 1"))?;
        if content.version != 1 {
            let found = format!("version {} of the secrets", content.version);
            return Err(KeystoreError::Foreign { expected: "version 1", found });
        }
        Ok(content)
    }

    /// Writes down all secrets of a vault.
    pub(super) fn of_vault(vault: &Vault) -> Result<Self, KeystoreError> {
        let mut all: Vec<(&str, Kind, Zeroizing<String>)> = Vec::new();
        for (id, item) in vault.items() {
            let (kind, text) = match item {
                Item::Seed(tree) => (Kind::Seed, hex_of(tree.seed().expose())),
                Item::Secp256k1(secret) => (Kind::Secp256k1, hex_of(secret.expose().as_slice())),
                Item::Ed25519(secret) => (Kind::Ed25519, hex_of(secret.expose().as_slice())),
            };
            all.push((id, kind, text));
        }
        all.sort_unstable_by_key(|(id, ..)| *id);
        let secrets = all.iter().map(|(id, kind, text)| Secret { id, kind: *kind, hex: text });
        let content = Content { version: 1, secrets: secrets.collect() };
        // Room for all of it, so that it is never moved: each has at most 128 digits, a name and
        // some 50 signs.
        let room = content.secrets.iter().map(|secret| secret.id.len().saturating_add(256));
        let room = room.fold(64, usize::saturating_add).next_multiple_of(CHUNK);
        let mut plain = Zeroizing::new(Vec::with_capacity(room.saturating_add(CHUNK)));
        let written = serde_json::to_writer(&mut *plain, &content);
        written.map_err(|_| damaged("the secrets can't be written"))?;
        pad(&mut plain);
        Ok(Self(plain))
    }

    /// Encrypts the text.
    pub(super) fn seal(&self, passphrase: &str, work: WorkFactor) -> Result<String, KeystoreError> {
        let mut recipient = scrypt::Recipient::new(AgeString::from(passphrase.to_owned()));
        recipient.set_work_factor(work.0);
        let recipient: &dyn age::Recipient = &recipient;
        let encryptor = Encryptor::with_recipients(iter::once(recipient));
        let encryptor = encryptor.map_err(|_| damaged("there is nobody to encrypt for"))?;
        let unwritten = |_| damaged("the encrypted text can't be written");
        let armored =
            ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).map_err(unwritten)?;
        let mut writer = encryptor.wrap_output(armored).map_err(unwritten)?;
        writer.write_all(&self.0).map_err(unwritten)?;
        let bytes = writer.finish().and_then(ArmoredWriter::finish).map_err(unwritten)?;
        String::from_utf8(bytes).map_err(|_| damaged("the encrypted text is no text"))
    }
}

/// Fills the text up with spaces, and adds a whole chunk of them.
///
/// What encrypts it copies each chunk to one place, and gives that back as it is: the last chunk has
/// to hold no secret. How many secrets there are is not seen by the length either.
fn pad(plain: &mut Vec<u8>) {
    let length = plain.len().next_multiple_of(CHUNK).saturating_add(CHUNK);
    plain.resize(length, b' ');
}

fn hex_of(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(bytes))
}
