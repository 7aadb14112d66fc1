//! Who the customers are. Each has an address of its own, all out of one seed.

use countersign::keys::{ChainKind, Keyring};

use crate::Result;

/// How many customers there are on each chain.
pub(crate) const EACH: u32 = 5;
/// The number of the last one.
pub(crate) const LAST: u32 = EACH - 1;

/// A customer, and where its coins arrive.
pub(crate) struct Customer {
    pub(crate) chain: ChainKind,
    /// The number among those of the chain, which is the last step of the key's path.
    pub(crate) number: u32,
    pub(crate) address: String,
}

/// Lists all customers. No secret is needed for that: it works on a keystore that is locked, too.
pub(crate) fn all(keyring: &Keyring) -> Result<Vec<Customer>> {
    let chains = [ChainKind::Evm, ChainKind::Bitcoin, ChainKind::Solana];
    let numbered =
        chains.into_iter().flat_map(|chain| (0..EACH).map(move |number| (chain, number)));
    numbered.map(|(chain, number)| customer(keyring, chain, number)).collect()
}

fn customer(keyring: &Keyring, chain: ChainKind, number: u32) -> Result<Customer> {
    let name = format!("{}/0/{number}", chain.as_str());
    let address = keyring.named(&name).and_then(|key| key.address(chain));
    let address = address.ok_or_else(|| format!("the keyring has no {name}"))?;
    Ok(Customer { chain, number, address })
}
