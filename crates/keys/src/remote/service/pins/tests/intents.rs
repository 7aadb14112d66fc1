use countersign_approval::{IntentKey, IntentNonceRule, IntentStandard, IntentTerms};
use countersign_units::{Lots, UnixSeconds};

use super::super::of_intent;
use super::{refused, registry, token};

#[test]
fn an_intent_is_for_the_pinned_contract_and_moves_the_token() {
    let registry = registry();
    let asked = |key: &str, change: &dyn Fn(&mut IntentTerms)| {
        let mut terms = honest();
        change(&mut terms);
        of_intent(registry.quotes(), &token(key), &terms)
    };
    asked("USDC", &|_| {}).unwrap();
    let other = |terms: &mut IntentTerms| terms.verifying_contract = "intents.near".to_owned();
    refused(asked("USDC", &other), "verifying_contract");
    refused(asked("USDC", &|terms| terms.tokens.push("nep141:dai".to_owned())), "asset_ids");
    refused(asked("DAI", &|_| {}), "asset_ids");
    let salts = |salts: Vec<[u8; 4]>| {
        move |terms: &mut IntentTerms| {
            terms.nonce = IntentNonceRule::Versioned { salts: salts.clone() };
        }
    };
    asked("USDC", &salts(Vec::new())).unwrap();
    refused(asked("USDC", &salts(vec![[7; 4]])), "nonce_salts");
    refused(asked("USDC", &|terms| terms.nonce = IntentNonceRule::Any), "nonce_salts");
    refused(of_intent(None, &token("USDC"), &honest()), "verifying_contract");
}

fn honest() -> IntentTerms {
    IntentTerms {
        standard: IntentStandard::RawEd25519,
        verifying_contract: "intents.sandbox".to_owned(),
        signer_id: "customer".to_owned(),
        key: IntentKey::Ed25519([7; 32]),
        receiver_id: "deposit".to_owned(),
        tokens: vec!["nep141:usdc".to_owned(), "nep141:usdc.omft".to_owned()],
        amount: Lots::from(7),
        memo: None,
        msg: None,
        fund_by: UnixSeconds::new(2_000_000_000),
        latest_deadline: UnixSeconds::new(2_000_000_000),
        bound: None,
        min_remaining: 0,
        nonce: IntentNonceRule::Versioned { salts: vec![[0x25, 0x28, 0x12, 0xb3]] },
        require_facts: Vec::new(),
        max_clock_skew: 300,
    }
}
