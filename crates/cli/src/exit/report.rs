//! A failure in words, and as `--json` shows it.

use countersign::approval::Violation;
use countersign::{FlowError, LiveApproval, MissingAllowance, RequestError, Step};
use serde::Serialize;

use super::{Failure, status};
use crate::commands::allowances::{Call, Sender};
use crate::commands::swap::Balances;
use crate::output;

/// A failure as `--json` shows it.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
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

impl<'a> Report<'a> {
    pub(super) fn new(failure: &'a Failure) -> Self {
        match failure {
            Failure::Flow { error, balances } => {
                Self { balances: balances.as_deref(), ..Self::of(error) }
            }
            _ => Self {
                error: name(failure.status()),
                step: None,
                code: match failure {
                    Failure::Journal(error) => Some(error.code()),
                    Failure::Work(error) | Failure::InHand(error) => Some(error.code()),
                    _ => None,
                },
                message: failure.to_string(),
                violations: &[],
                calls: Vec::new(),
                approval: None,
                balances: None,
            },
        }
    }

    /// Shows an error of a swap.
    pub(crate) fn of(error: &'a FlowError) -> Self {
        let approval = match error {
            FlowError::AfterSigning { approval, .. } => Some(Approval::from(approval.as_ref())),
            _ => None,
        };
        Self {
            error: name(status(error)),
            step: error.step().map(Step::as_str),
            code: None,
            message: error.to_string(),
            violations: match error {
                FlowError::Refused { refusal, .. } => refusal.violations(),
                _ => &[],
            },
            calls: calls(error),
            approval,
            balances: None,
        }
    }
}

const fn name(status: u8) -> &'static str {
    match status {
        3 => "refused",
        4 => "not_finished",
        _ => "failed",
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
pub(super) fn explain(failure: &Failure) {
    match failure {
        Failure::Flow { error, .. } => explain_flow(error),
        _ => output::say(format_args!("error: {failure}")),
    }
}

/// Says why a swap failed to standard error.
pub(crate) fn explain_flow(error: &FlowError) {
    match error {
        FlowError::Refused { step, refusal } => {
            output::say(format_args!("refused at {step}, nothing was signed:"));
            for violation in refusal.violations() {
                output::say(format_args!("  {violation}"));
            }
        }
        FlowError::Allowance(_) => {
            output::say(format_args!("refused, nothing was signed: {error}"));
            calls(error).iter().for_each(Call::say);
        }
        FlowError::AfterSigning { approval, .. } => {
            output::say(format_args!("error: {error}"));
            let (life, intent_id) = (life(approval), &approval.intent_id);
            output::say(format_args!("  {life}. Ask: countersign status {intent_id}"));
        }
        FlowError::Request(RequestError::UnknownToken { .. }) => {
            output::say(format_args!("error: {error}"));
            output::say(format_args!("  name a token as TOKEN@NETWORK, by the registry's names"));
        }
        _ => output::say(format_args!("error: {error}")),
    }
}

/// Says for how long an approval may be live, and what that forbids.
pub(super) fn life(approval: &LiveApproval) -> String {
    match end_of(approval) {
        Some(end) => {
            format!("the approval may be live until {end}; sign nothing else for this swap before")
        }
        None => "the approval may be live until its coins are spent or its blockhash has died; \
                 sign nothing else for this swap"
            .to_owned(),
    }
}
