use countersign_units::{EvmAddress, Lots, UnixSeconds};

use super::Fact;

/// What a view of a chain said about a transaction of our own. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct CallFacts {
    /// The code at the owner's address; empty for an account that is a key alone.
    pub owner_code: Option<Vec<u8>>,
    /// The owner's account nonce.
    pub account_nonce: Option<AccountNonce>,
    /// How much of the chain's own coin the owner has, in its smallest unit.
    pub native_balance: Option<Lots>,
    /// How much of the token the owner has, in base units.
    pub balance: Option<Lots>,
    /// The code at the recipient's address; empty for an account that is a key alone.
    pub recipient_code: Option<Vec<u8>>,
    /// Keccak-256 of the code of the contract that is called, as `extcodehash` gives it.
    pub contract_code_hash: Option<[u8; 32]>,
    /// How many wei each unit of gas cost in the latest block.
    pub base_fee: Option<u128>,
    /// How many wei the node advises to give to whoever makes the block. It is no fact by itself:
    /// drafts are made by it, and nothing is judged by it.
    pub priority_fee: Option<u128>,
    /// How much gas the transaction would use.
    pub gas: Option<u64>,
    /// What the transaction does when it is run without being sent.
    pub simulation: Option<CallOutcome>,
    /// The time of the latest block.
    pub block_time: Option<UnixSeconds>,
    /// The height of the block that all of this is of. It is no fact by itself: nothing is judged by
    /// it.
    pub block_number: Option<u64>,
}

/// How many transactions of an account there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there are these two counts")]
pub struct AccountNonce {
    /// How many were mined: the nonce of the next one to be mined.
    pub mined: u64,
    /// How many there are with those that wait: the first nonce that none has. Those count too that a
    /// ledger of ours holds and no node knows yet, where somebody asked it.
    pub pending: u64,
}

/// What a transaction does when it is run without being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it does one of the two")]
pub enum CallOutcome {
    /// It succeeds, and returns this.
    Returned(Vec<u8>),
    /// It fails: the node's words.
    Failed(String),
}

/// Which transaction of our own facts are asked about. Nothing in here has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct CallFactsQuery {
    /// The EIP-155 chain id that the view must be of.
    pub chain_id: u64,
    /// The account that sends.
    pub owner: EvmAddress,
    /// The account or contract that it goes to.
    pub to: EvmAddress,
    /// How much of the chain's own coin goes with it.
    pub value: Lots,
    /// What the contract is called with.
    pub data: Vec<u8>,
    /// The token whose balance counts, where one does.
    pub token: Option<EvmAddress>,
    /// The account that gets what moves, where something does.
    pub recipient: Option<EvmAddress>,
}

impl CallFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::OwnerCode => self.owner_code.is_some(),
            Fact::AccountNonce => self.account_nonce.is_some(),
            Fact::NativeBalance => self.native_balance.is_some(),
            Fact::Balance => self.balance.is_some(),
            Fact::RecipientCode => self.recipient_code.is_some(),
            Fact::ContractCode => self.contract_code_hash.is_some(),
            Fact::BaseFee => self.base_fee.is_some(),
            Fact::Gas => self.gas.is_some(),
            Fact::Simulation => self.simulation.is_some(),
            Fact::BlockTime => self.block_time.is_some(),
            _ => false,
        }
    }
}

/// What a view of Tron said about a transaction of our own. A fact that is absent is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller fills in the facts it has")]
pub struct TronCallFacts {
    /// What is known as on any chain of its kind: gas is energy, and the base fee is what a unit of
    /// it costs in sun. There are no account nonces.
    pub call: CallFacts,
    /// The block by which the transaction names its chain.
    pub reference: Option<TronBlock>,
}

/// A block of Tron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a transaction is made by these")]
pub struct TronBlock {
    /// Its height.
    pub number: u64,
    /// Its id, which begins with its height.
    pub id: [u8; 32],
}

impl TronCallFacts {
    /// Says whether a fact was given.
    pub const fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Blockhash => self.reference.is_some(),
            Fact::AccountNonce => false,
            _ => self.call.has(fact),
        }
    }
}
