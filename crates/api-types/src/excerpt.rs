/// Returns the first `limit` characters of a text from outside, fit for a message or a log.
///
/// Control characters, quotes and what steers a terminal or the direction of writing are
/// escaped; an ellipsis stands for what was left out. Does not remove secrets.
///
/// # Examples
///
/// ```
/// use countersign_api_types::excerpt;
///
/// assert_eq!(excerpt("one\ntwo", 5), r"one\nt…");
/// ```
pub fn excerpt(text: &str, limit: usize) -> String {
    let mut shown: String = text.chars().take(limit).flat_map(char::escape_debug).collect();
    if text.chars().nth(limit).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        assert_eq!(excerpt("a\u{1b}[2J\u{202e}b\0", 20), r"a\u{1b}[2J\u{202e}b\0");
    }

    #[test]
    fn counts_characters_and_marks_the_cut() {
        assert_eq!(excerpt("äöü", 3), "äöü");
        assert_eq!(excerpt("äöü", 2), "äö…");
        assert_eq!(excerpt("", 0), "");
    }
}
