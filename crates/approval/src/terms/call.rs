use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::Fact;

/// What a transaction of our own has to say on an EVM chain, to the wei.
///
/// Bounds are what we may pay at most; everything else is equal or refused.
///
/// Source: [EIP-1559](https://eips.ethereum.org/EIPS/eip-1559).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct CallTerms {
    /// The account that sends and pays.
    pub owner: EvmAddress,
    /// The address of the key at hand, where it is known before signing.
    pub signer: Option<EvmAddress>,
    /// The pinned EIP-155 chain id.
    pub chain_id: u64,
    /// What the transaction does.
    pub action: CallAction,
    /// The account nonce that was allotted to it.
    pub account_nonce: u64,
    /// How much gas it may use.
    pub max_gas: u64,
    /// How many wei each unit of gas may cost.
    #[serde(with = "crate::wire::text")]
    pub max_fee_per_gas: u128,
    /// How many wei of that may go to whoever makes the block.
    #[serde(with = "crate::wire::text")]
    pub max_priority_fee_per_gas: u128,
    /// How many wei the gas may cost in all.
    #[serde(with = "crate::wire::text")]
    pub max_total_fee: u128,
    /// The last moment at which it is signed. The chain knows nothing of it.
    pub deadline: UnixSeconds,
    /// How many seconds the deadline must leave at least.
    pub min_remaining: u64,
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
    /// The facts without which nothing is signed; those that do not apply to the action count not.
    pub require_facts: Vec<Fact>,
}

/// What a transaction of our own does, on an EVM chain or on Tron.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else that we sign for ourselves")]
pub enum CallAction {
    /// Moves the chain's own coin.
    TransferNative {
        /// Who gets it.
        to: EvmAddress,
        /// How much, in the coin's smallest unit.
        amount: Lots,
    },
    /// Moves a token: `transfer(to, amount)`.
    TransferToken {
        /// The token contract.
        token: EvmAddress,
        /// Who gets it.
        to: EvmAddress,
        /// How much, in base units.
        amount: Lots,
    },
    /// Makes permits useless that were not used yet: Permit2's
    /// `invalidateUnorderedNonces(word, mask)`.
    InvalidateNonces {
        /// The pinned Permit2 contract.
        permit2: EvmAddress,
        /// Which word of the owner's bitmap: the upper 248 bits of the nonces.
        word: U256,
        /// The bits of that word, one for each nonce.
        mask: U256,
    },
    /// Lets Permit2 move exactly so much of a token, or nothing: `approve(permit2, amount)`.
    Approve {
        /// The token contract.
        token: EvmAddress,
        /// The pinned Permit2 contract.
        permit2: EvmAddress,
        /// How much; nothing to revoke.
        amount: Lots,
    },
    /// Moves nothing to ourselves, so that another transaction with the same account nonce can no
    /// longer be mined.
    ReplaceNonce,
    /// Moves nothing to ourselves with an account nonce that nobody has, so that what comes after it
    /// can be mined.
    FillNonce,
}

impl CallAction {
    /// Returns what makes one permit useless, by its nonce.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_approval::CallAction;
    /// use countersign_units::{EvmAddress, U256};
    ///
    /// let permit2 = EvmAddress::new([2; 20]);
    /// let (word, mask) = (U256::from(0x2a), U256::from(1 << 5));
    /// assert_eq!(
    ///     CallAction::invalidate(permit2, U256::from(0x2a05)),
    ///     CallAction::InvalidateNonces { permit2, word, mask }
    /// );
    /// ```
    pub fn invalidate(permit2: EvmAddress, nonce: U256) -> Self {
        let bit = usize::from(nonce.byte(0));
        Self::InvalidateNonces {
            permit2,
            word: nonce.wrapping_shr(8),
            mask: U256::ONE.wrapping_shl(bit),
        }
    }

    /// Returns who gets what moves, where something does.
    pub const fn recipient(&self) -> Option<EvmAddress> {
        match self {
            Self::TransferNative { to, .. } | Self::TransferToken { to, .. } => Some(*to),
            Self::InvalidateNonces { .. }
            | Self::Approve { .. }
            | Self::ReplaceNonce
            | Self::FillNonce => None,
        }
    }

    /// Says whether it only makes useless what was signed before, or lets that which does have its
    /// turn.
    pub const fn is_cancel(&self) -> bool {
        matches!(self, Self::InvalidateNonces { .. }) || self.is_nothing()
    }

    /// Says whether all that it does is to use an account nonce.
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::ReplaceNonce | Self::FillNonce)
    }

    /// Returns how much leaves the account, fees aside: nothing unless it is a transfer.
    pub const fn moves(&self) -> Lots {
        match self {
            Self::TransferNative { amount, .. } | Self::TransferToken { amount, .. } => *amount,
            Self::InvalidateNonces { .. }
            | Self::Approve { .. }
            | Self::ReplaceNonce
            | Self::FillNonce => Lots::ZERO,
        }
    }

    /// Returns the contract that is called, where one is.
    pub const fn contract(&self) -> Option<EvmAddress> {
        match self {
            Self::TransferToken { token, .. } | Self::Approve { token, .. } => Some(*token),
            Self::InvalidateNonces { permit2, .. } => Some(*permit2),
            Self::TransferNative { .. } | Self::ReplaceNonce | Self::FillNonce => None,
        }
    }

    /// Says whether a fact says anything about this action.
    pub const fn needs(&self, fact: Fact) -> bool {
        match fact {
            Fact::Balance => matches!(self, Self::TransferToken { .. }),
            Fact::RecipientCode => matches!(self, Self::TransferNative { .. }),
            Fact::ContractCode => self.contract().is_some(),
            Fact::OwnerCode
            | Fact::AccountNonce
            | Fact::NativeBalance
            | Fact::BaseFee
            | Fact::Gas
            | Fact::Simulation
            | Fact::BlockTime => true,
            _ => false,
        }
    }
}
