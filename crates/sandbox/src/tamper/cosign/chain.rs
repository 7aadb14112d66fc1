//! Lies that the cluster itself tells: the transaction is honest, and its accounts are not what they
//! should be.

use solana_address::Address;
use solana_sdk::program_option::COption;
use solana_sdk::program_pack::Pack;
use spl_token_2022_interface::extension::ExtensionType;
use spl_token_2022_interface::state::{Account as TokenAccount, AccountState, Mint as MintState};

use super::{Asset, Cast, CosignScene, Tamper};
use crate::solana::TokenProgram;

/// The number of an extension that is none.
const UNKNOWN_EXTENSION: [u8; 2] = 9_999_u16.to_le_bytes();
/// One percent, in basis points.
const FEE_BPS: u16 = 100;

/// Changes the accounts of the swap, if the lie is about them and they are there.
pub(super) fn apply(tamper: Tamper, scene: &mut CosignScene<'_>, cast: &Cast) {
    let Asset::Token(mint) = cast.asset else { return };
    if let Some((kind, content)) = extension(tamper, cast)
        && mint.program == TokenProgram::Token2022
    {
        extend(scene, &mint.address, kind, &content);
    }
    if tamper == Tamper::SolMintDecimals {
        change::<MintState>(scene, &mint.address, |state| state.decimals = 9);
    }
    let source = |state: &mut TokenAccount| of_source(tamper, state, cast);
    change(scene, &mint.account_of(&cast.user), source);
    let destination = |state: &mut TokenAccount| of_destination(tamper, state, cast);
    change(scene, &mint.account_of(&cast.vault), destination);
}

fn of_source(tamper: Tamper, state: &mut TokenAccount, cast: &Cast) {
    let attacker = cast.attacker;
    match tamper {
        Tamper::SolSourceDelegated => {
            state.delegate = COption::Some(attacker);
            state.delegated_amount = u64::MAX;
        }
        Tamper::SolSourceCloseAuthority => state.close_authority = COption::Some(attacker),
        Tamper::SolSourceFrozen => state.state = AccountState::Frozen,
        Tamper::SolSourceOwner => state.owner = attacker,
        Tamper::SolPlainTransfer => state.mint = cast.another("mint"),
        _ => {}
    }
}

fn of_destination(tamper: Tamper, state: &mut TokenAccount, cast: &Cast) {
    match tamper {
        Tamper::SolDestinationFrozen => state.state = AccountState::Frozen,
        Tamper::SolDestinationUninitialized => state.state = AccountState::Uninitialized,
        Tamper::SolDestinationMint | Tamper::SolPlainTransfer => state.mint = cast.another("mint"),
        Tamper::SolDestinationOwner => state.owner = cast.attacker,
        _ => {}
    }
}

/// Returns the extension that a lie gives the mint, as its kind and its content.
fn extension(tamper: Tamper, cast: &Cast) -> Option<([u8; 2], Vec<u8>)> {
    let attacker = cast.attacker.to_bytes();
    let known = |kind: ExtensionType, content: Vec<u8>| Some((kind.into(), content));
    match tamper {
        Tamper::SolPermanentDelegate => known(ExtensionType::PermanentDelegate, attacker.into()),
        Tamper::SolTransferHook => {
            let program = cast.another("program").to_bytes();
            known(ExtensionType::TransferHook, [attacker, program].concat())
        }
        Tamper::SolTransferFee => known(ExtensionType::TransferFeeConfig, fee(&attacker)),
        Tamper::SolPausable => known(ExtensionType::Pausable, [attacker.as_slice(), &[1]].concat()),
        Tamper::SolConfidential => {
            let content = [attacker.as_slice(), &[1], &[0; 32]].concat();
            known(ExtensionType::ConfidentialTransferMint, content)
        }
        Tamper::SolUnknownExtension => Some((UNKNOWN_EXTENSION, vec![1])),
        _ => None,
    }
}

/// Writes who sets a fee and who takes it, what was withheld, and the fee of this and of the next
/// epoch.
fn fee(attacker: &[u8; 32]) -> Vec<u8> {
    let each = [[0; 8].as_slice(), &u64::MAX.to_le_bytes(), &FEE_BPS.to_le_bytes()].concat();
    [attacker.as_slice(), attacker, &0_u64.to_le_bytes(), &each, &each].concat()
}

/// Adds an extension to a mint that has some: kind, length, content.
fn extend(scene: &mut CosignScene<'_>, mint: &Address, kind: [u8; 2], content: &[u8]) {
    let Some(mut account) = scene.solana.engine.account(mint) else { return };
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_le_bytes();
    account.data.extend([kind.as_slice(), &length, content].concat());
    account.lamports = scene.solana.engine.rent(account.data.len());
    scene.solana.engine.put(*mint, account);
}

/// Changes the state at the beginning of an account's data.
fn change<T: Pack>(scene: &mut CosignScene<'_>, address: &Address, change: impl FnOnce(&mut T)) {
    let Some(mut account) = scene.solana.engine.account(address) else { return };
    let Some(data) = account.data.get_mut(..T::LEN) else { return };
    let Ok(mut state) = T::unpack_from_slice(data) else { return };
    change(&mut state);
    state.pack_into_slice(data);
    scene.solana.engine.put(*address, account);
}
