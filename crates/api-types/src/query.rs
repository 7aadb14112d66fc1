use std::fmt::{Display, Write as _};

/// Writes a query string pair by pair; a pair whose value is `None` is left out.
#[derive(Debug, Default)]
pub(crate) struct QueryWriter {
    text: String,
}

impl QueryWriter {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn pair<T: Display>(mut self, name: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            let and = if self.text.is_empty() { "" } else { "&" };
            // Writing to a String can't fail.
            let _ = write!(self.text, "{and}{name}={}", encode(&value.to_string()));
        }
        self
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// Percent-encodes every byte that RFC 3986 doesn't call unreserved.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_would_change_the_query() {
        let query = QueryWriter::new()
            .pair("q", Some("a&b=c d/é%"))
            .pair("none", None::<u8>)
            .pair("limit", Some(5))
            .finish();
        assert_eq!(query, "q=a%26b%3Dc%20d%2F%C3%A9%25&limit=5");
    }
}
