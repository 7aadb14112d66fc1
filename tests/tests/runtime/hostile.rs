//! Instructions that nobody agreed to, about an account of ours.

use proptest::prelude::*;
use proptest::sample::Index;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signer;
use solana_stake_interface::instruction as stake;
use solana_stake_interface::state::StakeAuthorize;
use solana_system_interface::instruction as system;
use spl_associated_token_account_interface::instruction as associated;
use spl_token_2022_interface::extension::{cpi_guard, memo_transfer, transfer_fee};
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::instruction::AuthorityType;

use crate::chain::mint;
use crate::scenario::{Built, address, theirs};

const ATTACKER: Pubkey = Pubkey::new_from_array([66; 32]);

/// An instruction to be made for a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Hostile {
    /// One that an attacker would like.
    Named(Index),
    /// One of any program, with any data, and ours somewhere among its accounts.
    Any(Blind),
}

#[derive(Clone, Debug)]
pub(crate) struct Blind {
    program: Index,
    data: Vec<u8>,
    accounts: Vec<[u8; 32]>,
    place: Index,
    ours: Index,
    writable: bool,
}

pub(crate) fn any_hostile() -> impl Strategy<Value = Hostile> {
    let data = (prop_oneof![0_u8..50, Just(255)], prop::collection::vec(any::<u8>(), 0..20))
        .prop_map(|(tag, rest)| [vec![tag], rest].concat());
    let data = prop_oneof![Just(Vec::new()), data];
    let accounts = prop::collection::vec(any::<[u8; 32]>(), 0..5);
    let blind = (any::<Index>(), data, accounts, any::<Index>(), any::<Index>(), any::<bool>())
        .prop_map(|(program, data, accounts, place, ours, writable)| {
            Hostile::Any(Blind { program, data, accounts, place, ours, writable })
        });
    prop_oneof![any::<Index>().prop_map(Hostile::Named), blind]
}

impl Hostile {
    pub(crate) fn instruction(&self, built: &Built) -> Instruction {
        match self {
            Self::Named(index) => {
                let all = named(built);
                all[index.index(all.len())].1.clone()
            }
            Self::Any(blind) => blind.instruction(built),
        }
    }
}

impl Blind {
    fn instruction(&self, built: &Built) -> Instruction {
        let (programs, ours) = (&built.terms.allowed_programs, built.ours());
        let program = self.program.index(programs.len() + 1);
        let mut accounts: Vec<AccountMeta> = self
            .accounts
            .iter()
            .map(|key| AccountMeta::new_readonly(Pubkey::new_from_array(*key), false))
            .collect();
        let ours = ours[self.ours.index(ours.len())];
        let signs = ours == built.user();
        let mut ours = AccountMeta::new_readonly(ours, signs);
        ours.is_writable = self.writable;
        accounts.insert(self.place.index(accounts.len() + 1), ours);
        let program_id = programs.get(program).copied().map_or(ATTACKER, theirs);
        Instruction { program_id, accounts, data: self.data.clone() }
    }
}

/// Returns the instructions that an attacker would like, by what they do.
pub(crate) fn named(built: &Built) -> Vec<(&'static str, Instruction)> {
    let mut all = of_the_key(built);
    let ours = built.ours();
    if let [_, source] = ours[..] {
        all.extend(of_the_tokens(built, &source));
    }
    all
}

fn of_the_key(built: &Built) -> Vec<(&'static str, Instruction)> {
    let user = &built.user();
    let payer = &built.fee_payer();
    let other = &Pubkey::new_from_array([67; 32]);
    let mint = &mint(&spl_token_interface::ID).pubkey();
    let memo = |signers: &[&Pubkey]| {
        spl_memo_interface::instruction::build_memo(&spl_memo_interface::v3::id(), b"", signers)
    };
    let nonce = system::withdraw_nonce_account(other, user, &ATTACKER, 5);
    let nonce_to = system::authorize_nonce_account(other, user, &ATTACKER);
    let to_seed = system::transfer_with_seed(other, user, "s".to_owned(), other, &ATTACKER, 5);
    let withdrawer = StakeAuthorize::Withdrawer;
    let program = &spl_token_interface::ID;
    vec![
        ("transfer", system::transfer(user, &ATTACKER, 5_000_000)),
        ("transfer of nothing", system::transfer(user, &ATTACKER, 0)),
        ("transfer to us", system::transfer(payer, user, 5)),
        ("transfer with a seed", to_seed),
        ("assign", system::assign(user, &ATTACKER)),
        ("assign with a seed", system::assign_with_seed(other, user, "s", &ATTACKER)),
        ("allocate", system::allocate(user, 5)),
        ("create", system::create_account(user, payer, 5, 5, &ATTACKER)),
        ("create on us", system::create_account_allow_prefund(user, None, 5, &ATTACKER)),
        ("advance a nonce", system::advance_nonce_account(other, user)),
        ("withdraw a nonce", nonce),
        ("hand a nonce over", nonce_to),
        ("memo", memo(&[user])),
        (
            "account at our cost",
            associated::create_associated_token_account(user, other, mint, program),
        ),
        ("account for us", associated::create_associated_token_account(payer, user, mint, program)),
        ("recover", associated::recover_nested(user, mint, mint, program)),
        ("stake", stake::authorize(other, user, &ATTACKER, withdrawer, None)),
        ("stake out", stake::withdraw(other, user, &ATTACKER, 5, None)),
    ]
}

fn of_the_tokens(built: &Built, source: &Pubkey) -> Vec<(&'static str, Instruction)> {
    let user = &built.user();
    let countersign_approval::AssetTransfer::Token(agreed) = &built.terms.transfer else {
        return Vec::new();
    };
    let program = &theirs(agreed.program);
    let (mint, to) = (&theirs(agreed.mint), &theirs(agreed.destination));
    let transfer = token::transfer_checked(program, source, mint, to, user, &[], 1, 6).unwrap();
    let approve = token::approve(program, source, &ATTACKER, user, &[], u64::MAX).unwrap();
    let authority =
        |kind| token::set_authority(program, source, Some(&ATTACKER), kind, user, &[]).unwrap();
    let mut batch =
        spl_token_interface::instruction::batch(&spl_token_interface::ID, &[inner(&approve)])
            .unwrap();
    batch.program_id = *program;
    let mut all = vec![
        ("second transfer", transfer),
        ("approve in a batch", batch),
        ("approve", approve),
        (
            "approve checked",
            token::approve_checked(program, source, mint, &ATTACKER, user, &[], 5, 6).unwrap(),
        ),
        ("revoke", token::revoke(program, source, user, &[]).unwrap()),
        ("owner", authority(AuthorityType::AccountOwner)),
        ("close authority", authority(AuthorityType::CloseAccount)),
        ("close", token::close_account(program, source, &ATTACKER, user, &[]).unwrap()),
        ("burn", token::burn(program, source, mint, user, &[], 1).unwrap()),
        ("burn checked", token::burn_checked(program, source, mint, user, &[], 1, 6).unwrap()),
        ("freeze", token::freeze_account(program, source, mint, user, &[]).unwrap()),
        ("sync", token::sync_native(program, source).unwrap()),
        ("initialize", token::initialize_account3(program, source, mint, &ATTACKER).unwrap()),
    ];
    if address(*program) == countersign_solana::programs::TOKEN_2022 {
        all.extend(of_token_2022(source, mint, to, user));
    }
    all
}

fn of_token_2022(
    source: &Pubkey,
    mint: &Pubkey,
    to: &Pubkey,
    user: &Pubkey,
) -> Vec<(&'static str, Instruction)> {
    let program = &spl_token_2022_interface::ID;
    let with_fee = transfer_fee::instruction::transfer_checked_with_fee(
        program,
        source,
        mint,
        to,
        user,
        &[],
        1,
        6,
        0,
    );
    let memos = memo_transfer::instruction::disable_required_transfer_memos;
    vec![
        ("transfer with a fee", with_fee.unwrap()),
        ("memos off", memos(program, source, user, &[]).unwrap()),
        (
            "guard off",
            cpi_guard::instruction::disable_cpi_guard(program, source, user, &[]).unwrap(),
        ),
        ("excess", token::withdraw_excess_lamports(program, source, &ATTACKER, user, &[]).unwrap()),
        ("unwrap", token::unwrap_lamports(program, source, &ATTACKER, user, &[], None).unwrap()),
        ("reallocate", token::reallocate(program, source, user, user, &[], &[]).unwrap()),
    ]
}

/// An instruction as a batch takes it: each is of the batch's program.
fn inner(instruction: &Instruction) -> Instruction {
    Instruction { program_id: spl_token_interface::ID, ..instruction.clone() }
}
