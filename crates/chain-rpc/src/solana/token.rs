//! Token accounts of both token programs, which lay them out alike; those of Token-2022 may have
//! extensions behind.

use countersign_approval::{AccountSnapshot, TokenAccount, TokenAccountState};
use countersign_units::{Lots, SolanaAddress};
use sha2::{Digest, Sha256};
use solana_program_pack::Pack;
use spl_token_2022_interface::extension::AccountType;
use spl_token_2022_interface::state::{Account as Held, AccountState, Multisig};

use super::answers::Account;
use crate::rpc::RpcError;

/// The program that what is not there belongs to, and what holds SOL alone.
pub(super) const SYSTEM: SolanaAddress = SolanaAddress::new([0; 32]);
/// SPL Token.
pub(super) const TOKEN: SolanaAddress = SolanaAddress::new(spl_token_interface::ID.to_bytes());
/// Token-2022.
pub(super) const TOKEN_2022: SolanaAddress =
    SolanaAddress::new(spl_token_2022_interface::ID.to_bytes());

/// Tells what an account is.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if a token program keeps something else in a token account.
pub(super) fn snapshot(
    account: &Account,
    method: &'static str,
) -> Result<AccountSnapshot, RpcError> {
    let token = held(account, method)?;
    let space = u64::try_from(account.data.len()).ok();
    let data_hash = Some(Sha256::digest(&account.data).into());
    let (program, lamports) = (account.owner, account.lamports);
    Ok(AccountSnapshot { program, lamports, space, data_hash, token })
}

/// Reads an account that has to be a token account, if it is there. One that was sent SOL before it
/// was made is not there yet.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(super) fn token_account(
    account: Option<&Account>,
    method: &'static str,
) -> Result<Option<TokenAccount>, RpcError> {
    let unmade = |account: &&Account| account.owner == SYSTEM && account.data.is_empty();
    let Some(account) = account.filter(|account| !unmade(account)) else {
        return Ok(None);
    };
    let found = || format!("{} bytes of the program {}", account.data.len(), account.owner);
    let held = held(account, method)?;
    held.map(Some).ok_or_else(|| RpcError::value(method, "a token account", found()))
}

/// Reads what an account holds of a token, where it is a token account.
fn held(account: &Account, method: &'static str) -> Result<Option<TokenAccount>, RpcError> {
    if !is_held(account) {
        return Ok(None);
    }
    let unreadable = |_| {
        let found = format!("{} bytes that are none", account.data.len());
        RpcError::value(method, "a token account", found)
    };
    let base = account.data.get(..Held::LEN).unwrap_or_default();
    let held = Held::unpack_unchecked(base).map_err(unreadable)?;
    Ok(Some(facts(account.owner, &held)))
}

/// Says whether an account is a token account, rather than a mint or a group of signers. That
/// shows in its length, and behind 165 bytes in a mark.
fn is_held(account: &Account) -> bool {
    let plain = account.data.len() == Held::LEN;
    let marked = account.data.get(Held::LEN) == Some(&u8::from(AccountType::Account));
    match account.owner {
        TOKEN => plain,
        TOKEN_2022 => plain || (marked && account.data.len() != Multisig::LEN),
        _ => false,
    }
}

fn facts(program: SolanaAddress, held: &Held) -> TokenAccount {
    TokenAccount {
        program: Some(program),
        mint: Some(SolanaAddress::new(held.mint.to_bytes())),
        owner: SolanaAddress::new(held.owner.to_bytes()),
        amount: Some(Lots::from(held.amount)),
        delegate: Option::from(held.delegate.map(|key| SolanaAddress::new(key.to_bytes()))),
        close_authority: Option::from(
            held.close_authority.map(|key| SolanaAddress::new(key.to_bytes())),
        ),
        state: match held.state {
            AccountState::Uninitialized => TokenAccountState::Uninitialized,
            AccountState::Initialized => TokenAccountState::Initialized,
            AccountState::Frozen => TokenAccountState::Frozen,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_account_is_told_as_it_was_packed(
            keys: [[u8; 32]; 4],
            amount: u64,
            given: [bool; 2],
            frozen: bool,
            program in prop_oneof![Just(TOKEN), Just(TOKEN_2022)],
        ) {
            let [mint, owner, delegate, closer] = keys.map(SolanaAddress::new);
            let delegate = given[0].then_some(delegate);
            let close_authority = given[1].then_some(closer);
            let (state, packed_state) = if frozen {
                (TokenAccountState::Frozen, AccountState::Frozen)
            } else {
                (TokenAccountState::Initialized, AccountState::Initialized)
            };
            let key = |address: SolanaAddress| (*address.as_bytes()).into();
            let mut data = vec![0; Held::LEN];
            Held {
                mint: key(mint),
                owner: key(owner),
                amount,
                delegate: delegate.map(key).into(),
                close_authority: close_authority.map(key).into(),
                state: packed_state,
                ..Held::default()
            }
            .pack_into_slice(&mut data);
            let expected = TokenAccount {
                program: Some(program),
                mint: Some(mint),
                owner,
                amount: Some(Lots::from(amount)),
                delegate,
                close_authority,
                state,
            };
            let account = Account { lamports: 1, owner: program, data };
            prop_assert_eq!(token_account(Some(&account), "m"), Ok(Some(expected)));
        }

        #[test]
        fn no_bytes_panic(mut data in prop::collection::vec(any::<u8>(), 0..400), of_the_old: bool) {
            let owner = if of_the_old { TOKEN } else { TOKEN_2022 };
            for length in [data.len(), 165, 166, 355] {
                data.resize(length, 0);
                // Tokens are told of an account alone that is long enough to hold them.
                let told = snapshot(&Account { lamports: 1, owner, data: data.clone() }, "m");
                prop_assert!(told.map_or(true, |told| told.token.is_none() || data.len() >= 165));
            }
        }
    }
}
