use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::seconds;

/// Which keyring signs, and what opens its sources.
#[derive(Debug, Default, Args)]
pub(crate) struct KeyringAt {
    /// A keyring in TOML: which keys there are, where they are kept, what each may sign for
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) unlock: Unlock,
}

/// What opens keystores and other sources of keys.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Unlock {
    /// A file with the passphrase of a keystore, the PIN of a token or the secret of a signing service,
    /// readable by its owner alone; `-` is standard input. Once for each source, by its name in the
    /// keyring, where several want one [default: it is asked for on the terminal]
    #[arg(id = "passphrase_file", long = "passphrase-file", value_name = "[SOURCE=]FILE")]
    pub(crate) files: Vec<Opener>,
    /// A program that prints it, with its arguments; no shell reads them, so there are no quotes
    #[arg(id = "passphrase_command", long = "passphrase-command", value_name = "[SOURCE=]COMMAND")]
    pub(crate) commands: Vec<Opener>,
    /// An environment variable that holds it; others of this user may be able to read it there
    #[arg(id = "passphrase_env", long = "passphrase-env", value_name = "[SOURCE=]NAME")]
    pub(crate) variables: Vec<Opener>,
    /// How long such a program may take, in seconds
    #[arg(
        id = "passphrase_timeout",
        long = "passphrase-timeout",
        value_name = "SECONDS",
        default_value = "60",
        value_parser = seconds
    )]
    pub(crate) patience: Duration,
}

/// Where a passphrase is to be had, and the source that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opener {
    /// None where the text does not begin with one.
    pub(crate) source: Option<String>,
    pub(crate) place: String,
}

impl From<&str> for Opener {
    fn from(text: &str) -> Self {
        let is_name = |name: &str| {
            let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
            !name.is_empty() && name.chars().all(plain)
        };
        match text.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, place)) => Self { source: Some(name.to_owned()), place: place.to_owned() },
            None => Self { source: None, place: text.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_stands_before_the_place() {
        for (text, source, place) in [
            ("vault=/run/pass", Some("vault"), "/run/pass"),
            ("vault=a=b", Some("vault"), "a=b"),
            ("/run/a=b", None, "/run/a=b"),
            ("pass show a=b", None, "pass show a=b"),
            ("hot-1=pass show a=b", Some("hot-1"), "pass show a=b"),
            ("-", None, "-"),
            ("=x", None, "=x"),
        ] {
            let (source, place) = (source.map(str::to_owned), place.to_owned());
            assert_eq!(Opener::from(text), Opener { source, place }, "{text}");
        }
    }
}
