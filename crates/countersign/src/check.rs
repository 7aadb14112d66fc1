//! A dry run of the verification: a line of JSON in, a verdict out, without a key or a network.
//!
//! A custodian runs it over its own history. The verdict is no evidence: no signer takes it.

mod bitcoin;
mod deposit;
mod evm;
mod line;
mod near;
mod ours;
mod quote;
mod read;
mod solana;
mod solana_facts;
mod verdict;

use countersign_approval::TypedDataStandard;
use countersign_units::UnixSeconds;

pub use verdict::{Digest, Outcome, Verdict};

/// What a line may be about.
const CHAINS: &str = "evm, tron, bitcoin, solana, quote, deposit, near";

/// Judges one line.
///
/// A line holds `id`, `chain`, `terms`, `payload` and optionally `facts`, `require_facts` and `quote`.
/// Without `terms.now` the payload is judged as of `now`. There is always a verdict: a payload
/// that can't be decoded is refused, and a line whose terms can't be read is invalid.
pub fn check_line(line: &str, now: UnixSeconds) -> Verdict {
    match line::Line::read(line) {
        Ok(line) => {
            let outcome = match line.chain.as_ref() {
                "evm" => evm::check(&line, TypedDataStandard::Eip712, now),
                "tron" => evm::check(&line, TypedDataStandard::Tip712, now),
                "bitcoin" => bitcoin::check(&line, now),
                "solana" => solana::check(&line, now),
                "quote" => quote::check(&line, now),
                "deposit" => deposit::check(&line, now),
                "near" => near::check(&line, now),
                other => Err(format!("chain: expected one of {CHAINS}, found {other:?}")),
            };
            Verdict::new(&line.id, outcome.unwrap_or_else(|error| Outcome::Invalid { error }))
        }
        Err(error) => Verdict::new("", Outcome::Invalid { error }),
    }
}

#[cfg(test)]
mod tests;
