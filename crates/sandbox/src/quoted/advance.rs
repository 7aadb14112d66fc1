//! What moves deposits along.

use std::time::Duration;

use alloy::primitives::U256;

use super::offer::Bought;
use super::words::Progress;
use super::{Deposit, LOOKED_AT, Ledger, Place, Quoted, primary};
use crate::account::ExecutionKind;
use crate::chain::ChainError;
use crate::clock;
use crate::config::SandboxConfig;
use crate::world::{Arrived, Destination, Payout, Token, World};

impl Quoted {
    /// Moves some of the open deposits one step, each in its turn.
    pub(crate) fn tick(&mut self, world: &mut World, config: &SandboxConfig) {
        for _ in 0..self.open.len().min(LOOKED_AT) {
            let Some(place) = self.open.pop_front() else { return };
            if !self.advance(world, config, place) {
                self.open.push_back(place);
            }
        }
    }

    /// Brings the deposit of an address up to what its chain says.
    pub(crate) fn refresh(&mut self, world: &mut World, config: &SandboxConfig, address: &str) {
        if let Some(place) = self.place(address) {
            self.advance(world, config, place);
        }
    }

    /// Brings what arrived up to what the chains say, of each deposit.
    pub(crate) fn count(&mut self, world: &mut World) {
        let Self { deposits, ledger, .. } = self;
        for deposit in deposits {
            look(deposit, world, ledger);
        }
    }

    /// Moves a deposit one step, and says whether nothing follows.
    fn advance(&mut self, world: &mut World, config: &SandboxConfig, place: usize) -> bool {
        let Self { deposits, ledger, .. } = self;
        let Some(deposit) = deposits.get_mut(place) else { return true };
        match deposit.progress {
            Progress::Success | Progress::Refunded => return true,
            Progress::Processing => process(deposit, (world, ledger), config),
            _ => {
                look(deposit, world, ledger);
                judge(deposit, (world, ledger), config.step);
            }
        }
        deposit.progress.is_final()
    }
}

/// Asks the chain what arrived.
fn look(deposit: &mut Deposit, world: &mut World, ledger: &Ledger) {
    let order = &deposit.order;
    let Arrived { amount, transactions } = match order.body.deposit_type {
        Place::Chain => world.arrived(&order.source, &deposit.address),
        _ => ledger.arrived(&deposit.address, &primary(order.source.listing)),
    };
    deposit.received = amount;
    if !transactions.is_empty() {
        deposit.transactions = transactions;
    }
}

/// Decides by what arrived whether there is a swap.
fn judge(deposit: &mut Deposit, (world, ledger): (&mut World, &mut Ledger), step: Duration) {
    if deposit.received.is_zero() {
        return;
    }
    let is_late = clock::now() > deposit.order.deadline;
    let is_enough = deposit.received >= deposit.offer.min_amount_in;
    match (is_enough, is_late) {
        (true, false) => deposit.enter(Progress::Processing),
        (false, false) => deposit.enter(Progress::IncompleteDeposit),
        // A client is to see each status, as it is before.
        (false, true) if deposit.progress != Progress::IncompleteDeposit => {
            deposit.enter(Progress::IncompleteDeposit);
        }
        (_, true) if is_young(deposit, step) => {}
        (enough, true) => {
            let reason = if enough { "DEADLINE_EXCEEDED" } else { "PARTIAL_DEPOSIT" };
            let all = deposit.received;
            refund(deposit, (world, ledger), all, reason);
        }
    }
}

/// Pays out, and pays back what was too much.
fn process(
    deposit: &mut Deposit,
    (world, ledger): (&mut World, &mut Ledger),
    config: &SandboxConfig,
) {
    if is_young(deposit, config.step) {
        return;
    }
    if config.resolver_fails {
        if clock::now() > deposit.order.deadline {
            let all = deposit.received;
            refund(deposit, (world, ledger), all, "NO_LIQUIDITY");
        }
        return;
    }
    let bought = deposit.offer.buy(&deposit.order, deposit.received);
    let Some(bought) = bought else { return deposit.enter(Progress::IncompleteDeposit) };
    let payout = Movement {
        kind: ExecutionKind::Payout,
        token: &deposit.order.target,
        place: deposit.order.body.recipient_type,
        to: (&deposit.order.body.recipient, deposit.order.recipient()),
        amount: bought.amount_out,
    };
    match run(&deposit.address, (world, ledger), payout) {
        Ok(id) => settled(deposit, (world, ledger), bought, id),
        Err(error) => {
            tracing::debug!(address = deposit.address, %error, "not paid out");
            let all = deposit.received;
            refund(deposit, (world, ledger), all, "INTENT_SUBMIT_FAILED");
        }
    }
}

fn settled(
    deposit: &mut Deposit,
    chains: (&mut World, &mut Ledger),
    bought: Bought,
    payout: String,
) {
    deposit.payouts.push(payout);
    deposit.bought = Some(bought);
    let surplus = deposit.received.saturating_sub(bought.amount_in);
    if !surplus.is_zero() {
        pay_back(deposit, chains, surplus);
    }
    deposit.enter(Progress::Success);
}

/// Ends a swap that is not made.
fn refund(
    deposit: &mut Deposit,
    chains: (&mut World, &mut Ledger),
    amount: U256,
    reason: &'static str,
) {
    pay_back(deposit, chains, amount);
    deposit.refund_reason = Some(reason);
    deposit.enter(Progress::Refunded);
}

/// Pays back, less what that costs. What does not cover the cost is kept.
fn pay_back(deposit: &mut Deposit, chains: (&mut World, &mut Ledger), amount: U256) {
    let left = amount.saturating_sub(deposit.offer.refund_fee.unwrap_or_default());
    if left.is_zero() {
        return;
    }
    let refund = Movement {
        kind: ExecutionKind::Refund,
        token: &deposit.order.source,
        place: deposit.order.body.refund_type,
        to: (&deposit.order.body.refund_to, deposit.order.refund_to()),
        amount: left,
    };
    match run(&deposit.address, chains, refund) {
        Ok(id) => {
            deposit.refunds.push(id);
            deposit.refunded = left;
        }
        Err(error) => tracing::debug!(address = deposit.address, %error, "not paid back"),
    }
}

/// A payment of the resolver's.
struct Movement<'a> {
    kind: ExecutionKind,
    token: &'a Token,
    place: Place,
    to: (&'a str, Option<Destination>),
    amount: U256,
}

/// Pays on a chain, or inside NEAR Intents, and names the transaction.
fn run(
    deposit: &str,
    (world, ledger): (&mut World, &mut Ledger),
    movement: Movement<'_>,
) -> Result<String, ChainError> {
    let Movement { kind, token, place, to: (account, destination), amount } = movement;
    if place != Place::Chain {
        return Ok(ledger.pay(account, &primary(token.listing), amount));
    }
    let missing = || ChainError::Engine("the recipient belongs to another network".to_owned());
    let to = destination.ok_or_else(missing)?;
    let now = clock::seconds(clock::now());
    let payout = Payout { kind, token, to, amount };
    world.run_for(deposit, |world| world.pay_out(now, &payout)).map(|id| id.to_string())
}

fn is_young(deposit: &Deposit, step: Duration) -> bool {
    let age = clock::now().value().saturating_sub(deposit.updated_at.value());
    Duration::from_millis(age) < step
}
