//! From arguments to a journal.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use countersign::http_client::ExposeSecret;
use countersign::journal::{PostgresStore, SqliteStore, Store};

use crate::arguments::{self, JournalAt};
use crate::connection::{SetupError, read_secret};
use crate::exit::Failure;
use crate::files::create_private;

/// How many connections those share who write.
pub(crate) const CONNECTIONS: u32 = 8;

const VARIABLE: &str = "COUNTERSIGN_JOURNAL";

/// A journal that is open.
pub(crate) enum Journal {
    Sqlite(Arc<SqliteStore>),
    Postgres(Arc<PostgresStore>),
}

/// Whether a journal must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A path that is wrong is told, and not made into an empty journal.
    Existing,
    /// It is made where it is not there.
    Any,
}

impl Journal {
    /// Opens the journal that the arguments name, over at most so many connections.
    pub(crate) async fn open(
        arguments: &arguments::Journal,
        need: Need,
        connections: u32,
    ) -> Result<Self, Failure> {
        match named(arguments)?.ok_or(SetupError::NoJournal)? {
            JournalAt::Sqlite(path) => {
                prepare(&path, need)?;
                Self::in_file(&path).await
            }
            JournalAt::Postgres(url) => {
                let store = PostgresStore::open(url.expose_secret(), connections).await?;
                Ok(Self::Postgres(Arc::new(store)))
            }
            JournalAt::Unknown => Err(SetupError::NotAJournal.into()),
        }
    }

    /// Opens a journal in a file, and makes it where it is not there.
    pub(crate) async fn in_file(path: &Path) -> Result<Self, Failure> {
        Ok(Self::Sqlite(Arc::new(SqliteStore::open(path).await?)))
    }

    /// Opens a journal that is there, to look into it.
    pub(crate) async fn look_into(arguments: &arguments::Journal) -> Result<Self, Failure> {
        Self::open(arguments, Need::Existing, 2).await
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::<SqliteStore>::clone(store),
            Self::Postgres(store) => Arc::<PostgresStore>::clone(store),
        }
    }

    /// Closes it, after what is being written.
    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// Opens the journal of a swap; none where none is named. A sandbox, which ends with the command, takes
/// none from the environment.
pub(crate) async fn if_named(arguments: &arguments::Swap) -> Result<Option<Journal>, Failure> {
    let own = &arguments.journal;
    #[cfg(feature = "sandbox")]
    let alone = arguments.sandbox;
    #[cfg(not(feature = "sandbox"))]
    let alone = false;
    let is_named = own.at.is_some()
        || own.journal_file.is_some()
        || (!alone && std::env::var_os(VARIABLE).is_some());
    if !is_named {
        return Ok(None);
    }
    Journal::open(own, Need::Any, CONNECTIONS).await.map(Some)
}

/// Says which journal is meant: by its option, by its file, or by the variable.
fn named(arguments: &arguments::Journal) -> Result<Option<JournalAt>, SetupError> {
    if let Some(at) = &arguments.at {
        return Ok(Some(at.clone()));
    }
    if let Some(path) = &arguments.journal_file {
        return Ok(Some(JournalAt::from(read_secret(path)?.expose_secret())));
    }
    Ok(std::env::var(VARIABLE).ok().map(|text| JournalAt::from(text.as_str())))
}

/// Makes an empty file that its owner alone can read, where there may be none; what stands beside it
/// gets its mode from it.
fn prepare(path: &Path, need: Need) -> Result<(), SetupError> {
    if need == Need::Existing {
        let missing = || SetupError::NoJournalFile { path: path.to_owned() };
        return path.is_file().then_some(()).ok_or_else(missing);
    }
    match create_private(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(SetupError::Unreadable { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}
