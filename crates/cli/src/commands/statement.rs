//! `countersign statement`: what would this sign, in words.

use countersign::approval::excerpt;
use countersign::check::Outcome;
use countersign::{Clock, SystemClock};

use super::check::{Input, Lines};
use crate::arguments::Check;
use crate::exit::{Ended, Failure};
use crate::output;

pub(crate) fn run(arguments: &Check) -> Result<Ended, Failure> {
    let (mut refused, mut invalid) = (false, false);
    for path in &arguments.files {
        let mut lines = Lines::new(Input::open(path)?);
        while let Some(line) = lines.next_line()? {
            let verdict = line.judge(SystemClock.now().to_seconds());
            let id = excerpt(verdict.id());
            match verdict.outcome() {
                Outcome::Sign { statement, .. } => {
                    output::result(format_args!("{id}: would be signed\n{statement}\n"))?;
                }
                Outcome::Refuse { violations, .. } => {
                    refused = true;
                    output::result(format_args!("{id}: refused"))?;
                    for violation in violations {
                        output::result(format_args!("  {violation}"))?;
                    }
                    output::result(format_args!(""))?;
                }
                Outcome::Invalid { error } => {
                    invalid = true;
                    output::result(format_args!("{id}: invalid: {}\n", excerpt(error)))?;
                }
            }
        }
    }
    Ok(if invalid {
        Ended::Invalid
    } else if refused {
        Ended::Refused
    } else {
        Ended::Done
    })
}
