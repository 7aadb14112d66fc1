//! What moves on Solana: SOL itself, and tokens of both token programs.

use solana_address::Address;
use solana_instruction::Instruction;
use solana_sdk::program_error::ProgramError;
use spl_associated_token_account_interface::address::get_associated_token_address_with_program_id;
use spl_associated_token_account_interface::instruction::create_associated_token_account_idempotent;
use spl_token_2022_interface::extension::metadata_pointer;
use spl_token_2022_interface::extension::{ExtensionType, StateWithExtensions};
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::state::{Account as TokenAccount, Mint as MintState};

use super::Engine;
use super::engine::{Credit, Unit};

/// What a swap moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asset {
    /// SOL, in lamports.
    Native,
    /// A token.
    Token(Mint),
}

/// A token of one of the token programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mint {
    pub(crate) address: Address,
    pub(crate) program: TokenProgram,
    pub(crate) decimals: u8,
}

/// Which program a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenProgram {
    Spl,
    Token2022,
}

impl Asset {
    /// Returns what moves it, as registries name it.
    pub(crate) const fn program_name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Token(Mint { program: TokenProgram::Spl, .. }) => "spl-token",
            Self::Token(Mint { program: TokenProgram::Token2022, .. }) => "token-2022",
        }
    }

    /// Reads how much of it an owner has.
    pub(crate) fn balance(self, engine: &Engine, owner: &Address) -> u64 {
        match self {
            Self::Native => engine.lamports(owner),
            Self::Token(mint) => held(engine, &mint.account_of(owner)),
        }
    }

    /// Returns what came in of it at an owner's, the oldest first.
    pub(crate) fn credits<'a>(self, engine: &'a Engine, owner: &Address) -> &'a [Credit] {
        match self {
            Self::Native => engine.credits(*owner, Unit::Lamports),
            Self::Token(mint) => engine.credits(mint.account_of(owner), Unit::Tokens),
        }
    }

    /// Writes an instruction that moves some of it between owners.
    ///
    /// # Errors
    ///
    /// Returns a [`ProgramError`] that says why there is none.
    pub(crate) fn transfer(
        self,
        (from, to): (&Address, &Address),
        amount: u64,
    ) -> Result<Instruction, ProgramError> {
        match self {
            Self::Native => Ok(solana_system_interface::instruction::transfer(from, to, amount)),
            Self::Token(mint) => mint.transfer((from, to), amount),
        }
    }
}

impl Mint {
    /// Returns the account in which an owner has this token.
    pub(crate) fn account_of(&self, owner: &Address) -> Address {
        get_associated_token_address_with_program_id(owner, &self.address, &self.program.id())
    }

    /// Writes an instruction that makes an owner's account where there is none.
    pub(crate) fn create_account(&self, payer: &Address, owner: &Address) -> Instruction {
        let program = self.program.id();
        create_associated_token_account_idempotent(payer, owner, &self.address, &program)
    }

    /// Writes the instructions that make the mint itself, in an account that is there already.
    ///
    /// # Errors
    ///
    /// Returns a [`ProgramError`] that says why there are none.
    pub(crate) fn initialize(&self, authority: &Address) -> Result<Vec<Instruction>, ProgramError> {
        let program = self.program.id();
        let freeze = Some(authority);
        let mint = &self.address;
        let begin = token::initialize_mint2(&program, mint, authority, freeze, self.decimals)?;
        Ok(match self.program {
            TokenProgram::Spl => vec![begin],
            TokenProgram::Token2022 => {
                let (by, at) = (Some(*authority), Some(*mint));
                let pointer = metadata_pointer::instruction::initialize(&program, mint, by, at)?;
                vec![pointer, begin]
            }
        })
    }

    /// Writes an instruction that makes new tokens for an owner.
    ///
    /// # Errors
    ///
    /// Returns a [`ProgramError`] that says why there is none.
    pub(crate) fn mint_to(
        &self,
        authority: &Address,
        owner: &Address,
        amount: u64,
    ) -> Result<Instruction, ProgramError> {
        let (program, to) = (self.program.id(), self.account_of(owner));
        token::mint_to_checked(&program, &self.address, &to, authority, &[], amount, self.decimals)
    }

    fn transfer(
        &self,
        (from, to): (&Address, &Address),
        amount: u64,
    ) -> Result<Instruction, ProgramError> {
        let (program, mint, decimals) = (self.program.id(), &self.address, self.decimals);
        let (source, target) = (self.account_of(from), self.account_of(to));
        token::transfer_checked(&program, &source, mint, &target, from, &[], amount, decimals)
    }
}

impl TokenProgram {
    /// Returns the program's address.
    pub(crate) const fn id(self) -> Address {
        match self {
            Self::Spl => spl_token_interface::ID,
            Self::Token2022 => spl_token_2022_interface::ID,
        }
    }

    /// Returns how many bytes a mint of it takes here.
    pub(crate) fn mint_bytes(self) -> Result<usize, ProgramError> {
        let extensions: &[ExtensionType] = match self {
            Self::Spl => &[],
            Self::Token2022 => &[ExtensionType::MetadataPointer],
        };
        ExtensionType::try_calculate_account_len::<MintState>(extensions)
    }
}

/// Reads how much an account has.
pub(super) fn held(engine: &Engine, account: &Address) -> u64 {
    let account = engine.account(account);
    let data = account.map(|account| account.data).unwrap_or_default();
    StateWithExtensions::<TokenAccount>::unpack(&data).map_or(0, |account| account.base.amount)
}
