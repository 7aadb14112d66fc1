use super::{ReadError, forms};
use crate::json::Value;

/// Reads an array whose elements have a reader of their own; an error names the place.
pub(crate) fn items<T>(
    value: &Value<'_>,
    read: fn(&Value<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let elements = value.as_array();
    let elements = elements.ok_or_else(|| ReadError::member("", "an array", Some(value)))?;
    let place =
        |(index, element)| read(element).map_err(|error| error.within(&format!("[{index}]")));
    elements.iter().enumerate().map(place).collect()
}

/// Reads an array of strings.
pub(crate) fn texts(value: &Value<'_>) -> Result<Vec<String>, ReadError> {
    items(value, |element| forms::TEXT.read("", element))
}
