use std::path::PathBuf;

use clap::Args;
use countersign::http_client::SecretString;

/// Where the journal is.
#[derive(Debug, Args)]
pub(crate) struct Journal {
    /// The journal: a file of SQLite, or a database of Postgres [default: the variable
    /// `COUNTERSIGN_JOURNAL`]
    // The variable is read where it is needed: help would show it, with the password.
    #[arg(id = "journal", long = "journal", value_name = "sqlite:PATH|postgres:URL")]
    pub(crate) at: Option<JournalAt>,
    /// A file with the same, readable by its owner alone: a URL may hold a password
    #[arg(long, value_name = "FILE", conflicts_with = "journal")]
    pub(crate) journal_file: Option<PathBuf>,
}

/// What a text says about where the journal is.
///
/// Every text is one: what is refused here would be shown with the refusal, and with it the password
/// that URLs hold.
#[derive(Clone, Debug)]
pub(crate) enum JournalAt {
    /// A file.
    Sqlite(PathBuf),
    /// A database, by its URL.
    Postgres(SecretString),
    /// A URL of something else, or nothing.
    Unknown,
}

impl From<&str> for JournalAt {
    fn from(text: &str) -> Self {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return Self::Postgres(text.into());
        }
        let named = text.strip_prefix("sqlite:");
        if named.is_none() && has_scheme(text) {
            return Self::Unknown;
        }
        let path = named.unwrap_or(text);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || path.contains("://") {
            return Self::Unknown;
        }
        Self::Sqlite(path.into())
    }
}

/// Says whether a text begins as a URL does, such as `mysql:`. A file of such a name is `sqlite:` and its
/// name.
fn has_scheme(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign))
    };
    text.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme))
}

#[cfg(test)]
mod tests {
    use countersign::http_client::ExposeSecret;

    use super::*;

    #[test]
    fn a_text_is_a_path_or_a_url() {
        for (text, path) in [
            ("sqlite:journal.db", "journal.db"),
            ("sqlite:///var/journal.db", "/var/journal.db"),
            ("journal.db", "journal.db"),
            ("/var/a:b/journal.db", "/var/a:b/journal.db"),
            ("./a:b.db", "./a:b.db"),
            ("sqlite:mysql:b.db", "mysql:b.db"),
        ] {
            let at = JournalAt::from(text);
            assert!(matches!(&at, JournalAt::Sqlite(found) if found.as_os_str() == path), "{at:?}");
        }
        for text in ["postgres://user@host/journal", "postgresql://host/journal"] {
            let JournalAt::Postgres(url) = JournalAt::from(text) else { panic!("{text}") };
            assert_eq!(url.expose_secret(), text);
        }
        for text in [
            "",
            "sqlite:",
            "sqlite::memory:",
            "mysql://user:SECRET@host/journal",
            "mysql:foo",
            "Postgres:foo",
            "SQLite:foo",
            "postgres+tls:foo",
        ] {
            assert!(matches!(JournalAt::from(text), JournalAt::Unknown), "{text}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let shown = format!("{:?}", JournalAt::from("postgres://user:SECRET@host/journal"));
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
