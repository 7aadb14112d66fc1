//! A process crashes at each step of a swap that is paid for at a quoted address, or by a signed
//! intent: what was signed is let out, once, and what was not never is.

use std::time::Duration;

use countersign_sandbox::SandboxConfig;
use countersign_tests::{How, Trap, When};
use futures::{StreamExt as _, stream};

use crate::bed::Bed;
use crate::judge::judge;
use crate::orders::{Job, Orders};
use crate::points::run_into;
use crate::site::By;

/// How many crashes are tried at a time.
const AT_ONCE: usize = 4;

/// What is paid in, and how.
const PAID: [(By, (&str, &str, &str)); 8] = [
    (By::Deposit, ("USDC@ethereum", "USDC@base", "10")),
    (By::Deposit, ("ETH@ethereum", "USDC@base", "0.01")),
    (By::Deposit, ("BTC@bitcoin", "USDC@ethereum", "0.001")),
    (By::Deposit, ("SOL@solana", "USDC@ethereum", "0.1")),
    (By::Deposit, ("USDC@solana", "USDC@base", "10")),
    (By::Message, ("USDC@ethereum", "USDC@base", "10")),
    (By::Payload, ("USDC@solana", "USDC@base", "10")),
    (By::Deposit, ("USDT@tron", "USDC@base", "10")),
];

/// Where nothing is in the journal that could be let out.
const UNSIGNED: [(&str, When); 7] = [
    ("api:create", When::Before),
    ("api:create", When::After),
    ("reserve", When::Before),
    ("reserve", When::After),
    ("key:sign", When::Before),
    ("key:sign", When::After),
    ("append:submitted", When::Before),
];

/// Where it is.
const SIGNED: [(&str, When); 9] = [
    ("append:submitted", When::After),
    ("chain:broadcast", When::Before),
    ("chain:broadcast", When::After),
    ("api:submit", When::Before),
    ("api:submit", When::After),
    ("api:status", When::Before),
    ("api:status", When::After),
    ("append:ended", When::Before),
    ("append:ended", When::After),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_signed_before_a_crash_is_let_out_once_and_nothing_else() {
    let unsigned = UNSIGNED.into_iter().map(|point| (point, 0));
    let points = unsigned.chain(SIGNED.into_iter().map(|point| (point, 1)));
    // Each point on some of them: by turns, all of them.
    let crashes = points.enumerate().flat_map(|(number, (point, executed))| {
        let paid = PAID.iter().enumerate().filter(move |(place, _)| (place + number) % 2 == 0);
        paid.map(move |(_, paid)| (point, executed, *paid))
    });
    let crashes = crashes.filter(|(point, _, paid)| comes_there(*point, *paid));
    let crashes = crashes.map(|it| async move { tokio::spawn(crash(it)).await.unwrap() });
    let crashes: Vec<_> = stream::iter(crashes).buffer_unordered(AT_ONCE).collect().await;
    assert!(crashes.len() > 45, "{} crashes", crashes.len());
}

type Paid = (By, (&'static str, &'static str, &'static str));

/// Nothing is sent to a chain for an intent.
fn comes_there((call, _): (&str, When), (by, _): Paid) -> bool {
    by == By::Deposit || call != "chain:broadcast"
}

/// Crashes at a point, has the swap carried on, and counts what was executed.
async fn crash(((call, when), executed, (by, route)): ((&'static str, When), usize, Paid)) {
    let what = format!("{call} {when:?}, {by:?} of {}", route.0);
    let config = SandboxConfig { step: Duration::from_millis(10), ..SandboxConfig::default() };
    let bed = Bed::in_a_file(config).await.paid(by);
    let asks = vec![bed.ask("order-0", route)];
    let trap = Some(Trap::new(call, when, How::Killed));
    let orders = Orders { trap, ..bed.orders(Job::Swap(asks.clone())) };
    let (is_hit, mut said) = run_into(&orders);
    assert!(is_hit, "{what}: no crash: {said:?}");
    said.extend(bed.finish().await);
    let tally = judge(&bed, &asks, said).await;
    tally.require_sound(&what);
    assert_eq!((tally.executed, tally.finished), (executed, executed), "{what}: {tally}");
}
