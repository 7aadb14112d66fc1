//! `countersign completions`: what a shell offers after `countersign`.

use clap::CommandFactory;

use crate::arguments::{Arguments, Completions};
use crate::exit::{Ended, Failure};
use crate::output;

pub(crate) fn run(arguments: &Completions) -> Result<Ended, Failure> {
    // Into memory first: the generator knows no failure.
    let mut script = Vec::new();
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    output::text(&script)?;
    Ok(Ended::Done)
}
