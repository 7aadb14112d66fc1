//! `countersign work`: open swaps, driven until Ctrl-C.

use std::collections::HashMap;

use countersign::approval::SwapId;
use countersign::journal::State;
use countersign::{Progress, WorkError};

use super::block_on;
use super::driven::{self, Tally};
use super::resume::crew;
use super::worker::Crew;
use crate::arguments::Work;
use crate::exit::{Ended, Failure};
use crate::journal::{CONNECTIONS, Journal, Need};
use crate::output;

pub(crate) fn run(arguments: &Work) -> Result<Ended, Failure> {
    block_on(async {
        let means = &arguments.means;
        let journal = Journal::open(&means.journal, Need::Any, CONNECTIONS).await?;
        let ended = match crew(means, &journal, None).await {
            Ok(crew) => work(arguments, &crew).await,
            Err(error) => Err(error),
        };
        journal.close().await;
        ended
    })
}

async fn work(arguments: &Work, crew: &Crew) -> Result<Ended, Failure> {
    let workers = arguments.workers.get();
    output::say(format_args!("working on {workers} swaps at once; Ctrl-C ends it"));
    let (mut told, mut written) = (Told::default(), Ok(()));
    let working = crew.worker.work(workers, |swap_id, driven| {
        if told.is_news(swap_id, driven) && written.is_ok() {
            written = driven::tell(Some(swap_id), None, driven, arguments.json);
        }
    });
    let done = crew.run(working).await;
    output::say(format_args!("driven: {}", told.ended.sum()));
    match done {
        Some(Err(error)) => Err(error.into()),
        Some(Ok(())) => written.map(|()| Ended::Done),
        None => Ok(Ended::Interrupted),
    }
}

/// What was told of the swaps that are open: the same is not told again.
#[derive(Default)]
struct Told {
    open: HashMap<SwapId, State>,
    /// Those that came to their end here.
    ended: Tally,
}

impl Told {
    fn is_news(&mut self, swap_id: SwapId, driven: &Result<Progress, WorkError>) -> bool {
        match driven {
            Ok(progress) if progress.state.is_ended() => {
                self.open.remove(&swap_id);
                self.ended.add(driven);
                true
            }
            Ok(progress) => self.open.insert(swap_id, progress.state) != Some(progress.state),
            Err(_) => true,
        }
    }
}
