mod runs;
mod stage;

use std::collections::BTreeMap;

use solana_sdk::hash::Hash;

use super::*;
use crate::answer::Params;
use crate::config::CosignForm;
use crate::json::Json;
use stage::Stage;

const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);
const AMOUNT: u64 = 25_000_000;
const FORMS: [CosignForm; 3] = CosignForm::ALL;

fn members(answer: &Answer<CosignParams>) -> BTreeMap<String, String> {
    let mut members = BTreeMap::from([
        ("mechanism".to_owned(), answer.approval_type.clone()),
        ("approve_to".to_owned(), answer.approve_to.to_string()),
        ("owner".to_owned(), answer.from_address.clone()),
        ("minimum".to_owned(), answer.quote.price.minimum.to_string()),
    ]);
    let Json::Object(params) = answer.payload.render(answer.style) else { panic!("no object") };
    members.extend(params.into_iter().map(|(name, value)| (name, value.to_string())));
    members
}

/// Names the members that a lie changes, and says whether it changes accounts.
fn changed(stage: &mut Stage, tamper: Tamper) -> Vec<String> {
    let (honest, accounts) = (members(&stage.honest()), stage.accounts());
    let told = members(&stage.told(tamper)).into_iter();
    let mut changed: Vec<_> = told
        .filter_map(|(name, value)| (honest.get(&name) != Some(&value)).then_some(name))
        .collect();
    if stage.accounts() != accounts {
        changed.push("accounts".to_owned());
    }
    changed
}

/// Says whether a lie is about a lookup table, which only one form has.
fn needs_table(tamper: Tamper) -> bool {
    tamper.name().starts_with("sol-table") || tamper == Tamper::SolProgramFromTable
}

#[test]
fn every_lie_is_told_where_it_says() {
    for form in FORMS {
        for source in ["USDC@solana", "PYUSD@solana"] {
            let mut stage = Stage::new(source, form);
            for tamper in Tamper::SOLANA.iter().filter(|tamper| tamper.source() == source) {
                let changed = changed(&mut stage, *tamper);
                let expected = form == CosignForm::V0WithTable || !needs_table(*tamper);
                // That one brings a table along.
                let brings = *tamper == Tamper::SolTablesMisordered && form == CosignForm::V0;
                assert_eq!(!changed.is_empty(), expected || brings, "{tamper} {form:?}");
                if changed.contains(&"accounts".to_owned()) {
                    stage = Stage::new(source, form);
                }
            }
        }
    }
}

#[test]
fn most_lies_are_told_where_sol_is_swapped_too() {
    let mut stage = Stage::new("SOL@solana", CosignForm::V0WithTable);
    let silent: Vec<_> = Tamper::SOLANA
        .iter()
        .filter(|tamper| {
            // What has been done to the table stays, so that it is changed once.
            let about_accounts = ["table-owner", "table-deactivated", "table-fresh"];
            let about_accounts = about_accounts.iter().any(|name| tamper.name().ends_with(name));
            !about_accounts && changed(&mut stage, **tamper).is_empty()
        })
        .collect();
    let tokens_alone = Tamper::SOLANA.iter().filter(|tamper| tamper.needs_token());
    assert!(silent.iter().eq(&tokens_alone.collect::<Vec<_>>()), "{silent:?}");
}

#[test]
fn a_lie_about_something_else_changes_nothing_but_around_the_transaction() {
    let mut stage = Stage::new("USDC@solana", CosignForm::V0WithTable);
    for (tamper, expected) in [
        (Tamper::Owner, vec!["owner"]),
        (Tamper::ApproveTo, vec!["approve_to"]),
        (Tamper::UnknownMechanism, vec!["mechanism"]),
        (Tamper::QuoteMinOut, vec!["minimum"]),
        (Tamper::Spender, vec![]),
        (Tamper::BtcFee, vec![]),
    ] {
        assert_eq!(changed(&mut stage, tamper), expected, "{tamper}");
    }
}

#[test]
fn an_answer_agrees_with_itself_but_for_the_lie() {
    for (tamper, expected) in [
        (Tamper::SolSetAuthority, vec!["transaction"]),
        (Tamper::SolBlockhash, vec!["transaction"]),
        (Tamper::SolForeignBlockhash, vec!["recent_blockhash", "transaction"]),
        (Tamper::SolDepositAddress, vec!["resolver_deposit_address"]),
        (Tamper::SolOtherEncoding, vec!["transaction_base64", "transaction_hex"]),
        (Tamper::SolTableFresh, vec!["accounts"]),
        (Tamper::SolPermanentDelegate, vec!["accounts"]),
        (Tamper::SolDestinationFrozen, vec!["accounts"]),
    ] {
        let mut stage = Stage::new(tamper.source(), CosignForm::V0WithTable);
        assert_eq!(changed(&mut stage, tamper), expected, "{tamper}");
    }
}
