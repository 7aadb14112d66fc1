use std::io;
use std::process::ExitCode;

use countersign::approval::{ChainViewError, Refusal, Violation};
use countersign::http_client::{Cause, ClientError};
use countersign::journal::StoreError;
use countersign::{FlowError, LiveApproval, MissingAllowance, RequestError, Step, WorkError};
use serde::Serialize;

use crate::commands::allowances::{Call, Sender};
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

    /// Returns the refusal, if that is what it is.
    const fn refusal(&self) -> Option<(Step, &Refusal)> {
        match self {
            Self::Flow { error: FlowError::Refused { step, refusal }, .. } => {
                Some((*step, refusal))
            }
            _ => None,
        }
    }

    fn status(&self) -> u8 {
        match self {
            Self::Flow { error, .. } => match error {
                FlowError::Refused { .. }
                | FlowError::Allowance(_)
                | FlowError::NotApproved(_)
                | FlowError::PolicyChanged
                | FlowError::Paused => 3,
                FlowError::Request(_) | FlowError::Config(_) | FlowError::NoKey { .. } => 2,
                FlowError::AfterSigning { .. } | FlowError::TrackTimeout { .. } => 4,
                _ => 1,
            },
            Self::Journal(StoreError::KeyTaken { .. }) => 2,
            Self::Journal(StoreError::LeaseLost { .. } | StoreError::Conflict { .. }) => 4,
            Self::Work(error) if error.is_lease_lost() => 4,
            Self::Client(error) if matches!(error.cause(), Cause::InvalidRequest(_)) => 2,
            Self::Setup(_) | Self::Input { .. } | Self::NoSwap(_) | Self::TwoSwaps(_) => 2,
            Self::Io { source, .. } if is_broken_pipe(source) => BROKEN_PIPE,
            _ => 1,
        }
    }
}

/// What shells report for a command that SIGPIPE ended.
const BROKEN_PIPE: u8 = 141;

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// A failure as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    error: &'static str,
    step: Option<&'static str>,
    /// The cause's stable name, where it is one of the journal's.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
    /// What the owner has to send before the swap can go on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Approval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balances: Option<&'a Balances>,
}

/// An approval that may be live, as `--json` shows it.
#[derive(Serialize)]
pub(crate) struct Approval {
    swap_id: String,
    intent_id: String,
    digest: String,
    /// In Unix seconds; none where time alone does not end it.
    valid_until: Option<u64>,
}

impl From<&LiveApproval> for Approval {
    fn from(approval: &LiveApproval) -> Self {
        Self {
            swap_id: approval.swap_id.to_string(),
            intent_id: approval.intent_id.clone(),
            digest: output::hex(&approval.digest),
            valid_until: end_of(approval),
        }
    }
}

/// Returns when an approval ends by time. What is signed on Bitcoin or Solana holds no such moment.
fn end_of(approval: &LiveApproval) -> Option<u64> {
    Some(approval.valid_until.value()).filter(|end| *end < u64::MAX)
}

/// Writes why a command failed and picks its exit status.
pub(crate) fn report(ended: Result<Ended, Failure>, json: bool) -> ExitCode {
    let failure = match ended {
        Ok(Ended::Done) => return ExitCode::SUCCESS,
        Ok(Ended::Failed | Ended::Changed) => return ExitCode::FAILURE,
        Ok(Ended::Invalid) => return ExitCode::from(2),
        Ok(Ended::Refused) => return ExitCode::from(3),
        Ok(Ended::NotFinished) => return ExitCode::from(4),
        Ok(Ended::Interrupted) => return ExitCode::from(130),
        Err(failure) => failure,
    };
    let status = failure.status();
    if status != BROKEN_PIPE {
        explain(&failure);
    }
    if json
        && status != BROKEN_PIPE
        && let Err(error) = output::json(&Report::new(&failure))
    {
        output::say(format_args!("error: {error}"));
    }
    ExitCode::from(status)
}

impl<'a> Report<'a> {
    fn new(failure: &'a Failure) -> Self {
        let (error, balances) = match failure {
            Failure::Flow { error, balances } => (Some(error), balances.as_deref()),
            _ => (None, None),
        };
        let approval = match error {
            Some(FlowError::AfterSigning { approval, .. }) => {
                Some(Approval::from(approval.as_ref()))
            }
            _ => None,
        };
        Self {
            error: match failure.status() {
                3 => "refused",
                4 => "not_finished",
                _ => "failed",
            },
            step: error.and_then(FlowError::step).map(Step::as_str),
            code: match failure {
                Failure::Journal(error) => Some(error.code()),
                Failure::Work(error) => Some(error.code()),
                _ => None,
            },
            message: failure.to_string(),
            violations: failure
                .refusal()
                .map(|(_, refusal)| refusal.violations())
                .unwrap_or_default(),
            calls: error.map(calls).unwrap_or_default(),
            approval,
            balances,
        }
    }
}

/// Returns the calls by which an allowance would be enough, where that is what is missing.
fn calls(error: &FlowError) -> Vec<Call> {
    let FlowError::Allowance(missing) = error else { return Vec::new() };
    let MissingAllowance { network, chain_id, owner, token, calls, .. } = missing.as_ref();
    let sender = Sender { network: network.clone(), chain_id: *chain_id, from: owner.clone() };
    calls.iter().map(|call| Call::new(call, token.clone(), &sender)).collect()
}

/// Says why something failed to standard error.
pub(crate) fn explain(failure: &Failure) {
    if let Some((step, refusal)) = failure.refusal() {
        output::say(format_args!("refused at {step}, nothing was signed:"));
        for violation in refusal.violations() {
            output::say(format_args!("  {violation}"));
        }
        return;
    }
    if let Failure::Flow { error: error @ FlowError::Allowance(_), .. } = failure {
        output::say(format_args!("refused, nothing was signed: {error}"));
        return calls(error).iter().for_each(Call::say);
    }
    output::say(format_args!("error: {failure}"));
    if let Failure::Flow { error: FlowError::AfterSigning { approval, .. }, .. } = failure {
        let (life, intent_id) = (life(approval), &approval.intent_id);
        output::say(format_args!("  {life}. Ask: countersign status {intent_id}"));
    }
    if let Failure::Flow { error: FlowError::Request(RequestError::UnknownToken { .. }), .. } =
        failure
    {
        output::say(format_args!("  name a token as TOKEN@NETWORK, by the registry's names"));
    }
}

/// Says for how long an approval may be live, and what that forbids.
fn life(approval: &LiveApproval) -> String {
    match end_of(approval) {
        Some(end) => {
            format!("the approval may be live until {end}; sign nothing else for this swap before")
        }
        None => "the approval may be live until its coins are spent or its blockhash has died; \
                 sign nothing else for this swap"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;
