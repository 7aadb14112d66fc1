//! The answer to a create request, before it is written in a dialect.

use uuid::Uuid;

use crate::config::PayloadForm;
use crate::json::Json;
use crate::payload::{Payload, Style};
use crate::swap::Quote;

/// What a client is to sign, in the members of `params_to_sign`.
pub(crate) trait Params {
    fn render(&self, style: Style) -> Json;
}

/// What a create answer says. A lie changes it here, whatever the dialect.
#[derive(Clone, Debug)]
pub(crate) struct Answer<P = Payload> {
    pub(crate) id: Uuid,
    pub(crate) approval_type: String,
    /// Seconds, as a JSON number.
    pub(crate) deadline: Json,
    pub(crate) secret_hash: String,
    pub(crate) approve_to: Json,
    pub(crate) quote: Quote,
    pub(crate) from_address: String,
    pub(crate) to_address: String,
    pub(crate) refund_address: String,
    pub(crate) payload: P,
    pub(crate) style: Style,
}

impl Answer {
    /// Hands the payload over as typed data, whatever is configured.
    pub(crate) const fn use_typed_data(&mut self) {
        self.style.form = PayloadForm::TypedData;
    }
}
