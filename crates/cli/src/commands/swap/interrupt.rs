use countersign::{
    Countersign, Event, FlowError, LiveApproval, Step, SwapOutcome, SwapRequest, TrackOptions,
};
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
    AfterApproval(LiveApproval),
}

/// How far a swap is, as far as stopping it goes.
#[derive(Clone, Debug)]
enum Phase {
    BeforeSigning,
    Signing(Option<LiveApproval>),
    AfterApproval(LiveApproval),
}

/// Runs a swap; Ctrl-C stops it, but never between signing and submitting.
pub(crate) async fn swap(
    countersign: &Countersign,
    request: &SwapRequest,
    options: TrackOptions,
) -> Stopped {
    let (phase, mut seen) = watch::channel(Phase::BeforeSigning);
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
            Phase::BeforeSigning if interrupted => return Stopped::BeforeSigning,
            Phase::AfterApproval(approval) if interrupted => {
                return Stopped::AfterApproval(approval);
            }
            Phase::Signing(_) if interrupted => {
                output::say(format_args!("interrupted; submitting what is being signed first"));
            }
            _ => {}
        }
    }
}

fn advance(phase: &mut Phase, event: &Event<'_>) {
    let next = match (&*phase, event) {
        (Phase::BeforeSigning, Event::Began(Step::Sign)) => Phase::Signing(None),
        (Phase::Signing(None), Event::Signed { approval }) => {
            Phase::Signing(Some((*approval).clone()))
        }
        (Phase::Signing(Some(approval)), Event::Began(Step::Track)) => {
            Phase::AfterApproval(approval.clone())
        }
        _ => return,
    };
    *phase = next;
}
