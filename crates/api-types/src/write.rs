use std::fmt::{Display, Write as _};

/// Writes a JSON object member by member; a member whose value is `None` is left out.
///
/// Numbers are written as the digits they display as, so an amount of any size stays exact.
#[derive(Debug, Default)]
pub(crate) struct ObjectWriter {
    members: String,
}

impl ObjectWriter {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Writes a string.
    pub(crate) fn string<T: Display>(self, key: &str, value: Option<T>) -> Self {
        self.raw(key, value.map(|value| quote(&value.to_string())))
    }

    /// Writes an integer, a truth value, or another value whose text is its JSON form.
    pub(crate) fn plain<T: Display>(self, key: &str, value: Option<T>) -> Self {
        self.raw(key, value)
    }

    /// Writes an object, unless it is empty.
    pub(crate) fn object(self, key: &str, value: Self) -> Self {
        let value = (!value.members.is_empty()).then(|| value.finish());
        self.raw(key, value)
    }

    /// Writes a value that is JSON already.
    pub(crate) fn raw<T: Display>(mut self, key: &str, json: Option<T>) -> Self {
        if let Some(json) = json {
            let comma = if self.members.is_empty() { "" } else { "," };
            // Writing to a String can't fail.
            let _ = write!(self.members, "{comma}{}:{json}", quote(key));
        }
        self
    }

    pub(crate) fn finish(self) -> String {
        format!("{{{}}}", self.members)
    }
}

/// Writes the elements of an array.
pub(crate) fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(","))
}

pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_is_there_and_escapes_strings() {
        let inner = ObjectWriter::new().plain("n", Some(u64::MAX)).plain("none", None::<u8>);
        let text = ObjectWriter::new()
            .string("a\"b", Some("\u{1}\\"))
            .object("in", inner)
            .object("empty", ObjectWriter::new())
            .finish();
        assert_eq!(text, r#"{"a\"b":"\u0001\\","in":{"n":18446744073709551615}}"#);
        assert_eq!(ObjectWriter::new().finish(), "{}");
        assert_eq!(array(&["1".to_owned(), "{}".to_owned()]), "[1,{}]");
    }
}
