use super::{Form, ReadError, error::show};
use crate::json::{Object, Value};

/// The members of an object, looked up by paths such as `from.token`.
///
/// A concept has several paths, one for each way in which an API has written it. `null` counts as
/// absent, and two paths that are both there must agree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members<'v, 'a>(&'v Object<'a>);

impl<'v, 'a> Members<'v, 'a> {
    pub(crate) fn of(value: &'v Value<'a>) -> Result<Self, ReadError> {
        let object = value.as_object();
        object.map(Self).ok_or_else(|| ReadError::member("", "an object", Some(value)))
    }

    /// Returns the value under one path.
    pub(crate) fn find(self, path: &str) -> Result<Option<&'v Value<'a>>, ReadError> {
        let mut object = self.0;
        let mut rest = path;
        while let Some((name, inner)) = rest.split_once('.') {
            let Some(value) = present(object, name) else { return Ok(None) };
            let parent = path.strip_suffix(inner).unwrap_or(path).trim_end_matches('.');
            object = value
                .as_object()
                .ok_or_else(|| ReadError::member(parent, "an object", Some(value)))?;
            rest = inner;
        }
        Ok(present(object, rest))
    }

    /// Returns what is under the first path that is there.
    pub(crate) fn optional<T: PartialEq>(
        self,
        paths: &[&str],
        form: &Form<T>,
    ) -> Result<Option<T>, ReadError> {
        let mut first: Option<(&str, &Value<'_>, T)> = None;
        for path in paths {
            let Some(value) = self.find(path)? else { continue };
            let read = form.read(path, value)?;
            match &first {
                None => first = Some((path, value, read)),
                Some((_, _, known)) if *known == read => {}
                Some((known_path, known, _)) => {
                    return Err(ReadError::Ambiguous {
                        path: (*known_path).to_owned(),
                        found: show(known),
                        other: (*path).to_owned(),
                        other_found: show(value),
                    });
                }
            }
        }
        Ok(first.map(|(_, _, read)| read))
    }

    /// Returns what is under the first path that is there; one of them has to be.
    pub(crate) fn required<T: PartialEq>(
        self,
        paths: &[&str],
        form: &Form<T>,
    ) -> Result<T, ReadError> {
        let path = paths.first().copied().unwrap_or_default();
        self.optional(paths, form)?.ok_or_else(|| ReadError::member(path, form.expected(), None))
    }

    /// Reads a part that has a reader of its own.
    pub(crate) fn part<T>(
        self,
        path: &str,
        read: fn(&Value<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let value = self.find(path)?;
        value.map(read).transpose().map_err(|error| error.within(path))
    }
}

fn present<'v, 'a>(object: &'v Object<'a>, name: &str) -> Option<&'v Value<'a>> {
    object.get(name).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::read::forms::{LOTS, TEXT};

    fn read(text: &str, paths: &[&str]) -> Result<Option<String>, ReadError> {
        Members::of(&parse(text).unwrap())?.optional(paths, &TEXT)
    }

    #[test]
    fn takes_the_first_path_that_is_there_and_null_is_absent() {
        let text = r#"{"a": null, "from": {"b": "x"}, "c": "x"}"#;
        assert_eq!(read(text, &["a", "from.b", "c"]), Ok(Some("x".to_owned())));
        assert_eq!(read(text, &["a", "to.b", "from.c"]), Ok(None));
    }

    #[test]
    fn refuses_two_paths_that_disagree() {
        let error = read(r#"{"a": "x", "b": "y"}"#, &["a", "b"]).unwrap_err();
        let message = r#"a and b: expected the same value, found "x" and "y""#;
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn names_the_member_what_was_expected_and_what_was_found() {
        let value = parse(r#"{"from": {"lots": 1.5}, "to": 7, "x": {"y": []}}"#).unwrap();
        let members = Members::of(&value).unwrap();
        let message = |path| members.required(&[path], &LOTS).unwrap_err().to_string();
        let expected = "expected an amount in base units, as an integer or its digits";
        assert_eq!(message("from.lots"), format!("from.lots: {expected}, found 1.5"));
        assert_eq!(message("from.none"), format!("from.none: {expected}, found nothing"));
        assert_eq!(message("to.lots"), "to: expected an object, found 7");
        assert_eq!(message("x.y.z"), "x.y: expected an object, found an array");
        let whole = Members::of(&parse("[]").unwrap()).unwrap_err().to_string();
        assert_eq!(whole, "the body: expected an object, found an array");
    }

    #[test]
    fn bounds_and_escapes_what_it_shows() {
        let text = format!(r#"{{"a": ["{}"]}}"#, "x".repeat(5_000));
        assert!(read(&text, &["a"]).unwrap_err().to_string().len() < 80);
        let value = parse(r#"{"lots": "\u001b[2J\nlong"}"#).unwrap();
        let error = Members::of(&value).unwrap().required(&["lots"], &LOTS).unwrap_err();
        assert!(error.to_string().ends_with(r#"found "\u{1b}[2J\nlong""#), "{error}");
    }
}
