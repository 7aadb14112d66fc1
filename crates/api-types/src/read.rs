//! Reading members under any of their names, with an error that names the member.

mod error;
pub(crate) mod forms;
mod members;

pub use error::ReadError;
pub(crate) use forms::Form;
pub(crate) use members::Members;
