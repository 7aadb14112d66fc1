//! A program that hardens itself leaves no core dump, whoever asks for one.

use crate::hygiene::Trial;
use crate::orders::Manner;
use crate::process::dumped;

#[tokio::test(flavor = "multi_thread")]
async fn a_hardened_program_dumps_no_core() {
    let mut trial = Trial::start(Manner::Hardened).await;
    trial.wait_for("holding");
    // It has no right to more, whatever its parent had; and with that right the system still keeps
    // its memory to itself.
    if !trial.program.allow_cores() {
        println!("skipped: needs the right to allow another process core dumps");
    }
    let status = trial.program.abort();
    assert!(!dumped(status), "{status:?}");
    assert!(trial.program.core().is_none());
    crate::findings::require_none(trial.look());
}
