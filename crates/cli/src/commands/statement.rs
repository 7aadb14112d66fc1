//! `countersign statement`: what would this sign, in words.

use countersign::check::{Outcome, check_line};
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
            let verdict = check_line(line, SystemClock.now().to_seconds());
            match verdict.outcome() {
                Outcome::Sign { statement, .. } => {
                    output::result(format_args!(
                        "{}: would be signed\n{statement}\n",
                        verdict.id()
                    ));
                }
                Outcome::Refuse { violations, .. } => {
                    refused = true;
                    output::result(format_args!("{}: refused", verdict.id()));
                    for violation in violations {
                        output::result(format_args!("  {violation}"));
                    }
                    output::result(format_args!(""));
                }
                Outcome::Invalid { error } => {
                    invalid = true;
                    output::result(format_args!("{}: invalid: {error}\n", verdict.id()));
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
