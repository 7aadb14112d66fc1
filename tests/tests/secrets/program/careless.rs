//! What a careless program does: it shows all secrets, everywhere.
//!
//! Most types of the product can't be made to do that, also in a build without redaction: they have
//! nothing to show. So a wrapper here holds each secret as a careless type would, and goes the same
//! ways.

use std::error::Error;
use std::fmt;

use countersign::journal::Label;

use super::notes::Notes;
use super::secrets::Secrets;
use super::setting::Setting;
use super::swaps::request;

/// The secrets that are read from files.
pub(crate) const SHOWN: [&str; 17] = [
    "evm",
    "bitcoin",
    "solana",
    "mnemonic",
    "passphrase",
    "hmac",
    "rsa",
    "defi",
    "oneclick",
    "session",
    "aurora",
    "node",
    "password",
    "database",
    "misplaced",
    "xprv",
    "audit",
];

/// A secret that is shown.
#[derive(Debug)]
struct Careless {
    text: String,
}

impl fmt::Display for Careless {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot use {}", self.text)
    }
}

impl Error for Careless {}

pub(crate) async fn show_all(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    for name in SHOWN {
        let careless = Careless { text: secrets.text(name).as_str().to_owned() };
        println!("{careless}");
        eprintln!("{careless:?}");
        tracing::trace!(?careless, "sending");
        notes.debug(name, &careless);
        notes.error(name, &careless);
        journal(setting, &careless.text).await;
        // Nobody erases it.
        std::mem::forget(careless);
    }
}

/// Names a swap after a secret.
async fn journal(setting: &Setting, text: &str) {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let encoded = if plain { text.to_owned() } else { hex::encode(text) };
    for (part, text) in encoded.as_bytes().chunks(240).enumerate() {
        let text = String::from_utf8_lossy(text);
        let mut asked = request(&setting.honest, "USDC@ethereum");
        "60000".clone_into(&mut asked.amount);
        let worker = setting.worker(setting.defi(), &setting.honest);
        let key = Label::new(format!("{part}{text}")).unwrap();
        let progress = worker.swap(&key, &asked, |_| {}).await;
        assert!(progress.unwrap().state.is_ended(), "what is over the limit is refused");
    }
}
