//! `countersign keys new`.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use countersign::keys::{ImportedSecret, generate_mnemonic};
use serde::Serialize;
use zeroize::Zeroizing;

use super::row::{self, Row};
use super::store::Store;
use crate::arguments::NewKey;
use crate::exit::{Ended, Failure};
use crate::keyring::KeysError;
use crate::secrets::SecretError;
use crate::{files, output};

/// What was made, as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    keys: Vec<Row>,
    /// Where they are to be shown there.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
}

pub(super) fn run(arguments: &NewKey) -> Result<Ended, Failure> {
    let wants_words = arguments.curve.is_none();
    if wants_words && !has_place_for_words(arguments) {
        let (what, flags) = ("the words".to_owned(), "--words-file, or --show-words");
        return Err(SecretError::NoTerminal { what, flags }.into());
    }
    let mut store = Store::open_or_begin(&arguments.into)?;
    let (secret, words) = make(arguments)?;
    store.add(&arguments.name, &secret, &arguments.into)?;
    // Words that nobody has are worse than words of a seed that isn't kept.
    if let (Some(path), Some(words)) = (&arguments.words_file, &words) {
        write(path, words).map_err(Failure::io(path.display().to_string()))?;
    }
    let file = store.save()?;
    let entry = file.keys().iter().find(|entry| entry.id() == arguments.name);
    let environment = arguments.into.shown.environment;
    let keys = entry.map(|entry| Row::of(entry, environment)).unwrap_or_default();
    tell(arguments, keys, words.as_deref().map(String::as_str))
}

fn make(arguments: &NewKey) -> Result<(ImportedSecret, Option<Zeroizing<String>>), KeysError> {
    if let Some(curve) = arguments.curve {
        return Ok((ImportedSecret::generate(curve)?, None));
    }
    let words = generate_mnemonic(arguments.words)?;
    Ok((ImportedSecret::mnemonic(&words, "")?, Some(words)))
}

/// Says whether the words can be kept by their owner.
fn has_place_for_words(arguments: &NewKey) -> bool {
    arguments.show_words || arguments.words_file.is_some() || std::io::stderr().is_terminal()
}

fn write(path: &Path, words: &str) -> std::io::Result<()> {
    let mut file = files::create_private(path)?;
    file.write_all(words.as_bytes())?;
    file.write_all(b"\n")?;
    files::sync(&file, path)
}

fn tell(arguments: &NewKey, keys: Vec<Row>, words: Option<&str>) -> Result<Ended, Failure> {
    let printed = words.filter(|_| arguments.show_words);
    if arguments.json {
        output::json(&Report { keys, words: printed })?;
    } else {
        row::print(&keys)?;
        if let Some(words) = printed {
            output::result(format_args!("{words}"))?;
        }
    }
    if let (Some(words), None, None) = (words, printed, &arguments.words_file) {
        output::say(format_args!(
            "Write these words down: whoever has them has the funds, and nothing shows them again.\n\
             {words}"
        ));
    }
    Ok(Ended::Done)
}
