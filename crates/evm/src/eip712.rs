//! EIP-712 struct types, and values decoded by them.
//!
//! Types come from our own registry, never from the payload: the payload's types are compared with
//! these, and its values are decoded by these.

mod decode;
mod kind;
mod scalar;
mod struct_type;
mod value;

pub(crate) use decode::{decode_struct, describe};
pub(crate) use kind::Kind;
pub(crate) use scalar::{Reading, Source, address, decode_scalar, uint};
pub use struct_type::check_witness_type;
pub(crate) use struct_type::{StructDef, WitnessType};
pub(crate) use value::{Path, Value};
