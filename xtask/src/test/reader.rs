//! Reads the output of `cargo test -- --show-output` as it comes.

use super::tally::{Skip, Tally};

/// What a test prints that found something missing, with the reason behind it.
const SKIPPED: &str = "skipped: ";

/// Counts tests, and finds those that say that they skipped themselves.
///
/// What passing tests print is read and not shown.
#[derive(Debug, Default)]
pub(super) struct Reader {
    tally: Tally,
    /// In the section that repeats what passing tests printed.
    in_successes: bool,
    /// The test whose output is being repeated, until it says that it was skipped.
    current: Option<String>,
    /// How many tests passed by skipping themselves.
    said_skipped: u64,
    /// How many test binaries came to their end.
    results: u64,
}

impl Reader {
    /// Takes a line, and says whether it is worth showing.
    pub(super) fn take(&mut self, line: &str) -> bool {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.in_successes = false;
            self.results = self.results.saturating_add(1);
            self.count(counts);
        } else if line == "successes:" || line == "failures:" {
            self.in_successes = line == "successes:";
        } else if self.in_successes {
            self.take_output(line);
        } else {
            self.take_test(line);
        }
        !self.in_successes
    }

    /// Ends the reading. `name` is the check's, `good` is what cargo's exit status said.
    pub(super) fn finish(mut self, name: &str, good: bool) -> Tally {
        // A test binary that did not compile, crashed or was never there has no failed test.
        if self.tally.failed == 0 && (!good || self.results == 0) {
            self.tally.add(&Tally::failed(name));
        }
        self.tally.passed = self.tally.passed.saturating_sub(self.said_skipped);
        self.tally
    }

    /// Reads `ok. 12 passed; 0 failed; 3 ignored; …`. Ignored tests were listed before.
    fn count(&mut self, counts: &str) {
        let (_, counts) = counts.split_once(". ").unwrap_or_default();
        for (number, what) in counts.split("; ").filter_map(|count| count.split_once(' ')) {
            let number: u64 = number.parse().unwrap_or_default();
            match what {
                "passed" => self.tally.passed = self.tally.passed.saturating_add(number),
                "failed" => self.tally.failed = self.tally.failed.saturating_add(number),
                _ => {}
            }
        }
    }

    /// Reads what a passing test printed. Cargo will count it as passed; here it is skipped.
    fn take_output(&mut self, line: &str) {
        let name = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            self.current = Some(name.to_owned());
        } else if let Some(why) = line.trim_start().strip_prefix(SKIPPED)
            && let Some(what) = self.current.take()
        {
            self.tally.skipped.push(Skip { what, why: why.to_owned() });
            self.said_skipped = self.said_skipped.saturating_add(1);
        }
    }

    /// Reads `test name ... ignored, why` and `test name ... FAILED`.
    fn take_test(&mut self, line: &str) {
        let test = line.strip_prefix("test ").and_then(|line| line.split_once(" ... "));
        let Some((what, ending)) = test else { return };
        if ending == "FAILED" {
            self.tally.failures.push(what.to_owned());
        } else if let Some(why) = ending.strip_prefix("ignored") {
            let why = why.strip_prefix(", ").unwrap_or("ignored");
            self.tally.skipped.push(Skip { what: what.to_owned(), why: why.to_owned() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 4 tests
test bodies::samples ... ok
test bodies::slow ... ignored, takes a minute
test bodies::stored ... ignored
test bodies::text ... ok

successes:

---- bodies::samples stdout ----
reading
skipped: needs COUNTERSIGN_FIXTURES
skipped: needs COUNTERSIGN_FIXTURES


successes:
    bodies::samples
    bodies::text

test result: ok. 2 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 2 tests
test a ... ok
test b ... FAILED

successes:

successes:
    a

failures:

---- b stdout ----
skipped: not really

failures:
    b

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    fn read(output: &str, good: bool) -> (Tally, Vec<&str>) {
        let mut reader = Reader::default();
        let shown = output.lines().filter(|line| reader.take(line)).collect();
        (reader.finish("tests", good), shown)
    }

    #[test]
    fn counts_tests_that_skip_themselves_as_skipped() {
        let (tally, _) = read(OUTPUT, false);
        assert_eq!(tally.to_string(), "2 passed, 1 failed, 3 skipped");
        assert_eq!(tally.failures, ["b"]);
        let skipped: Vec<_> =
            tally.skipped.iter().map(|skip| (skip.what.as_str(), skip.why.as_str())).collect();
        assert_eq!(
            skipped,
            [
                ("bodies::slow", "takes a minute"),
                ("bodies::stored", "ignored"),
                ("bodies::samples", "needs COUNTERSIGN_FIXTURES"),
            ]
        );
    }

    #[test]
    fn shows_failures_and_hides_what_passing_tests_print() {
        let (_, shown) = read(OUTPUT, false);
        assert!(shown.contains(&"---- b stdout ----"), "{shown:?}");
        assert!(shown.contains(&"test bodies::samples ... ok"), "{shown:?}");
        assert!(!shown.contains(&"reading"), "{shown:?}");
    }

    #[test]
    fn a_run_that_broke_off_has_failed() {
        assert_eq!(read("", false).0.failed, 1);
        assert_eq!(read("", true).0, Tally::failed("tests"));
        let good = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured";
        assert_eq!(read(good, false).0.to_string(), "1 passed, 1 failed, 0 skipped");
        assert_eq!(read(good, true).0.to_string(), "1 passed, 0 failed, 0 skipped");
    }
}
