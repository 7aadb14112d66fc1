use std::fmt::Debug;

use countersign::approval::Code;
use countersign::{FlowError, LiveApproval, Step};

/// Asserts that a step refused, and that one of the violations has this code.
///
/// # Panics
///
/// Panics if it ended in any other way.
pub fn assert_refused<T>(result: Result<T, FlowError>, at: Step, code: Code, what: &str) {
    match result {
        Err(FlowError::Refused { step, refusal }) => {
            assert_eq!(step, at, "{what}: {refusal}");
            assert!(refusal.has(code), "{what}: expected {code}, found {refusal}");
        }
        Err(error) => panic!("{what}: expected a refusal with {code}, found {error:?}"),
        Ok(_) => panic!("{what}: expected a refusal with {code}, found none"),
    }
}

/// Returns why a swap failed after its approval was signed, and what is known of the approval.
///
/// # Panics
///
/// Panics if it ended in any other way.
pub fn after_signing<T: Debug>(
    result: Result<T, FlowError>,
    what: &str,
) -> (FlowError, LiveApproval) {
    match result {
        Err(FlowError::AfterSigning { approval, source }) => (*source, *approval),
        other => panic!("{what}: expected a failure after signing, found {other:?}"),
    }
}
