use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// `countersign completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell that the script is for
    pub(crate) shell: Shell,
}

/// `countersign man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for the command and one for each subcommand into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}
