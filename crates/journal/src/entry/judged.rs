use countersign_approval::{Fact, Origin, Refusal, Statement};
use serde::{Deserialize, Serialize};

use crate::{ConfigRecord, Digest, Label, Note};

/// What was compared with what was agreed, by which facts, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the flow fills it in whole")]
pub struct Judgement {
    /// What was judged.
    pub stage: Stage,
    /// What it was judged by.
    pub config: ConfigRecord,
    /// The digest that would be signed, where there is one.
    pub digest: Option<Digest>,
    /// The chain's height that the facts are of, where it is known.
    pub height: Option<u64>,
    /// The facts that were used, each as text.
    pub facts: Vec<Seen>,
    /// The facts that were not there and so not judged.
    pub not_judged: Vec<Fact>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What is judged in a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the flow judges at these places")]
pub enum Stage {
    /// The offer, by the request and the policy.
    Offer,
    /// What the intent repeats and claims.
    Intent,
    /// What is to be signed.
    Payload,
    /// The limits, and what other swaps took.
    Limits,
}

/// A fact and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a fact has a value")]
pub struct Seen {
    /// Which fact.
    pub fact: Fact,
    /// What the chain said.
    pub value: Note,
}

/// What came of a judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there is no third verdict")]
pub enum Verdict {
    /// All is as agreed.
    Passed {
        /// What a signature would allow, where there is something to sign.
        statement: Option<StatementRecord>,
    },
    /// Something is not.
    Refused {
        /// Every violation.
        findings: Vec<Finding>,
    },
}

/// One check that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a finding is these two things")]
pub struct Finding {
    /// Which check, by its stable name.
    pub code: Note,
    /// What was expected and what was found.
    pub message: Note,
}

/// What a signature would allow, in words, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatementRecord {
    /// The title.
    pub title: Note,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Line {
    /// What it is about.
    pub label: Note,
    /// What it says.
    pub value: Note,
    /// Where the value comes from.
    pub origin: Label,
}

impl From<&Refusal> for Verdict {
    fn from(refusal: &Refusal) -> Self {
        let findings = refusal.violations().iter().map(|violation| Finding {
            code: Note::new(violation.code),
            message: Note::whole(&violation.message),
        });
        Self::Refused { findings: findings.collect() }
    }
}

impl StatementRecord {
    /// Copies a statement.
    ///
    /// # Errors
    ///
    /// Returns a [`TextError`](crate::TextError) never, as long as the origins have names.
    pub fn new(statement: &Statement) -> Result<Self, crate::TextError> {
        let line = |line: &countersign_approval::Line| {
            let origin = Label::new(origin(line.origin))?;
            let (label, value) = (Note::whole(&line.label), Note::whole(&line.value));
            Ok(Line { label, value, origin })
        };
        let lines = statement.lines().iter().map(line).collect::<Result<_, _>>()?;
        Ok(Self { title: Note::whole(statement.title()), lines })
    }
}

const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Agreed => "agreed",
        Origin::Pinned => "pinned",
        Origin::Bounded => "bounded",
        Origin::Claimed => "claimed",
        Origin::Context => "context",
    }
}
