//! A process crashes at each write to the journal and each call of what is outside, before it and
//! after it, and another one carries on.

use std::sync::Arc;
use std::time::Duration;

use countersign_sandbox::SandboxConfig;
use countersign_tests::{CALLS, Cluster, How, Trap, When};
use futures::{StreamExt as _, stream};

use crate::bed::Bed;
use crate::judge::judge;
use crate::mood::Mood;
use crate::orders::{Job, Orders};
use crate::process::{Process, Said, was_killed};
use crate::site::Ask;

/// How many crashes are tried at a time.
const AT_ONCE: usize = 6;
const PERMIT: Route = ("USDC@ethereum", "SOL@solana", "10");
const COINS: Route = ("BTC@bitcoin", "USDC@ethereum", "0.001");
const COSIGN: Route = ("SOL@solana", "USDC@ethereum", "0.1");

/// What is swapped for what, and how much of it.
type Route = (&'static str, &'static str, &'static str);

/// What leads to a call.
#[derive(Default)]
struct Way {
    /// How the sandbox is.
    config: SandboxConfig,
    /// Where a process crashes before the one that is looked at.
    prelude: Option<&'static str>,
    /// Whether the one that is looked at carries on whatever is open.
    resumes: bool,
    mood: Mood,
    /// Whether a person has to approve it.
    reviewed: bool,
    lease_ms: Option<u64>,
    hold_ms: Option<u64>,
    /// Which swaps come there, where not all do, or where they take long.
    routes: Option<Route>,
}

/// Returns what leads to a call.
fn way(call: &str) -> Way {
    let short = SandboxConfig { step: Duration::from_millis(10), ..SandboxConfig::default() };
    let way = Way { config: short.clone(), ..Way::default() };
    let slow = SandboxConfig { step: Duration::from_secs(1), ..short.clone() };
    match call {
        "append:judged" => Way { reviewed: true, ..way },
        // What is only said is written after a while, or with what follows.
        "append:status" => {
            let slower = SandboxConfig { step: Duration::from_secs(3), ..short };
            Way { config: slower, routes: Some(PERMIT), ..way }
        }
        "append:answered" => {
            let mood = Mood { lost_submits: 1, lost_statuses: 2, ..Mood::default() };
            Way { mood, ..way }
        }
        "append:failed" => Way { mood: Mood { forgotten: 2, ..Mood::default() }, ..way },
        "append:refund" | "chain:broadcast" => {
            let config = SandboxConfig {
                resolver_fails: true,
                intent_lifetime: Duration::from_secs(3),
                refund_delay: Duration::from_secs(1),
                ..short
            };
            Way { config, routes: Some(COINS), ..way }
        }
        "release" => Way { prelude: Some("reserve"), ..way },
        "renew" => Way { config: slow, lease_ms: Some(300), routes: Some(PERMIT), ..way },
        "give_back" | "lease_open" => {
            let prelude = Some("api:submit");
            Way { config: slow, prelude, resumes: true, hold_ms: Some(1), ..way }
        }
        "lease" => Way { prelude: Some("api:submit"), ..way },
        "api:list" => Way { prelude: Some("api:create"), ..way },
        _ => way,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_at_any_point_loses_and_doubles_nothing() {
    let cluster = Cluster::start().map(Arc::new);
    let points = CALLS.iter().flat_map(|call| [(*call, When::Before), (*call, When::After)]);
    let tried = points.enumerate().map(|(number, point)| {
        // Before a call on one store and after it on the other, by turns.
        let server = cluster.clone().filter(|_| (number / 2 + number) % 2 == 0);
        async move { tokio::spawn(crash(point, server)).await }
    });
    let tried: Vec<_> = stream::iter(tried).buffer_unordered(AT_ONCE).collect().await;
    assert_eq!(tried.len(), 2 * CALLS.len());
    let hits: usize = tried.into_iter().map(Result::unwrap).sum();
    println!("{hits} crashes at {} points", 2 * CALLS.len());
}

/// Crashes at one point, on each kind of chain that comes there. Returns how often.
async fn crash((call, when): (&'static str, When), server: Option<Arc<Cluster>>) -> usize {
    let routes = way(call).routes.map_or_else(|| vec![PERMIT, COINS, COSIGN], |one| vec![one]);
    let mut bed = match server {
        None => Bed::in_a_file(way(call).config).await,
        Some(cluster) => Bed::on_a_server(way(call).config, &cluster).await,
    };
    if way(call).reviewed {
        bed.set_policy(|policy| {
            format!("review_above = {{ USDC = \"1\", BTC = \"0.0001\", SOL = \"0.01\" }}\n{policy}")
        });
    }
    let (mut asks, mut said) = (Vec::new(), Vec::new());
    for (number, route) in routes.iter().enumerate() {
        let ask = bed.ask(&format!("order-{number}"), *route);
        said.extend(crash_of(&bed, &ask, (call, when)).await);
        said.extend(bed.finish().await);
        asks.push(ask);
    }
    let tally = judge(&bed, &asks, said).await;
    tally.require_sound(&format!("{call} {when:?}"));
    routes.len()
}

/// Has a process crash in a trap while it has one swap in hand. Returns what was said.
async fn crash_of(bed: &Bed, ask: &Ask, (call, when): (&str, When)) -> Vec<Said> {
    let way = way(call);
    let swap = || Orders {
        lease_ms: way.lease_ms.unwrap_or(600),
        hold_ms: way.hold_ms.unwrap_or(500),
        mood: way.mood.clone(),
        ..bed.orders(Job::Swap(vec![ask.clone()]))
    };
    let mut said = Vec::new();
    if let Some(call) = way.prelude {
        let prelude = Trap::new(call, When::After, How::Killed);
        said.extend(run_into(&Orders { trap: Some(prelude), ..swap() }));
        tokio::time::sleep(Duration::from_millis(swap().lease_ms)).await;
    }
    let job = if way.resumes { Job::Resume } else { swap().job };
    let trap = Some(Trap::new(call, when, How::Killed));
    said.extend(run_into(&Orders { trap, job, ..swap() }));
    said
}

/// Runs a process that has to crash in its trap.
fn run_into(orders: &Orders) -> Vec<Said> {
    let (status, said) = tokio::task::block_in_place(|| Process::start(orders).end());
    assert!(was_killed(status), "expected a crash at {:?}, found {status}: {said:?}", orders.trap);
    said
}
