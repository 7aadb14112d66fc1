use countersign_api_types::json::{self, Value};
use countersign_approval::{Fact, Refusal, Statement};
use countersign_units::UnixSeconds;
use serde_json::value::RawValue;

use super::line::Line;
use super::read::{Invalid, Reader, fact_names};
use super::verdict::Outcome;

/// The parts of a line that come from our own side.
pub(super) struct Ours<'a> {
    terms: Value<'a>,
    facts: Option<Value<'a>>,
    required: Option<Value<'a>>,
}

impl<'a> Ours<'a> {
    pub(super) fn read(line: &Line<'a>) -> Result<Self, Invalid> {
        let required = line.require_facts.map(|facts| parse("require_facts", facts));
        Ok(Self {
            terms: parse("terms", line.terms)?,
            facts: line.facts.map(|facts| parse("facts", facts)).transpose()?,
            required: required.transpose()?,
        })
    }

    pub(super) fn terms(&self) -> Result<Reader<'_>, Invalid> {
        Reader::new("terms", &self.terms)
    }

    /// Reads facts; there are none where none are given.
    pub(super) fn facts<T: Default>(
        &self,
        read: impl FnOnce(&Value<'_>) -> Result<T, Invalid>,
    ) -> Result<T, Invalid> {
        self.facts.as_ref().map_or_else(|| Ok(T::default()), read)
    }

    /// Reads which facts must be given: those that the terms name, and those beside them.
    pub(super) fn require_facts(&self, known: &[Fact]) -> Result<Vec<Fact>, Invalid> {
        let lists = [self.terms()?.get("require_facts"), self.required.as_ref()];
        let lists = lists.into_iter().flatten().map(|names| fact_names(names, known));
        Ok(lists.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

pub(super) fn parse<'a>(name: &str, text: &'a RawValue) -> Result<Value<'a>, Invalid> {
    json::parse(text.get()).map_err(|error| format!("{name}: {error}"))
}

/// Returns the moment as of which a payload is judged.
pub(super) fn now(terms: Reader<'_>, clock: UnixSeconds) -> Result<UnixSeconds, Invalid> {
    Ok(moment(terms, "now")?.unwrap_or(clock))
}

pub(super) fn moment(terms: Reader<'_>, member: &str) -> Result<Option<UnixSeconds>, Invalid> {
    Ok(terms.small(member)?.map(UnixSeconds::new))
}

pub(super) fn refused(refusal: &Refusal, not_judged: Vec<Fact>) -> Outcome {
    Outcome::Refuse { violations: refusal.violations().to_vec(), not_judged }
}

/// Leaves out what only a swap has: a line is about none.
pub(super) fn without_swap(statement: &Statement) -> Statement {
    const OF_A_SWAP: [&str; 6] =
        ["swap", "environment", "gives", "gets at least", "policy", "registry"];
    let mut bare = Statement::new(statement.title());
    for line in statement.lines().iter().filter(|line| !OF_A_SWAP.contains(&&*line.label)) {
        // What was shortened before still tells two texts apart when it is shortened again.
        bare.push(line.label.clone(), &line.value, line.origin);
    }
    bare
}
