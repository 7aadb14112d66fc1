//! What criterion measured, from the files that it leaves.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::BenchError;
use super::ratio::{self, Ratio};

/// Criterion's folder under the target directory.
#[derive(Debug)]
pub(super) struct Estimates {
    folder: PathBuf,
}

impl Estimates {
    pub(super) fn new(target: &Path) -> Self {
        Self { folder: target.join("criterion") }
    }

    /// Returns the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes what was measured before.
    ///
    /// # Errors
    ///
    /// Returns [`BenchError::Io`] if a file can't be removed.
    pub(super) fn forget(&self, ratios: &[Ratio]) -> Result<(), BenchError> {
        for id in ratio::ids(ratios) {
            match fs::remove_file(self.path(id)) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(BenchError::Io { action: "remove an earlier measurement", source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the median of a benchmark, in nanoseconds.
    ///
    /// # Errors
    ///
    /// Returns [`BenchError::NoMedian`] if it isn't there, or is no time.
    pub(super) fn median(&self, id: &'static str) -> Result<f64, BenchError> {
        let path = self.path(id);
        let text = fs::read_to_string(&path).unwrap_or_default();
        median_in(&text).ok_or(BenchError::NoMedian { id, path })
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id).join("new").join("estimates.json")
    }
}

fn median_in(text: &str) -> Option<f64> {
    let estimates: Value = serde_json::from_str(text).ok()?;
    let median = estimates.pointer("/median/point_estimate")?.as_f64()?;
    (median > 0.0).then_some(median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_median() {
        let text = r#"{"mean":{"point_estimate":9.5},"median":{"confidence_interval":{},"point_estimate":17312.25}}"#;
        assert_eq!(median_in(text), Some(17_312.25));
        for text in [
            "",
            "{}",
            r#"{"median":{"point_estimate":"1"}}"#,
            r#"{"median":{"point_estimate":-1}}"#,
        ] {
            assert_eq!(median_in(text), None, "{text}");
        }
    }
}
