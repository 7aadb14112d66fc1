use std::ops::Range;

use countersign_units::SolanaAddress;

use crate::decode::Decoded;
use crate::instruction::{AccountUse, Instruction};

/// The accounts of a transaction, those from lookup tables among them, and which of them each
/// instruction uses.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    accounts: Vec<AccountUse>,
    /// How many of them the message holds itself.
    own: usize,
    uses: Vec<AccountUse>,
    calls: Vec<Call>,
}

#[derive(Clone, Debug)]
struct Call {
    program: SolanaAddress,
    uses: Range<usize>,
}

impl Resolved {
    /// Puts the accounts in their order: those of the message, then what tables add, all that may
    /// be written to before all that is only read.
    ///
    /// `None` where an instruction points beyond them, which reading the transaction has ruled out.
    pub(crate) fn new(
        decoded: &Decoded,
        writable: &[SolanaAddress],
        readonly: &[SolanaAddress],
    ) -> Option<Self> {
        let signers = decoded.signers_count();
        let own = decoded.keys().enumerate().map(|(place, address)| AccountUse {
            address,
            signer: place < signers,
            writable: decoded.is_writable(place),
        });
        let loaded = |writable| {
            move |address: &SolanaAddress| AccountUse { address: *address, signer: false, writable }
        };
        let loaded = writable.iter().map(loaded(true)).chain(readonly.iter().map(loaded(false)));
        let accounts: Vec<AccountUse> = own.chain(loaded).collect();
        let mut resolved =
            Self { own: decoded.keys().len(), accounts, uses: Vec::new(), calls: Vec::new() };
        resolved.add_calls(decoded)?;
        Some(resolved)
    }

    fn add_calls(&mut self, decoded: &Decoded) -> Option<()> {
        let instructions = decoded.instructions();
        self.uses.reserve(instructions.iter().map(|call| call.accounts.len()).sum());
        self.calls.reserve(instructions.len());
        for instruction in instructions {
            let start = self.uses.len();
            for account in &instruction.accounts {
                self.uses.push(*self.accounts.get(usize::from(*account))?);
            }
            let program = self.accounts.get(usize::from(instruction.program_id_index))?.address;
            self.calls.push(Call { program, uses: start..self.uses.len() });
        }
        Some(())
    }

    /// Returns all accounts.
    pub(crate) fn accounts(&self) -> &[AccountUse] {
        &self.accounts
    }

    /// Returns how many of the accounts the message holds itself; they come first.
    pub(crate) const fn own(&self) -> usize {
        self.own
    }

    /// Says whether an instruction calls or uses the account at a place.
    fn is_used(&self, place: usize) -> bool {
        let account = self.accounts.get(place);
        account.is_some_and(|account| {
            self.uses.iter().any(|used| used.address == account.address)
                || self.calls.iter().any(|call| call.program == account.address)
        })
    }

    /// Returns the accounts behind the first `signers` ones that no instruction calls or uses, with
    /// their places.
    pub(crate) fn unused(&self, signers: usize) -> impl Iterator<Item = (usize, &AccountUse)> {
        let others = self.accounts.iter().enumerate().skip(signers);
        others.filter(|(place, _)| !self.is_used(*place))
    }

    /// Says whether an account comes from a lookup table.
    pub(crate) fn is_loaded(&self, address: &SolanaAddress) -> bool {
        self.accounts.iter().skip(self.own).any(|account| account.address == *address)
    }

    /// Returns the instructions, with their accounts.
    pub(crate) fn instructions<'a>(
        &'a self,
        decoded: &'a Decoded,
    ) -> impl ExactSizeIterator<Item = Instruction<'a>> {
        self.calls.iter().zip(decoded.instructions()).map(|(call, instruction)| Instruction {
            program: call.program,
            accounts: self.uses.get(call.uses.clone()).unwrap_or_default(),
            data: &instruction.data,
        })
    }
}
