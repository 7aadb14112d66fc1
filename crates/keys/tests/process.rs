//! What the system is asked to do for secrets, and does.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use countersign_keys::{Curve, ImportedSecret, OpenKeystore, harden_process};
use rustix::process::{Resource, getrlimit};

#[test]
fn core_dumps_are_off() {
    let hardening = harden_process();
    assert!(hardening.no_core_dumps);
    assert_eq!(getrlimit(Resource::Core).current, Some(0));
    assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn other_processes_cannot_read_the_memory() {
    use rustix::process::{DumpableBehavior, dumpable_behavior};
    assert!(harden_process().not_traceable);
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
}

/// Says how many kilobytes the system keeps out of its swap for this process.
#[cfg(target_os = "linux")]
fn locked_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn secrets_are_kept_out_of_the_swap_for_as_long_as_they_are_there() {
    const SECRETS: usize = 5;
    let before = locked_kilobytes();
    let mut keystore = OpenKeystore::new();
    for place in 0..SECRETS {
        let secret = ImportedSecret::generate(Curve::Secp256k1).unwrap();
        keystore.add(&format!("key-{place}"), &secret).unwrap();
    }
    let (secrets, locked) = keystore.locked_pages();
    assert_eq!(secrets, SECRETS);
    if locked < secrets {
        println!("skipped: needs a higher limit of locked memory");
        return;
    }
    assert!(locked_kilobytes() >= before + 4 * u64::try_from(SECRETS).unwrap());
    drop(keystore);
    assert_eq!(locked_kilobytes(), before);
}
