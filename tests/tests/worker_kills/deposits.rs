//! Workers are killed at random moments while they fund quoted addresses: each is funded once at
//! most, by what the journal holds, and every swap is carried on to an end.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::journal::{ApprovalBytes, History, What};
use countersign::units::Lots;
use countersign_sandbox::{Balance, DepositRecord, Fault, Sandbox, SandboxConfig};
use countersign_tests::Cluster;

use crate::bed::{Bed, busy};
use crate::deals::Deal;
use crate::judge::Evidence;
use crate::kills::Plan;
use crate::orders::Job;
use crate::process::Process;
use crate::site::By;

/// How many are killed where nobody says it.
const KILLS: u64 = 24;
/// Tokens that fees are paid in, too.
const COINS: [&str; 4] = ["ETH", "SOL", "BTC", "TRX"];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_that_are_killed_fund_each_address_once() {
    let plan = Plan::read(KILLS, by, weather);
    let cluster = if plan.stores == "sqlite" { None } else { Cluster::start() };
    plan.run(cluster.as_ref()).await;
}

/// Something that is told of a deal, and how much is found to be doubled and lost by it.
type Lie = (&'static str, fn(&mut Deal), usize, usize);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_done_twice_or_lost_is_found() {
    let bed = Bed::in_a_file(busy()).await.paid(By::Deposit);
    let asks = vec![bed.ask("order-0", ("USDC@ethereum", "USDC@base", "10"))];
    let orders = bed.orders(Job::Swap(asks.clone()));
    let (_, said) = tokio::task::block_in_place(|| Process::start(&orders).end());
    let lies: [Lie; 5] = [
        ("the truth", |_| {}, 0, 0),
        ("another transaction", |deal| deal.record().transactions.push("0x11".to_owned()), 1, 0),
        ("one that was not signed", |deal| deal.record().transactions = vec!["0x".into()], 1, 0),
        ("another amount", |deal| deal.record().received = Lots::from(1), 1, 1),
        ("nobody was paid", |deal| deal.payouts = 0, 0, 1),
    ];
    for (what, lie, doubled, lost) in lies {
        let mut evidence = Evidence::gather(&bed, said.clone()).await;
        lie(evidence.deals.first_mut().unwrap());
        evidence.judge(&bed, &asks);
        let tally = &evidence.tally;
        assert_eq!((tally.doubled.len(), tally.lost.len()), (doubled, lost), "{what}: {tally}");
    }
}

/// Returns how swaps are paid for in a round.
const fn by(seed: u64) -> By {
    match seed % 8 {
        3 => By::Message,
        7 => By::Payload,
        _ => By::Deposit,
    }
}

/// Returns how the counterparty is in a round.
fn weather(_long: bool, seed: u64) -> SandboxConfig {
    let fault = match seed % 5 {
        1 => Some(Fault::SubmitLost),
        2 => Some(Fault::StatusLost),
        3 => Some(Fault::SubmitDeclinedFirst),
        4 => Some(Fault::StatusFlaps),
        _ => None,
    };
    // Statuses that are told again have to be seen before they are over.
    SandboxConfig { fault, step: Duration::from_millis(10), ..busy() }
}

/// What the payers of a sandbox hold, by where it lies and the token.
pub(crate) fn held(sandbox: &Sandbox) -> BTreeMap<(String, String), Lots> {
    let mut held = BTreeMap::new();
    let mut add = |owner: &str, balances: Vec<Balance>| {
        for Balance { token, lots, .. } in balances {
            held.insert((owner.to_owned(), token), lots);
        }
    };
    for account in sandbox.accounts() {
        add(&account.address, sandbox.balances(&account.address));
        let inside = account.address.to_lowercase();
        add(&format!("inside/{inside}"), sandbox.intents_balances(&inside));
        if account.network == "solana" {
            let key = bs58_hex(&account.address);
            add(&format!("inside/{key}"), sandbox.intents_balances(&key));
        }
    }
    held
}

/// Returns the account inside the contract of an address on Solana.
fn bs58_hex(address: &str) -> String {
    let address: countersign::units::SolanaAddress = address.parse().unwrap();
    hex::encode(address.as_bytes())
}

impl Evidence {
    /// Each address was funded once at most, by what the journal says was signed for it, and nothing
    /// else has left our accounts.
    pub(crate) fn judge_deposits(&mut self, bed: &Bed) {
        let quoted: Vec<_> = self.deals.iter().filter_map(|deal| deal.quoted.clone()).collect();
        for record in &quoted {
            self.judge_address(record);
        }
        if self.by != By::Approval {
            self.judge_funds(bed, &quoted);
        }
    }

    fn judge_address(&mut self, record: &DepositRecord) {
        let key = self.key_of_address(&record.address);
        let key = key.unwrap_or_else(|| record.address.clone());
        if record.transactions.len() > 1 {
            self.doubled(&key, format_args!("funded more than once: {record:?}"));
        }
        let Some(funded) = record.transactions.first() else { return };
        let signed = self.swaps.get(&key).and_then(|(_, history)| signed_id(history));
        if signed.as_ref() != Some(funded) {
            self.doubled(&key, format_args!("signed {signed:?}, and funded by {record:?}"));
        }
        if record.received != record.expected {
            self.lost(&key, format_args!("another amount than was asked for: {record:?}"));
        }
    }

    /// What the accounts hold less than at the start is what arrived, and what came back.
    fn judge_funds(&mut self, bed: &Bed, quoted: &[DepositRecord]) {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        for (sums, held) in [(&mut before, &bed.held), (&mut after, &held(&bed.sandbox))] {
            for ((_, token), lots) in held {
                let sum: &mut u128 = sums.entry(token.clone()).or_default();
                *sum += whole(*lots);
            }
        }
        for (token, before) in before {
            let sum = |lots: fn(&DepositRecord) -> Lots| {
                let of_token = quoted.iter().filter(|record| record.source_token == token);
                of_token.map(|record| whole(lots(record))).sum::<u128>()
            };
            let (arrived, back) = (sum(|record| record.received), sum(|record| record.refunded));
            let spent = before - after.get(&token).copied().unwrap_or_default();
            let free = self.by == By::Deposit && COINS.contains(&token.as_str());
            if spent < arrived - back || (!free && spent > arrived - back) {
                let why = format!("{spent} {token} left, {arrived} arrived, {back} came back");
                self.doubled(&token, why);
            }
        }
    }

    fn key_of_address(&self, address: &str) -> Option<String> {
        let mut swaps = self.swaps.iter();
        let of_address = |history: &History| {
            let mut whats = history.links.iter().map(|link| &link.entry.what);
            whats.any(|what| match what {
                What::Signed { intent_id, .. } => intent_id.as_str() == address,
                _ => false,
            })
        };
        swaps.find(|(_, (_, history))| of_address(history)).map(|(key, _)| key.clone())
    }
}

/// Returns the transaction, or the intent, that a swap has a signature for.
fn signed_id(history: &History) -> Option<String> {
    history.links.iter().find_map(|link| match &link.entry.what {
        What::Signed { approval: ApprovalBytes::Deposit { id, .. }, .. } => {
            Some(id.as_str().to_owned())
        }
        What::Signed { approval: ApprovalBytes::Intent { hash, .. }, .. } => {
            Some(hash.as_str().to_owned())
        }
        _ => None,
    })
}

fn whole(lots: Lots) -> u128 {
    lots.to_string().parse().unwrap()
}
