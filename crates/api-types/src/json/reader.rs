use std::borrow::Cow;
use std::collections::HashSet;

use super::{JsonError, JsonErrorKind, Object, Value};

/// How deeply arrays and objects may be nested.
pub const MAX_DEPTH: u8 = 64;

/// From this many members on, an object's keys are compared by a set and not pair by pair.
const MANY_MEMBERS: usize = 16;

/// Reads one JSON value that fills the whole text.
///
/// # Errors
///
/// Returns a [`JsonError`] with the byte offset if the text is not JSON, or if it has a duplicate
/// key, half a surrogate pair, or more than [`MAX_DEPTH`] levels.
///
/// # Examples
///
/// ```
/// use countersign_api_types::json::{self, Value};
///
/// let value = json::parse(r#"{"lots": 18446744073709551617}"#)?;
/// let lots = value.as_object().and_then(|object| object.get("lots"));
/// assert_eq!(lots, Some(&Value::Number("18446744073709551617")));
/// assert!(json::parse(r#"{"spender": "a", "spender": "b"}"#).is_err());
/// # Ok::<_, json::JsonError>(())
/// ```
pub fn parse(text: &str) -> Result<Value<'_>, JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.skip_space();
    let value = reader.value()?;
    reader.skip_space();
    if reader.at == text.len() { Ok(value) } else { Err(reader.error(JsonErrorKind::TrailingData)) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Value<'a>, JsonError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Err(self.syntax("a value")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value<'a>, JsonError>,
    ) -> Result<Value<'a>, JsonError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        self.depth = self.depth.saturating_add(1);
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    fn object(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        self.advance();
        self.skip_space();
        let mut members = Vec::new();
        if !self.take(b'}') {
            loop {
                let key_at = self.at;
                let key = self.string()?;
                // A long list of keys is compared once, at its end.
                if members.len() < MANY_MEMBERS && members.iter().any(|(name, _)| *name == key) {
                    return Err(JsonError { kind: JsonErrorKind::DuplicateKey, offset: key_at });
                }
                self.skip_space();
                self.expect(b':', "a colon")?;
                self.skip_space();
                members.push((key, self.value()?));
                self.skip_space();
                if self.take(b'}') {
                    break;
                }
                self.expect(b',', "a comma or the end of the object")?;
                self.skip_space();
            }
        }
        if members.len() > MANY_MEMBERS {
            let keys: HashSet<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
            if keys.len() != members.len() {
                return Err(JsonError { kind: JsonErrorKind::DuplicateKey, offset: start });
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        Ok(Value::Object(Object::new(members, raw)))
    }

    fn array(&mut self) -> Result<Value<'a>, JsonError> {
        self.advance();
        self.skip_space();
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(elements));
            }
            self.expect(b',', "a comma or the end of the array")?;
            self.skip_space();
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            let text = self.text.get(start..self.at).unwrap_or_default();
            self.advance();
            return Ok(Cow::Borrowed(text));
        }
        self.escaped_string(start).map(Cow::Owned)
    }

    fn escaped_string(&mut self, start: usize) -> Result<String, JsonError> {
        let mut text = self.text.get(start..self.at).unwrap_or_default().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.advance();
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.syntax("the end of the string")),
            }
            let plain = self.at;
            self.skip_plain();
            text.push_str(self.text.get(plain..self.at).unwrap_or_default());
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        self.advance();
        let escaped = match self.peek() {
            Some(same @ (b'"' | b'\\' | b'/')) => char::from(same),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.syntax("an escape")),
        };
        self.advance();
        Ok(escaped)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let offset = self.at;
        let lone = JsonError { kind: JsonErrorKind::LoneSurrogate, offset };
        self.advance();
        let first = self.hex4()?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) {
            if !(self.take(b'\\') && self.take(b'u')) {
                return Err(lone);
            }
            units.push(self.hex4()?);
        }
        let mut decoded = char::decode_utf16(units);
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(lone),
        }
    }

    fn hex4(&mut self) -> Result<u16, JsonError> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).unwrap_or_default();
        if digits.len() != 4 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(self.syntax("four hex digits"));
        }
        self.at = end;
        u16::from_str_radix(digits, 16).map_err(|_| self.syntax("four hex digits"))
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.advance();
        }
        if self.at > start { Ok(()) } else { Err(self.syntax("a digit")) }
    }

    fn literal(&mut self, word: &'static str, value: Value<'a>) -> Result<Value<'a>, JsonError> {
        let end = self.at.saturating_add(word.len());
        if self.text.get(self.at..end) == Some(word) {
            self.at = end;
            return Ok(value);
        }
        Err(self.syntax("a value"))
    }

    /// Moves to the next byte that a string can't hold as it is.
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
        self.at = self.at.saturating_add(rest.iter().position(special).unwrap_or(rest.len()));
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.advance();
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, byte: u8, name: &'static str) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax(name)) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    const fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    const fn syntax(&self, expected: &'static str) -> JsonError {
        self.error(JsonErrorKind::Syntax(expected))
    }

    const fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, offset: self.at }
    }
}
