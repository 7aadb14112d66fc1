use std::process::ExitCode;

use countersign::approval::{Refusal, Violation};
use countersign::{FlowError, RequestError, Step};
use serde::Serialize;

use crate::commands::swap::Balances;
use crate::connection::SetupError;
use crate::output;

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
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[cfg(feature = "sandbox")]
    #[error(transparent)]
    Sandbox(#[from] countersign_sandbox::SandboxError),
}

impl From<FlowError> for Failure {
    fn from(error: FlowError) -> Self {
        Self::Flow { error, balances: None }
    }
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Returns the refusal, if that is what it is.
    const fn refusal(&self) -> Option<(Step, &Refusal)> {
        match self {
            Self::Flow { error: FlowError::Refused { step, refusal }, .. } => {
                Some((*step, refusal))
            }
            _ => None,
        }
    }

    const fn status(&self) -> u8 {
        match self {
            Self::Flow { error, .. } => match error {
                FlowError::Refused { .. } | FlowError::NotApproved(_) | FlowError::Paused => 3,
                FlowError::Request(_) | FlowError::Config(_) | FlowError::NoKey { .. } => 2,
                FlowError::TrackTimeout { .. } => 4,
                _ => 1,
            },
            Self::Setup(_) => 2,
            _ => 1,
        }
    }
}

/// A failure as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    error: &'a str,
    step: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
    #[serde(skip_serializing_if = "Option::is_none")]
    balances: Option<&'a Balances>,
}

/// Writes why a command failed and picks its exit status.
pub(crate) fn report(ended: Result<Ended, Failure>, json: bool) -> ExitCode {
    let failure = match ended {
        Ok(Ended::Done) => return ExitCode::SUCCESS,
        Ok(Ended::Invalid) => return ExitCode::from(2),
        Ok(Ended::Refused) => return ExitCode::from(3),
        Ok(Ended::NotFinished) => return ExitCode::from(4),
        Ok(Ended::Interrupted) => return ExitCode::from(130),
        Err(failure) => failure,
    };
    if is_broken_pipe(&failure) {
        return ExitCode::SUCCESS;
    }
    if json {
        output::json(&Report::new(&failure));
    }
    explain(&failure);
    ExitCode::from(failure.status())
}

impl<'a> Report<'a> {
    fn new(failure: &'a Failure) -> Self {
        let refusal = failure.refusal();
        Self {
            error: if failure.status() == 3 { "refused" } else { "failed" },
            step: refusal.map(|(step, _)| step.as_str()),
            message: failure.to_string(),
            violations: refusal.map(|(_, refusal)| refusal.violations()).unwrap_or_default(),
            balances: match failure {
                Failure::Flow { balances, .. } => balances.as_deref(),
                _ => None,
            },
        }
    }
}

fn explain(failure: &Failure) {
    if let Some((step, refusal)) = failure.refusal() {
        output::say(format_args!("refused at {step}, nothing was signed:"));
        for violation in refusal.violations() {
            output::say(format_args!("  {violation}"));
        }
        return;
    }
    output::say(format_args!("error: {failure}"));
    if let Failure::Flow { error: FlowError::Request(RequestError::UnknownToken { .. }), .. } =
        failure
    {
        output::say(format_args!("  name a token as TOKEN@NETWORK, by the registry's names"));
    }
}

fn is_broken_pipe(failure: &Failure) -> bool {
    matches!(failure, Failure::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}
