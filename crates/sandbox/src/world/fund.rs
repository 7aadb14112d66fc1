//! What an account that a client brings is given: as much as those that are here from the start.

use alloy::primitives::Address;
use countersign_units::UnixSeconds;

use super::{Token, World, seed};
use crate::bitcoin::script_of;
use crate::chain::ChainError;
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::solana::{Asset, read_address};

/// Who is given something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newcomer<'a> {
    /// The network, by the registry's name.
    pub(crate) network: &'a str,
    pub(crate) address: &'a str,
    pub(crate) public_key: &'a [u8],
}

impl World {
    /// Gives an account what the default account begins with on a network, and lets Permit2 move it.
    /// Returns the account's name inside NEAR Intents, where it has one.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if the network isn't here, the address is none of it, or a
    /// transaction fails.
    pub(crate) fn welcome(
        &mut self,
        now: UnixSeconds,
        newcomer: Newcomer<'_>,
        wealth: u64,
    ) -> Result<Option<String>, ChainError> {
        let wrong =
            |what: &str| ChainError::Engine(format!("{what} is none of {}", newcomer.network));
        let found = NETWORKS.into_iter().find(|network| network.name == newcomer.network);
        let network = found.ok_or_else(|| wrong("the network"))?;
        let address = || wrong("the address");
        match network.kind {
            NetworkKind::Evm { .. } | NetworkKind::Tron { .. } => {
                let form = network.addresses().ok_or_else(address)?;
                let owner = form.read(newcomer.address).ok_or_else(address)?;
                self.fund_evm(now, (network, owner), wealth)?;
                Ok(Some(format!("0x{}", hex::encode(owner))))
            }
            NetworkKind::Bitcoin => {
                let script = script_of(newcomer.address).ok_or_else(address)?;
                let key = bitcoin::CompressedPublicKey::from_slice(newcomer.public_key);
                self.bitcoin.fund(now, &script, key.map_err(|_| wrong("the public key"))?);
                Ok(None)
            }
            NetworkKind::Solana => {
                let owner = read_address(newcomer.address).ok_or_else(address)?;
                self.fund_solana(now, &owner, wealth)?;
                Ok(Some(hex::encode(owner.to_bytes())))
            }
        }
    }

    fn fund_evm(
        &mut self,
        now: UnixSeconds,
        (network, owner): (&'static Network, Address),
        wealth: u64,
    ) -> Result<(), ChainError> {
        let tokens = self.tokens_on(network);
        let chain = self.chain(network)?;
        chain.put_coins(owner, seed::gas_money(network));
        for token in tokens {
            let amount = seed::lots(token.listing.seed.saturating_mul(wealth), token.listing)?;
            match token.contract {
                None => chain.put_coins(owner, amount),
                Some(contract) => {
                    chain.mint(now, contract, owner, amount)?;
                    chain.approve_permit2(now, contract, owner, amount)?;
                }
            }
        }
        Ok(())
    }

    fn fund_solana(
        &mut self,
        now: UnixSeconds,
        owner: &solana_address::Address,
        wealth: u64,
    ) -> Result<(), ChainError> {
        for token in self.tokens.clone() {
            let amount =
                || seed::small_lots(token.listing.seed.saturating_mul(wealth), token.listing);
            match token.asset {
                Some(Asset::Native) => self.solana.give_coins(owner, amount()?),
                Some(Asset::Token(mint)) => self.solana.give(now, mint, (owner, amount()?))?,
                None => {}
            }
        }
        Ok(())
    }

    fn tokens_on(&self, network: &Network) -> Vec<Token> {
        let tokens = self.tokens.iter().filter(|token| token.listing.network.name == network.name);
        tokens.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SandboxConfig;

    /// The key 1 and what it owns on Bitcoin's test network.
    const KEY: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const COINS: &str = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    const EVM: &str = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";
    const TRON: &str = "TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC";
    const SOLANA: &str = "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk";

    fn world() -> World {
        World::start(UnixSeconds::new(1_800_000_000), &SandboxConfig::default()).unwrap()
    }

    fn welcome(world: &mut World, network: &str, address: &str) -> Result<Option<String>, String> {
        let public_key = hex::decode(KEY).unwrap();
        let newcomer = Newcomer { network, address, public_key: &public_key };
        let now = UnixSeconds::new(1_800_000_001);
        world.welcome(now, newcomer, 1).map_err(|error| error.to_string())
    }

    #[test]
    fn a_newcomer_begins_with_what_the_default_account_has() {
        let mut world = world();
        for (network, address) in [
            ("ethereum", EVM),
            ("base", EVM),
            ("tron", TRON),
            ("bitcoin", COINS),
            ("solana", SOLANA),
        ] {
            let accounts = world.accounts();
            let own = accounts.iter().find(|it| it.network == network && it.name == "default");
            let own = own.unwrap().address.clone();
            let of = |world: &mut World, address: &str| {
                let held = world.balances(address).into_iter();
                held.filter(|held| held.network == network).collect::<Vec<_>>()
            };
            assert_ne!(
                of(&mut world, address),
                of(&mut world, &own),
                "{network}: it has it already"
            );
            welcome(&mut world, network, address).unwrap();
            assert_eq!(of(&mut world, address), of(&mut world, &own), "{network}");
        }
        assert_eq!(world.bitcoin().key_of(COINS).as_deref(), Some(KEY));
    }

    #[test]
    fn what_is_no_account_of_the_network_is_refused() {
        let mut world = world();
        for (network, address) in
            [("mars", EVM), ("ethereum", TRON), ("tron", EVM), ("bitcoin", EVM), ("solana", COINS)]
        {
            let error = welcome(&mut world, network, address).unwrap_err();
            assert!(error.contains(&format!("none of {network}")), "{error}");
        }
    }
}
