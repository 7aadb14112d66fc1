//! All networks of the sandbox, the accounts on them, and what ran there.

mod seed;

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use countersign_units::{Lots, UnixSeconds};

use crate::account::{Account, Balance, Execution, Party};
use crate::chain::{Chain, ChainError, Deposit, Receipt};
use crate::market::{NETWORKS, TokenListing};

/// Every chain, every account, and the book of the network that has no engine yet.
pub(crate) struct World {
    chains: BTreeMap<&'static str, Chain>,
    tokens: Vec<Token>,
    /// Balances on Solana, by owner and token key. A plain book: nothing executes there.
    book: BTreeMap<(String, &'static str), U256>,
    parties: Parties,
    executions: Vec<Execution>,
}

/// A listed token, and where it was deployed.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) listing: &'static TokenListing,
    /// The contract or mint, in the network's own form.
    pub(crate) address: String,
    /// The contract on an EVM network.
    pub(crate) contract: Option<Address>,
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

/// Where a payout goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// An account of an EVM network.
    Evm(Address),
    /// An account of the book.
    Book(String),
}

impl World {
    /// Starts all chains with new keys and seeds the accounts.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainError`] if a deployment or a seed transaction fails.
    pub(crate) fn start(now: UnixSeconds) -> Result<Self, ChainError> {
        let mut world = Self {
            chains: BTreeMap::new(),
            tokens: Vec::new(),
            book: BTreeMap::new(),
            parties: Parties::random(),
            executions: Vec::new(),
        };
        seed::chains(&mut world, now)?;
        seed::tokens(&mut world, now)?;
        Ok(world)
    }

    pub(crate) const fn parties(&self) -> &Parties {
        &self.parties
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(crate) fn executions(&self) -> &[Execution] {
        &self.executions
    }

    /// Returns the escrow of an EVM network.
    pub(crate) fn escrow(&self, network: &str) -> Option<Address> {
        self.chains.get(network).map(Chain::escrow)
    }

    /// Returns the accounts that a client may act as, the default one first.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let networks = || NETWORKS.iter().filter(|network| network.chain_id.is_some());
        let of = |name, party: &Party| {
            networks().map(|network| party.account(name, network.name)).collect::<Vec<_>>()
        };
        [of("default", &self.parties.user), of("no-allowance", &self.parties.no_allowance)].concat()
    }

    /// Reads what an address holds of every token, from the chains and the book.
    ///
    /// An address that is no EVM address has nothing on the EVM networks, and the other way round.
    pub(crate) fn balances(&mut self, address: &str) -> Vec<Balance> {
        let evm = address.parse::<Address>().ok();
        let mut balances = Vec::new();
        for token in self.tokens.clone() {
            let held = match (token.contract, evm) {
                (Some(contract), Some(account)) => {
                    self.evm_balance(token.listing.network, contract, account)
                }
                (None, None) => self.book.get(&(address.to_owned(), token.listing.key)).copied(),
                (Some(_), None) | (None, Some(_)) => continue,
            };
            balances.push(Balance::new(token.listing, Lots::new(held.unwrap_or_default())));
        }
        balances
    }

    /// Says whether Permit2 on any network has seen a nonce of an owner.
    pub(crate) fn nonce_used(&mut self, owner: Address, nonce: U256) -> bool {
        self.chains.values_mut().any(|chain| chain.nonce_used(owner, nonce).unwrap_or_default())
    }

    /// Runs the escrow's deposit on a network.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] that the chain answers with.
    pub(crate) fn deposit(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        deposit: &Deposit,
        signature: &[u8],
    ) -> Result<B256, ChainError> {
        let operator = self.parties.operator.address();
        let chain = self.chain(token.listing.network)?;
        let escrow = chain.escrow();
        let receipt = chain.deposit(now, operator, deposit, signature)?;
        Ok(self.record(
            "SandboxEscrow.deposit",
            token,
            (deposit.owner, escrow),
            deposit.amount,
            &receipt,
        ))
    }

    /// Pays out on the destination and claims the deposit, in this order: the resolver bears the
    /// risk. A claim that would fail stops the payout.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] of the claim or the payout.
    pub(crate) fn settle(
        &mut self,
        now: UnixSeconds,
        settlement: &Settlement<'_>,
    ) -> Result<Settled, ChainError> {
        let resolver = self.parties.resolver.address();
        let source = self.chain(settlement.source.listing.network)?;
        let escrow = source.escrow();
        source.try_claim(now, resolver, settlement.secret)?;
        let payout = self.pay(now, settlement)?;
        let claim = self.chain(settlement.source.listing.network)?.claim(
            now,
            resolver,
            settlement.secret,
        )?;
        let amount = settlement.deposited;
        let claim = self.record(
            "SandboxEscrow.claim",
            settlement.source,
            (escrow, resolver),
            amount,
            &claim,
        );
        Ok(Settled { payout, claim })
    }

    /// Runs the escrow's refund on a network.
    ///
    /// # Errors
    ///
    /// Returns the [`ChainError`] that the chain answers with.
    pub(crate) fn refund(
        &mut self,
        now: UnixSeconds,
        token: &Token,
        deposit: &Deposit,
    ) -> Result<B256, ChainError> {
        let operator = self.parties.operator.address();
        let chain = self.chain(token.listing.network)?;
        let escrow = chain.escrow();
        let receipt = chain.refund(now, operator, deposit.secret_hash)?;
        Ok(self.record(
            "SandboxEscrow.refund",
            token,
            (escrow, deposit.owner),
            deposit.amount,
            &receipt,
        ))
    }

    /// Says whether a deposit fails for want of an allowance, or of a balance.
    pub(crate) fn shortage(
        &mut self,
        token: &Token,
        owner: Address,
        amount: U256,
    ) -> Option<Shortage> {
        let contract = token.contract?;
        let chain = self.chain(token.listing.network).ok()?;
        if chain.permit2_allowance(contract, owner).ok()? < amount {
            return Some(Shortage::Allowance);
        }
        (chain.balance(contract, owner).ok()? < amount).then_some(Shortage::Balance)
    }

    /// Says whether the resolver can pay an amount out.
    pub(crate) fn can_pay(&mut self, token: &Token, amount: U256) -> bool {
        let resolver = self.parties.resolver.address();
        let Some(contract) = token.contract else { return true };
        self.evm_balance(token.listing.network, contract, resolver)
            .is_some_and(|held| held >= amount)
    }

    fn pay(&mut self, now: UnixSeconds, settlement: &Settlement<'_>) -> Result<B256, ChainError> {
        let (token, amount) = (settlement.target, settlement.payout);
        match (token.contract, &settlement.recipient) {
            (Some(contract), Destination::Evm(recipient)) => {
                let parties = (self.parties.resolver.address(), *recipient);
                let chain = self.chain(token.listing.network)?;
                let receipt = chain.transfer(now, contract, parties, amount)?;
                Ok(self.record("SandboxToken.transfer", token, parties, amount, &receipt))
            }
            (None, Destination::Book(recipient)) => Ok(self.pay_in_book(token, recipient, amount)),
            _ => Err(ChainError::Engine("the recipient belongs to another network".to_owned())),
        }
    }

    fn pay_in_book(&mut self, token: &Token, recipient: &str, amount: U256) -> B256 {
        let held = self.book.entry((recipient.to_owned(), token.listing.key)).or_default();
        *held = held.saturating_add(amount);
        // Nothing ran, so nothing gives a name: a random one keeps payouts apart.
        let id = B256::from(rand::random::<[u8; 32]>());
        self.executions.push(Execution {
            id: id.to_string(),
            network: token.listing.network.to_owned(),
            call: "book entry".to_owned(),
            gas_used: 0,
            token: token.listing.key.to_owned(),
            from: self.parties.resolver.address().to_string(),
            to: recipient.to_owned(),
            amount: Lots::new(amount),
        });
        id
    }

    fn record(
        &mut self,
        call: &str,
        token: &Token,
        (from, to): (Address, Address),
        amount: U256,
        receipt: &Receipt,
    ) -> B256 {
        self.executions.push(Execution {
            id: receipt.id.to_string(),
            network: token.listing.network.to_owned(),
            call: call.to_owned(),
            gas_used: receipt.gas_used,
            token: token.listing.key.to_owned(),
            from: from.to_string(),
            to: to.to_string(),
            amount: Lots::new(amount),
        });
        receipt.id
    }

    fn chain(&mut self, network: &str) -> Result<&mut Chain, ChainError> {
        let missing = || ChainError::Engine(format!("no chain runs for {network}"));
        self.chains.get_mut(network).ok_or_else(missing)
    }

    fn evm_balance(&mut self, network: &str, contract: Address, account: Address) -> Option<U256> {
        self.chains.get_mut(network)?.balance(contract, account).ok()
    }
}

/// What the resolver does when a swap is due.
pub(crate) struct Settlement<'a> {
    pub(crate) source: &'a Token,
    pub(crate) deposited: U256,
    pub(crate) target: &'a Token,
    pub(crate) payout: U256,
    pub(crate) recipient: Destination,
    pub(crate) secret: B256,
}

/// The transactions of a settled swap.
pub(crate) struct Settled {
    pub(crate) payout: B256,
    pub(crate) claim: B256,
}

/// Why a token did not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// Permit2 may not move that much.
    Allowance,
    /// The owner does not have that much.
    Balance,
}

impl Token {
    /// Says whether an address, as a client wrote it, is this token's. Only hexadecimal addresses
    /// may differ in case.
    pub(crate) fn is_at(&self, address: &str) -> bool {
        self.contract.map_or(self.address == address, |contract| address.parse() == Ok(contract))
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

/// Finds a listed network by the API's number.
pub(crate) fn network_by_id(api_id: u64) -> Option<&'static str> {
    NETWORKS.iter().find_map(|network| (network.api_id == api_id).then_some(network.name))
}

/// Returns the API's number of a listed network.
pub(crate) fn network_id(name: &str) -> u64 {
    NETWORKS
        .iter()
        .find_map(|network| (network.name == name).then_some(network.api_id))
        .unwrap_or_default()
}

/// Returns the chain id of a listed EVM network.
pub(crate) fn chain_id(name: &str) -> Option<u64> {
    NETWORKS.iter().find(|network| network.name == name)?.chain_id
}
