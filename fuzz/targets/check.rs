//! Any line of `countersign check`: there is always a verdict, and it can be written.
#![no_main]

use countersign::check::check_line;
use countersign::units::UnixSeconds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    let verdict = check_line(line, UnixSeconds::new(1_795_248_000));
    let _ = format!("{verdict:?}");
});
