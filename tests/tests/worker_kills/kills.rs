//! Workers are killed at random moments while they drive swaps on all chains.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use countersign_sandbox::{Fault, SandboxConfig};
use countersign_tests::Cluster;

use crate::bed::{Bed, busy, is_open};
use crate::dice::Dice;
use crate::judge::{Tally, commit, judge_since, now};
use crate::orders::Job;
use crate::process::{Process, Said};
use crate::site::{Ask, By};

/// How many are killed where nobody says it.
const KILLS: u64 = 50;
/// How many kills a sandbox and a journal see: where swaps are approved, and where addresses are
/// funded.
const KILLS_A_ROUND: [u32; 2] = [50, 25];
/// How many new swaps a process is asked for, at most, and how many that were asked for before.
const NEW: u64 = 12;
const OLD: usize = 6;
/// How long a process may go on after it has begun with a swap, at most, in milliseconds.
const LONGEST_LIFE: u64 = 200;

/// What is asked for from outside, and how swaps are paid for and the counterparty is in a round.
pub(crate) struct Plan {
    kills: u32,
    /// Whether it may take long.
    long: bool,
    seed: u64,
    pub(crate) stores: String,
    by: fn(u64) -> By,
    weather: fn(bool, u64) -> SandboxConfig,
}

impl Plan {
    pub(crate) fn read(
        kills: u64,
        by: fn(u64) -> By,
        weather: fn(bool, u64) -> SandboxConfig,
    ) -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse().ok();
        Self {
            kills: number("COUNTERSIGN_KILLS").unwrap_or(kills).try_into().unwrap(),
            long: number("COUNTERSIGN_KILLS").is_some(),
            seed: number("COUNTERSIGN_KILL_SEED").unwrap_or_else(|| now().value()),
            stores: std::env::var("COUNTERSIGN_KILL_STORE").unwrap_or_else(|_| "both".to_owned()),
            by,
            weather,
        }
    }

    /// Kills as often as asked: half of it on each store, where there are two.
    pub(crate) async fn run(&self, cluster: Option<&Cluster>) {
        let files = self.stores != "postgres";
        let kinds = u32::from(files) + u32::from(cluster.is_some());
        if files {
            self.rounds(self.kills.div_ceil(kinds), None).await;
        }
        if let Some(cluster) = cluster {
            self.rounds(self.kills / kinds, Some(cluster)).await;
        }
    }

    /// Kills as often as asked, each so many times on another journal. A round is repeated by its
    /// seed.
    async fn rounds(&self, kills: u32, cluster: Option<&Cluster>) {
        let store = if cluster.is_some() { "postgres" } else { "sqlite" };
        let (mut left, mut seed) = (kills, self.seed);
        while left > 0 {
            let by = (self.by)(seed);
            let [approvals, deposits] = KILLS_A_ROUND;
            let most = if by == By::Approval { approvals } else { deposits };
            let kills = left.min(most);
            let began = Instant::now();
            let weather = (self.weather)(self.long, seed);
            let may_be_live = weather.resolver_fails;
            let tally = round((weather, by), (seed, kills), cluster).await;
            let took = began.elapsed().as_millis();
            println!("@ {store}, seed {seed}: {kills} kills, {tally} ({took} ms)");
            tally.require_sound(&format!("{store}, seed {seed}"));
            assert!(tally.executed * 8 > usize::try_from(kills).unwrap(), "swaps go on: {tally}");
            assert!(tally.live == 0 || may_be_live, "what did not arrive is sent again: {tally}");
            (left, seed) = (left - kills, seed + 1);
        }
    }
}

/// Returns how the counterparty is in a round: most often well.
fn weather(long: bool, seed: u64) -> SandboxConfig {
    let faulty = |fault| SandboxConfig { fault: Some(fault), ..busy() };
    match seed % 8 {
        1 => faulty(Fault::SubmitLost),
        3 => faulty(Fault::SubmitDeclinedFirst),
        5 => faulty(Fault::StatusLost),
        // Nobody is paid, so that all that was taken has to come back, which takes a while.
        7 if long => SandboxConfig {
            resolver_fails: true,
            intent_lifetime: Duration::from_secs(8),
            refund_delay: Duration::from_secs(1),
            ..busy()
        },
        _ => busy(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_are_killed_lose_and_double_nothing() {
    let plan = Plan::read(KILLS, |_| By::Approval, weather);
    let cluster = if plan.stores == "sqlite" { None } else { Cluster::start() };
    plan.run(cluster.as_ref()).await;
}

/// Kills one process on a file, or any of three on a server, and judges what came of it.
async fn round(
    (config, by): (SandboxConfig, By),
    (seed, kills): (u64, u32),
    cluster: Option<&Cluster>,
) -> Tally {
    let nobody_is_paid = config.resolver_fails;
    let (bed, processes) = match cluster {
        None => (Bed::in_a_file(config).await.paid(by), 1),
        Some(cluster) => (Bed::on_a_server(config, cluster).await.paid(by), 3),
    };
    let mut killer = Killer::new(&bed, seed);
    let processes = tokio::task::block_in_place(|| killer.run(kills, processes));
    if nobody_is_paid {
        // What was signed on Solana could be used for a minute.
        drop(processes);
        bed.sandbox.expire_blockhashes();
    } else {
        tokio::task::block_in_place(|| killer.wait_for_all(processes));
    }
    // Swaps that are carried on later are in two checkpoints.
    let known = commit(&bed).await;
    killer.hear(bed.finish().await);
    if by == By::Deposit && is_open(bed.store().await.as_ref()).await {
        tokio::task::block_in_place(|| killer.fill_gaps());
        killer.hear(bed.finish().await);
    }
    let Killer { asks, said, .. } = killer;
    judge_since(&bed, &asks, said, known).await
}

/// Starts processes, and kills them.
struct Killer<'a> {
    bed: &'a Bed,
    dice: Dice,
    asks: Vec<Ask>,
    /// Those that nobody has said to be at their end, by their keys.
    open: BTreeMap<String, Ask>,
    said: Vec<Said>,
}

impl<'a> Killer<'a> {
    const fn new(bed: &'a Bed, seed: u64) -> Self {
        let dice = Dice::new(seed);
        Self { bed, dice, asks: Vec::new(), open: BTreeMap::new(), said: Vec::new() }
    }

    /// Kills so many of so many processes. Returns those that are alive.
    fn run(&mut self, kills: u32, processes: usize) -> Vec<Process> {
        let mut alive: Vec<_> = (0..processes).map(|_| self.start()).collect();
        let mut killed = 0;
        while killed < kills {
            let which = self.dice.below(u64::try_from(processes).unwrap());
            let process = alive.get_mut(usize::try_from(which).unwrap()).unwrap();
            self.bed.sandbox.pause_api(false);
            self.wait_for_work(process);
            // Now and then the API is away, too.
            self.bed.sandbox.pause_api(self.dice.below(8) == 0);
            sleep(Duration::from_millis(1 + self.dice.below(LONGEST_LIFE)));
            killed += u32::from(process.kill());
            *process = self.replace(process);
        }
        self.bed.sandbox.pause_api(false);
        alive
    }

    /// Asks for one more deposit by each kind of account. One that was sent may wait for the nonce of
    /// a swap that ended before it signed: the next deposit takes it.
    fn fill_gaps(&mut self) {
        let routes = self.bed.routes().iter().copied();
        let asks = routes.map(|route| self.ask(route)).collect();
        let process = Process::start(&self.bed.orders(Job::Swap(asks)));
        self.wait_for_all(vec![process]);
    }

    /// Waits until processes have done what they were asked for.
    fn wait_for_all(&mut self, processes: Vec<Process>) {
        for process in processes {
            let (status, said) = process.end();
            assert!(
                status.success(),
                "expected a process that is not killed to end well: {said:?}"
            );
            self.hear(said);
        }
    }

    /// Listens to what a process that is gone has said, and starts another one.
    fn replace(&mut self, process: &Process) -> Process {
        let said: Vec<_> = std::iter::from_fn(|| process.next()).collect();
        self.hear(said);
        self.start()
    }

    /// Waits until a process has a swap in hand: one that begins, is signed for, or ends, so that
    /// processes are killed at all stages, however fast they are.
    fn wait_for_work(&mut self, process: &Process) {
        let stage = self.dice.below(3);
        while let Some(said) = process.next() {
            let reached = match &said {
                Said::Opened { .. } => stage == 0,
                Said::Signed { .. } => stage == 1,
                Said::Ended { .. } => true,
                Said::Began | Said::Other(_) => false,
            };
            self.hear(vec![said]);
            if reached {
                break;
            }
        }
    }

    fn hear(&mut self, said: Vec<Said>) {
        for said in &said {
            if let Said::Ended { key, .. } = said {
                self.open.remove(key);
            }
        }
        self.said.extend(said);
    }

    /// Starts a process that is asked for swaps: new ones, and some that others were asked for.
    fn start(&mut self) -> Process {
        let open: Vec<_> = self.open.values().cloned().collect();
        let mut asks: Vec<_> = (0..=self.dice.below(NEW)).map(|_| self.new_ask()).collect();
        if !open.is_empty() {
            asks.extend((0..OLD).map(|_| self.dice.one_of(&open).clone()));
        }
        Process::start(&self.bed.orders(Job::SwapAndWork(asks)))
    }

    fn new_ask(&mut self) -> Ask {
        let route = *self.dice.one_of(self.bed.routes());
        self.ask(route)
    }

    fn ask(&mut self, route: (&str, &str, &str)) -> Ask {
        let key = format!("order-{}", self.asks.len());
        let ask = self.bed.ask(&key, route);
        self.asks.push(ask.clone());
        self.open.insert(key, ask.clone());
        ask
    }
}
