//! The flat dialect, G0: what it looks like, to the byte, and its variants that are read.

use countersign_api_types::RawObject;
use countersign_api_types::defi::{
    AddedApproval, CreatedIntent, IntentStatus, Mechanism, Profile, Quote, QuoteFrom, QuoteMid,
    QuoteTo, Status, StatusFrom, StatusTo, SwapMetadata, Wire,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

fn quote() -> Quote {
    Quote {
        id: "q".to_owned(),
        from: QuoteFrom {
            network_id: Some(1),
            token: Some("0xAA".to_owned()),
            token_id: None,
            amount: Lots::from(100),
            decimals: Some(6),
        },
        mid: Some(QuoteMid {
            token_id: None,
            token: Some("0xBB".to_owned()),
            min_amount: Some("7".to_owned()),
            max_amount: Some("8".to_owned()),
            decimals: Some(6),
        }),
        to: QuoteTo {
            network_id: Some(4),
            token: Some("So11".to_owned()),
            token_id: None,
            min_amount: Lots::MAX,
            max_amount: Some(Lots::MAX),
            decimals: Some(9),
        },
        slippage_bps: Bps::new(50).ok(),
        expires_at: Some(UnixMillis::new(1_769_777_954_084)),
    }
}

#[test]
fn a_quote() {
    let max = Lots::MAX;
    let text = format!(
        r#"{{"id":"q","source_chain":1,"source_token":"0xAA","source_amount_lots":"100","source_amount_decimals":6,"dest_chain":4,"dest_token":"So11","min_dest_amount_lots":"{max}","max_dest_amount_lots":"{max}","dest_amount_decimals":9,"intermediate_token":"0xBB","intermediate_token_amount_min":"7","intermediate_token_amount_max":"8","intermediate_token_decimals":6,"slippage_bps":"50","expiry":1769777954084}}"#
    );
    assert_eq!(quote().to_json(Profile::G0), Ok(text));
}

#[test]
fn a_created_intent() {
    let intent = CreatedIntent {
        id: "i".to_owned(),
        deadline: Some(UnixSeconds::new(1_772_124_002)),
        mechanism: Mechanism::Permit2,
        secret_hash: Some("0x33".to_owned()),
        approve_to: None,
        params_to_sign: RawObject::parse(r#"{ "nonce" : 1e0 }"#).ok(),
        quote: None,
        from_address: None,
        to_address: None,
        refund_address: None,
        beside: None,
    };
    let text = r#"{"intent_id":"i","deadline_secs":1772124002,"approval_mechanism":"permit2","secret_hash":"0x33","params_to_sign":{ "nonce" : 1e0 }}"#;
    assert_eq!(intent.to_json(Profile::G0).as_deref(), Ok(text));
    assert_eq!(CreatedIntent::from_json(text), Ok(intent));
}

#[test]
fn an_empty_answer_to_an_approval() {
    for text in ["", " \n", "null"] {
        assert_eq!(AddedApproval::from_json(text), Ok(AddedApproval::default()), "{text:?}");
    }
}

fn status() -> IntentStatus {
    IntentStatus {
        intent_id: "i".to_owned(),
        status: Status::Finished,
        from: StatusFrom {
            network_id: Some(1),
            token: Some("0xAA".to_owned()),
            amount: Some(Lots::from(100)),
            decimals: Some(6),
            tx: Some("0x01".to_owned()),
            ..StatusFrom::default()
        },
        to: StatusTo {
            network_id: Some(4),
            token: Some("So11".to_owned()),
            min_amount: Some(Lots::from(5)),
            max_amount: Some(Lots::from(9)),
            decimals: Some(9),
            ..StatusTo::default()
        },
        swap: Some(SwapMetadata { id: Some("s".to_owned()), ..SwapMetadata::default() }),
    }
}

#[test]
fn a_status() {
    let text = r#"{"intent_id":"i","status":"Fulfilled","source_amount_lots":"100","source_amount_decimals":6,"source_chain":1,"source_token":"0xAA","dest_chain":4,"dest_token":"So11","min_dest_amount_lots":"5","max_dest_amount_lots":"9","dest_amount_decimals":9,"swap_metadata":{"id":"s","user_deposit_tx":"0x01"}}"#;
    assert_eq!(status().to_json(Profile::G0).as_deref(), Ok(text));
    let nested = r#"{
        "intent_id": "i", "status": "Fulfilled",
        "additional_info": {
            "source_chain": 1, "source_token": "0xAA", "source_amount_lots": "100",
            "source_amount_decimals": 6, "dest_chain": 4, "dest_token": "So11",
            "min_dest_amount_lots": "5", "max_dest_amount_lots": "9", "dest_amount_decimals": 9
        },
        "fees": [],
        "swap_metadata": {"id": "s", "user_deposit_tx": "0x01", "refund_requested_at": null}
    }"#;
    assert_eq!(IntentStatus::from_json(nested), Ok(status()));
}

#[test]
fn statuses_have_the_words_of_the_protocol() {
    for (status, word) in [
        (Status::Created, "Initiated"),
        (Status::Approved, "ApprovalAdded"),
        (Status::Verified, "Accepted"),
        (Status::Failed, "Declined"),
        (Status::Deposited, "UserDeposited"),
        (Status::Finished, "Fulfilled"),
        (Status::Expired, "Expired"),
        (Status::RefundRequested, "RefundRequested"),
        (Status::Refunded, "Refunded"),
        (Status::Incomplete, "Incomplete"),
    ] {
        assert_eq!(status.name_in(Profile::G0), word);
        assert_eq!(status.name_in(Profile::G1), status.name());
    }
}
