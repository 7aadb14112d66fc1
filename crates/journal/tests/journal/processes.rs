//! Several processes on one journal, killed at random points.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use countersign_approval::{Ledger as _, LedgerError, SwapId};
use countersign_journal::{
    Digest, History, Opened, Opening, Outcome, Page, PostgresStore, SqliteStore, State, Store,
    SwapWriter, Term, What, Which,
};
use countersign_testkit::Cluster;
use countersign_units::UnixMillis;

use crate::bed::{Bed, PostgresBed, SqliteBed};
use crate::samples::{
    after, claim, created, ended, entries, judged, label, per_day, quoted, requested, signed,
    status,
};

const PLACE: &str = "COUNTERSIGN_JOURNAL_PLACE";
const ROUND: &str = "COUNTERSIGN_JOURNAL_ROUND";
const SWAPS: u64 = 60;
/// Of each swap; 33 of them fit into a day's limit.
const AMOUNT: u64 = 30;
const PER_DAY: u64 = 1_000;

/// What a worker process does; without a place to do it, nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worker() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let round: u64 = std::env::var(ROUND).unwrap().parse().unwrap();
    let store: Arc<dyn Store> = if place.starts_with("postgres:") {
        Arc::new(PostgresStore::open(&place, 4).await.unwrap())
    } else {
        Arc::new(SqliteStore::open(Path::new(&place)).await.unwrap())
    };
    // The leases of those who were killed are over in each round.
    let now = after(round * 100);
    let holder = label(&format!("worker-{}", std::process::id()));
    let term = Term { holder: &holder, until: after(round * 100 + 60) };
    loop {
        let leases = store.lease_open(&term, 4, now, &[]).await.unwrap();
        if leases.is_empty() {
            break;
        }
        for lease in leases {
            let (writer, history) =
                SwapWriter::resume(Arc::clone(&store), lease, now).await.unwrap();
            drive(&writer, &history, now).await;
        }
    }
    for number in 0..SWAPS {
        let name = format!("order-{number}");
        let list = entries([requested(&name, 1), quoted(), What::Creating]);
        let opening = Opening { swap_id: SwapId::generate(), entries: &list, term };
        let (writer, opened) = SwapWriter::open(Arc::clone(&store), &opening, now).await.unwrap();
        let (Some(writer), Opened::New(lease, _)) = (writer, opened) else { continue };
        acknowledge(&writer);
        drive(&writer, &store.load(lease.swap_id).await.unwrap(), now).await;
    }
}

/// Says what is on disk, for whoever compares it later.
fn acknowledge(writer: &SwapWriter) {
    let head = writer.head();
    println!("acknowledged {} {} {}", writer.swap_id(), head.count, head.hash);
    std::io::stdout().flush().unwrap();
}

/// Carries a swap on from where it is to its end.
async fn drive(writer: &SwapWriter, history: &History, now: UnixMillis) {
    let mut state = history.state;
    if state == State::Creating {
        let bound = What::Bound { payload: Digest::of(b"payload"), claims: Vec::new() };
        let ledger = writer.ledger(entries([created(), bound, judged()]));
        let mut claim = claim(writer.swap_id(), &format!("nonce-{}", writer.swap_id()), AMOUNT);
        claim.valid_until = after(10_000).to_seconds();
        match ledger.record(&claim, per_day(PER_DAY), now.to_seconds()).await {
            Ok(()) => state = State::Reserved,
            Err(LedgerError::LimitPerDay { .. }) => {
                writer.append(&entries([ended(Outcome::Refused)]), now).await.unwrap();
                return acknowledge(writer);
            }
            Err(error) => panic!("{error:?}"),
        }
        acknowledge(writer);
    }
    if state == State::Reserved {
        let list = entries([signed(), What::Submitted { attempt: 1 }]);
        writer.append(&list, now).await.unwrap();
        acknowledge(writer);
        state = State::Submitted;
    }
    if state == State::Submitted {
        writer.append(&entries([status("deposited")]), now).await.unwrap();
        acknowledge(writer);
    }
    let list = entries([status("finished"), ended(Outcome::Finished)]);
    writer.append(&list, now).await.unwrap();
    acknowledge(writer);
}

/// A worker, and what it acknowledged.
struct Worker(Child, JoinHandle<Vec<String>>);

impl Worker {
    fn start(place: &str, round: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "processes::worker", "--nocapture"]);
        command.env(PLACE, place).env(ROUND, round.to_string());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        Self(child, spawn(move || lines(output)))
    }
}

/// Reads whole lines: a process that is killed may be in the middle of one.
fn lines(output: ChildStdout) -> Vec<String> {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    lines.filter_map(|line| Some(line.split_once("acknowledged ")?.1.to_owned())).collect()
}

/// Runs three workers at a time and kills them, until a round has come to its end.
fn run(place: &str, kills: u32) -> Vec<String> {
    let (mut acknowledged, mut killed) = (Vec::new(), 0);
    for round in 0.. {
        let mut workers: Vec<Worker> = (0..3).map(|_| Worker::start(place, round)).collect();
        for (number, worker) in (0_u64..).zip(&mut workers) {
            if killed < kills {
                sleep(Duration::from_millis(20 + (round * 37 + number * 53) % 60));
                worker.0.kill().unwrap();
                killed += 1;
            }
        }
        let mut succeeded = true;
        for Worker(mut child, reader) in workers {
            succeeded &= child.wait().unwrap().success();
            acknowledged.extend(reader.join().unwrap());
        }
        if succeeded {
            break;
        }
        assert!(round < u64::from(kills), "expected a round without a kill to end well");
    }
    acknowledged
}

/// Requires that each swap is at its end, that nothing was lost or doubled, and no limit passed.
async fn check(store: &dyn Store, acknowledged: &[String]) {
    let page = Page { which: Which::All, after: None, most: 1_000 };
    let swaps = store.list(page).await.unwrap();
    assert_eq!(swaps.len(), usize::try_from(SWAPS).unwrap());
    let keys: BTreeSet<_> = swaps.iter().map(|swap| swap.key.clone()).collect();
    assert_eq!(keys.len(), swaps.len());
    let (mut heads, mut finished) = (BTreeMap::new(), 0);
    for swap in swaps {
        let history = store.load(swap.swap_id).await.unwrap();
        let signed =
            |link: &&countersign_journal::Link| matches!(link.entry.what, What::Signed { .. });
        let signatures = history.links.iter().filter(signed).count();
        match history.state {
            State::Ended(Outcome::Finished) => finished += 1,
            State::Ended(Outcome::Refused) => {}
            other => panic!("expected swap {} at its end, found {other}", swap.swap_id),
        }
        let expected = usize::from(history.state == State::Ended(Outcome::Finished));
        assert_eq!(signatures, expected);
        for link in history.links {
            heads.insert(format!("{} {}", swap.swap_id, link.sequence + 1), link.hash);
        }
    }
    assert_eq!(finished, PER_DAY / AMOUNT);
    for line in acknowledged {
        let (place, hash) = line.rsplit_once(' ').unwrap();
        assert_eq!(heads.get(place).map(Digest::to_string).as_deref(), Some(hash), "{place}");
    }
    assert!(acknowledged.len() > 100, "found {}", acknowledged.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_are_killed_lose_and_double_nothing_in_a_file() {
    let bed = SqliteBed::new();
    let acknowledged = run(bed.path().to_str().unwrap(), 15);
    check(bed.connect().await.as_ref(), &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_are_killed_lose_and_double_nothing_on_a_server() {
    let Some(cluster) = Cluster::start() else { return };
    let bed = PostgresBed::new(&cluster);
    let acknowledged = run(bed.url(), 15);
    check(bed.connect().await.as_ref(), &acknowledged).await;
}
