use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A line as it was sent; its parts are read by whoever needs them.
///
/// The payload stays text: whether it can be read at all is a part of the verdict.
#[derive(Debug, Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) chain: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) terms: &'a RawValue,
    #[serde(borrow)]
    pub(super) payload: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) facts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) require_facts: Option<&'a RawValue>,
    /// The quote that a deposit or an intent is for.
    #[serde(borrow)]
    pub(super) quote: Option<&'a RawValue>,
}

impl<'a> Line<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        // A reader of structs takes an array of their members too; the format does not.
        if !text.trim_start().starts_with('{') {
            return Err("line: expected a JSON object".to_owned());
        }
        serde_json::from_str(text).map_err(|error| format!("line: {error}"))
    }
}
