//! Lines of transactions of our own that fund a deposit address.

mod bitcoin;
mod evm;
mod solana;
mod target;
mod transaction;
mod tron;

use countersign_approval::{Code, Fact, Refusal, Violation};
use countersign_units::UnixSeconds;

use super::line::Line;
use super::ours::{Ours, now, refused};
use super::read::{Invalid, Reader};
use super::verdict::Outcome;

use target::Target;

/// A line of a deposit, read as far as all chains have it in common.
struct Deposit<'a> {
    ours: &'a Ours<'a>,
    target: &'a Target,
    transaction: &'a str,
    now: UnixSeconds,
}

pub(super) fn check(line: &Line<'_>, clock: UnixSeconds) -> Result<Outcome, Invalid> {
    let ours = Ours::read(line)?;
    let terms = ours.terms()?;
    let (network, now) = (Network::read(terms)?, now(terms, clock)?);
    let target = match line.quote {
        Some(quote) => Target::quoted(quote, terms, now)?,
        None => Target::read(terms)?,
    };
    let read = target.and_then(|target| Ok((target, transaction::read(line.payload)?)));
    let (target, transaction) = match read {
        Ok(read) => read,
        Err(refusal) => return Ok(refused(&refusal, Vec::new())),
    };
    let deposit = Deposit { ours: &ours, target: &target, transaction: &transaction, now };
    match network {
        Network::Evm => evm::check(&deposit),
        Network::Bitcoin => bitcoin::check(&deposit),
        Network::Solana => solana::check(&deposit),
        Network::Tron => tron::check(&deposit),
    }
}

#[derive(Clone, Copy)]
enum Network {
    Evm,
    Bitcoin,
    Solana,
    Tron,
}

impl Network {
    fn read(terms: Reader<'_>) -> Result<Self, Invalid> {
        let all = [Self::Evm, Self::Bitcoin, Self::Solana, Self::Tron];
        super::quote::required(terms, "network", &all, |network| match network {
            Self::Evm => "evm",
            Self::Bitcoin => "bitcoin",
            Self::Solana => "solana",
            Self::Tron => "tron",
        })
    }
}

impl Deposit<'_> {
    fn terms(&self) -> Result<Reader<'_>, Invalid> {
        self.ours.terms()
    }
}

/// Names the facts of a kind that were not given and would say something.
fn not_given(all: &[Fact], says_something: impl Fn(Fact) -> bool) -> Vec<Fact> {
    all.iter().copied().filter(|fact| says_something(*fact)).collect()
}

fn refuse(
    code: Code,
    member: &str,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> Refusal {
    Refusal::one(Violation::new(code, member, expected, found))
}
