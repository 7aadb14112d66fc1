use std::time::Duration;

use countersign::approval::SwapId;
use countersign::evm::ApproveCall;
use countersign::units::{EvmAddress, Lots, U256, UnixSeconds};
use countersign::{LiveApproval, MissingAllowance};
use serde_json::{Value, json};

use super::report::life;
use super::*;

fn shown(failure: &Failure) -> Value {
    serde_json::to_value(Report::new(failure)).unwrap()
}

#[test]
fn each_call_that_is_missing_names_who_sends_it_and_where() {
    let (token, permit2) = (EvmAddress::new([1; 20]), EvmAddress::new([2; 20]));
    let (allowance, needed) = (Lots::from(6), Lots::from(7));
    let missing = MissingAllowance {
        network: "tron".to_owned(),
        chain_id: 0x2b66_53dc,
        owner: "the owner".to_owned(),
        token: "the token".to_owned(),
        permit2: "permit2".to_owned(),
        allowance,
        needed,
        calls: ApproveCall::to_cover(token, permit2, allowance, needed),
    };
    let failure = Failure::from(FlowError::Allowance(Box::new(missing)));
    assert_eq!(failure.status(), 3);
    let report = shown(&failure);
    assert_eq!((&report["error"], &report["step"]), (&json!("refused"), &json!("verify")));
    let calls = report["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2, "one to zero, one to what is needed");
    for (call, amount) in calls.iter().zip(["0".repeat(64), format!("{:0>64}", 7)]) {
        let place = [&call["network"], &call["chain_id"], &call["from"], &call["to"]];
        assert_eq!(
            place,
            [&json!("tron"), &json!(728_126_428), &json!("the owner"), &json!("the token")]
        );
        assert!(call["data"].as_str().unwrap().ends_with(&amount), "{call}");
    }
}

#[test]
fn a_node_of_another_chain_is_no_step_of_a_swap() {
    let source = ChainViewError::OtherChain { expected: 1, found: U256::from(10) };
    let failure = Failure::Chain { network: "ethereum".to_owned(), source };
    assert_eq!(failure.status(), 1);
    let message = "ethereum: expected a node of chain 1, found one of chain 10";
    assert_eq!(shown(&failure), json!({"error": "failed", "step": null, "message": message}));
}

#[test]
fn an_approval_that_time_does_not_end_has_no_moment() {
    for (end, told, shown_end) in [
        (7, "live until 7; sign nothing else for this swap before", json!(7)),
        (u64::MAX, "until its coins are spent or its blockhash has died;", json!(null)),
    ] {
        let approval = LiveApproval {
            swap_id: SwapId::generate(),
            intent_id: "i1".to_owned(),
            digest: [3; 32],
            valid_until: UnixSeconds::new(end),
        };
        assert!(life(&approval).contains(told), "{}", life(&approval));
        let (after, last_seen) = (Duration::ZERO, "nothing".to_owned());
        let source = Box::new(FlowError::TrackTimeout { after, last_seen });
        let failure =
            Failure::from(FlowError::AfterSigning { approval: Box::new(approval), source });
        assert_eq!(failure.status(), 4);
        let report = shown(&failure);
        // It is there and says so: a script that looks for a number finds none.
        assert_eq!(report["approval"].get("valid_until"), Some(&shown_end), "{report}");
        assert!(!report.to_string().contains(&u64::MAX.to_string()), "{report}");
    }
}
