//! Mints of both token programs, and the extensions of Token-2022.
//!
//! Source: [Token-2022 extensions](https://www.solana-program.com/docs/token-2022/extensions).

use countersign_approval::MintFacts;
use countersign_units::SolanaAddress;
use solana_program_pack::Pack;
use spl_token_2022_interface::extension::account_len::try_calculate_account_len_from_mint_data;
use spl_token_2022_interface::extension::pausable::PausableConfig;
use spl_token_2022_interface::extension::transfer_fee::TransferFeeConfig;
use spl_token_2022_interface::extension::transfer_hook::TransferHook;
use spl_token_2022_interface::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use spl_token_2022_interface::state::{Account as Held, Mint};

use super::answers::Account;
use super::questions::ACCOUNTS;
use super::token::{SYSTEM, TOKEN, TOKEN_2022};
use crate::rpc::RpcError;

/// Reads a mint. Of what no token program keeps, only its program is told; what is not there
/// belongs to the System program.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if a token program keeps something else there.
pub(super) fn facts(account: Option<&Account>) -> Result<MintFacts, RpcError> {
    let program = account.map_or(SYSTEM, |account| account.owner);
    let of_a_token = account.filter(|_| [TOKEN, TOKEN_2022].contains(&program));
    let Some(account) = of_a_token else {
        return Ok(MintFacts { program: Some(program), ..MintFacts::default() });
    };
    read(account).ok_or_else(|| {
        let found = format!("{} bytes that are none", account.data.len());
        RpcError::value(ACCOUNTS, "a mint", found)
    })
}

fn read(account: &Account) -> Option<MintFacts> {
    if account.owner == TOKEN && account.data.len() != Mint::LEN {
        return None;
    }
    let mint = StateWithExtensions::<Mint>::unpack(&account.data).ok()?;
    let kinds = kinds(mint.get_tlv_data())?;
    let has = |kind: ExtensionType| kinds.contains(&u16::from(kind));
    let mut facts = MintFacts {
        program: Some(account.owner),
        decimals: Some(mint.base.decimals),
        extensions: kinds.iter().map(|kind| name(*kind)).collect(),
        ..MintFacts::default()
    };
    if has(ExtensionType::Pausable) {
        facts.paused = mint.get_extension::<PausableConfig>().ok()?.paused.into();
    }
    if has(ExtensionType::TransferFeeConfig) {
        facts.transfer_fee_bps = highest_fee(mint.get_extension().ok()?);
    }
    if has(ExtensionType::TransferHook) {
        let program = mint.get_extension::<TransferHook>().ok()?.program_id.get();
        facts.transfer_hook = program.map(|program| SolanaAddress::new(program.to_bytes()));
    }
    Some(facts)
}

/// Returns how many bytes an associated token account of a mint has; nothing if there is no mint.
pub(super) fn account_bytes(account: &Account) -> Option<usize> {
    match account.owner {
        TOKEN => Some(Held::LEN),
        // Of whose mints each associated account is marked as one that keeps its owner.
        TOKEN_2022 => {
            let more = [ExtensionType::ImmutableOwner];
            try_calculate_account_len_from_mint_data(&account.data, &more).ok()
        }
        _ => None,
    }
}

/// Returns the higher of the fees before and from an epoch on, whichever of them it is by now.
fn highest_fee(config: &TransferFeeConfig) -> u16 {
    let [older, newer] = [&config.older_transfer_fee, &config.newer_transfer_fee]
        .map(|fee| u16::from(fee.transfer_fee_basis_points));
    older.max(newer)
}

/// Returns the number of each extension, which stands before its length and its value; nothing if
/// they are cut off, or if one is there twice. The official reader knows no number that is newer
/// than itself.
fn kinds(mut rest: &[u8]) -> Option<Vec<u16>> {
    let mut kinds = Vec::new();
    while let Some((kind, behind)) = rest.split_first_chunk::<2>() {
        let kind = u16::from_le_bytes(*kind);
        // From here on there is room that is not in use.
        if kind == u16::from(ExtensionType::Uninitialized) {
            break;
        }
        let (length, value) = behind.split_first_chunk::<2>()?;
        rest = value.get(usize::from(u16::from_le_bytes(*length))..)?;
        if kinds.contains(&kind) {
            return None;
        }
        kinds.push(kind);
    }
    Some(kinds)
}

/// Names an extension: as the official type does, in snake case.
fn name(kind: u16) -> String {
    let Ok(known) = ExtensionType::try_from(kind) else {
        return format!("unknown_{kind}");
    };
    let mut name = String::new();
    for character in format!("{known:?}").chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests;
