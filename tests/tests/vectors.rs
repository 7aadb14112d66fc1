//! The vectors that are written by a program are what this program writes. Without Python, the test
//! says that it was skipped.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");
const WRITTEN: [&str; 3] = ["quotes.jsonl", "deposits.jsonl", "intents.jsonl"];
/// What the program needs of Python: its own library alone, with a hash that not every build has.
const NEEDED: &str =
    "import hashlib, sys; assert sys.version_info >= (3, 9); hashlib.new('ripemd160')";

#[test]
fn what_is_committed_is_what_the_program_writes() {
    if !has_python() {
        println!("skipped: needs python3 (3.9 or later, with ripemd160)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut make = Command::new("python3");
    let status = make.arg(format!("{FOLDER}/make")).arg(folder.path()).status().unwrap();
    assert!(status.success(), "{status}");
    for name in WRITTEN {
        let [committed, written] = [Path::new(FOLDER), folder.path()]
            .map(|folder| fs::read_to_string(folder.join(name)).unwrap());
        let lines = committed.lines().zip(written.lines());
        let other = lines.filter(|(committed, written)| committed != written);
        let other: Vec<_> = other.map(|(committed, _)| committed).collect();
        assert!(committed == written, "{name}: run `python3 tests/vectors/make`: {other:#?}");
        assert!(committed.lines().count() > 80, "{name}");
    }
}

fn has_python() -> bool {
    let mut python = Command::new("python3");
    let python = python.args(["-c", NEEDED]).stdout(Stdio::null()).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
