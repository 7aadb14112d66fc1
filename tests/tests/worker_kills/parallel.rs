//! Several processes that are asked for the same at the same time.

use countersign::units::UnixMillis;
use countersign_tests::Cluster;

use crate::bed::{Bed, busy};
use crate::judge::{judge, now};
use crate::orders::{Job, Orders};
use crate::process::{Process, Said};
use crate::site::Ask;

const PROCESSES: usize = 3;
/// How long processes have until all of them begin, in milliseconds.
const TO_GET_READY: u64 = 1_500;
const ROUTE: (&str, &str, &str) = ("USDC@ethereum", "SOL@solana", "10");

/// Has each of three processes run its swaps, all of them at once, and returns what they said.
fn all_at_once(bed: &Bed, shares: &[Vec<Ask>]) -> Vec<Said> {
    let begins_at = UnixMillis::new(now().value() + TO_GET_READY);
    let orders = |share: &Vec<Ask>| Orders {
        at_once: 64,
        begins_at,
        // Nobody is gone here: a lease that is lost to a slow machine would be taken up by none.
        lease_ms: 30_000,
        ..bed.orders(Job::Swap(share.clone()))
    };
    let processes: Vec<_> = shares.iter().map(|share| Process::start(&orders(share))).collect();
    let ended = processes.into_iter().map(Process::end);
    let said = ended.flat_map(|(status, said)| {
        assert!(status.success(), "expected each process to end well: {said:?}");
        said
    });
    said.collect()
}

/// A file, and a server where there is one, which ends with its cluster.
async fn beds(cluster: Option<&Cluster>) -> Vec<(&'static str, Bed)> {
    let mut beds = vec![("sqlite", Bed::in_a_file(busy()).await)];
    if let Some(cluster) = cluster {
        beds.push(("postgres", Bed::on_a_server(busy(), cluster).await));
    }
    beds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_requests_with_one_key_are_one_swap_and_one_signature() {
    let cluster = Cluster::start();
    for (store, bed) in beds(cluster.as_ref()).await {
        let ask = bed.ask("order-1", ROUTE);
        let shares: Vec<_> = [34, 33, 33].map(|count| vec![ask.clone(); count]).to_vec();
        let said = tokio::task::block_in_place(|| all_at_once(&bed, &shares));
        let answers =
            |said: &&Said| matches!(said, Said::Ended { state, .. } if state == "finished");
        assert_eq!(said.iter().filter(answers).count(), 100, "{store}: {said:?}");
        let tally = judge(&bed, &[ask], said).await;
        tally.require_sound(store);
        assert_eq!((tally.swaps, tally.executed), (1, 1), "{store}");
        assert_eq!(bed.signatures().len(), 1, "{store}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_requests_pass_as_fit_a_rolling_limit() {
    const SWAPS: usize = 30;
    let cluster = Cluster::start();
    for (store, mut bed) in beds(cluster.as_ref()).await {
        // Twelve of ten dollars each, and not a thirteenth.
        bed.set_policy(|policy| limited(policy, "129.999999"));
        let asks: Vec<_> =
            (0..SWAPS).map(|number| bed.ask(&format!("order-{number}"), ROUTE)).collect();
        let shares: Vec<_> = asks.chunks(SWAPS / PROCESSES).map(<[Ask]>::to_vec).collect();
        let said = tokio::task::block_in_place(|| all_at_once(&bed, &shares));
        let ended = |end: &str| {
            let is = |said: &&Said| matches!(said, Said::Ended { state, .. } if state == end);
            said.iter().filter(is).count()
        };
        assert_eq!((ended("finished"), ended("refused")), (12, SWAPS - 12), "{store}: {said:?}");
        let tally = judge(&bed, &asks, said).await;
        tally.require_sound(store);
        assert_eq!((tally.finished, bed.signatures().len()), (12, 12), "{store}");
    }
}

/// Returns a policy with another rolling limit of USDC on Ethereum.
fn limited(policy: &str, per_day: &str) -> String {
    let (head, tail) = policy.split_once("[limits.USDC]").unwrap();
    let (_, rest) = tail.split_once("per_day").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    format!("{head}[limits.USDC]\nper_swap = \"50000\"\nper_day = \"{per_day}\"\n{rest}")
}
