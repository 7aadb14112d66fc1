//! An escrow as a program of the runtime: it takes what was agreed into its vault, or does something
//! else, as one byte of the call says.

use solana_program_runtime::declare_process_instruction;
use solana_program_runtime::invoke_context::InvokeContext;
use solana_sdk::instruction::{Instruction, InstructionError};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};
use solana_system_interface::instruction as system;
use spl_token_2022_interface::instruction as token;
use spl_token_2022_interface::instruction::AuthorityType;

use super::scene::LEFT;
use crate::chain::DECIMALS;

/// Where it lives.
pub(crate) const ID: Pubkey = Pubkey::new_from_array([77; 32]);
/// Who gets a say over what it takes, where it gives that away.
pub(crate) const ATTACKER: Pubkey = Pubkey::new_from_array([66; 32]);
const SEED: &[u8] = b"keeper";

declare_process_instruction!(Escrow, 1, |context| { process(context) });

/// Returns a key that is handed what is ours, and that uses it.
pub(crate) fn thief() -> Keypair {
    Keypair::new_from_array([68; 32])
}

/// Returns the key without a secret that the escrow signs for, and that its vault belongs to.
pub(crate) fn keeper() -> (Pubkey, u8) {
    Pubkey::find_program_address(&[SEED], &ID)
}

/// What the escrow does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    /// What was agreed.
    Nothing,
    TakesNone,
    TakesLess,
    TakesMore,
    PaysAnother,
    PaysAnotherToo,
    PassesOn,
    TakesNonce,
    HandsNonceOver,
    Assigns,
    Allocates,
    BecomesNonce,
    TakesSol,
    TakesSavings,
    Approves,
    Burns,
    SetsCloser,
    Closes,
    SetsOwner,
    GivesVaultAway,
}

impl Trick {
    /// Those about any asset, those about tokens alone, and the two that Token-2022 refuses.
    pub(crate) const ALL: [Self; 20] = [
        Self::Nothing,
        Self::TakesNone,
        Self::TakesLess,
        Self::TakesMore,
        Self::PaysAnother,
        Self::PaysAnotherToo,
        Self::PassesOn,
        Self::TakesNonce,
        Self::HandsNonceOver,
        Self::Assigns,
        Self::Allocates,
        Self::BecomesNonce,
        Self::TakesSol,
        Self::TakesSavings,
        Self::Approves,
        Self::Burns,
        Self::SetsCloser,
        Self::Closes,
        Self::SetsOwner,
        Self::GivesVaultAway,
    ];

    /// Says whether our key has to be one that is written to.
    pub(crate) const fn needs_our_key(self) -> bool {
        matches!(self, Self::TakesSol | Self::Assigns | Self::Allocates | Self::BecomesNonce)
    }

    /// Returns the byte that asks for it.
    pub(crate) fn byte(self) -> u8 {
        let place = Self::ALL.iter().position(|trick| *trick == self).unwrap();
        u8::try_from(place).unwrap()
    }
}

/// Reads a call, and calls other programs with the signatures that came with it.
fn process(context: &mut InvokeContext<'_, '_>) -> Result<(), InstructionError> {
    let (_, bump) = keeper();
    for step in Call::read(context)?.steps() {
        context.native_invoke_signed(step, &[&[SEED, &[bump]]])?;
    }
    Ok(())
}

/// A call: what is asked for, and the accounts by their places.
struct Call {
    trick: Trick,
    amount: u64,
    keys: Vec<Pubkey>,
}

impl Call {
    fn read(context: &InvokeContext<'_, '_>) -> Result<Self, InstructionError> {
        let call = context.transaction_context.get_current_instruction_context()?;
        let (trick, amount) =
            call.get_instruction_data().split_first().ok_or(InstructionError::InvalidArgument)?;
        // The book of the escrow says it where it says anything.
        let book = call.try_borrow_instruction_account(BOOK)?.get_data()[0];
        let trick = if book == 0 { *trick } else { book };
        let places = 0..call.get_number_of_instruction_accounts();
        let keys = places.map(|place| call.get_key_of_instruction_account(place).copied());
        Ok(Self {
            trick: Trick::ALL[usize::from(trick)],
            amount: u64::from_le_bytes(amount.try_into().unwrap()),
            keys: keys.collect::<Result<_, _>>()?,
        })
    }

    fn steps(&self) -> Vec<Instruction> {
        let ([user, _, vault, loot, nonce], amount) = (self.parties(), self.amount);
        let agreed = self.pay(vault, amount);
        match self.trick {
            Trick::Nothing => vec![agreed],
            Trick::TakesNone => vec![],
            Trick::TakesLess => vec![self.pay(vault, amount - 1)],
            Trick::TakesMore => vec![self.pay(vault, amount + 1)],
            Trick::PaysAnother => vec![self.pay(loot, amount)],
            Trick::PaysAnotherToo => vec![agreed, self.pay(loot, 1)],
            Trick::PassesOn => vec![agreed, self.pass_on(vault, loot)],
            Trick::TakesNonce => {
                vec![agreed, system::withdraw_nonce_account(nonce, user, loot, 1_000)]
            }
            Trick::HandsNonceOver => {
                vec![agreed, system::authorize_nonce_account(nonce, user, &ATTACKER)]
            }
            // A key with data in it can't pay any more.
            Trick::Allocates => vec![agreed, system::allocate(user, 1)],
            // What makes an account a nonce of the thief's is the second of the two.
            Trick::BecomesNonce => {
                let make = system::create_nonce_account(user, user, &thief().pubkey(), 0);
                vec![agreed, system::allocate(user, 80), make[1].clone()]
            }
            Trick::Assigns => vec![agreed, system::assign(user, &ID)],
            Trick::TakesSol => vec![agreed, system::transfer(user, loot, 1_000)],
            _ => [vec![agreed], self.of_the_tokens()].concat(),
        }
    }

    /// What it does besides the agreed transfer, of what tokens alone can do.
    fn of_the_tokens(&self) -> Vec<Instruction> {
        let ([user, source, vault, loot, _], program) = (self.parties(), &self.keys[PROGRAM]);
        let (mint, keeper) = (&self.keys[MINT], &self.keys[KEEPER]);
        let set = |account, kind, owner| {
            token::set_authority(program, account, Some(&ATTACKER), kind, owner, &[]).unwrap()
        };
        let burn = |amount| token::burn(program, source, mint, user, &[], amount).unwrap();
        match self.trick {
            Trick::TakesSavings => vec![self.move_tokens(&self.keys[SAVINGS], loot, user, 1)],
            Trick::Approves => {
                vec![token::approve(program, source, &ATTACKER, user, &[], 1).unwrap()]
            }
            Trick::Burns => vec![burn(1)],
            Trick::SetsCloser => vec![set(source, AuthorityType::CloseAccount, user)],
            Trick::Closes => {
                let close = token::close_account(program, source, loot, user, &[]).unwrap();
                vec![burn(self.amount + LEFT), close]
            }
            Trick::SetsOwner => vec![set(source, AuthorityType::AccountOwner, user)],
            Trick::GivesVaultAway => vec![set(vault, AuthorityType::AccountOwner, keeper)],
            _ => vec![],
        }
    }

    /// The user, what the asset leaves, the vault, where loot goes, and a nonce of the user's.
    fn parties(&self) -> [&Pubkey; 5] {
        [0, 1, 2, 3, 4].map(|place| &self.keys[place])
    }

    fn pay(&self, to: &Pubkey, amount: u64) -> Instruction {
        let [user, source, ..] = self.parties();
        if self.moves_sol() {
            return system::transfer(user, to, amount);
        }
        self.move_tokens(source, to, user, amount)
    }

    /// Moves what the vault got out of it again.
    fn pass_on(&self, vault: &Pubkey, loot: &Pubkey) -> Instruction {
        if self.moves_sol() {
            return system::transfer(vault, loot, self.amount);
        }
        self.move_tokens(vault, loot, &self.keys[KEEPER], self.amount)
    }

    fn move_tokens(&self, from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> Instruction {
        let (mint, program) = (&self.keys[MINT], &self.keys[PROGRAM]);
        token::transfer_checked(program, from, mint, to, owner, &[], amount, DECIMALS).unwrap()
    }

    fn moves_sol(&self) -> bool {
        self.keys[PROGRAM] == solana_system_interface::program::ID
    }
}

/// The places of the accounts of a call, behind the parties.
const BOOK: u16 = 5;
const KEEPER: usize = 6;
const MINT: usize = 7;
const PROGRAM: usize = 8;
const SAVINGS: usize = 13;
