//! The same program out of crates whose redaction is switched off: the search finds what they show.

use crate::findings::{Finding, require_all};
use crate::hygiene::Trial;
use crate::orders::Manner;

/// The credentials that each place shows without redaction.
const SHOWN: [(&str, [&str; 4]); 2] = [
    ("debug", ["defi", "oneclick", "session", "node"]),
    ("errors", ["defi", "oneclick", "session", "aurora"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_crates_without_redaction_show_is_found() {
    let mut trial = Trial::start(Manner::Open).await;
    trial.wait_for("holding");
    let found = trial.look();
    for (place, secrets) in SHOWN {
        let here: Vec<Finding> =
            found.iter().filter(|finding| finding.place == place).cloned().collect();
        require_all(place, secrets, &here);
    }
}
