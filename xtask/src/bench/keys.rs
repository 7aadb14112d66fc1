//! What a keyring may cost: a look-up, and a signature beside that of a bare key.

use super::judged::Judged;
use super::medians::Medians;

/// What is measured.
const MEASURES: [&str; 7] = [
    "build",
    "lookup evm",
    "lookup text",
    "lookup missing",
    "sign bare",
    "sign memory",
    "sign keystore",
];
/// How many microseconds a look-up among a million addresses may take.
const LOOK_UP: f64 = 1.0;
/// How many microseconds more than a bare key's a signature may take.
const OVERHEAD: f64 = 2.0;

/// Names all that the benchmark measures.
pub(super) fn names() -> Vec<String> {
    MEASURES.map(str::to_owned).to_vec()
}

/// Says what each measure costs.
pub(super) fn describe(medians: &Medians) -> Vec<String> {
    MEASURES.map(|name| format!("median {name} {:.3} µs", micros(medians, name))).to_vec()
}

/// Compares what was measured with what it may cost.
pub(super) fn judge(medians: &Medians) -> Vec<Judged> {
    let look_up = ["lookup evm", "lookup text", "lookup missing"].map(|name| Judged {
        name: format!("µs {name}"),
        value: micros(medians, name),
        limit: LOOK_UP,
    });
    let bare = micros(medians, "sign bare");
    let overhead = ["sign memory", "sign keystore"].map(|name| Judged {
        name: format!("µs {name} over bare"),
        value: micros(medians, name) - bare,
        limit: OVERHEAD,
    });
    look_up.into_iter().chain(overhead).collect()
}

fn micros(medians: &Medians, name: &str) -> f64 {
    medians.get(name) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medians(memory: u32, look_up: u32) -> Medians {
        let text = format!(
            "build 9000\nlookup evm {look_up}\nlookup text 900\nlookup missing 200\n\
             sign bare 43000\nsign memory {memory}\nsign keystore 44000\n"
        );
        Medians::read(&text, &names()).unwrap()
    }

    #[test]
    fn a_keyring_costs_two_microseconds_at_most() {
        let missed = |memory, look_up| {
            let judged = judge(&medians(memory, look_up));
            assert_eq!(judged.len(), 5);
            judged.iter().filter(|one| !one.holds()).map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(missed(45_000, 1_000), Vec::<String>::new());
        assert_eq!(missed(45_500, 1_000), ["µs sign memory over bare 2.500 2.00 short"]);
        assert_eq!(missed(45_000, 1_100), ["µs lookup evm 1.100 1.00 short"]);
    }

    #[test]
    fn says_what_it_costs() {
        let lines = describe(&medians(44_000, 150));
        assert_eq!(lines[1], "median lookup evm 0.150 µs");
        assert_eq!(lines.len(), 7);
    }
}
