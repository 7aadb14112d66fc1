//! Lies by one more instruction: of the System program, and of programs that have nothing to do with
//! a transfer.

use solana_address::Address;
use solana_address_lookup_table_interface::instruction::close_lookup_table;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::{AccountMeta, Instruction};
use solana_sdk::sysvar::clock;
use solana_system_interface::instruction as system;
use spl_associated_token_account_interface::instruction as associated;
use spl_memo_interface::instruction::build_memo;

use super::{Cast, Tamper, instruction};

/// One SOL, in lamports.
const SOL: u64 = 1_000_000_000;
/// What a small account holds, in lamports.
const RENT: u64 = 1_500_000;
/// What the sample policy lets a compute unit cost, and one more.
const PRICE: u64 = 100_001;
const SEED: &str = "seed";

const STAKE: Address = Address::from_str_const("Stake11111111111111111111111111111111111111");
const VOTE: Address = Address::from_str_const("Vote111111111111111111111111111111111111111");
const LOADER: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");

/// Writes the instructions of a lie, if it is one.
pub(super) fn instructions(tamper: Tamper, cast: &Cast) -> Option<Vec<Instruction>> {
    let Cast { user, attacker, .. } = cast;
    let one = match tamper {
        Tamper::SolExtraSigner => memo(attacker),
        Tamper::SolMemoSigned => memo(user),
        Tamper::SolComputeTwice => ComputeBudgetInstruction::set_compute_unit_limit(1_400_000),
        Tamper::SolAccountAtOurCost => cast.mint.create_account(user, attacker),
        Tamper::SolRecoverNested => {
            let mint = &cast.mint.address;
            associated::recover_nested(user, mint, mint, &cast.program())
        }
        Tamper::SolUnknownProgram => {
            let accounts = vec![AccountMeta::new(*user, true)];
            instruction(cast.another("program"), accounts, vec![1])
        }
        Tamper::SolUnknownProgramWithoutUser => {
            instruction(cast.another("program"), vec![AccountMeta::new(*attacker, false)], vec![1])
        }
        Tamper::SolStakeAuthorize => authorize(STAKE, cast),
        Tamper::SolVoteAuthorize => authorize(VOTE, cast),
        Tamper::SolUpgradeAuthority => upgrade_authority(cast),
        Tamper::SolCloseTable => close_lookup_table(cast.another("table"), *user, *attacker),
        _ => return of_system(tamper, cast),
    };
    Some(vec![one])
}

/// Writes the instruction that makes a transaction live by a nonce, if the lie is that.
pub(super) fn nonce(tamper: Tamper, cast: &Cast) -> Option<Instruction> {
    let authority = match tamper {
        Tamper::SolDurableNonce => &cast.sponsor,
        Tamper::SolDurableNonceUserAuthority => &cast.user,
        _ => return None,
    };
    Some(system::advance_nonce_account(&cast.another("nonce"), authority))
}

fn of_system(tamper: Tamper, cast: &Cast) -> Option<Vec<Instruction>> {
    let Cast { user, attacker, .. } = cast;
    let (program, derived) = (cast.another("program"), cast.another(SEED));
    let one = match tamper {
        Tamper::SolSystemTransfer => system::transfer(user, attacker, SOL),
        Tamper::SolSystemTransferWithSeed => {
            let owner = &solana_system_interface::program::ID;
            system::transfer_with_seed(&derived, user, SEED.to_owned(), owner, attacker, SOL)
        }
        Tamper::SolAssign => system::assign(user, &program),
        Tamper::SolAllocate => system::allocate(user, 1),
        Tamper::SolCreateAccount => {
            let address = Address::create_with_seed(user, SEED, &program).unwrap_or_default();
            system::create_account_with_seed(user, &address, user, SEED, RENT, 0, &program)
        }
        Tamper::SolCreateAccountAllowPrefund => create_over(user, attacker, &program),
        Tamper::SolNonceWithdraw => {
            system::withdraw_nonce_account(&cast.another("nonce"), user, attacker, SOL)
        }
        Tamper::SolNonceAuthorize => {
            system::authorize_nonce_account(&cast.another("nonce"), user, attacker)
        }
        _ => return None,
    };
    Some(vec![one])
}

/// Writes `CreateAccountAllowPrefund`: an account is made where lamports may be already, and the
/// user adds some.
fn create_over(user: &Address, made: &Address, program: &Address) -> Instruction {
    const CREATE_ACCOUNT_ALLOW_PREFUND: [u8; 4] = 13_u32.to_le_bytes();
    let (rent, space) = (RENT.to_le_bytes(), [0; 8]);
    let data = [&CREATE_ACCOUNT_ALLOW_PREFUND, rent.as_slice(), &space, program.as_ref()].concat();
    let accounts = vec![AccountMeta::new(*made, true), AccountMeta::new(*user, true)];
    instruction(solana_system_interface::program::ID, accounts, data)
}

/// Writes `Authorize` of the stake or the vote program, which look alike: the one who may withdraw.
fn authorize(program: Address, cast: &Cast) -> Instruction {
    const AUTHORIZE: [u8; 4] = 1_u32.to_le_bytes();
    const WITHDRAWER: [u8; 4] = 1_u32.to_le_bytes();
    let data = [&AUTHORIZE, cast.attacker.as_ref(), &WITHDRAWER].concat();
    let accounts = vec![
        AccountMeta::new(cast.another("staked"), false),
        AccountMeta::new_readonly(clock::ID, false),
        AccountMeta::new_readonly(cast.user, true),
    ];
    instruction(program, accounts, data)
}

fn upgrade_authority(cast: &Cast) -> Instruction {
    const SET_AUTHORITY: u32 = 4;
    let accounts = vec![
        AccountMeta::new(cast.another("program"), false),
        AccountMeta::new_readonly(cast.user, true),
        AccountMeta::new_readonly(cast.attacker, false),
    ];
    instruction(LOADER, accounts, SET_AUTHORITY.to_le_bytes().to_vec())
}

fn memo(signer: &Address) -> Instruction {
    build_memo(&spl_memo_interface::v3::ID, b"I agree", &[signer])
}

/// Writes the instruction that bids too much.
pub(super) fn high_price() -> Instruction {
    ComputeBudgetInstruction::set_compute_unit_price(PRICE)
}
