//! Reading members under any of their names, with an error that names the member.

mod error;
pub(crate) mod forms;
mod list;
mod members;

pub use error::ReadError;
pub(crate) use forms::Form;
pub(crate) use list::{items, texts};
pub(crate) use members::Members;
