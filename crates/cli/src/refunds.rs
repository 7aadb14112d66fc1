//! Where refund recipes are kept, and read from.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use countersign::approval::SwapId;
use countersign::bitcoin::RefundRecipe;
use countersign::{KeepRefund, KeepRefundError};

use crate::output;

/// Writes each recipe into a file of its own, and has it on disk before anything is signed.
pub(crate) struct Folder(pub(crate) PathBuf);

#[async_trait]
impl KeepRefund for Folder {
    async fn keep(&self, swap_id: SwapId, recipe: &RefundRecipe) -> Result<(), KeepRefundError> {
        let path = self.0.join(format!("refund-{swap_id}.json"));
        let written = write(&path, recipe);
        let failed = |error| KeepRefundError(format!("{}: {error}", path.display()));
        written.map_err(failed)?;
        output::say(format_args!("kept      {}, for `countersign refund`", path.display()));
        Ok(())
    }
}

fn write(path: &Path, recipe: &RefundRecipe) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    // A recipe that is there already is of the same swap: signing is tried once more.
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    serde_json::to_writer_pretty(&mut file, recipe)?;
    writeln!(file)?;
    file.sync_all()?;
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
