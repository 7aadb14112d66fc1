//! Mints of both token programs.

use countersign_approval::MintFacts;
use countersign_units::SolanaAddress;
use serde_json::json;
use spl_token_2022_interface::extension::pausable::PausableConfig;
use spl_token_2022_interface::extension::permanent_delegate::PermanentDelegate;
use spl_token_2022_interface::extension::transfer_fee::TransferFeeConfig;
use spl_token_2022_interface::extension::transfer_hook::TransferHook;
use spl_token_2022_interface::extension::{
    BaseStateWithExtensionsMut, ExtensionType, StateWithExtensionsMut,
};
use spl_token_2022_interface::state::Mint;

use crate::fake::assert_unavailable;
use crate::node::{Script, facts_of};
use crate::sample::{
    MINT, RENT, RESOLVER, SYSTEM, TOKEN, TOKEN_2022, USER, account, held, key, mint, packed,
};

const KINDS: [ExtensionType; 4] = [
    ExtensionType::TransferFeeConfig,
    ExtensionType::PermanentDelegate,
    ExtensionType::TransferHook,
    ExtensionType::Pausable,
];

/// A mint with four extensions: a fee that `fees` are before and from an epoch on, a delegate for
/// good, a program that each transfer calls, and a switch.
fn extended(fees: [u16; 2], hook: Option<SolanaAddress>, paused: bool) -> Vec<u8> {
    let length = ExtensionType::try_calculate_account_len::<Mint>(&KINDS).unwrap();
    let mut data = vec![0; length];
    let mut state = StateWithExtensionsMut::<Mint>::unpack_uninitialized(&mut data).unwrap();
    let fee = state.init_extension::<TransferFeeConfig>(false).unwrap();
    fee.older_transfer_fee.transfer_fee_basis_points = fees[0].into();
    fee.newer_transfer_fee.transfer_fee_basis_points = fees[1].into();
    state.init_extension::<PermanentDelegate>(false).unwrap();
    let program = state.init_extension::<TransferHook>(false).unwrap();
    program.program_id = hook.map(key).try_into().unwrap();
    state.init_extension::<PausableConfig>(false).unwrap().paused = paused.into();
    state.base = mint();
    state.pack_base();
    state.init_account_type().unwrap();
    data
}

/// Puts one more extension behind the others.
fn with(mut data: Vec<u8>, kind: u16, length: u16, value: &[u8]) -> Vec<u8> {
    data.extend(kind.to_le_bytes());
    data.extend(length.to_le_bytes());
    data.extend(value);
    data
}

async fn facts(program: &str, data: &[u8]) -> MintFacts {
    facts_of(Script::at(MINT, &account(program, RENT, data))).await.unwrap().mint.unwrap()
}

async fn assert_no_mint(program: &str, data: &[u8]) {
    let told = format!("expected a mint, found {} bytes that are none", data.len());
    assert_unavailable(Script::at(MINT, &account(program, RENT, data)), &told).await;
}

#[tokio::test]
async fn a_mint_without_extensions_is_alike_in_both_programs() {
    for program in [TOKEN, TOKEN_2022] {
        let expected = MintFacts {
            program: Some(program.parse().unwrap()),
            decimals: Some(6),
            ..MintFacts::default()
        };
        assert_eq!(facts(program, &packed(&mint())).await, expected);
    }
}

#[tokio::test]
async fn what_extensions_do_is_told() {
    let mut expected = MintFacts {
        program: Some(TOKEN_2022.parse().unwrap()),
        decimals: Some(6),
        extensions: ["transfer_fee_config", "permanent_delegate", "transfer_hook", "pausable"]
            .map(str::to_owned)
            .into(),
        paused: true,
        transfer_fee_bps: 70,
        transfer_hook: Some(RESOLVER),
    };
    assert_eq!(facts(TOKEN_2022, &extended([70, 5], Some(RESOLVER), true)).await, expected);
    // A fee that is still to come counts as well as one that ends.
    assert_eq!(facts(TOKEN_2022, &extended([5, 70], Some(RESOLVER), true)).await, expected);
    (expected.transfer_fee_bps, expected.transfer_hook, expected.paused) = (0, None, false);
    assert_eq!(facts(TOKEN_2022, &extended([0, 0], None, false)).await, expected);
}

#[tokio::test]
async fn each_extension_is_told_without_the_others() {
    let plain = MintFacts {
        program: Some(TOKEN_2022.parse().unwrap()),
        decimals: Some(6),
        ..MintFacts::default()
    };
    let all = extended([70, 5], Some(RESOLVER), true);
    let (base, list) = all.split_at(166);
    let named = |name: &str| vec![name.to_owned()];
    // A kind and a length of two bytes each, then the value.
    for (from, length, expected) in [
        (
            0,
            4 + 108,
            MintFacts {
                extensions: named("transfer_fee_config"),
                transfer_fee_bps: 70,
                ..plain.clone()
            },
        ),
        (112, 4 + 32, MintFacts { extensions: named("permanent_delegate"), ..plain.clone() }),
        (
            148,
            4 + 64,
            MintFacts {
                extensions: named("transfer_hook"),
                transfer_hook: Some(RESOLVER),
                ..plain.clone()
            },
        ),
        (216, 4 + 33, MintFacts { extensions: named("pausable"), paused: true, ..plain.clone() }),
    ] {
        let alone = [base, &list[from..from + length]].concat();
        assert_eq!(facts(TOKEN_2022, &alone).await, expected);
    }
}

#[tokio::test]
async fn an_extension_that_is_not_known_is_told_by_its_number() {
    let data = with(extended([5, 5], None, true), 900, 3, &[1, 2, 3]);
    let mint = facts(TOKEN_2022, &data).await;
    assert_eq!(mint.extensions.len(), 5);
    assert_eq!(mint.extensions[4], "unknown_900");
    assert!(mint.paused, "what is known is read all the same");
    // Room that is not in use ends the list.
    let mut roomy = extended([5, 5], None, true);
    roomy.extend([0; 5]);
    assert_eq!(facts(TOKEN_2022, &roomy).await.extensions.len(), 4);
}

#[tokio::test]
async fn what_no_token_program_keeps_is_told_by_its_program() {
    let none = |program: &str| MintFacts {
        program: Some(program.parse().unwrap()),
        ..MintFacts::default()
    };
    let other = USER.to_string();
    assert_eq!(facts(&other, &packed(&mint())).await, none(&other));
    // What is not there belongs to the System program.
    let missing = facts_of(Script::at(MINT, &json!(null))).await.unwrap();
    assert_eq!(missing.mint, Some(none(SYSTEM)));
}

#[tokio::test]
async fn a_mint_that_cannot_be_read_is_no_fact() {
    let plain = packed(&mint());
    let mut unmade = mint();
    unmade.is_initialized = false;
    let mut strange = plain.clone();
    strange[45] = 2;
    for data in [&plain[..81], &[], &packed(&unmade), &strange, &packed(&held(USER, 1))] {
        assert_no_mint(TOKEN, data).await;
        assert_no_mint(TOKEN_2022, data).await;
    }
    // Extensions are of one of the programs alone.
    assert_no_mint(TOKEN, &extended([5, 5], None, false)).await;
}

#[tokio::test]
async fn extensions_that_cannot_be_read_are_no_fact() {
    let whole = extended([5, 5], None, false);
    let cut = &whole[..whole.len() - 1];
    let mut of_an_account = whole.clone();
    of_an_account[165] = 2;
    let mut between = whole.clone();
    between[100] = 1;
    // The fee stands first: its length, and then a length that is not its own.
    let mut short = whole.clone();
    short[168] -= 1;
    let pausable = u16::from(ExtensionType::Pausable);
    let base = &extended([5, 5], None, false)[..166];
    let wrong_length = with(base.to_vec(), pausable, 4, &[0; 4]);
    let twice = with(whole.clone(), pausable, 33, &[0; 33]);
    let beyond = with(whole.clone(), 900, 4, &[0; 3]);
    let half = [whole.clone(), vec![1, 0, 0]].concat();
    let like_a_group = with(base.to_vec(), 900, 185, &[0; 185]);
    assert_eq!(like_a_group.len(), 355);
    for data in [
        cut,
        &of_an_account,
        &between,
        &short,
        &wrong_length,
        &twice,
        &beyond,
        &half,
        &like_a_group,
    ] {
        assert_no_mint(TOKEN_2022, data).await;
    }
}
