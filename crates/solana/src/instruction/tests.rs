//! Each instruction that the official crates build is read back as what it was built from.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers of tests are small")]

mod batch;
mod confidential;
mod confidential_supply;
mod extensions;
mod interfaces;
mod loader;
mod lookup_table;
mod neutral;
mod nothing_panics;
mod stake;
mod system;
mod token;
mod vote;

use countersign_approval::Code;
use countersign_units::SolanaAddress;
use proptest::prelude::*;
use solana_sdk::instruction::{AccountMeta, Instruction as Built};
use solana_sdk::pubkey::Pubkey;

use super::form::decode;
use super::{AccountUse, Effect, Instruction, Unreadable, read};

/// What instructions are built from.
#[derive(Clone, Debug)]
struct Values {
    keys: [Pubkey; 8],
    amount: u64,
    other: u64,
    word: u32,
    half: u16,
    byte: u8,
    text: String,
}

impl Values {
    fn some() -> Self {
        let keys = [1, 2, 3, 4, 5, 6, 7, 8].map(|byte| Pubkey::new_from_array([byte; 32]));
        let text = "tëxt\n".to_owned();
        Self { keys, amount: 2_500_000, other: 7, word: 60_000, half: 500, byte: 6, text }
    }
}

fn any_values() -> impl Strategy<Value = Values> {
    let keys = prop::array::uniform8(any::<[u8; 32]>().prop_map(Pubkey::new_from_array));
    let numbers = (any::<u64>(), any::<u64>(), any::<u32>(), any::<u16>(), any::<u8>());
    (keys, numbers, "\\PC{1,12}").prop_map(|(keys, (amount, other, word, half, byte), text)| {
        Values { keys, amount, other, word, half, byte, text }
    })
}

/// An instruction, and what is to be read in it.
struct Case {
    built: Built,
    expected: Expected,
    /// The changes that make another instruction of the same program.
    takes: Vec<Change>,
}

/// A small change of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Longer,
    Shorter,
    More,
    Fewer,
}

enum Expected {
    Same(Effect<'static>),
    Memo(String),
    Other(Code, String),
}

fn case(built: Built, expected: Expected) -> Case {
    Case { built, expected, takes: vec![] }
}

fn same(built: Built, effect: Effect<'static>) -> Case {
    case(built, Expected::Same(effect))
}

fn other(built: Built, code: Code, detail: impl Into<String>) -> Case {
    case(built, Expected::Other(code, detail.into()))
}

impl Case {
    fn takes(mut self, change: Change) -> Self {
        self.takes.push(change);
        self
    }

    fn longer(self) -> Self {
        self.takes(Change::Longer)
    }

    fn shorter(self) -> Self {
        self.takes(Change::Shorter)
    }

    fn more(self) -> Self {
        self.takes(Change::More)
    }

    fn fewer(self) -> Self {
        self.takes(Change::Fewer)
    }

    /// The instruction is read as what it was built from; one that is a byte or an account longer
    /// or shorter is not, unless the program itself takes it.
    fn hold(&self) {
        with_read(&self.built, |read| self.is_as_expected(read));
        for change in [Change::Longer, Change::Shorter, Change::More, Change::Fewer] {
            let Some(built) = change.of(&self.built) else { continue };
            with_read(&built, |read| match read {
                Ok(_) => assert!(self.takes.contains(&change), "{change:?}: {built:?}: {read:?}"),
                Err(Unreadable::Form { .. }) => {
                    assert!(!self.takes.contains(&change), "{change:?}: {built:?}: {read:?}");
                }
                Err(Unreadable::Program) => panic!("{built:?}"),
            });
        }
    }

    fn is_as_expected(&self, read: Result<Effect<'_>, Unreadable>) {
        let effect = read.unwrap_or_else(|error| panic!("{:?}: {error:?}", self.built));
        match &self.expected {
            Expected::Same(expected) => assert_eq!(effect, *expected),
            Expected::Memo(text) => assert_eq!(effect, Effect::Memo(text)),
            Expected::Other(code, detail) => {
                let Effect::Other(read) = &effect else { panic!("{effect:?}") };
                assert_eq!((read.code, &read.detail), (*code, detail));
            }
        }
        let (name, line) = (effect.name(), effect.describe());
        assert_eq!(line.split(": ").next(), Some(name));
        assert!(!line.contains('\n'), "{line}");
    }
}

impl Change {
    fn of(self, built: &Built) -> Option<Built> {
        let mut built = built.clone();
        match self {
            Self::Longer => built.data.push(1),
            Self::Shorter => built.data.pop().map(drop)?,
            Self::More => {
                let stranger = Pubkey::new_from_array([99; 32]);
                built.accounts.push(AccountMeta::new_readonly(stranger, false));
            }
            Self::Fewer => built.accounts.pop().map(drop)?,
        }
        Some(built)
    }
}

fn address(key: &Pubkey) -> SolanaAddress {
    SolanaAddress::new(key.to_bytes())
}

fn with_read<T>(built: &Built, then: impl FnOnce(Result<Effect<'_>, Unreadable>) -> T) -> T {
    let accounts: Vec<AccountUse> = built
        .accounts
        .iter()
        .map(|account| AccountUse {
            address: address(&account.pubkey),
            signer: account.is_signer,
            writable: account.is_writable,
        })
        .collect();
    let program = address(&built.program_id);
    then(read(&Instruction { program, accounts: &accounts, data: &built.data }))
}

/// Asserts that an instruction is none of its program.
fn refused(built: &Built) {
    with_read(built, |read| {
        assert!(matches!(read, Err(Unreadable::Form { .. })), "{built:?}: {read:?}");
    });
}

/// Holds the cases that a function builds, from values of ours and from any.
macro_rules! hold {
    ($cases:path) => {
        #[test]
        fn what_was_built_is_read() {
            $cases(&Values::some()).iter().for_each(Case::hold);
        }

        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

            #[test]
            fn whatever_is_built_is_read(values in any_values()) {
                $cases(&values).iter().for_each(Case::hold);
            }
        }
    };
}

use hold;

/// Reads any byte as a choice of two, as a careless decoder would.
#[derive(serde::Deserialize, serde::Serialize)]
#[serde(from = "u8", into = "u8")]
#[derive(Clone)]
struct Careless(bool);

impl From<u8> for Careless {
    fn from(byte: u8) -> Self {
        Self(byte != 0)
    }
}

impl From<Careless> for u8 {
    fn from(careless: Careless) -> Self {
        careless.0.into()
    }
}

#[test]
fn bytes_that_would_be_written_otherwise_are_not_read() {
    let read = |data: &[u8]| decode::<Careless>(data).map(|read| read.0);
    assert_eq!([read(&[0]), read(&[1])], [Some(false), Some(true)]);
    assert_eq!([read(&[2]), read(&[255]), read(&[]), read(&[1, 0])], [None; 4]);
}

#[test]
fn programs_that_nothing_reads_are_named_so() {
    let built =
        Built { program_id: Pubkey::new_from_array([9; 32]), accounts: vec![], data: vec![] };
    with_read(&built, |read| assert_eq!(read, Err(Unreadable::Program)));
}
