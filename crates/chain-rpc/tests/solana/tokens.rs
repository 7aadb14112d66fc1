//! Token accounts of both token programs.

use countersign_approval::{SolanaChainView, TokenAccount, TokenAccountState};
use countersign_chain_rpc::SolanaRpcSettings;
use countersign_units::Lots;
use serde_json::{Value, json};
use solana_program_pack::Pack;
use spl_token_2022_interface::extension::immutable_owner::ImmutableOwner;
use spl_token_2022_interface::extension::memo_transfer::MemoTransfer;
use spl_token_2022_interface::extension::{
    BaseStateWithExtensionsMut, ExtensionType, StateWithExtensionsMut,
};
use spl_token_2022_interface::state::{Account, AccountState, Multisig};

use crate::fake::assert_unavailable;
use crate::node::{FakeNode, Script, facts_of};
use crate::sample::{
    DESTINATION, MINT, RENT, RESOLVER, SOURCE, SPONSOR, SYSTEM, TOKEN, TOKEN_2022, USER, account,
    held, key, mint, packed, query,
};

/// An account of tokens with extensions behind it.
fn extended(held: Account) -> Vec<u8> {
    let kinds = [ExtensionType::ImmutableOwner, ExtensionType::MemoTransfer];
    let length = ExtensionType::try_calculate_account_len::<Account>(&kinds).unwrap();
    let mut data = vec![0; length];
    let mut state = StateWithExtensionsMut::<Account>::unpack_uninitialized(&mut data).unwrap();
    state.init_extension::<ImmutableOwner>(false).unwrap();
    state.init_extension::<MemoTransfer>(false).unwrap();
    state.base = held;
    state.pack_base();
    state.init_account_type().unwrap();
    data
}

async fn source(account: &Value) -> Option<TokenAccount> {
    facts_of(Script::at(SOURCE, account)).await.unwrap().source.unwrap()
}

/// An account that others may move and close, and that stands still.
fn open() -> Account {
    Account {
        delegate: Some(key(SPONSOR)).into(),
        delegated_amount: 1,
        close_authority: Some(key(RESOLVER)).into(),
        state: AccountState::Frozen,
        ..held(USER, u64::MAX)
    }
}

#[tokio::test]
async fn who_may_move_and_close_it_is_told() {
    let expected = TokenAccount {
        program: Some(TOKEN.parse().unwrap()),
        mint: Some(MINT),
        owner: USER,
        amount: Some(Lots::from(u64::MAX)),
        delegate: Some(SPONSOR),
        close_authority: Some(RESOLVER),
        state: TokenAccountState::Frozen,
    };
    assert_eq!(source(&account(TOKEN, RENT, &packed(&open()))).await.unwrap(), expected);
    let expected = TokenAccount { program: Some(TOKEN_2022.parse().unwrap()), ..expected };
    for data in [packed(&open()), extended(open())] {
        assert_eq!(source(&account(TOKEN_2022, RENT, &data)).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_account_that_was_not_made_is_told_as_such() {
    assert_eq!(source(&json!(null)).await, None);
    assert_eq!(source(&account(SYSTEM, 1, &[])).await, None);
    assert_eq!(source(&account(TOKEN, 0, &packed(&held(USER, 1)))).await, None);
    let unmade = packed(&Account::default());
    let seen = source(&account(TOKEN, RENT, &unmade)).await.unwrap();
    assert_eq!(seen.state, TokenAccountState::Uninitialized);
}

#[tokio::test]
async fn no_address_is_no_fact() {
    let node = FakeNode::start(Script::honest()).await;
    let mut one_sided = query();
    one_sided.source = None;
    let facts = node.view(SolanaRpcSettings::default()).facts(&one_sided).await.unwrap();
    assert_eq!(facts.source, None);
    assert!(facts.destination.unwrap().is_some());
}

#[tokio::test]
async fn another_account_is_no_token_account() {
    // A group of signers is one by its length, whatever it looks like.
    let mut group = vec![0; Multisig::LEN];
    group[165] = 2;
    let mut of_a_mint = extended(held(USER, 1));
    of_a_mint[165] = 1;
    let other = USER.to_string();
    let token = packed(&held(USER, 1));
    for (program, data) in [
        (SYSTEM, &token),
        (other.as_str(), &token),
        (TOKEN, &packed(&mint())),
        (TOKEN, &group),
        (TOKEN, &vec![]),
        (TOKEN, &extended(held(USER, 1))),
        (TOKEN_2022, &packed(&mint())),
        (TOKEN_2022, &group),
        (TOKEN_2022, &of_a_mint),
    ] {
        let told = format!(
            "expected a token account, found {} bytes of the program {program}",
            data.len()
        );
        for address in [SOURCE, DESTINATION] {
            assert_unavailable(Script::at(address, &account(program, RENT, data)), &told).await;
        }
    }
}

#[tokio::test]
async fn a_token_account_that_cannot_be_read_is_no_fact() {
    let whole = packed(&held(USER, 1));
    // Each byte that says whether something is there, and in which state the account is.
    for at in [72, 76 + 32, 109, 129] {
        let mut strange = whole.clone();
        strange[at] = 9;
        for program in [TOKEN, TOKEN_2022] {
            let script = Script::at(SOURCE, &account(program, RENT, &strange));
            assert_unavailable(script, "expected a token account, found 165 bytes").await;
        }
    }
}
