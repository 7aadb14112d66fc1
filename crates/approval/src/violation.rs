use std::fmt;

use serde::Serialize;

use crate::Code;

/// How many characters of a found value are shown.
const EXCERPT: usize = 160;
/// How many characters of an expected value are shown: types are long, and ours in most cases.
const EXPECTED: usize = 1_024;
/// How many violations a refusal lists.
const MOST: usize = 100;

/// One check that a payload failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which check.
    pub code: Code,
    /// What had to be there.
    pub expected: String,
    /// What was there: an excerpt, with control characters escaped.
    pub found: String,
    /// The whole in one sentence, with the path of the member.
    pub message: String,
}

impl Violation {
    /// Records that `member` is not what it had to be.
    pub fn new(
        code: Code,
        member: impl fmt::Display,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        let expected = excerpt_of(&expected.to_string(), EXPECTED);
        let found = excerpt(&found.to_string());
        let message = format!("{member}: expected {expected}, found {found}");
        Self { code, expected, found, message }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

/// Shortens a text from outside and escapes what could confuse a terminal or a log.
pub fn excerpt(text: &str) -> String {
    excerpt_of(text, EXCERPT)
}

fn excerpt_of(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let mut shown = String::with_capacity(text.len().min(most));
    for character in characters.by_ref().take(most) {
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Says whether a character changes how its neighbours are shown without showing itself.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The violations found so far.
///
/// Lists up to a hundred; a payload with more is counted on, so that its refusal stays readable.
#[derive(Clone, Debug, Default)]
pub struct Violations {
    list: Vec<Violation>,
    omitted: Option<(Code, usize)>,
}

impl Violations {
    /// Starts with none.
    pub const fn new() -> Self {
        Self { list: Vec::new(), omitted: None }
    }

    /// Adds one.
    pub fn push(&mut self, violation: Violation) {
        let code = violation.code;
        // However many there are of one kind, they hide none of another.
        if self.list.len() < MOST || self.list.iter().all(|listed| listed.code != code) {
            return self.list.push(violation);
        }
        let (_, omitted) = self.omitted.unwrap_or((code, 0));
        self.omitted = Some((code, omitted.saturating_add(1)));
    }

    /// Adds a violation of `code` by `member`, unless `holds`.
    #[expect(clippy::too_many_arguments, reason = "a check and the four members of a violation")]
    pub fn require(
        &mut self,
        holds: bool,
        code: Code,
        member: impl fmt::Display,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        if !holds {
            self.push(Violation::new(code, member, expected, found));
        }
    }

    /// Says whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Passes where there are none.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] that lists them all.
    pub fn into_result(self) -> Result<(), Refusal> {
        let Self { list: mut violations, omitted } = self;
        if let Some((code, omitted)) = omitted {
            let found = format_args!("{omitted} more");
            violations.push(Violation::new(code, "payload", "fewer violations", found));
        }
        if violations.is_empty() { Ok(()) } else { Err(Refusal { violations }) }
    }
}

/// Why nothing was signed: every violation that was found, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Refusal {
    violations: Vec<Violation>,
}

impl Refusal {
    /// Refuses for one reason.
    pub fn one(violation: Violation) -> Self {
        Self { violations: vec![violation] }
    }

    /// Returns the violations.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Says whether one of the violations has this code.
    pub fn has(&self, code: Code) -> bool {
        self.violations.iter().any(|violation| violation.code == code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("refused")?;
        self.violations.iter().try_for_each(|violation| write!(formatter, "; {violation}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_shows_what_is_hidden() {
        assert_eq!(excerpt("a\u{202e}b\n"), "a\\u{202e}b\\n");
        assert_eq!(excerpt(&"x".repeat(1_000)).chars().count(), EXCERPT + 1);
    }

    #[test]
    fn a_refusal_stays_readable() {
        let mut violations = Violations::new();
        (0..1_000).for_each(|found| violations.require(false, Code::Message, "x", "none", found));
        let refusal = violations.into_result().unwrap_err();
        assert_eq!(refusal.violations().len(), MOST + 1);
        assert_eq!(refusal.violations()[MOST].found, "900 more");
    }

    #[test]
    fn many_violations_of_one_code_hide_none_of_another() {
        let mut violations = Violations::new();
        (0..1_000).for_each(|found| violations.require(false, Code::Message, "x", "none", found));
        violations.require(false, Code::Spender, "spender", "ours", "theirs");
        let refusal = violations.into_result().unwrap_err();
        assert!(refusal.has(Code::Spender) && !refusal.has(Code::Malformed));
    }

    #[test]
    fn a_refusal_lists_all_violations() {
        let mut violations = Violations::new();
        violations.require(1 == 2, Code::Amount, "permitted.amount", 1, 2);
        violations.require(true, Code::Token, "permitted.token", 1, 1);
        violations.require(false, Code::Nonce, "nonce", "one not used", 7);
        let refusal = violations.into_result().unwrap_err();
        assert_eq!(refusal.violations().len(), 2);
        assert!(refusal.has(Code::Nonce) && !refusal.has(Code::Token));
        assert_eq!(
            refusal.to_string(),
            "refused; amount: permitted.amount: expected 1, found 2; nonce: nonce: expected one not used, found 7"
        );
        assert!(Violations::new().into_result().is_ok());
    }
}
