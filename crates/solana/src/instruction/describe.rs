use std::fmt;

use countersign_approval::Code;
use countersign_units::SolanaAddress;

use super::{Budget, Effect, LamportTransfer, NewTokenAccount, TokenMove};

impl Budget {
    /// Returns the instruction's name in the program's own words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::UnitLimit(_) => "SetComputeUnitLimit",
            Self::UnitPrice(_) => "SetComputeUnitPrice",
            Self::HeapFrame(_) => "RequestHeapFrame",
            Self::LoadedDataSize(_) => "SetLoadedAccountsDataSizeLimit",
        }
    }
}

impl Effect<'_> {
    /// Says whether what it does is refused by a name of its own, whatever its program.
    pub(crate) fn is_telling(&self) -> bool {
        match self {
            Self::TransferLamports(_) | Self::TransferTokens(_) | Self::AdvanceNonce { .. } => true,
            Self::Other(other) => other.code != Code::ExtraInstruction,
            Self::Budget(_) | Self::Memo(_) | Self::CreateTokenAccount(_) => false,
        }
    }

    /// Returns the instruction's name in its program's own words.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Budget(budget) => budget.name(),
            Self::Memo(_) => "Memo",
            Self::CreateTokenAccount(NewTokenAccount { idempotent: false, .. }) => {
                "CreateAssociatedTokenAccount"
            }
            Self::CreateTokenAccount(_) => "CreateAssociatedTokenAccountIdempotent",
            Self::TransferLamports(_) => "Transfer",
            Self::TransferTokens(TokenMove { checked: None, .. }) => "Transfer",
            Self::TransferTokens(_) => "TransferChecked",
            Self::AdvanceNonce { .. } => "AdvanceNonceAccount",
            Self::Other(other) => other.name,
        }
    }

    /// Says in one line what the instruction does, beginning with its name.
    pub(crate) fn describe(&self) -> String {
        let words: &dyn fmt::Display = match self {
            Self::Other(other) => return other.detail.clone(),
            Self::Budget(budget) => budget,
            // Quoted, so that no text breaks the line or its direction.
            Self::Memo(text) => return format!("{}: {text:?}", self.name()),
            Self::CreateTokenAccount(created) => created,
            Self::TransferLamports(transfer) => transfer,
            Self::TransferTokens(transfer) => transfer,
            Self::AdvanceNonce { account, authority } => {
                return format!(
                    "{}: uses up the nonce {account}, authority {authority}",
                    self.name()
                );
            }
        };
        format!("{}: {words}", self.name())
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnitLimit(units) => write!(formatter, "at most {units} compute units"),
            Self::UnitPrice(price) => write!(formatter, "{price} micro-lamports a compute unit"),
            Self::HeapFrame(bytes) => write!(formatter, "a heap of {bytes} bytes"),
            Self::LoadedDataSize(bytes) => write!(formatter, "at most {bytes} bytes of accounts"),
        }
    }
}

impl fmt::Display for NewTokenAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { payer, account, owner, mint, token_program, .. } = self;
        write!(
            formatter,
            "makes {account} of {owner} for mint {mint} of token program {token_program}, paid by \
             {payer}"
        )
    }
}

impl fmt::Display for LamportTransfer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, lamports } = self;
        write!(formatter, "moves {lamports} lamports from {from} to {to}")
    }
}

impl fmt::Display for TokenMove {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, destination, authority, amount, .. } = self;
        write!(formatter, "moves {amount}")?;
        match &self.checked {
            Some((mint, decimals)) => write!(formatter, " of mint {mint} ({decimals} decimals)")?,
            None => formatter.write_str(" of a mint that it does not name")?,
        }
        write!(formatter, " from {source} to {destination}, authority {authority}")?;
        self.extra.iter().try_for_each(|extra: &SolanaAddress| write!(formatter, ", with {extra}"))
    }
}
