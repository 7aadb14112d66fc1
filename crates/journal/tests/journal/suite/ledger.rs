//! The ledger over a store is the one in memory, and lasts.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{Claim, Ledger, LedgerError, MemoryLedger, SwapId, Taken};
use countersign_journal::JournalLedger;
use proptest::prelude::*;

use super::model::draw;
use crate::bed::Bed;
use crate::samples::{self, NOW, per_day};

#[derive(Clone, Debug)]
enum Act {
    Record { swap: usize, resources: Vec<u8>, token: u8, amount: u64, lasts: u64, per_day: u64 },
    Release { swap: usize },
    Wait { seconds: u64 },
}

fn acts() -> impl Strategy<Value = Act> {
    let resources = prop::collection::vec(0_u8..40, 0..3);
    let sizes = (0_u64..60, 0_u64..200, prop::sample::select(vec![0_u64, 50, 100, 100, 100]));
    let record = (0_usize..8, resources, 0_u8..2, sizes);
    let record = record.prop_map(|(swap, resources, token, (amount, lasts, per_day))| {
        Act::Record { swap, resources, token, amount, lasts, per_day }
    });
    prop_oneof![
        6 => record,
        2 => (0_usize..8).prop_map(|swap| Act::Release { swap }),
        2 => prop::sample::select(vec![1_u64, 50, 150, 40_000, 86_400])
            .prop_map(|seconds| Act::Wait { seconds }),
    ]
}

/// Returns who has which of the resources that are claimed at this time, and of one that nobody ever
/// claims.
async fn owners(ledger: &dyn Ledger, number: usize) -> Vec<Taken> {
    let name = |name| format!("coin-{name}-{}", number / 90);
    let mut owners = ledger.taken(&(0..41).map(name).collect::<Vec<_>>()).await.unwrap();
    owners.sort_by(|one, other| one.resource.cmp(&other.resource));
    owners
}

/// The ledger over a store says what the one in memory says, word for word.
pub(super) async fn any_claims_are_those_of_the_memory_ledger(bed: &dyn Bed) {
    let stores = [bed.connect().await, bed.connect().await];
    let (mut now, memory) = (NOW.to_seconds(), MemoryLedger::new());
    let swaps: Vec<SwapId> = (0..8).map(|_| SwapId::generate()).collect();
    let mut refused = BTreeMap::<&str, u32>::new();
    for (number, act) in draw(&acts(), 600).into_iter().enumerate() {
        let journal = JournalLedger::new(Arc::clone(&stores[number % 2]));
        let (expected, found) = match &act {
            Act::Record { swap, resources, token, amount, lasts, per_day: limit } => {
                let resources = resources.iter().map(|name| format!("coin-{name}-{}", number / 90));
                let claim = Claim {
                    resources: resources.collect(),
                    token: format!("token-{token}"),
                    valid_until: now.saturating_add(*lasts),
                    ..samples::claim(swaps[*swap], "", *amount)
                };
                let limits = per_day(*limit);
                let expected = memory.record(&claim, limits, now).await;
                (expected, journal.record(&claim, limits, now).await)
            }
            Act::Release { swap } => {
                (memory.release(swaps[*swap], now).await, journal.release(swaps[*swap], now).await)
            }
            Act::Wait { seconds } => {
                now = now.saturating_add(*seconds);
                continue;
            }
        };
        assert_eq!(found, expected, "{number}: {act:?}");
        assert_eq!(owners(&journal, number).await, owners(&memory, number).await, "{number}");
        let name = match expected {
            Ok(()) => "ok",
            Err(LedgerError::LiveApproval { .. }) => "live",
            Err(LedgerError::ResourceTaken { .. }) => "taken",
            Err(_) => "limit",
        };
        *refused.entry(name).or_default() += 1;
    }
    // Each answer was given many times, or nothing was compared.
    assert!(refused.len() == 4 && refused.values().all(|count| *count > 20), "{refused:?}");
}
