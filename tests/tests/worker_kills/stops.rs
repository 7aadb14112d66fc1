//! What a worker needs goes away for a while: its server, its own time, the answers of the API.

use std::thread::sleep;
use std::time::Duration;

use countersign::journal::What;
use countersign_tests::{Cluster, How, Trap, When};
use futures::{StreamExt as _, stream};

use crate::bed::{Bed, ROUTES, busy};
use crate::judge::judge;
use crate::mood::Mood;
use crate::orders::{Job, Orders};
use crate::process::{Process, Said};
use crate::site::Ask;

const PERMIT: (&str, &str, &str) = ("USDC@ethereum", "SOL@solana", "10");

fn asks(bed: &Bed, count: usize) -> Vec<Ask> {
    let routes = ROUTES.iter().cycle().take(count).enumerate();
    routes.map(|(number, route)| bed.ask(&format!("order-{number}"), *route)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_stopped_and_started_loses_and_doubles_nothing() {
    const STOPS: usize = 3;
    let Some(mut cluster) = Cluster::start() else { return };
    let bed = Bed::on_a_server(busy(), &cluster).await;
    let asks = asks(&bed, 60);
    // Longer than the server is away: nobody has to give up what is in hand.
    let orders =
        |share: &[Ask]| Orders { lease_ms: 20_000, ..bed.orders(Job::SwapAndWork(share.to_vec())) };
    let shares = asks.chunks(20).map(orders);
    let processes: Vec<_> = shares.map(|orders| Process::start(&orders)).collect();
    let mut said = Vec::new();
    tokio::task::block_in_place(|| {
        for process in &processes {
            said.extend(wait_for_swap(process));
        }
        for _ in 0..STOPS {
            sleep(Duration::from_millis(150));
            cluster.crash();
            sleep(Duration::from_millis(150));
            cluster.restart();
        }
        for process in processes {
            let (status, heard) = process.end();
            assert!(status.success(), "expected a worker that outlives its server: {heard:?}");
            said.extend(heard);
        }
    });
    // Those that were stopped before they were in the journal are asked for again.
    let (_, heard) = tokio::task::block_in_place(|| {
        Process::start(&bed.orders(Job::SwapAndWork(asks.clone()))).end()
    });
    said.extend(heard);
    said.extend(bed.finish().await);
    let tally = judge(&bed, &asks, said).await;
    println!("@ postgres, {STOPS} stops: {tally}");
    tally.require_sound("a server that stops");
    assert_eq!(tally.swaps, asks.len());
    assert!(tally.finished * 2 > tally.swaps, "expected swaps to outlive it: {tally}");
}

/// Waits until a process has a swap in hand.
fn wait_for_swap(process: &Process) -> Vec<Said> {
    let mut said = Vec::new();
    while let Some(next) = process.next() {
        let opened = matches!(next, Said::Opened { .. });
        said.push(next);
        if opened {
            break;
        }
    }
    said
}

/// Where a worker falls asleep, and whether it was about to call something then, which it does as
/// soon as it wakes: nobody can take that back.
const NAPS: [(&str, When, bool); 9] = [
    ("open", When::After, false),
    ("api:create", When::Before, true),
    ("reserve", When::Before, false),
    ("reserve", When::After, false),
    ("key:sign", When::Before, true),
    ("append:submitted", When::Before, false),
    ("append:submitted", When::After, false),
    ("api:submit", When::Before, true),
    ("api:status", When::Before, false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_that_sleeps_longer_than_its_lease_sends_nothing_when_it_wakes() {
    let naps = NAPS.map(|nap| async move { tokio::spawn(sleeps(nap)).await.unwrap() });
    let naps: Vec<_> = stream::iter(naps).buffer_unordered(3).collect().await;
    assert_eq!(naps.len(), NAPS.len());
}

async fn sleeps((call, when, calling): (&'static str, When, bool)) {
    let what = format!("asleep {when:?} {call}");
    let bed = Bed::in_a_file(busy()).await;
    let asks = vec![bed.ask("order-0", PERMIT)];
    let trap = Some(Trap::new(call, when, How::Stopped));
    let orders = Orders { lease_ms: 500, trap, ..bed.orders(Job::Swap(asks.clone())) };
    let sleeper = Process::start(&orders);
    tokio::task::block_in_place(|| sleeper.wait_for_stop());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut said = bed.finish().await;
    let before = (bed.sandbox.swaps(), bed.signatures());
    let (status, heard) = tokio::task::block_in_place(|| {
        sleeper.go_on();
        sleeper.end()
    });
    assert!(status.success(), "{what}: {heard:?}");
    let gave_up = Said::Other("stopped order-0 lease_lost".to_owned());
    assert!(heard.contains(&gave_up), "{what}: expected a lease error, found {heard:?}");
    if !calling {
        assert_eq!((bed.sandbox.swaps(), bed.signatures()), before, "{what}");
    }
    said.extend(heard);
    let tally = judge(&bed, &asks, said).await;
    tally.require_sound(&what);
    assert_eq!(tally.swaps, 1, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answers_that_are_late_doubled_or_lost_lose_and_double_nothing() {
    let moods = [
        ("late", Mood { late_ms: 900, ..Mood::default() }, 8),
        ("twice", Mood { twice: true, ..Mood::default() }, 8),
        ("submits lost", Mood { lost_submits: 8, ..Mood::default() }, 8),
        ("statuses lost", Mood { lost_statuses: 20, ..Mood::default() }, 8),
        // Nobody can tell whether there is an intent: those swaps are given up.
        ("creates lost", Mood { lost_creates: 4, ..Mood::default() }, 4),
    ];
    for (what, mood, finished) in moods {
        let bed = Bed::in_a_file(busy()).await;
        let asks = asks(&bed, 8);
        // The late answers come after the leases that they are waited for under.
        let orders = Orders { lease_ms: 600, mood, ..bed.orders(Job::SwapAndWork(asks.clone())) };
        let (status, mut said) = tokio::task::block_in_place(|| Process::start(&orders).end());
        assert!(status.success(), "{what}: {said:?}");
        said.extend(bed.finish().await);
        let tally = judge(&bed, &asks, said).await;
        tally.require_sound(what);
        assert_eq!((tally.swaps, tally.finished), (8, finished), "{what}: {tally}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_create_whose_answer_was_lost_ends_with_what_the_list_says() {
    let bed = Bed::in_a_file(busy()).await;
    let ask = bed.ask("order-0", PERMIT);
    let mood = Mood { lost_creates: 1, ..Mood::default() };
    let orders = Orders { mood, ..bed.orders(Job::Swap(vec![ask.clone()])) };
    let (_, said) = tokio::task::block_in_place(|| Process::start(&orders).end());
    let [Said::Opened { swap_id, .. }] = &opened(&said)[..] else { panic!("{said:?}") };
    let history = bed.store().await.load(swap_id.parse().unwrap()).await.unwrap();
    let What::Ended { reason, .. } = &history.links.last().unwrap().entry.what else {
        panic!("{history:?}")
    };
    let [created] = &bed.sandbox.swaps()[..] else { panic!("one intent was created") };
    assert!(reason.as_str().contains(&created.intent_id), "{reason:?}");
    assert_eq!(created.approvals, 0);
    assert!(bed.signatures().is_empty());
}

fn opened(said: &[Said]) -> Vec<Said> {
    said.iter().filter(|said| matches!(said, Said::Opened { .. })).cloned().collect()
}
