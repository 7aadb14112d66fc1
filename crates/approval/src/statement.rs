use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Terms;

/// What a signature would allow, in words: one page for a reviewer, the log and the screen.
///
/// Made from the decoded payload alone, after it was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    title: String,
    lines: Vec<Line>,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a line is these three things")]
pub struct Line {
    /// What the line is about.
    pub label: String,
    /// What it says.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from, and so how far it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader must know all of them")]
pub enum Origin {
    /// From our request or the accepted quote: equal.
    Agreed,
    /// From the registry: equal, or one of several.
    Pinned,
    /// Chosen by the counterparty within bounds of policy.
    Bounded,
    /// Taken from the counterparty as it is.
    Claimed,
    /// About the judgement itself.
    Context,
}

impl Origin {
    /// Returns what stands behind a line, for people.
    const fn note(self) -> &'static str {
        match self {
            Self::Agreed => "as agreed",
            Self::Pinned => "pinned",
            Self::Bounded => "within policy",
            Self::Claimed => "taken from the counterparty",
            Self::Context => "",
        }
    }
}

impl Statement {
    /// Starts a statement.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// Adds a line.
    pub fn push(&mut self, label: impl Into<String>, value: impl fmt::Display, origin: Origin) {
        // What the counterparty wrote must not be able to write lines of its own.
        let value = value.to_string();
        let value = if origin == Origin::Claimed { shorten(&value) } else { value };
        self.lines.push(Line { label: label.into(), value, origin });
    }

    /// Says which swap an approval belongs to, what of it no signature binds, and by what it was
    /// judged.
    pub fn push_swap<A>(&mut self, terms: &Terms<A>) {
        self.push("swap", terms.swap_id, Origin::Context);
        self.push("environment", terms.environment, Origin::Context);
        self.push("gives", terms.source.describe(), Origin::Agreed);
        for (label, value) in [
            ("gets at least", &terms.destination.describe()),
            ("recipient", &terms.recipient),
            ("refund address", &terms.refund_address),
        ] {
            let value = format_args!("{value} (promised, not bound by this signature)");
            self.push(label, value, Origin::Agreed);
        }
        for (label, digest) in
            [("policy", terms.config.policy), ("registry", terms.config.registry)]
        {
            self.push(label, format_args!("sha256:{}", hex::encode(digest)), Origin::Context);
        }
    }

    /// Returns the title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

/// Shortens a text from the counterparty so that two different texts stay different.
fn shorten(text: &str) -> String {
    let shown = crate::excerpt(text);
    if !shown.ends_with('…') {
        return shown;
    }
    let hash = hex::encode(Sha256::digest(text));
    format!("{shown} ({} bytes, sha256:{hash})", text.len())
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.title)?;
        let width = self.lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0);
        for Line { label, value, origin } in &self.lines {
            write!(formatter, "\n  {label:<width$}  {value}")?;
            let note = origin.note();
            if !note.is_empty() {
                write!(formatter, "  [{note}]")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_long_claims_do_not_look_the_same() {
        let shown = |end: &str| shorten(&format!("{}{end}", "x".repeat(1_000)));
        assert_ne!(shown("a"), shown("b"));
        assert_eq!(shorten("short"), "short");
    }

    #[test]
    fn says_where_each_value_comes_from() {
        let mut statement = Statement::new("Permit");
        statement.push("amount", "100 USDC", Origin::Agreed);
        statement.push("nonce", "7\n  amount  1 USDC", Origin::Claimed);
        let text = statement.to_string();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("amount  100 USDC  [as agreed]"), "{text}");
        let json = serde_json::to_value(&statement).unwrap();
        assert_eq!(json["lines"][1]["origin"], "claimed");
    }
}
