//! How a command ends: its exit status, and why it failed.

mod report;

use std::io;
use std::process::ExitCode;

use countersign::approval::ChainViewError;
use countersign::http_client::{Cause, ClientError};
use countersign::journal::StoreError;
use countersign::{FlowError, WorkError};

use crate::commands::swap::Balances;
use crate::connection::SetupError;
use crate::keyring::KeysError;
use crate::output;
use crate::secrets::SecretError;
pub(crate) use report::{Approval, Report, explain_flow};

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did what it was asked to do.
    Done,
    /// Something was refused, and nothing was signed.
    Refused,
    /// A line could not be read.
    Invalid,
    /// The approval is out, and the swap did not finish.
    NotFinished,
    /// It did not go well, and nothing left our hands.
    Failed,
    /// The journal is not what was written.
    Changed,
    /// Ctrl-C.
    Interrupted,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error("{error}")]
    Flow { error: FlowError, balances: Option<Box<Balances>> },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("{network}: {source}")]
    Chain { network: String, source: ChainViewError },
    #[error("{what}: {source}")]
    Input { what: String, source: io::Error },
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error(transparent)]
    Journal(#[from] StoreError),
    #[error(transparent)]
    Work(WorkError),
    #[error("expected a swap's id or idempotency key, found neither: {0}")]
    NoSwap(String),
    #[error("{0} is one swap's id and another's idempotency key")]
    TwoSwaps(String),
    /// The swap was begun, and may be approved.
    #[error("{0}; the swap may be approved: go on with its key, or by `countersign resume`")]
    InHand(WorkError),
    #[error("quote: {0}")]
    NoOffer(String),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Refund(#[from] countersign::RefundError),
    #[cfg(feature = "sandbox")]
    #[error(transparent)]
    Sandbox(#[from] countersign_sandbox::SandboxError),
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self::Flow { error, balances: None }
    }
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Flow(error) => error.into(),
            WorkError::Journal(error) => error.into(),
            other => Self::Work(other),
        }
    }
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    fn status(&self) -> u8 {
        match self {
            Self::Flow { error, .. } => status(error),
            Self::Journal(StoreError::KeyTaken { .. }) => 2,
            Self::Journal(StoreError::LeaseLost { .. } | StoreError::Conflict { .. }) => 4,
            Self::Work(error) if error.is_lease_lost() => 4,
            Self::InHand(_) => 4,
            Self::Client(error) if matches!(error.cause(), Cause::InvalidRequest(_)) => 2,
            Self::Keys(error) => error.status(),
            Self::Secret(SecretError::Interrupted) => INTERRUPTED,
            Self::Secret(_) => 2,
            Self::Setup(_) | Self::Input { .. } | Self::NoSwap(_) | Self::TwoSwaps(_) => 2,
            Self::Io { source, .. } if is_broken_pipe(source) => BROKEN_PIPE,
            _ => 1,
        }
    }
}

/// Returns the exit status of a swap that failed.
const fn status(error: &FlowError) -> u8 {
    match error {
        FlowError::Refused { .. }
        | FlowError::Allowance(_)
        | FlowError::NotApproved(_)
        | FlowError::PolicyChanged
        | FlowError::Paused => 3,
        FlowError::Request(_) | FlowError::Config(_) | FlowError::NoKey { .. } => 2,
        FlowError::AfterSigning { .. } | FlowError::TrackTimeout { .. } => 4,
        _ => 1,
    }
}

/// What shells report for a command that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// What shells report for a command that SIGPIPE ended.
const BROKEN_PIPE: u8 = 141;

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Writes why a command failed and picks its exit status.
pub(crate) fn report(ended: Result<Ended, Failure>, json: bool) -> ExitCode {
    let failure = match ended {
        Ok(Ended::Done) => return ExitCode::SUCCESS,
        Ok(Ended::Failed | Ended::Changed) => return ExitCode::FAILURE,
        Ok(Ended::Invalid) => return ExitCode::from(2),
        Ok(Ended::Refused) => return ExitCode::from(3),
        Ok(Ended::NotFinished) => return ExitCode::from(4),
        Ok(Ended::Interrupted) => return ExitCode::from(INTERRUPTED),
        Err(failure) => failure,
    };
    let status = failure.status();
    if status != BROKEN_PIPE {
        report::explain(&failure);
    }
    if json
        && status != BROKEN_PIPE
        && let Err(error) = output::json(&Report::new(&failure))
    {
        output::say(format_args!("error: {error}"));
    }
    ExitCode::from(status)
}

#[cfg(test)]
mod tests;
