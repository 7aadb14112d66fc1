use std::fmt;

use serde::{Serialize, Serializer};

/// The stable name of a check before a signature.
///
/// Chains share a code where the meaning is the same. A code never changes its meaning, so
/// scripts and audits may match on [`Code::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The approval type does not fit the source network, or is unknown.
    Mechanism,
    /// The echoed quote or request differs from the accepted one, or is out of bounds.
    Quote,
    /// A deadline has passed, is beyond the horizon, or is not the intent's.
    Deadline,
    /// Another approval of this swap is live, or its nonce belongs to another swap.
    Replay,
    /// The registry pins nothing to compare with.
    Unpinned,
    /// The answer names an address to approve that is not pinned.
    ApproveTo,
    /// The host's clock and the latest block differ too much.
    Clock,
    /// A limit or the address book stands against it.
    Limits,
    /// A fact that policy requires was not given.
    Unavailable,
    /// The payload is not of the form it must have.
    Malformed,
    /// A value is not encoded in the one way that is taken.
    Encoding,
    /// The primary type is not `PermitWitnessTransferFrom`.
    PrimaryType,
    /// The types are not exactly those of Permit2 and of an allowed witness.
    TypeInjection,
    /// The EIP-712 domain is not Permit2's.
    Domain,
    /// The chain id is not the pinned one.
    ChainId,
    /// The verifying contract is not the pinned Permit2.
    VerifyingContract,
    /// The spender is not a pinned escrow.
    Spender,
    /// The token is not the agreed one.
    Token,
    /// The amount is not the agreed one.
    Amount,
    /// The nonce is used, or is not the agreed one.
    Nonce,
    /// A witness member is not what it must be.
    Witness,
    /// The witness hash is not the hash of the witness.
    WitnessHash,
    /// The witness type string is not that of the allowed witness.
    WitnessTypeString,
    /// A digest that was sent is not the one that would be signed.
    Digest,
    /// The message lacks a member of its type, or has one more.
    Message,
    /// The owner is not the key at hand.
    Owner,
    /// The token allowance towards Permit2 does not cover the amount.
    Allowance,
    /// The list of inputs to sign is not exactly that of our coins in the transaction.
    InputsList,
    /// The transaction spends a coin twice, or does not spend one that was agreed.
    Inputs,
    /// The transaction spends a coin of ours that was not agreed, or one that policy does not allow.
    UnexpectedInput,
    /// What the payload says about a coin is not proven, or not what we know.
    Utxo,
    /// A taproot member of an input is not that of a key path spend by our key.
    Taproot,
    /// A sighash type does not commit to the whole transaction.
    Sighash,
    /// No output, or more than one, pays the script rebuilt from the agreed template.
    HtlcScript,
    /// Our change goes elsewhere, or is dust.
    Change,
    /// An output pays neither the HTLC, nor our change, nor back what another put in.
    ExtraOutput,
    /// Our share of the fee is beyond policy, or a refund would not be worth its own.
    Fee,
    /// The lock time or a sequence makes the transaction unusable for too long.
    Locktime,
    /// Our key is not exactly one of the signers, another signs than agreed, or a signature is wrong.
    Signers,
    /// Another pays the fee than was promised, or ours is beyond policy.
    FeePayer,
    /// The blockhash is not the one of the answer, or our cluster does not know it.
    Blockhash,
    /// A durable nonce would keep the signature usable for good.
    DurableNonce,
    /// A lookup table is unknown, not usable, or not what we know.
    LookupTable,
    /// A program is called that is not pinned.
    UnknownProgram,
    /// An instruction is there that nobody agreed to.
    ExtraInstruction,
    /// An instruction of the System program does more than the agreed transfer.
    System,
    /// The tokens would be moved by another token program than agreed.
    TokenProgram,
    /// The mint is not the agreed one, or can do what was not agreed.
    Mint,
    /// The tokens would leave another account than agreed, or that account is not ours alone.
    Source,
    /// The assets would go to another account than agreed, or it can't take them.
    Destination,
    /// An instruction would change or use an authority over an account of ours.
    TokenAuthority,
    /// An instruction would let another spend from an account of ours.
    TokenDelegate,
    /// What the transaction does, when it is run, is not what was agreed.
    Simulation,
    /// The quote is not signed by a pinned key.
    QuoteSignature,
    /// The echoed request is not the one that was sent.
    Echo,
    /// The deposit address is not one of its chain, not that of the proven quote, or another swap's.
    DepositAddress,
    /// The deposit needs a memo that can't be attached.
    Memo,
    /// The fees of the API or the slippage are beyond what was agreed, or somebody takes a fee who is not
    /// pinned.
    Fees,
    /// A transaction of ours goes elsewhere than agreed, or does more.
    To,
    /// The gas of a transaction of ours, or its price, is beyond policy.
    Gas,
    /// The signed intent would do anything else than the one agreed transfer.
    IntentKind,
    /// The intent names another signer than the key at hand.
    Signer,
    /// The intent is to be signed by another standard than was asked for.
    Standard,
}

impl Code {
    /// Returns the code's name, as it stands in refusals.
    #[expect(clippy::too_many_lines, reason = "each code has a line")]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mechanism => "mechanism",
            Self::Quote => "quote",
            Self::Deadline => "deadline",
            Self::Replay => "replay",
            Self::Unpinned => "unpinned",
            Self::ApproveTo => "approve_to",
            Self::Clock => "clock",
            Self::Limits => "limits",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::Encoding => "encoding",
            Self::PrimaryType => "primary_type",
            Self::TypeInjection => "type_injection",
            Self::Domain => "domain",
            Self::ChainId => "chain_id",
            Self::VerifyingContract => "verifying_contract",
            Self::Spender => "spender",
            Self::Token => "token",
            Self::Amount => "amount",
            Self::Nonce => "nonce",
            Self::Witness => "witness",
            Self::WitnessHash => "witness_hash",
            Self::WitnessTypeString => "witness_type_string",
            Self::Digest => "digest",
            Self::Message => "message",
            Self::Owner => "owner",
            Self::Allowance => "allowance",
            Self::InputsList => "inputs_list",
            Self::Inputs => "inputs",
            Self::UnexpectedInput => "unexpected_input",
            Self::Utxo => "utxo",
            Self::Taproot => "taproot",
            Self::Sighash => "sighash",
            Self::HtlcScript => "htlc_script",
            Self::Change => "change",
            Self::ExtraOutput => "extra_output",
            Self::Fee => "fee",
            Self::Locktime => "locktime",
            Self::Signers => "signers",
            Self::FeePayer => "fee_payer",
            Self::Blockhash => "blockhash",
            Self::DurableNonce => "durable_nonce",
            Self::LookupTable => "lookup_table",
            Self::UnknownProgram => "unknown_program",
            Self::ExtraInstruction => "extra_instruction",
            Self::System => "system",
            Self::TokenProgram => "token_program",
            Self::Mint => "mint",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::TokenAuthority => "token_authority",
            Self::TokenDelegate => "token_delegate",
            Self::Simulation => "simulation",
            Self::QuoteSignature => "quote_signature",
            Self::Echo => "echo",
            Self::DepositAddress => "deposit_address",
            Self::Memo => "memo",
            Self::Fees => "fees",
            Self::To => "to",
            Self::Gas => "gas",
            Self::IntentKind => "intent_kind",
            Self::Signer => "signer",
            Self::Standard => "standard",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
