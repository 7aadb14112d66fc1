use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign::api_types::defi::Status;
use countersign::journal::{History, Label, Outcome, Page, State, Store, Which};
use countersign::{Countersign, SwapRequest, TrackOptions, Worker, WorkerOptions};
use countersign_tests::Cluster;
use tokio::task::JoinSet;

use crate::counted::{Counted, Writes};
use crate::home::Home;
use crate::lanes::{Lanes, Pace};
use crate::long::{self, Length};
use crate::stores::Place;

/// How many swaps are on their way at once.
const IN_FLIGHT: usize = 32;

/// How much is measured.
pub(crate) struct Size {
    rounds: usize,
    swaps: usize,
    commits: u32,
    length: Length,
}

impl Size {
    pub(crate) const FULL: Self = Self {
        rounds: 7,
        swaps: 600,
        commits: 300,
        length: Length { swaps: 1_000_000, open: 1_000, cold: 5, warm: 21 },
    };
    pub(crate) const QUICK: Self = Self {
        rounds: 1,
        swaps: 32,
        commits: 20,
        length: Length { swaps: 2_000, open: 200, cold: 1, warm: 1 },
    };
}

/// Who runs swaps.
#[derive(Clone)]
enum Runner {
    Without(Arc<Countersign>, TrackOptions),
    With(Arc<Worker>),
}

/// One way to run swaps, and what it measured.
struct Contender {
    name: &'static str,
    runners: Vec<Runner>,
    writes: Writes,
    rates: Vec<f64>,
    times: Vec<Duration>,
    /// The journal, where there is one, and its raw rates.
    place: Option<(Place, Vec<f64>)>,
}

/// Runs all contenders in turns and writes what was measured.
pub(crate) async fn run(prefix: &str, lanes: &Lanes, size: &Size) {
    let cluster = Cluster::start();
    let mut contenders =
        vec![Contender::without(lanes), Contender::on(Place::sqlite().await, lanes)];
    if let Some(cluster) = &cluster {
        contenders.push(Contender::on(Place::postgres(cluster).await, lanes));
    }
    for round in 0..size.rounds {
        for contender in &mut contenders {
            contender.round(lanes, size, round).await;
        }
    }
    lanes.require_executed(size.rounds * size.swaps * contenders.len());
    for contender in &mut contenders {
        contender.report(prefix, size);
    }
}

/// Fills long journals with copies of a swap that took place, and measures how they answer.
pub(crate) async fn run_long(size: &Size) {
    let mut cluster = Cluster::start();
    let lanes = Lanes::start(Pace::saturated()).await;
    let mut contender = Contender::on(Place::sqlite().await, &lanes);
    drive(&contender.runners, &lanes.requests(), 1, 0).await;
    let history = contender.place.take().unwrap().0;
    let history = a_history(history.journal.as_ref()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut file = Home::File(folder.path().join("journal.db"));
    long::run("sqlite", &mut file, &history, size.length).await;
    // It is as large as the next one.
    folder.close().unwrap();
    if let Some(cluster) = &mut cluster {
        let url = cluster.new_database();
        long::run("postgres", &mut Home::Server(cluster, url), &history, size.length).await;
    }
}

/// Returns what was written of a swap that took place.
async fn a_history(journal: &dyn Store) -> History {
    let page = Page { which: Which::All, after: None, most: 1 };
    let listed = journal.list(page).await.unwrap();
    journal.load(listed.first().unwrap().swap_id).await.unwrap()
}

impl Contender {
    fn without(lanes: &Lanes) -> Self {
        let track = lanes.pace.track;
        let runner = |flow| Runner::Without(Arc::new(flow), track);
        let runners = lanes.flows().into_iter().map(runner);
        Self::new("without", runners.collect(), Writes::default(), None)
    }

    fn on(place: Place, lanes: &Lanes) -> Self {
        let writes = Writes::default();
        let store: Arc<dyn Store> = Arc::new(Counted::new(Arc::clone(&place.journal), &writes));
        let mut options = WorkerOptions::new(Label::new("bench").unwrap());
        options.track = lanes.pace.track;
        let worker = |flow| Worker::new(flow, Arc::clone(&store), options.clone());
        let runners = lanes.flows().into_iter().map(|flow| Runner::With(Arc::new(worker(flow))));
        Self::new(place.name, runners.collect(), writes, Some((place, Vec::new())))
    }

    fn new(
        name: &'static str,
        runners: Vec<Runner>,
        writes: Writes,
        place: Option<(Place, Vec<f64>)>,
    ) -> Self {
        Self { name, runners, writes, rates: Vec::new(), times: Vec::new(), place }
    }

    async fn round(&mut self, lanes: &Lanes, size: &Size, round: usize) {
        let start = Instant::now();
        let times = drive(&self.runners, &lanes.requests(), size.swaps, round).await;
        let swaps = u32::try_from(times.len()).unwrap();
        self.rates.push(f64::from(swaps) / start.elapsed().as_secs_f64());
        self.times.extend(times);
        if let Some((place, raw)) = &mut self.place {
            raw.push(place.raw.rate(size.commits).await);
        }
    }

    fn report(&mut self, prefix: &str, size: &Size) {
        let name = format!("{prefix}{}", self.name);
        println!("{name} rate {}", median(&mut self.rates));
        self.times.sort_unstable();
        for (what, percent) in [("p50", 50), ("p99", 99)] {
            let at = (self.times.len() - 1) * percent / 100;
            println!("{name} {what} {}", millis(*self.times.get(at).unwrap()));
        }
        if let Some((_, raw)) = &mut self.place {
            let swaps = u32::try_from(size.rounds * size.swaps).unwrap();
            let writes = u32::try_from(self.writes.get()).unwrap();
            println!("{name} commits {}", f64::from(writes) / f64::from(swaps));
            println!("{name} raw {}", median(raw));
        }
    }
}

/// Runs so many swaps, and returns how long each took.
async fn drive(
    runners: &[Runner],
    requests: &[SwapRequest],
    swaps: usize,
    round: usize,
) -> Vec<Duration> {
    let (next, mut hands) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    let lanes = runners.iter().zip(requests).cycle().take(IN_FLIGHT);
    for (runner, request) in lanes {
        let (next, runner, request) = (Arc::clone(&next), runner.clone(), request.clone());
        hands.spawn(async move {
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= swaps {
                    return times;
                }
                let start = Instant::now();
                runner.swap(&format!("{round}-{number}"), &request).await;
                times.push(start.elapsed());
            }
        });
    }
    let mut times = Vec::new();
    while let Some(done) = hands.join_next().await {
        times.extend(done.unwrap());
    }
    times
}

impl Runner {
    async fn swap(&self, key: &str, request: &SwapRequest) {
        match self {
            Self::Without(flow, track) => {
                let done = flow.swap(request, *track, |_| {}).await.unwrap();
                assert_eq!(done.status.status, Status::Finished);
            }
            Self::With(worker) => {
                let key = Label::new(key).unwrap();
                let done = worker.swap(&key, request, |_| {}).await.unwrap();
                assert_eq!(done.state, State::Ended(Outcome::Finished), "{done:?}");
            }
        }
    }
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    *values.get(values.len() / 2).unwrap()
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
