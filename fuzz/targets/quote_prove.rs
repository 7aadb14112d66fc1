//! Any answer of a deposit-address API, against honest terms: what is proven pays into the address that
//! was signed, exactly, and gives what was agreed.
//!
//! The lowest bit of the first byte asks for a price alone, the next for a quote of before.
#![no_main]

#[path = "../../crates/near/src/tests/terms.rs"]
mod terms;

use std::sync::{Arc, LazyLock};

use countersign::approval::{Environment, QuoteAge, QuotePlace, QuoteTerms, Terms};
use countersign::near::{QuoteAnswer, QuoteKeys, prove};
use countersign::units::{Lots, UnixSeconds};
use libfuzzer_sys::fuzz_target;
use terms::NOW;

const ADDRESS: &str = "0x2cff890f0378a11913b6129b2e97417a2c302680";
const AMOUNT: u64 = 100_000_000;
const LEAST: u64 = 670_000_000;

static KEYS: LazyLock<QuoteKeys> = LazyLock::new(|| {
    QuoteKeys::new(["ed25519:byy6nL1Y6HGL2rarib7mFZECr4RxYwrTiaPjgRRSJRz"]).expect("a constant")
});
static TERMS: LazyLock<[Arc<Terms<QuoteTerms>>; 4]> = LazyLock::new(|| {
    [
        (false, QuoteAge::New),
        (true, QuoteAge::New),
        (false, QuoteAge::Stored),
        (true, QuoteAge::Stored),
    ]
    .map(|(dry, age)| Arc::new(terms(dry, age)))
});

fn terms(dry: bool, age: QuoteAge) -> Terms<QuoteTerms> {
    let terms = terms::terms();
    let (deposit_type, refund_type) = (QuotePlace::Chain, QuotePlace::Chain);
    let approval = QuoteTerms { dry, age, deposit_type, refund_type, ..terms.approval };
    Terms { environment: Environment::Mainnet, approval, ..terms }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(terms) = TERMS.get(usize::from(bits & 3)) else { return };
    let Ok(quote) = prove(QuoteAnswer::new(text), terms, &KEYS, NOW) else { return };
    // No key is at hand here: whatever is proven was signed when the seeds were made.
    let address = if terms.approval.dry || quote.is_legacy() { None } else { Some(ADDRESS) };
    assert_eq!(quote.deposit_address(), address);
    assert_eq!(quote.amount_in(), Lots::from(AMOUNT));
    assert!(quote.min_amount_out() >= Lots::from(LEAST));
    assert!(quote.deposit_memo().is_none() && quote.app_fees() <= 30);
    assert_eq!(quote.fund_by(), UnixSeconds::new(terms::DEADLINE_SECONDS));
    let _ = quote.statement().to_string();
});
