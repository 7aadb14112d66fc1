use std::collections::BTreeMap;

use countersign::units::Lots;
use countersign_sandbox::Sandbox;

/// What some addresses hold at a moment, of every token that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funds(BTreeMap<(String, String), Lots>);

impl Funds {
    /// Reads what addresses hold, from the chains themselves.
    pub fn of(sandbox: &Sandbox, addresses: &[&str]) -> Self {
        let held = |address: &&str| {
            let address = (*address).to_owned();
            let balances = sandbox.balances(&address);
            balances.into_iter().map(move |held| ((address.clone(), held.token), held.lots))
        };
        Self(addresses.iter().flat_map(held).collect())
    }

    /// Returns what an address holds of a token, by the registry's key.
    pub fn held(&self, address: &str, token: &str) -> Lots {
        self.0.get(&(address.to_owned(), token.to_owned())).copied().unwrap_or(Lots::ZERO)
    }

    /// Returns these funds with less of one token.
    ///
    /// # Panics
    ///
    /// Panics if there is not so much.
    #[must_use]
    pub fn minus(self, address: &str, token: &str, amount: u64) -> Self {
        let left = self.held(address, token).checked_sub(Lots::from(amount)).unwrap();
        self.with(address, token, left)
    }

    /// Returns these funds with more of one token.
    ///
    /// # Panics
    ///
    /// Panics if the sum is too large.
    #[must_use]
    pub fn plus(self, address: &str, token: &str, amount: u64) -> Self {
        let sum = self.held(address, token).checked_add(Lots::from(amount)).unwrap();
        self.with(address, token, sum)
    }

    fn with(mut self, address: &str, token: &str, lots: Lots) -> Self {
        self.0.insert((address.to_owned(), token.to_owned()), lots);
        self
    }
}
