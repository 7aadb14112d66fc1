//! What a journal may cost a swap, and how soon a long one has to answer.

use super::BenchError;
use super::judged::Judged;
use super::medians::Medians;

/// Where a journal can be; the second only where there is a server.
const STORES: [&str; 2] = ["sqlite", "postgres"];
/// What the benchmark says where there is none.
const SKIPPED: &str = "skipped: needs postgres";
/// What is measured of swaps, with a journal or without one.
const SWAPS: [&str; 3] = ["rate", "p50", "p99"];
/// How fast the counterparty is: as by default, which is judged; and as fast as the processors, which
/// is told beside it.
const PACES: [&str; 2] = ["", SATURATED];
const SATURATED: &str = "saturated ";
/// What is asked of a long journal, and whether it was asked before.
const ASKED: [&str; 5] = ["list", "open", "count", "show", "resume"];
const CACHES: [&str; 2] = ["cold", "warm"];

/// How many rows a raw commit has.
const ROWS: f64 = 32.0;
/// How many commits a swap may take.
const COMMITS: f64 = 5.0;
/// How much of the rate that is possible must be reached.
const SHARE: f64 = 0.8;
/// How long a journal may take to answer, in milliseconds.
const ANSWER: f64 = 50.0;

/// What the benchmark measured.
pub(super) struct Flow {
    medians: Medians,
    stores: &'static [&'static str],
}

impl Flow {
    /// Reads what the benchmark wrote.
    ///
    /// # Errors
    ///
    /// Returns what [`Medians::read`] does.
    pub(super) fn read(text: &str) -> Result<Self, BenchError> {
        let is_skipped = text.lines().any(|line| line == SKIPPED);
        let stores = if is_skipped { STORES.split_at(1).0 } else { &STORES[..] };
        let lines: Vec<_> = text.lines().filter(|line| *line != SKIPPED).collect();
        Ok(Self { medians: Medians::read(&lines.join("\n"), &names(stores))?, stores })
    }

    /// Says what was measured.
    pub(super) fn describe(&self) -> Vec<String> {
        let mut lines = vec![format!("without a journal {}", self.swaps("without"))];
        for store in self.stores {
            let value = |what: &str| self.value(store, what);
            lines.push(format!(
                "{store} {}, {:.3} commits a swap, raw {:.0} commits a second of 32 rows",
                self.swaps(store),
                value("commits"),
                value("raw")
            ));
            let answers = ASKED.map(|asked| {
                let [cold, warm] = CACHES.map(|cache| value(&format!("journal {asked} {cache}")));
                format!("{asked} {cold:.2} ms cold, {warm:.2} ms warm")
            });
            let swaps = value("journal swaps");
            lines.push(format!("{store} journal of {swaps:.0} swaps: {}", answers.join("; ")));
        }
        lines.push(self.saturated());
        if self.stores.len() < STORES.len() {
            lines.push(SKIPPED.to_owned());
        }
        lines
    }

    /// Says what the processors can do, where no counterparty is waited for.
    fn saturated(&self) -> String {
        let rates = ["without"].iter().chain(self.stores).map(|name| {
            let rate = self.value(&format!("{SATURATED}{name}"), "rate");
            format!("{name} {rate:.1}")
        });
        let rates: Vec<_> = rates.collect();
        format!("where nobody is waited for, swaps a second, not judged: {}", rates.join(", "))
    }

    fn swaps(&self, name: &str) -> String {
        let [rate, p50, p99] = SWAPS.map(|what| self.value(name, what));
        format!("{rate:.1} swaps a second, p50 {p50:.1} ms, p99 {p99:.1} ms")
    }

    /// Compares what was measured with what it may cost.
    pub(super) fn judge(&self) -> Vec<Judged> {
        self.stores.iter().flat_map(|store| self.judge_store(store)).collect()
    }

    fn judge_store(&self, store: &str) -> Vec<Judged> {
        let value = |what: &str| self.value(store, what);
        let commits = value("commits");
        let possible = self.value("without", "rate").min(value("raw") * ROWS / commits);
        let mut judged = vec![
            Judged {
                name: format!("ratio {store} commits a swap"),
                value: commits,
                limit: COMMITS,
            },
            Judged {
                name: format!("ratio {store} possible rate / rate"),
                value: possible / value("rate"),
                limit: 1.0 / SHARE,
            },
        ];
        for asked in ASKED {
            for cache in CACHES {
                let name = format!("ratio {store} journal {asked} {cache} ms");
                let value = value(&format!("journal {asked} {cache}"));
                judged.push(Judged { name, value, limit: ANSWER });
            }
        }
        judged
    }

    fn value(&self, name: &str, what: &str) -> f64 {
        self.medians.get(&format!("{name} {what}"))
    }
}

/// Names all that the benchmark measures on these stores.
fn names(stores: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for pace in PACES {
        names.extend(SWAPS.map(|what| format!("{pace}without {what}")));
        for store in stores {
            names.extend(SWAPS.map(|what| format!("{pace}{store} {what}")));
            names.extend(["commits", "raw"].map(|what| format!("{pace}{store} {what}")));
        }
    }
    for store in stores {
        names.push(format!("{store} journal swaps"));
        for asked in ASKED {
            names.extend(CACHES.map(|cache| format!("{store} journal {asked} {cache}")));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn honest(name: &str) -> f64 {
        match name {
            "without rate" => 400.0,
            "sqlite rate" => 320.0,
            "postgres rate" => 256.0,
            // 50 commits of 32 rows are 320 swaps of 5 commits.
            "postgres raw" => 50.0,
            _ if name.ends_with(" commits") => 5.0,
            _ if name.ends_with(" swaps") => 1_000_000.0,
            _ if name.ends_with(" raw") => 1_000.0,
            _ => 50.0,
        }
    }

    /// Returns the targets that are missed where one measure is another.
    fn missed(name: &'static str, value: f64) -> Vec<String> {
        let lines = names(&STORES).into_iter().map(|other| {
            let value = if other == name { value } else { honest(&other) };
            format!("{other} {value}\n")
        });
        let judged = Flow::read(&lines.collect::<String>()).unwrap().judge();
        assert_eq!(judged.len(), 24);
        judged.iter().filter(|judged| !judged.holds()).map(ToString::to_string).collect()
    }

    #[test]
    fn each_target_is_met_up_to_its_limit() {
        assert_eq!(missed("sqlite rate", 320.0), Vec::<String>::new());
        assert_eq!(
            missed("sqlite rate", 310.0),
            ["ratio sqlite possible rate / rate 1.290 1.25 short"]
        );
        assert_eq!(
            missed("postgres rate", 250.0),
            ["ratio postgres possible rate / rate 1.280 1.25 short"]
        );
        assert_eq!(
            missed("postgres commits", 5.5),
            ["ratio postgres commits a swap 5.500 5.00 short"]
        );
        assert_eq!(
            missed("sqlite journal show cold", 51.0),
            ["ratio sqlite journal show cold ms 51.000 50.00 short"]
        );
    }

    #[test]
    fn says_so_where_there_is_no_server() {
        let lines =
            names(&["sqlite"]).into_iter().map(|name| format!("{name} {}\n", honest(&name)));
        let text: String = std::iter::once(format!("{SKIPPED}\n")).chain(lines).collect();
        let flow = Flow::read(&text).unwrap();
        assert_eq!(flow.judge().len(), 12);
        let lines = flow.describe();
        assert_eq!(
            lines.first().unwrap(),
            "without a journal 400.0 swaps a second, p50 50.0 ms, p99 50.0 ms"
        );
        assert_eq!(lines.last().unwrap(), SKIPPED);
    }
}
