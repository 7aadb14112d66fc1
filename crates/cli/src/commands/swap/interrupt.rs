use countersign::{Countersign, Event, FlowError, Step, SwapOutcome, SwapRequest, TrackOptions};
use tokio::sync::watch;

use super::tell;
use crate::output;

/// How a swap came to its end, or was stopped on its way.
pub(crate) enum Stopped {
    /// It was not interrupted.
    AtEnd(Result<SwapOutcome, FlowError>),
    /// Ctrl-C before anything was signed.
    BeforeSigning,
    /// Ctrl-C after the approval was submitted.
    AfterApproval { intent_id: String },
}

/// How far a swap is, as far as stopping it goes.
#[derive(Clone, Debug)]
enum Phase {
    BeforeSigning { intent_id: String },
    Signing { intent_id: String },
    AfterApproval { intent_id: String },
}

/// Runs a swap; Ctrl-C stops it, but never between signing and submitting.
pub(crate) async fn swap(
    countersign: &Countersign,
    request: &SwapRequest,
    options: TrackOptions,
) -> Stopped {
    let (phase, mut seen) = watch::channel(Phase::BeforeSigning { intent_id: String::new() });
    let observe = |event: Event<'_>| {
        tell(&event);
        phase.send_modify(|phase| advance(phase, &event));
    };
    let mut swap = std::pin::pin!(countersign.swap(request, options, observe));
    let mut interrupted = false;
    loop {
        tokio::select! {
            ended = &mut swap => return Stopped::AtEnd(ended),
            Ok(()) = tokio::signal::ctrl_c() => interrupted = true,
            Ok(()) = seen.changed(), if interrupted => {}
        }
        let phase = seen.borrow_and_update().clone();
        match phase {
            Phase::BeforeSigning { .. } if interrupted => return Stopped::BeforeSigning,
            Phase::AfterApproval { intent_id } if interrupted => {
                return Stopped::AfterApproval { intent_id };
            }
            Phase::Signing { .. } if interrupted => {
                output::say(format_args!("interrupted; submitting what is being signed first"));
            }
            _ => {}
        }
    }
}

fn advance(phase: &mut Phase, event: &Event<'_>) {
    let next = match (&*phase, event) {
        (Phase::BeforeSigning { .. }, Event::Created { intent_id }) => {
            Phase::BeforeSigning { intent_id: (*intent_id).to_owned() }
        }
        (Phase::BeforeSigning { intent_id }, Event::Began(Step::Sign)) => {
            Phase::Signing { intent_id: intent_id.clone() }
        }
        (Phase::Signing { intent_id }, Event::Began(Step::Track)) => {
            Phase::AfterApproval { intent_id: intent_id.clone() }
        }
        _ => return,
    };
    *phase = next;
}
