use std::fmt;

use super::{StructDef, WitnessType};
use crate::keccak::{Word, keccak};

/// A value that was decoded by its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// An integer, an address, a boolean or fixed bytes, as EIP-712 encodes them.
    Word(Word),
    Bytes(Vec<u8>),
    String(String),
    Array(Vec<Self>),
    /// A struct's members in the order of its type, and the struct's place.
    Struct(usize, Vec<Self>),
}

impl Value {
    /// Returns `encodeData` of the value: one word.
    pub(crate) fn encode(&self, types: &WitnessType<'_>) -> Word {
        match self {
            Self::Word(word) => *word,
            Self::Bytes(bytes) => keccak(bytes),
            Self::String(text) => keccak(text.as_bytes()),
            Self::Array(elements) => {
                let words: Vec<Word> =
                    elements.iter().map(|element| element.encode(types)).collect();
                keccak(words.as_flattened())
            }
            Self::Struct(place, members) => {
                let encoded = members.iter().map(|member| member.encode(types));
                types.get(*place).map_or([0; 32], |def: &StructDef<'_>| def.hash(encoded))
            }
        }
    }
}

/// Where a value stands, for a message; nothing is built until it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root(&'a str),
    Member(&'a Self, &'a str),
    Element(&'a Self, usize),
}

impl Path<'_> {
    /// Says whether this is a member of the struct that the path begins with.
    pub(crate) const fn is_member_of_root(&self) -> bool {
        matches!(self, Self::Member(Self::Root(_), _))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => formatter.write_str(name),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Element(parent, place) => write!(formatter, "{parent}[{place}]"),
        }
    }
}
