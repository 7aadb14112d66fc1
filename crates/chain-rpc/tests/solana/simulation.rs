//! What a transaction does, and that it fails.

use countersign_approval::{AccountSnapshot, Simulation, TokenAccountState};
use countersign_units::{Lots, SolanaAddress};
use serde_json::{Value, json};
use spl_token_2022_interface::state::Account;

use crate::fake::assert_unavailable;
use crate::node::{Script, facts_of, simulated};
use crate::sample::{
    DESTINATION, MINT, RENT, RESOLVER, SOURCE, SPONSOR, SYSTEM, TOKEN, TOKEN_2022, USER, account,
    hash, held, key, mint, packed,
};

const SIMULATE: &str = "simulateTransaction";

async fn simulation(script: Script) -> Simulation {
    facts_of(script).await.unwrap().simulation.unwrap()
}

/// Returns what the transaction makes of one account.
async fn change(
    address: SolanaAddress,
    before: Value,
    after: Value,
) -> [Option<AccountSnapshot>; 2] {
    let script = Script::honest().with(address, before, after);
    let mut accounts = simulation(script).await.accounts.into_iter();
    let change = accounts.find(|change| change.address == address).unwrap();
    [change.before, change.after]
}

#[tokio::test]
async fn a_failure_is_told_with_its_details() {
    let failing = |error: Value| {
        Script::one(move |question, mut answer| {
            if question["method"] == SIMULATE {
                let accounts = json!([null, null, null]);
                answer["result"]["value"] = simulated(&error, &accounts);
            }
            answer
        })
    };
    let custom = json!({"InstructionError": [2, {"Custom": 1}]});
    for (error, told) in [
        (json!("BlockhashNotFound"), "BlockhashNotFound"),
        (custom, r#"{"InstructionError":[2,{"Custom":1}]}"#),
        (json!(7), "7"),
        (json!("line\nbreak\u{202e}"), r"line\nbreak\u{202e}"),
    ] {
        let failed = Simulation { error: Some(told.to_owned()), accounts: Vec::new() };
        assert_eq!(simulation(failing(error)).await, failed);
    }
    let long = simulation(failing(json!("x".repeat(100_000)))).await.error.unwrap();
    assert!(long.len() < 500, "{} bytes", long.len());
}

#[tokio::test]
async fn accounts_may_be_missing_where_it_fails() {
    let failed = simulated(&json!("AccountNotFound"), &json!(null));
    let facts = facts_of(Script::part(SIMULATE, "/result/value", failed)).await.unwrap();
    assert_eq!(facts.simulation.unwrap().error.as_deref(), Some("AccountNotFound"));
}

#[tokio::test]
async fn a_transaction_that_is_not_run_at_all_fails() {
    let message =
        "invalid transaction: Transaction loads an address table account that doesn't exist";
    let refused = facts_of(Script::failing(SIMULATE, -32_602, message)).await.unwrap();
    let failed = Simulation { error: Some(message.to_owned()), accounts: Vec::new() };
    assert_eq!(refused.simulation, Some(failed));
    assert!(refused.tables.is_some());
    // Other errors, and those of other methods, tell nothing of it.
    for (method, code) in [(SIMULATE, -32_016), (SIMULATE, -32_603), ("isBlockhashValid", -32_602)]
    {
        let told = format!("{method}: the node answers with error {code}: m");
        assert_unavailable(Script::failing(method, code, "m"), &told).await;
    }
}

#[tokio::test]
async fn what_is_made_and_what_is_closed_is_told() {
    let token = account(TOKEN_2022, RENT, &packed(&held(RESOLVER, 250_000)));
    let [before, after] = change(DESTINATION, json!(null), token.clone()).await;
    assert_eq!(before, None);
    let after = after.unwrap();
    assert_eq!((after.lamports, after.program.to_string().as_str()), (RENT, TOKEN_2022));
    assert_eq!(after.token.unwrap().amount, Some(Lots::from(250_000_u64)));

    // A node tells of a closed account as one without lamports.
    let closed = account(SYSTEM, 0, &[]);
    for gone in [json!(null), closed] {
        let [before, after] = change(SOURCE, token.clone(), gone).await;
        assert!(before.is_some() && after.is_none());
    }
}

#[tokio::test]
async fn who_gets_power_over_it_is_told() {
    let data = packed(&held(USER, 5));
    let taken = Account { delegate: Some(key(RESOLVER)).into(), ..held(SPONSOR, 5) };
    let taken = account(TOKEN, RENT, &packed(&taken));
    let [before, after] = change(SOURCE, account(TOKEN, RENT, &data), taken).await;
    let [before, after] = [before, after].map(|snapshot| snapshot.unwrap().token.unwrap());
    assert_eq!((before.owner, before.delegate), (USER, None));
    assert_eq!((after.owner, after.delegate), (SPONSOR, Some(RESOLVER)));
    assert_eq!(after.state, TokenAccountState::Initialized);
}

#[tokio::test]
async fn an_account_that_holds_no_tokens_is_told_with_its_program() {
    let other = USER.to_string();
    let token = packed(&held(USER, 5));
    for (program, data) in [
        (SYSTEM, vec![]),
        (other.as_str(), token),
        (TOKEN, packed(&mint())),
        (TOKEN_2022, packed(&mint())),
        (TOKEN_2022, vec![0; 355]),
        (TOKEN, vec![0; 200]),
    ] {
        let account = account(program, u64::MAX, &data);
        let (program, space) = (program.parse().unwrap(), u64::try_from(data.len()).ok());
        let data_hash = Some(hash(&data));
        let expected =
            AccountSnapshot { program, lamports: u64::MAX, space, data_hash, token: None };
        let [before, after] = change(SPONSOR, account.clone(), account).await;
        assert_eq!((before.as_ref(), after), (Some(&expected), Some(expected.clone())));
    }
}

#[tokio::test]
async fn a_token_account_that_cannot_be_read_is_no_fact() {
    let mut strange = packed(&held(USER, 1));
    strange[108] = 3;
    let strange = account(TOKEN, RENT, &strange);
    let honest = account(SYSTEM, RENT, &[]);
    let after = Script::honest().with(SPONSOR, honest.clone(), strange.clone());
    assert_unavailable(after, "simulateTransaction: expected a token account").await;
    let before = Script::honest().with(SPONSOR, strange, honest);
    assert_unavailable(before, "getMultipleAccounts: expected a token account").await;
    assert!(facts_of(Script::at(MINT, &account(TOKEN, 1, &packed(&mint())))).await.is_ok());
}

#[tokio::test]
async fn success_without_the_accounts_is_no_fact() {
    for accounts in [json!(null), json!([]), json!([null, null]), json!([null, null, null, null])] {
        let value = simulated(&json!(null), &accounts);
        let script = Script::part(SIMULATE, "/result/value", value);
        assert_unavailable(script, "simulateTransaction: expected 3 accounts").await;
    }
    let unsaid = Script::without(SIMULATE, "/result/value", "err");
    assert_unavailable(unsaid, "simulateTransaction: expected what a transaction does").await;
    let unsaid = Script::without(SIMULATE, "/result/value", "accounts");
    assert_unavailable(unsaid, "simulateTransaction: expected 3 accounts").await;
}
