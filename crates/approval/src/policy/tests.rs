use super::*;
use crate::registry::tests::SAMPLE;

const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = ["allowance", "nonce_bitmap"]
review_above = { USDC = "10000" }
[limits.USDC]
per_swap = "50000.5"
per_day = "500000"
"#;

fn read(text: &str) -> Result<Policy, ConfigError> {
    Policy::from_toml(text, &Registry::from_toml(SAMPLE).unwrap())
}

#[test]
fn reads_amounts_with_the_tokens_decimals() {
    let policy = read(POLICY).unwrap();
    assert_eq!(policy.limits("USDC").unwrap().per_swap, Lots::from(50_000_500_000));
    assert!(policy.limits("WETH").is_none());
    assert!(policy.needs_review("USDC", Lots::from(10_000_000_001)));
    assert!(!policy.needs_review("USDC", Lots::from(10_000_000_000)));
    assert!(policy.allows_address("anything"));
    assert_eq!(policy.require_facts(), [Fact::Allowance, Fact::NonceBitmap]);
}

#[test]
fn refuses_unknown_keys_tokens_and_values() {
    for (from, to, names) in [
        ("paused = false", "pausd = false", "pausd"),
        ("paused = false", "paused = 0", "paused"),
        ("[limits.USDC]", "[limits.USDX]", "limits.USDX"),
        ("50000.5", "50000.0000005", "per_swap"),
        ("per_day", "max_allowance = \"50000\"\nper_day", "max_allowance"),
        ("= 3600", "= 86401", "max_deadline_seconds"),
        ("100", "10001", "max_slippage_bps"),
        ("\"allowance\"", "\"alowance\"", "alowance"),
        ("require_facts = [\"allowance\", \"nonce_bitmap\"]", "", "require_facts"),
    ] {
        let error = read(&POLICY.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

#[test]
fn the_fee_that_may_be_paid_is_enough_for_a_refund() {
    let with = |rate: u64| {
        let bounds = "[bitcoin]\nmax_fee_sats = 20000\nmax_fee_rate = 100\nstressed_fee_rate";
        read(&format!("{POLICY}\n{bounds} = {rate}\n"))
    };
    assert_eq!(with(100).unwrap().bitcoin().unwrap().max_inputs, 50);
    let error = with(101).unwrap_err().to_string();
    assert!(error.contains("bitcoin.stressed_fee_rate"), "{error}");
}

#[test]
fn an_intent_is_bounded_by_its_own_member_and_without_it_as_all_deadlines_are() {
    let with =
        |member: &str| read(&format!("{POLICY}\n[deposits]\nmax_app_fee_bps = 50\n{member}\n"));
    let all = (3_600, IntentBound::MaxDeadlineSeconds);
    assert_eq!(read(POLICY).unwrap().max_intent_seconds(), all);
    assert_eq!(with("").unwrap().max_intent_seconds(), all);
    for own in [0, 60, 3_600, 262_800, 345_600] {
        let policy = with(&format!("max_intent_seconds = {own}")).unwrap();
        assert_eq!(policy.max_intent_seconds(), (own, IntentBound::MaxIntentSeconds));
        assert_eq!(policy.max_deadline_seconds(), 3_600);
    }
    for wrong in ["max_intent_seconds = 345601", "max_intent_second = 1", "max_intent_seconds = -1"]
    {
        let error = with(wrong).unwrap_err().to_string();
        assert!(error.contains("max_intent_second"), "{wrong}: {error}");
    }
}

#[test]
fn an_address_book_that_is_there_is_complete() {
    let policy = read(&format!("address_book = [\"abc\"]\n{POLICY}")).unwrap();
    assert!(policy.allows_address("abc") && !policy.allows_address("abd"));
}
