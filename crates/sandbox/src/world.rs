//! All networks of the sandbox, the accounts on them, and what ran there.

mod arrivals;
mod cosign;
mod fund;
mod htlc;
mod moves;
mod own;
mod payments;
mod seed;
mod tron;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use alloy::primitives::{Address, B256, U256};
use countersign_units::{Lots, UnixSeconds};

use crate::SandboxConfig;
use crate::account::{Account, Balance, Execution, Party};
use crate::address::AddressForm;
use crate::bitcoin::{Bitcoin, CoinForm, script_of};
use crate::chain::{Chain, ChainError};
use crate::market::TokenListing;
use crate::network::{NETWORKS, Network, NetworkKind};
use crate::solana::{Asset, Solana, read_address};
use crate::swap::TransactionId;
use crate::tron::Mined;

pub(crate) use fund::Newcomer;
pub(crate) use moves::{Destination, Settlement, Shortage};
pub(crate) use payments::{Arrived, Payout};

/// Every chain, and every account.
pub(crate) struct World {
    chains: BTreeMap<&'static str, Chain>,
    bitcoin: Bitcoin,
    solana: Solana,
    tokens: Vec<Token>,
    parties: Parties,
    executions: Vec<Execution>,
    /// The transactions that clients sent to Tron.
    sent_to_tron: HashMap<B256, Mined>,
}

/// A listed token, and where it was deployed.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) listing: &'static TokenListing,
    /// The contract or mint, in the network's own form.
    pub(crate) address: String,
    /// The contract where an EVM runs; none for the chain's own coin.
    pub(crate) contract: Option<Address>,
    /// What moves on Solana.
    pub(crate) asset: Option<Asset>,
}

/// Who acts here.
pub(crate) struct Parties {
    /// Owns funds and has let Permit2 move them.
    pub(crate) user: Party,
    /// Owns funds and has not let Permit2 move them.
    pub(crate) no_allowance: Party,
    /// Sends deposits and refunds to the escrow.
    pub(crate) operator: Party,
    /// Claims deposits and pays out.
    pub(crate) resolver: Party,
    /// Owns nothing; hostile answers name it.
    pub(crate) attacker: Party,
}

impl World {
    /// Starts all chains with new keys and seeds the accounts as configured.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if a deployment or a seed transaction fails.
    pub(crate) fn start(now: UnixSeconds, config: &SandboxConfig) -> Result<Self, ChainError> {
        let mut world = Self {
            chains: BTreeMap::new(),
            bitcoin: Bitcoin::start(now, config.coins),
            solana: Solana::start(now),
            tokens: Vec::new(),
            parties: Parties::random(),
            executions: Vec::new(),
            sent_to_tron: HashMap::new(),
        };
        seed::chains(&mut world, now)?;
        seed::tokens(&mut world, now, config.wealth)?;
        Ok(world)
    }

    pub(crate) const fn parties(&self) -> &Parties {
        &self.parties
    }

    pub(crate) const fn bitcoin(&self) -> &Bitcoin {
        &self.bitcoin
    }

    pub(crate) const fn bitcoin_mut(&mut self) -> &mut Bitcoin {
        &mut self.bitcoin
    }

    pub(crate) const fn solana(&self) -> &Solana {
        &self.solana
    }

    pub(crate) const fn solana_mut(&mut self) -> &mut Solana {
        &mut self.solana
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(crate) fn executions(&self) -> &[Execution] {
        &self.executions
    }

    /// Runs something for an intent or a deposit: what it executes names it.
    pub(crate) fn run_for<T>(
        &mut self,
        intent: impl Display,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.executions.len();
        let result = run(self);
        for execution in self.executions.iter_mut().skip(before) {
            execution.intent_id = Some(intent.to_string());
        }
        result
    }

    /// Returns the escrow of an EVM network.
    pub(crate) fn escrow(&self, network: &Network) -> Option<Address> {
        self.chains.get(network.name).map(Chain::escrow)
    }

    /// Returns Keccak-256 of the escrow's code on an EVM network.
    pub(crate) fn escrow_code_hash(&self, network: &Network) -> Option<B256> {
        self.chains.get(network.name).map(Chain::escrow_code_hash)
    }

    /// Returns the accounts that a client may act as, the default one first.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let of = |name, party: &Party| {
            let accounts = NETWORKS.into_iter().filter_map(|network| party.account(name, network));
            accounts.collect::<Vec<_>>()
        };
        let Bitcoin { user, nested, .. } = &self.bitcoin;
        let bitcoin = vec![
            Account::bitcoin("default", user, CoinForm::P2wpkh),
            Account::bitcoin("taproot", user, CoinForm::P2tr),
            Account::bitcoin("nested", nested, CoinForm::Nested),
        ];
        let default = of("default", &self.parties.user);
        let solana = vec![Account::solana("default", &self.solana.user)];
        [default, of("no-allowance", &self.parties.no_allowance), bitcoin, solana].concat()
    }

    /// Reads what an address holds of every token, from the chains.
    ///
    /// An address in the form of one network has nothing on those that write another.
    pub(crate) fn balances(&mut self, address: &str) -> Vec<Balance> {
        let coins = script_of(address).map(|script| self.bitcoin.ledger.balance(&script));
        let owner = read_address(address);
        let mut balances = Vec::new();
        for token in self.tokens.clone() {
            let here = token.listing.network.addresses().and_then(|form| form.read(address));
            let held = match (token.contract, here) {
                (contract, Some(account)) => {
                    self.evm_balance(token.listing.network, contract, account)
                }
                (None, _) if token.is_on(NetworkKind::Bitcoin) => match coins {
                    Some(sats) => Some(U256::from(sats)),
                    None => continue,
                },
                (None, _) => match token.asset.zip(owner) {
                    Some((asset, owner)) => {
                        Some(U256::from(asset.balance(&self.solana.engine, &owner)))
                    }
                    None => continue,
                },
                _ => continue,
            };
            balances.push(Balance::new(token.listing, Lots::new(held.unwrap_or_default())));
        }
        balances
    }

    /// Says whether Permit2 on any network has seen a nonce of an owner.
    pub(crate) fn nonce_used(&mut self, owner: Address, nonce: U256) -> bool {
        self.chains.values_mut().any(|chain| chain.nonce_used(owner, nonce).unwrap_or_default())
    }

    /// Returns the chain of a network.
    pub(crate) fn chain_named(&mut self, network: &str) -> Option<&mut Chain> {
        self.chains.get_mut(network)
    }

    fn chain(&mut self, network: &Network) -> Result<&mut Chain, ChainError> {
        let missing = || ChainError::Engine(format!("no chain runs for {}", network.name));
        self.chain_named(network.name).ok_or_else(missing)
    }

    fn evm_balance(
        &mut self,
        network: &Network,
        contract: Option<Address>,
        account: Address,
    ) -> Option<U256> {
        self.chains.get_mut(network.name)?.balance(contract, account).ok()
    }
}

impl Token {
    /// Says whether an address, as a client wrote it, is this token's. Only hexadecimal addresses
    /// may differ in case.
    pub(crate) fn is_at(&self, address: &str) -> bool {
        let read = self.listing.network.addresses().and_then(|form| form.read(address));
        self.contract.map_or(self.address == address, |contract| read == Some(contract))
    }

    /// Says whether the token has a contract or a mint, and is not a chain's own coin.
    pub(crate) fn has_contract(&self) -> bool {
        self.contract.is_some() || matches!(self.asset, Some(Asset::Token(_)))
    }

    /// Says whether the token is a chain's own coin where an EVM runs.
    pub(crate) fn is_evm_coin(&self) -> bool {
        self.contract.is_none() && self.listing.network.addresses().is_some()
    }

    /// Returns what moves it, as registries name it; `None` where there is only one way.
    pub(crate) fn program_name(&self) -> Option<&'static str> {
        let coin = self.is_evm_coin().then_some("native");
        coin.or_else(|| self.asset.map(Asset::program_name))
    }

    /// Says whether the token is on a network of a kind that has no parameters.
    pub(crate) fn is_on(&self, kind: NetworkKind) -> bool {
        self.listing.network.kind == kind
    }

    /// Writes the name of a transaction as the token's network does.
    pub(crate) fn write_id(&self, id: TransactionId) -> String {
        self.listing.network.write_id(id)
    }

    /// Writes an address as the token's network does.
    pub(crate) fn write(&self, address: Address) -> String {
        self.listing.network.addresses().unwrap_or(AddressForm::Hex).write(address)
    }
}

impl Parties {
    fn random() -> Self {
        Self {
            user: Party::random(),
            no_allowance: Party::random(),
            operator: Party::random(),
            resolver: Party::random(),
            attacker: Party::random(),
        }
    }
}
