//! A view of the runtime: it runs the transaction that it is asked about, without sending it.

use countersign_approval::{
    AccountChange, AccountSnapshot, Simulation, SolanaFactsQuery, TokenAccount, TokenAccountState,
};
use countersign_solana::facts_query;
use countersign_units::{Lots, SolanaAddress};
use sha2::{Digest, Sha256};
use solana_sdk::account::{Account, AccountSharedData};
use solana_sdk::pubkey::Pubkey;
use spl_token_2022_interface::extension::StateWithExtensions;
use spl_token_2022_interface::state::{Account as Held, AccountState};

use crate::chain::Chain;
use crate::door;
use crate::scenario::{Built, address, theirs};

/// Adds what the runtime says a transaction does, in answer to the query that the verifier makes of
/// the transaction.
pub(crate) fn simulated(chain: &Chain, mut built: Built) -> Built {
    let query = facts_query(&door::payload(&built.wire()), &built.terms).unwrap();
    built.facts.simulation = Some(run(chain, &query, &writable(&query, &built)));
    built
}

/// What an account is on a chain now.
pub(crate) fn now(chain: &Chain, address: SolanaAddress) -> Option<AccountSnapshot> {
    snapshot(chain.account(&theirs(address))?)
}

/// All that a transaction may write to, by its own list and by the tables.
fn writable(query: &SolanaFactsQuery, built: &Built) -> Vec<SolanaAddress> {
    let tables = &built.terms.lookup_tables;
    let by_tables = query.tables.iter().flat_map(|used| {
        used.writable.iter().map(|entry| tables[&used.table][usize::from(*entry)])
    });
    query.writable.iter().copied().chain(by_tables).collect()
}

/// Runs the transaction of a query, and tells of these accounts.
pub(crate) fn run(
    chain: &Chain,
    query: &SolanaFactsQuery,
    watched: &[SolanaAddress],
) -> Simulation {
    let tx = wincode::deserialize_exact(&query.transaction).unwrap();
    let after = match chain.simulate(tx) {
        Ok(after) => after,
        Err(error) => return Simulation { error: Some(error.to_string()), accounts: vec![] },
    };
    let change = |watched: &SolanaAddress| AccountChange {
        address: *watched,
        before: now(chain, *watched),
        after: of(&after, *watched),
    };
    Simulation { error: None, accounts: watched.iter().map(change).collect() }
}

fn of(all: &[(Pubkey, AccountSharedData)], wanted: SolanaAddress) -> Option<AccountSnapshot> {
    let (_, account) = all.iter().find(|(key, _)| address(*key) == wanted).unwrap();
    snapshot(account.clone().into())
}

/// Tells what an account is; one without lamports is none.
fn snapshot(account: Account) -> Option<AccountSnapshot> {
    let Account { lamports, data, owner, .. } = account;
    let token = [spl_token_interface::ID, spl_token_2022_interface::ID].contains(&owner);
    // What they keep besides is a mint.
    let token = token.then(|| StateWithExtensions::<Held>::unpack(&data).ok()).flatten();
    let token = token.map(|held| token_account(owner, &held.base));
    let space = u64::try_from(data.len()).ok();
    let data_hash = Some(Sha256::digest(&data).into());
    let there = AccountSnapshot { program: address(owner), lamports, space, data_hash, token };
    (lamports > 0).then_some(there)
}

fn token_account(program: Pubkey, held: &Held) -> TokenAccount {
    TokenAccount {
        program: Some(address(program)),
        mint: Some(address(held.mint)),
        owner: address(held.owner),
        amount: Some(Lots::from(held.amount)),
        delegate: Option::from(held.delegate.map(address)),
        close_authority: Option::from(held.close_authority.map(address)),
        state: match held.state {
            AccountState::Uninitialized => TokenAccountState::Uninitialized,
            AccountState::Initialized => TokenAccountState::Initialized,
            AccountState::Frozen => TokenAccountState::Frozen,
        },
    }
}
