//! What a transaction does when it is run without being sent.

use std::iter;

use countersign_approval::{AccountChange, Simulation, SolanaFactsQuery};
use countersign_units::SolanaAddress;

use super::answers::{Account, Accounts, AsOf, Simulated};
use super::cluster::Cluster;
use super::questions::{ACCOUNTS, BLOCKHASH, Current, MOST_ACCOUNTS, SIMULATE};
use super::settled::accounts;
use super::token::snapshot;
use crate::rpc::{Call, RpcError, Said, read};

/// How often all is asked again when the cluster moved on.
const ATTEMPTS: u32 = 5;
/// The error of a node that won't run a transaction at all, such as one that uses a lookup table
/// which isn't there.
const INVALID: i64 = -32_602;

/// What is known of a transaction as of one slot.
pub(super) struct Run {
    pub(super) blockhash: bool,
    pub(super) simulation: Simulation,
}

impl Cluster {
    /// Runs a transaction against the state that the cluster has voted for, and asks of the same
    /// state what the accounts are before, and whether the blockhash holds.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node does not tell, if it lags behind `min_slot`, or if the
    /// cluster moved on between the answers, time and again.
    pub(super) async fn run(
        &self,
        query: &SolanaFactsQuery,
        watched: &[SolanaAddress],
        min_slot: u64,
    ) -> Result<Run, RpcError> {
        let calls = calls(query, watched, min_slot);
        for _ in 0..ATTEMPTS {
            let said = self.ask(query.genesis_hash, calls.iter().cloned()).await?;
            let answers = Answers::read(said, watched)?;
            if answers.are_of_one_slot(min_slot)? {
                let mut run = answers.run(watched)?;
                run.simulation.error = run.simulation.error.map(|error| self.node.excerpt(&error));
                return Ok(run);
            }
        }
        Err(RpcError::Moved { attempts: ATTEMPTS })
    }
}

/// Asks for each fact, in the order in which they are read.
fn calls(query: &SolanaFactsQuery, watched: &[SolanaAddress], min_slot: u64) -> Vec<Call> {
    let current = Current { min_slot };
    let before = watched.chunks(MOST_ACCOUNTS).map(|chunk| current.accounts(chunk));
    iter::once(current.blockhash(query.blockhash))
        .chain(before)
        .chain([current.simulate(&query.transaction, watched)])
        .collect()
}

/// What the node says, not yet known to be of one slot.
struct Answers {
    slots: Vec<u64>,
    blockhash: bool,
    before: Vec<Option<Account>>,
    /// What the transaction does, or why it can't be run.
    simulated: Result<Simulated, String>,
}

impl Answers {
    fn read(said: Vec<Said>, watched: &[SolanaAddress]) -> Result<Self, RpcError> {
        let mut said = said.into_iter();
        let mut next = |method| said.next().ok_or(RpcError::Unanswered { method });
        let blockhash: AsOf<bool> = read(&next(BLOCKHASH)??, BLOCKHASH, "whether it is valid")?;
        let (mut slots, mut before) = (vec![blockhash.slot()], Vec::with_capacity(watched.len()));
        for chunk in watched.chunks(MOST_ACCOUNTS) {
            let answer: AsOf<Accounts> = read(&next(ACCOUNTS)??, ACCOUNTS, "accounts of a slot")?;
            slots.push(answer.slot());
            before.extend(accounts(answer.value, chunk)?);
        }
        let simulated = simulated(next(SIMULATE)?)?;
        slots.extend(simulated.iter().map(AsOf::slot));
        let simulated = simulated.map(|answer| answer.value);
        Ok(Self { slots, blockhash: blockhash.value, before, simulated })
    }

    /// Says whether all answers are of one slot.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if one is of a slot before `min_slot`, which not every node heeds.
    fn are_of_one_slot(&self, min_slot: u64) -> Result<bool, RpcError> {
        if let Some(slot) = self.slots.iter().find(|slot| **slot < min_slot) {
            let expected = format!("answers from slot {min_slot} on");
            return Err(RpcError::value(SIMULATE, &expected, format!("one of slot {slot}")));
        }
        Ok(self.slots.iter().all(|slot| Some(slot) == self.slots.first()))
    }

    fn run(self, watched: &[SolanaAddress]) -> Result<Run, RpcError> {
        let Self { blockhash, before, simulated, .. } = self;
        // What a transaction that fails leaves behind is not told.
        let failed = |error| Simulation { error: Some(error), accounts: Vec::new() };
        let simulation = match simulated.map(|simulated| (simulated.error(), simulated)) {
            Err(error) | Ok((Some(error), _)) => failed(error),
            Ok((None, simulated)) => {
                let after = after(simulated, watched)?;
                Simulation { error: None, accounts: changes(watched, &before, &after)? }
            }
        };
        Ok(Run { blockhash, simulation })
    }
}

/// Reads what the transaction does. That a node won't run it is an answer too.
fn simulated(said: Said) -> Result<Result<AsOf<Simulated>, String>, RpcError> {
    match said {
        Ok(answer) => read(&answer, SIMULATE, "what a transaction does").map(Ok),
        Err(RpcError::Node { code: INVALID, message, .. }) => Ok(Err(message)),
        Err(other) => Err(other),
    }
}

/// Takes what the accounts are after a transaction that did not fail.
fn after(
    simulated: Simulated,
    watched: &[SolanaAddress],
) -> Result<Vec<Option<Account>>, RpcError> {
    let count = watched.len();
    let accounts = simulated.accounts.unwrap_or_default().of(count);
    accounts.ok_or_else(|| {
        RpcError::value(SIMULATE, &format!("{count} accounts"), "another number of them")
    })
}

fn changes(
    watched: &[SolanaAddress],
    before: &[Option<Account>],
    after: &[Option<Account>],
) -> Result<Vec<AccountChange>, RpcError> {
    let seen = |account: &Option<Account>, method| {
        account.as_ref().map(|account| snapshot(account, method)).transpose()
    };
    let both = watched.iter().zip(before.iter().zip(after));
    both.map(|(address, (before, after))| {
        let (before, after) = (seen(before, ACCOUNTS)?, seen(after, SIMULATE)?);
        Ok(AccountChange { address: *address, before, after })
    })
    .collect()
}
