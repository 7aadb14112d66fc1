//! What is refused, each beside the honest transaction that it differs from in one thing.

mod context;
mod extras;
mod transfer;

use countersign_approval::{Code, Refusal};
use serde_json::Value;
use solana_sdk::instruction::Instruction;

use super::honest::{Asset, Built, Honest, judge_json, memo, unit_limit, unit_price};
use crate::{VerifyError, programs};

pub(super) fn refusal(built: &Built) -> Refusal {
    refused(&built.payload(), built)
}

pub(super) fn refused(payload: &Value, built: &Built) -> Refusal {
    match judge_json(payload, built) {
        Err(VerifyError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Checks that these violations are found, and no other kind.
pub(super) fn assert_only(built: &Built, codes: &[Code]) {
    let refusal = refusal(built);
    assert!(codes.iter().all(|code| refusal.has(*code)), "{codes:?}: {refusal}");
    let mut others = refusal.violations().iter().map(|violation| violation.code);
    assert!(others.all(|code| codes.contains(&code)), "{codes:?}: {refusal}");
}

/// Changes terms of an honest transaction, which is right without the change.
pub(super) fn with_terms(honest: &Honest, change: impl Fn(&mut Built)) -> Built {
    let mut built = honest.build();
    built.judge().unwrap();
    change(&mut built);
    built
}

/// Puts an instruction behind an honest transfer, which is right without it.
pub(super) fn with_instruction(honest: &Honest, more: Instruction) -> Built {
    honest.build().judge().unwrap();
    let after = [honest.after.clone(), vec![more]].concat();
    Honest { after, ..honest.clone() }.build()
}

#[test]
fn honest_transactions_are_right() {
    let tokens = [programs::SPL_TOKEN, programs::TOKEN_2022].map(Asset::Token);
    for asset in [tokens[0], tokens[1], Asset::Native] {
        for (legacy, with_table) in [(true, false), (false, false), (false, true)] {
            let honest = Honest { asset, legacy, with_table, ..Honest::default() };
            honest.build().judge().unwrap();
            let before = vec![unit_limit(60_000), unit_price(1_000)];
            let after = vec![memo(&["sponsor"]), memo(&[])];
            Honest { before, after, ..honest }.build().judge().unwrap();
        }
    }
}
