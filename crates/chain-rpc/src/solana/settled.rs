use std::collections::{BTreeMap, BTreeSet};

use countersign_approval::{ChainViewError, SolanaFactsQuery};
use countersign_units::{SolanaAddress, SolanaHash};

use super::answers::{Account, Accounts, AsOf};
use super::cluster::Cluster;
use super::questions::{ACCOUNTS, MOST_ACCOUNTS, settled};
use crate::rpc::{RpcError, read};

/// Accounts as they are for good, all as of one slot.
pub(super) struct Settled {
    pub(super) slot: u64,
    accounts: BTreeMap<SolanaAddress, Account>,
}

impl Settled {
    /// Returns an account, if it is there.
    pub(super) fn account(&self, address: SolanaAddress) -> Option<&Account> {
        self.accounts.get(&address)
    }
}

impl Cluster {
    /// Reads accounts.
    ///
    /// # Errors
    ///
    /// Returns an error if the node does not tell, or if these are more accounts than a node tells
    /// of as of one slot.
    pub(super) async fn settled(
        &self,
        genesis_hash: SolanaHash,
        named: BTreeSet<SolanaAddress>,
    ) -> Result<Settled, ChainViewError> {
        if named.len() > MOST_ACCOUNTS {
            let found = format!("{} accounts", named.len());
            return Err(RpcError::Malformed { expected: "at most 100 accounts", found }.into());
        }
        let addresses: Vec<SolanaAddress> = named.into_iter().collect();
        let answers = self.ask(genesis_hash, [settled(&addresses)]).await?;
        let [said] =
            <[_; 1]>::try_from(answers).map_err(|_| RpcError::Unanswered { method: ACCOUNTS })?;
        let answer: AsOf<Accounts> = read(&said?, ACCOUNTS, "accounts as of a slot")?;
        let slot = answer.slot();
        let accounts = accounts(answer.value, &addresses)?.into_iter();
        let there = |(address, account): (_, Option<_>)| Some((address, account?));
        let accounts = addresses.into_iter().zip(accounts).filter_map(there).collect();
        Ok(Settled { slot, accounts })
    }
}

/// Takes the answer to a question for some accounts.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it has not one part for each.
pub(super) fn accounts(
    answer: Accounts,
    asked: &[SolanaAddress],
) -> Result<Vec<Option<Account>>, RpcError> {
    let count = asked.len();
    answer.of(count).ok_or_else(|| {
        RpcError::value(ACCOUNTS, &format!("{count} accounts"), "another number of them")
    })
}

/// Returns each account that a question names, once.
pub(super) fn named(query: &SolanaFactsQuery) -> BTreeSet<SolanaAddress> {
    let SolanaFactsQuery { mint, source, destination, .. } = query;
    let tables = query.tables.iter().map(|used| used.table);
    // Without a mint these hold no tokens.
    let token = mint.iter().flat_map(|mint| [Some(*mint), *source, *destination]).flatten();
    tables.chain(token).collect()
}
