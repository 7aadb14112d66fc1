use std::borrow::Cow;
use std::fmt;

/// A JSON value that borrows from its text.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has these six kinds of value and no other")]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its text: it has not been rounded to anything.
    Number(&'a str),
    /// A string, with its escapes resolved.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object<'a>),
}

/// A JSON object: its members in the order of the text, no key twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    raw: &'a str,
}

impl<'a> Value<'a> {
    /// Returns the string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the object, if this is one.
    pub const fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Says whether this is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Names the kind of value, for an error message.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Writes the value as JSON: numbers and objects byte for byte as they came.
impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(truth) => write!(formatter, "{truth}"),
            Self::Number(text) => formatter.write_str(text),
            Self::String(text) => write!(formatter, "{}", serde_json::Value::from(text.as_ref())),
            Self::Object(object) => formatter.write_str(object.raw),
            Self::Array(elements) => {
                formatter.write_str("[")?;
                for (place, element) in elements.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(formatter, "{comma}{element}")?;
                }
                formatter.write_str("]")
            }
        }
    }
}

impl<'a> Object<'a> {
    pub(super) const fn new(members: Vec<(Cow<'a, str>, Value<'a>)>, raw: &'a str) -> Self {
        Self { members, raw }
    }

    /// Returns a member's value; `None` where there is none, `Some(Null)` where it is `null`.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.members.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Returns the members in the order of the text.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Returns how many members there are.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Says whether there are no members.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the object's own text, from brace to brace.
    pub const fn raw(&self) -> &'a str {
        self.raw
    }
}
