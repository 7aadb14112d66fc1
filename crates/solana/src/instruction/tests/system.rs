use solana_system_interface::instruction as system;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = accounts(values);
    cases.extend(nonces(values));
    cases
}

fn accounts(values: &Values) -> Vec<Case> {
    let Values { keys: [from, to, base, owner, ..], amount, other: space, text, .. } = values;
    let refused = |built, detail| other(built, Code::System, detail);
    let created = system::create_account_with_seed(from, to, base, text, *amount, *space, owner);
    let own_base = system::create_account_with_seed(from, to, from, text, *amount, *space, owner);
    let with = format!("with {amount} lamports of {from} and {space} bytes, owned by {owner}");
    let more = format!("with {amount} lamports more and {space} bytes, owned by {owner}");
    vec![
        refused(
            system::create_account(from, to, *amount, *space, owner),
            format!("CreateAccount: makes {to} {with}"),
        ),
        // The base stands among the accounts where it is not the payer.
        refused(
            created,
            format!("CreateAccountWithSeed: makes {to} out of {base} and {text:?} {with}, base {base}"),
        )
        .fewer(),
        refused(
            own_base,
            format!("CreateAccountWithSeed: makes {to} out of {from} and {text:?} {with}"),
        )
        .more(),
        refused(
            system::create_account_allow_prefund(to, Some((from, *amount)), *space, owner),
            format!("CreateAccountAllowPrefund: makes {to} {more}, payer {from}"),
        )
        .fewer(),
        refused(
            system::create_account_allow_prefund(to, None, *space, owner),
            format!(
                "CreateAccountAllowPrefund: makes {to} with 0 lamports more and {space} bytes, owned by {owner}"
            ),
        )
        .more(),
        refused(
            system::assign(from, owner),
            format!("Assign: hands {from} to the program {owner}"),
        ),
        refused(
            system::assign_with_seed(from, base, text, owner),
            format!(
                "AssignWithSeed: hands {from} to the program {owner}, seed {text:?}, base {base}"
            ),
        ),
        refused(system::allocate(from, *space), format!("Allocate: gives {from} {space} bytes")),
        refused(
            system::allocate_with_seed(from, base, text, *space, owner),
            format!(
                "AllocateWithSeed: gives {from} {space} bytes and hands it to the program {owner}, seed {text:?}, base {base}"
            ),
        ),
        refused(
            system::transfer_with_seed(from, base, text.clone(), owner, to, *amount),
            format!(
                "TransferWithSeed: moves {amount} lamports from {from} to {to}, seed {text:?}, owner {owner}, base {base}"
            ),
        ),
    ]
}

fn nonces(values: &Values) -> Vec<Case> {
    let Values { keys: [nonce, authority, to, new, ..], amount, .. } = values;
    let refused = |built, detail| other(built, Code::System, detail);
    let made = system::create_nonce_account(to, nonce, authority, *amount).remove(1);
    vec![
        refused(made, format!("InitializeNonceAccount: gives the nonce {nonce} to {authority}")),
        refused(
            system::withdraw_nonce_account(nonce, authority, to, *amount),
            format!(
                "WithdrawNonceAccount: moves {amount} lamports from the nonce {nonce} to {to}, authority {authority}"
            ),
        ),
        refused(
            system::authorize_nonce_account(nonce, authority, new),
            format!(
                "AuthorizeNonceAccount: hands the nonce {nonce} to {new}, authority {authority}"
            ),
        ),
        refused(
            system::upgrade_nonce_account(*nonce),
            format!("UpgradeNonceAccount: nonce {nonce}"),
        ),
    ]
}

hold!(cases);

#[test]
fn instructions_that_the_program_has_not() {
    let accounts = vec![AccountMeta::new(Pubkey::new_from_array([1; 32]), true)];
    for data in [vec![], vec![2], vec![2, 0, 0, 0], vec![14, 0, 0, 0], vec![12, 0, 0, 1]] {
        let program_id = solana_system_interface::program::ID;
        refused(&Built { program_id, accounts: accounts.clone(), data });
    }
}
