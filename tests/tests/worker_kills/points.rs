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

/// How often a crash is tried, where a process is too slow to come to it.
const ATTEMPTS: u32 = 4;
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
    checkpoint_ms: Option<u64>,
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
        "checkpoint" => Way { config: slow, checkpoint_ms: Some(1), ..way },
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
    // Before it or after it, by turns, where it was passed once already.
    let later = CALLS.iter().enumerate().map(|(number, call)| {
        let when = if number % 2 == 0 { When::After } else { When::Before };
        let route = [PERMIT, COINS, COSIGN].get(number % 3).copied().unwrap();
        async move { tokio::spawn(crash_later((*call, when), route)).await }
    });
    let tried: Vec<_> = stream::iter(tried).buffer_unordered(AT_ONCE).collect().await;
    let later: Vec<_> = stream::iter(later).buffer_unordered(AT_ONCE).collect().await;
    assert_eq!((tried.len(), later.len()), (2 * CALLS.len(), CALLS.len()));
    let hits: usize = tried.into_iter().map(Result::unwrap).sum();
    let again = later.into_iter().filter(|hit| *hit.as_ref().unwrap()).count();
    println!("{hits} crashes at {} points, {again} at later calls", 2 * CALLS.len());
    // The rest are those that no process comes to for a second time.
    assert!(again * 2 > CALLS.len(), "{again} crashes");
}

/// Crashes at the second call of a kind, with one swap after another in hand. Says whether there is
/// one.
async fn crash_later((call, when): (&'static str, When), route: Route) -> bool {
    let way = way(call);
    let bed = make(&way, None).await;
    let route = way.routes.unwrap_or(route);
    let asks = ["order-0", "order-1"].map(|key| bed.ask(key, route));
    let swap = || Orders { at_once: 1, ..orders(&bed, &way, &asks) };
    let (_, mut said) = prelude(&way, swap()).await;
    let job = if way.resumes { Job::Resume } else { swap().job };
    let trap = Some(Trap::new(call, when, How::Killed).at_turn(2));
    let process = Process::start(&Orders { trap, job, ..swap() });
    let (status, heard) = tokio::task::block_in_place(|| process.end());
    assert!(status.success() || was_killed(status), "{call} {when:?}: {status}: {heard:?}");
    said.extend(heard);
    said.extend(bed.finish().await);
    let tally = judge(&bed, &asks, said).await;
    tally.require_sound(&format!("{call} {when:?}, the second time"));
    was_killed(status)
}

/// Crashes at one point, on each kind of chain that comes there. Returns how often.
async fn crash((call, when): (&'static str, When), server: Option<Arc<Cluster>>) -> usize {
    let routes = way(call).routes.map_or_else(|| vec![PERMIT, COINS, COSIGN], |one| vec![one]);
    let bed = make(&way(call), server).await;
    let (mut asks, mut said) = (Vec::new(), Vec::new());
    for (number, route) in routes.iter().enumerate() {
        for attempt in 0..ATTEMPTS {
            let ask = bed.ask(&format!("order-{number}-{attempt}"), *route);
            let (is_hit, heard) = crash_of(&bed, &ask, (call, when)).await;
            said.extend(heard);
            said.extend(bed.finish().await);
            asks.push(ask);
            if is_hit {
                break;
            }
            assert!(attempt + 1 < ATTEMPTS, "{call} {when:?}: no crash in {ATTEMPTS} attempts");
        }
    }
    let tally = judge(&bed, &asks, said).await;
    tally.require_sound(&format!("{call} {when:?}"));
    routes.len()
}

/// Makes what leads to a call.
async fn make(way: &Way, server: Option<Arc<Cluster>>) -> Bed {
    let mut bed = match server {
        None => Bed::in_a_file(way.config.clone()).await,
        Some(cluster) => Bed::on_a_server(way.config.clone(), &cluster).await,
    };
    if way.reviewed {
        bed.set_policy(|policy| {
            format!("review_above = {{ USDC = \"1\", BTC = \"0.0001\", SOL = \"0.01\" }}\n{policy}")
        });
    }
    bed
}

/// Has a process crash in a trap while it has one swap in hand. Returns whether it came there, and
/// what was said.
async fn crash_of(bed: &Bed, ask: &Ask, (call, when): (&str, When)) -> (bool, Vec<Said>) {
    let way = way(call);
    let swap = || orders(bed, &way, std::slice::from_ref(ask));
    let (ready, mut said) = prelude(&way, swap()).await;
    if !ready {
        return (false, said);
    }
    let job = if way.resumes { Job::Resume } else { swap().job };
    let trap = Some(Trap::new(call, when, How::Killed));
    let (is_hit, heard) = run_into(&Orders { trap, job, ..swap() });
    said.extend(heard);
    (is_hit, said)
}

/// Asks for swaps, on the way that leads to a call.
fn orders(bed: &Bed, way: &Way, asks: &[Ask]) -> Orders {
    Orders {
        // Whoever comes after a prelude waits for its end.
        lease_ms: way.lease_ms.unwrap_or(if way.prelude.is_some() { 600 } else { 1_000 }),
        hold_ms: way.hold_ms.unwrap_or(500),
        checkpoint_ms: way.checkpoint_ms,
        mood: way.mood.clone(),
        ..bed.orders(Job::Swap(asks.to_vec()))
    }
}

/// Has a process crash before the one that is looked at, where that is on the way. Returns whether
/// it did, and what was said.
async fn prelude(way: &Way, swap: Orders) -> (bool, Vec<Said>) {
    let Some(call) = way.prelude else { return (true, Vec::new()) };
    let lasts = Duration::from_millis(swap.lease_ms);
    let trap = Some(Trap::new(call, When::After, How::Killed));
    let ran = run_into(&Orders { trap, ..swap });
    tokio::time::sleep(lasts).await;
    ran
}

/// Runs a process that is to crash in its trap. Returns whether it did, and what was said: where this
/// machine is slow, its lease may be over before, or its swap at its end.
pub(crate) fn run_into(orders: &Orders) -> (bool, Vec<Said>) {
    let (status, said) = tokio::task::block_in_place(|| Process::start(orders).end());
    let is_hit = was_killed(status);
    assert!(
        is_hit || status.success(),
        "expected a crash at {:?}, found {status}: {said:?}",
        orders.trap
    );
    (is_hit, said)
}
