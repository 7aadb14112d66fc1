use std::path::PathBuf;

use clap::{Args, Subcommand};
use countersign::journal::{Anchor, AuditPublicKey, Digest};
use serde::Deserialize as _;
use serde::de::value::{Error, StrDeserializer};

use super::Journal;

/// `countersign audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Make a key that signs checkpoints, and print its public key
    Keygen(AuditKeygen),
    /// Commit to all that the journal holds now, signed, and print the checkpoint's hash
    Checkpoint(AuditCheckpoint),
    /// Write the journal as a file that an auditor verifies alone
    Export(AuditExport),
    /// Verify an export, or the journal itself, by the public key alone
    ///
    /// Exit status: 0 it is what was written · 1 it was changed, or nothing proves that it was not.
    Verify(AuditVerify),
}

impl Audit {
    pub(super) const fn json(&self) -> bool {
        match self {
            Self::Keygen(keygen) => keygen.json,
            Self::Checkpoint(checkpoint) => checkpoint.json,
            Self::Export(_) => false,
            Self::Verify(verify) => verify.json,
        }
    }
}

/// `countersign audit keygen`.
#[derive(Debug, Args)]
pub(crate) struct AuditKeygen {
    /// Where to write the private key, in PEM; a file that is there is not overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print the public key in a JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

/// `countersign audit checkpoint`.
#[derive(Debug, Args)]
pub(crate) struct AuditCheckpoint {
    /// A file with the private key, readable by its owner alone
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Print the checkpoint as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

/// `countersign audit export`.
#[derive(Debug, Args)]
pub(crate) struct AuditExport {
    /// Where to write it, for its owner alone: it holds approvals that may be live; a file that is
    /// there is not overwritten [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

/// `countersign audit verify`.
#[derive(Debug, Args)]
pub(crate) struct AuditVerify {
    /// The export; `-` is standard input [default: the journal]
    #[arg(value_name = "FILE", conflicts_with_all = ["journal", "journal_file"])]
    pub(crate) file: Option<PathBuf>,
    /// The public key of whoever signs checkpoints, in hex
    #[arg(long, value_name = "HEX")]
    pub(crate) public_key: AuditPublicKey,
    /// A checkpoint that was kept elsewhere: a journal that is older, or another one, is found out
    #[arg(long, value_name = "NUMBER:HASH", value_parser = anchor)]
    pub(crate) anchor: Option<Anchor>,
    /// Print what was found as one JSON object on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) journal: Journal,
}

fn anchor(text: &str) -> Result<Anchor, &'static str> {
    let read = |(number, hash): (&str, _)| {
        let hash = Digest::deserialize(StrDeserializer::<Error>::new(hash)).ok()?;
        Some(Anchor { number: number.parse().ok()?, hash })
    };
    text.split_once(':')
        .and_then(read)
        .ok_or("expected a checkpoint's number and hash, as `audit checkpoint` prints them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_a_number_and_a_hash() {
        let hash = Digest::of(b"checkpoint");
        assert_eq!(anchor(&format!("7:{hash}")), Ok(Anchor { number: 7, hash }));
        let upper = hash.to_string().to_uppercase();
        for text in
            ["", "7", ":", &format!("x:{hash}"), &format!("7:{hash}0"), &format!("7:{upper}")]
        {
            assert!(anchor(text).is_err(), "{text}");
        }
    }
}
