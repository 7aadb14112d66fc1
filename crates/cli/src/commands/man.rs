//! `countersign man`: the manual pages.

use std::fs;
use std::path::Path;

use clap::CommandFactory;

use crate::arguments::{Arguments, Man};
use crate::exit::{Ended, Failure};
use crate::output;

pub(crate) fn run(arguments: &Man) -> Result<Ended, Failure> {
    match &arguments.out {
        Some(folder) => write(folder)?,
        None => print()?,
    }
    Ok(Ended::Done)
}

fn print() -> Result<(), Failure> {
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(Arguments::command()).render(&mut page);
    written.map_err(Failure::io("manual page"))?;
    output::text(&page)
}

fn write(folder: &Path) -> Result<(), Failure> {
    let failed = || Failure::io(folder.display().to_string());
    fs::create_dir_all(folder).map_err(failed())?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(failed())
}
