use countersign::approval::Decision;

use super::*;
use crate::outcomes::Verdict;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_what_it_may_and_nothing_twice() {
    let mut out = Vec::new();
    let report = run(&mut out).await.unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(report.count(&Verdict::Finished), 13, "{text}");
    assert_eq!(report.count(&Verdict::OverTheLimit), 1, "{text}");
    assert_eq!(report.count(&Verdict::Declined), 1, "{text}");
    let approved = |decision: &&Decision| matches!(decision, Decision::Approve { .. });
    assert_eq!(report.decisions.iter().filter(approved).count(), 1, "{text}");
    // What was refused or declined took nothing.
    assert_eq!((report.taken, report.paid, report.twice), (13, 13, 0), "{text}");
    assert!(!text.contains("no key"), "each address has its key: {text}");
    let left = text.lines().find_map(|line| line.strip_prefix("The first worker stopped; "));
    let open: usize = left.unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(open > 0, "the second worker had something to do: {text}");
}
