//! Answers with the members that the API's documents show, read to the exact value.

use countersign_api_types::RawObject;
use countersign_api_types::defi::{
    AddedApproval, ApiError, CreatedIntent, IntentStatus, ListedSwap, Mechanism, Network,
    NetworkKind, Page, Pagination, Quote, QuoteFrom, QuoteTo, Status, StatusFrom, StatusTo,
    SwapMetadata, Token, Wire,
};
use countersign_units::{Bps, Lots, UnixMillis, UnixSeconds};

const G1_QUOTE: &str = r#"{
    "id": "0192aa11-1111-7000-8000-000000000001",
    "from": {
        "from_network_id": 1, "from_token": "0xAAaa", "from_amount_lots": 100000000,
        "from_amount_decimals": 6
    },
    "mid": {
        "mid_token_id": null, "mid_token": null, "mid_token_min_amount": null,
        "mid_token_max_amount": null, "mid_token_decimals": null
    },
    "to": {
        "to_network_id": 4, "to_token": "Mint111", "to_min_amount_lots": 857382336,
        "to_max_amount_lots": 861690790, "to_amount_decimals": 9
    },
    "slippage_bps": "50",
    "expires_at": 1769777954084
}"#;

fn quote() -> Quote {
    Quote {
        id: "0192aa11-1111-7000-8000-000000000001".to_owned(),
        from: QuoteFrom {
            network_id: Some(1),
            token: Some("0xAAaa".to_owned()),
            token_id: None,
            amount: Lots::from(100_000_000),
            decimals: Some(6),
        },
        mid: None,
        to: QuoteTo {
            network_id: Some(4),
            token: Some("Mint111".to_owned()),
            token_id: None,
            min_amount: Lots::from(857_382_336),
            max_amount: Some(Lots::from(861_690_790)),
            decimals: Some(9),
        },
        slippage_bps: Bps::new(50).ok(),
        expires_at: Some(UnixMillis::new(1_769_777_954_084)),
    }
}

#[test]
fn a_quote_is_the_same_in_every_dialect() {
    assert_eq!(Quote::from_json(G1_QUOTE), Ok(quote()));
    let g2 = r#"{
        "id": "0192aa11-1111-7000-8000-000000000001",
        "from": {"network_id": 1, "token": "0xAAaa", "amount_lots": "100000000",
                 "amount_decimals": 6},
        "mid": {"token_id": null, "token": null},
        "to": {"network_id": 4, "token": "Mint111", "min_amount_lots": "857382336",
               "max_amount_lots": 861690790, "amount_decimals": "9"},
        "slippage_bps": 50, "expires_at": "1769777954084", "provider": {"name": "new"}
    }"#;
    assert_eq!(Quote::from_json(g2), Ok(quote()));
    let g3 = r#"{
        "id": "0192aa11-1111-7000-8000-000000000001",
        "from": {"network_id": 1, "contract_address": "0xAAaa", "amount": "100.00000000",
                 "decimals": 6},
        "to": {"network_id": 4, "contract_address": "Mint111", "min_amount": "0.857382336",
               "max_amount": 0.861690790, "decimals": 9},
        "slippage_bps": "50", "expires_at": "2026-01-30T12:59:14.084Z"
    }"#;
    assert_eq!(Quote::from_json(g3), Ok(quote()));
    let g0 = r#"{
        "id": "0192aa11-1111-7000-8000-000000000001",
        "source_chain": 1, "source_token": "0xAAaa", "source_amount_lots": "100000000",
        "source_amount_decimals": 6, "dest_chain": 4, "dest_token": "Mint111",
        "min_dest_amount_lots": "857382336", "max_dest_amount_lots": "861690790",
        "dest_amount_decimals": 9, "intermediate_token": null, "slippage_bps": "50",
        "expiry": 1769777954084, "swap_type": "standard"
    }"#;
    assert_eq!(Quote::from_json(g0), Ok(quote()));
}

#[test]
fn lots_beyond_any_float_are_exact_as_an_integer_and_as_text() {
    let max = Lots::MAX.to_string();
    for lots in [max.clone(), format!("\"{max}\"")] {
        let text = G1_QUOTE.replace("100000000", &lots).replace("857382336", &lots);
        let quote = Quote::from_json(&text).unwrap();
        assert_eq!((quote.from.amount, quote.to.min_amount), (Lots::MAX, Lots::MAX));
    }
    let error = Quote::from_json(&G1_QUOTE.replace("100000000", &format!("{max}0"))).unwrap_err();
    assert!(error.to_string().starts_with("from.from_amount_lots: expected an amount in base"));
}

#[test]
fn an_amount_in_two_forms_has_to_agree() {
    let both = |amount: &str| {
        G1_QUOTE.replace("\"from_amount_lots\"", &format!(r#""amount": "{amount}", "amount_lots""#))
    };
    assert_eq!(Quote::from_json(&both("100")), Ok(quote()));
    let error = Quote::from_json(&both("100.000001")).unwrap_err().to_string();
    assert_eq!(
        error,
        "from.amount_lots and from.amount: expected the same value, found 100000000 and 100.000001"
    );
    let error = Quote::from_json(&both("100.0000001")).unwrap_err().to_string();
    assert!(error.starts_with("from.amount: expected an amount that the token's decimals hold"));
}

const PARAMS: &str = r#"{
    "escrow_contract_address": "0x11", "nonce": 499,
    "additional_data": { "witness_type_string": "A witness)A(uint256 b)" }}"#;

#[test]
fn a_permit2_intent_keeps_what_is_to_be_signed_byte_for_byte() {
    let text = format!(
        r#"{{"id": "528d", "deadline_at": 1772124002, "secret_hash": "0x1987",
            "approval_type": "permit2", "params_to_sign": {PARAMS}, "more": []}}"#
    );
    let intent = CreatedIntent {
        id: "528d".to_owned(),
        deadline: Some(UnixSeconds::new(1_772_124_002)),
        mechanism: Mechanism::Permit2,
        secret_hash: Some("0x1987".to_owned()),
        approve_to: None,
        params_to_sign: RawObject::parse(PARAMS).ok(),
        quote: None,
        from_address: None,
        to_address: None,
        refund_address: None,
        beside: Some(RawObject::parse(r#"{"more":[]}"#).unwrap()),
    };
    assert_eq!(CreatedIntent::from_json(&text), Ok(intent.clone()));
    assert_eq!(intent.params_to_sign.unwrap().as_str(), PARAMS);
}

#[test]
fn an_intent_with_its_quote_and_addresses_is_read() {
    let text = format!(
        r#"{{"intent_id": 77, "expires_at": 1780078455, "approval_type": "cosign",
            "approve_to": null, "params_to_sign": {{"transaction": "02000"}},
            "quote": {G1_QUOTE}, "from": {{"address": "A", "refund_address": "R"}},
            "to": {{"address": "B"}}}}"#
    );
    let intent = CreatedIntent::from_json(&text).unwrap();
    assert_eq!((intent.id.as_str(), intent.mechanism), ("77", Mechanism::Cosign));
    assert_eq!(intent.deadline, Some(UnixSeconds::new(1_780_078_455)));
    assert_eq!(intent.quote, Some(quote()));
    assert_eq!(intent.from_address.as_deref(), Some("A"));
    assert_eq!(intent.to_address.as_deref(), Some("B"));
    assert_eq!(intent.refund_address.as_deref(), Some("R"));
    let broken = text.replace("\"to_min_amount_lots\": 857382336", "\"to_min_amount_lots\": -1");
    let error = CreatedIntent::from_json(&broken).unwrap_err().to_string();
    assert!(error.starts_with("quote.to.to_min_amount_lots: expected an amount"), "{error}");
}

#[test]
fn an_unknown_mechanism_is_kept_with_its_payload_passed_over() {
    let text = r#"{"intent_id": "1", "approval_mechanism": "broadcast", "deadline_secs": "9",
        "deposit_tx_data": {"EvmLike": {"transaction": "0x"}}}"#;
    let intent = CreatedIntent::from_json(text).unwrap();
    assert_eq!(intent.mechanism, Mechanism::Unknown("broadcast".to_owned()));
    assert_eq!((intent.params_to_sign, intent.deadline), (None, Some(UnixSeconds::new(9))));
    for name in ["htlc", "psbt"] {
        let text = format!(r#"{{"id": "1", "approval_type": "{name}"}}"#);
        assert_eq!(CreatedIntent::from_json(&text).unwrap().mechanism, Mechanism::Htlc);
    }
}

#[test]
fn names_of_one_concept_that_disagree_are_refused() {
    for (text, message) in [
        (
            r#"{"id": "1", "intent_id": "2", "approval_type": "permit2"}"#,
            r#"id and intent_id: expected the same value, found "1" and "2""#,
        ),
        (
            r#"{"id": "1", "approval_type": "permit2", "approval_mechanism": "htlc"}"#,
            r#"approval_type and approval_mechanism: expected the same value, found "permit2" and "htlc""#,
        ),
        (
            r#"{"id": "1", "approval_type": "htlc", "deadline_at": 5, "expires_at": 6}"#,
            "deadline_at and expires_at: expected the same value, found 5 and 6",
        ),
    ] {
        assert_eq!(CreatedIntent::from_json(text).unwrap_err().to_string(), message);
    }
    let same = r#"{"id": "1", "intent_id": 1, "approval_type": "htlc", "type": "psbt",
        "deadline_at": 1772124002, "expires_at": 1772124002999}"#;
    assert!(CreatedIntent::from_json(same).is_ok());
}

#[test]
fn an_answer_to_an_approval_may_be_empty() {
    let named = AddedApproval { intent_id: Some("fe56".to_owned()) };
    assert_eq!(AddedApproval::from_json(r#"{"intent_id": "fe56"}"#), Ok(named.clone()));
    let echo = r#"{"id": "fe56", "deadline_at": 1, "signed_data": "0x", "approval_type": "x"}"#;
    assert_eq!(AddedApproval::from_json(echo), Ok(named));
    for text in ["", " \n", "null", "{}"] {
        assert_eq!(AddedApproval::from_json(text), Ok(AddedApproval::default()), "{text}");
    }
    assert!(AddedApproval::from_json("[]").is_err());
    assert!(AddedApproval::from_json(r#"{"intent_id": "fe"#).is_err());
}

#[test]
fn a_flat_status_is_read() {
    let text = r#"{
        "intent_id": "fe56", "status": "Deposited", "from_amount_lots": "123456",
        "from_network_id": 1, "from_token": "0xAA", "from_token_id": 1, "to_network_id": 2,
        "to_token": "TBB", "to_token_id": 4, "to_min_amount_lots": "5", "to_max_amount_lots": "6",
        "swap_metadata": {
            "id": "19b4", "proxy_address": "0xCC", "user_deposit_tx": "0xDD", "fulfill_tx": null,
            "swap_tx": null, "created_at": "2026-01-15T12:00:00Z",
            "user_deposited_at": "2026-01-15T12:05:00Z", "fulfilled_at": null, "swapped_at": null,
            "refunded_at": null
        }
    }"#;
    let expected = IntentStatus {
        intent_id: "fe56".to_owned(),
        status: Status::Deposited,
        from: StatusFrom {
            network_id: Some(1),
            token: Some("0xAA".to_owned()),
            token_id: Some(1),
            amount: Some(Lots::from(123_456)),
            tx: Some("0xDD".to_owned()),
            tx_at: Some(UnixMillis::new(1_768_478_700_000)),
            ..StatusFrom::default()
        },
        to: StatusTo {
            network_id: Some(2),
            token: Some("TBB".to_owned()),
            token_id: Some(4),
            min_amount: Some(Lots::from(5)),
            max_amount: Some(Lots::from(6)),
            ..StatusTo::default()
        },
        swap: Some(SwapMetadata {
            id: Some("19b4".to_owned()),
            proxy_address: Some("0xCC".to_owned()),
            created_at: Some(UnixMillis::new(1_768_478_400_000)),
            ..SwapMetadata::default()
        }),
    };
    assert_eq!(IntentStatus::from_json(text), Ok(expected));
}

#[test]
fn a_nested_status_is_read() {
    let text = r#"{
        "intent_id": 12, "status": "Finished",
        "from": {"address": "0xA", "tx": "0xT", "tx_at": 1768478700, "network_id": 1,
                 "token_id": 7, "contract_address": "0xC", "decimals": 6, "amount": "1.5"},
        "to": {"address": "B", "tx": "sig", "network_id": 3, "decimals": null,
               "min_amount": "0.1"}
    }"#;
    let status = IntentStatus::from_json(text).unwrap();
    assert_eq!((status.intent_id.as_str(), status.status), ("12", Status::Finished));
    assert_eq!(status.from.amount, Some(Lots::from(1_500_000)));
    assert_eq!(status.from.tx_at, Some(UnixMillis::new(1_768_478_700_000)));
    assert_eq!(status.to.address.as_deref(), Some("B"));
    // Without the token's decimals a decimal amount tells no base units.
    assert_eq!((status.to.min_amount, status.swap), (None, None));
}

#[test]
fn every_vocabulary_of_a_status_is_read() {
    let read = |name: &str| {
        IntentStatus::from_json(&format!(r#"{{"id": "1", "status": "{name}"}}"#)).unwrap().status
    };
    for (names, status, terminal) in [
        (&["Created", "Initiated"][..], Status::Created, false),
        (&["Approved", "ApprovalAdded", "Submitted"], Status::Approved, false),
        (&["Verified", "Accepted"], Status::Verified, false),
        (&["Failed", "Declined", "DeclinedDueToKytCheck"], Status::Failed, true),
        (&["Deposited", "UserDeposited", "KycRequested", "Executing"], Status::Deposited, false),
        (&["Finished", "Fulfilled", "Completed"], Status::Finished, true),
        (&["Expired", "Lapsed"], Status::Expired, true),
        (&["RefundRequested", "Refunding"], Status::RefundRequested, false),
        (&["Refunded"], Status::Refunded, true),
        (&["Incomplete"], Status::Incomplete, false),
        (&["Paused"], Status::Unknown("Paused".to_owned()), false),
    ] {
        for name in names {
            assert_eq!(read(name), status, "{name}");
            assert_eq!(read(name).is_terminal(), terminal, "{name}");
        }
    }
    assert!(IntentStatus::from_json(r#"{"id": "1", "status": null}"#).is_err());
}

#[test]
fn lists_come_bare_or_in_pages() {
    let network = r#"{"id": 3, "name": "Solana", "type": "SOLANA", "supports_optimized_swap": true,
        "icon_url": "https://example.com/i.png", "supports_custom_tokens": false}"#;
    let bare = Page::<Network>::from_json(&format!("[{network}]")).unwrap();
    assert_eq!((bare.items[0].id, &bare.items[0].kind), (3, &Some(NetworkKind::Solana)));
    assert_eq!(bare.pagination, None);
    let page = format!(
        r#"{{"data": [{network}], "pagination": {{"limit": 1, "offset": 0, "pages": 9, "total": 9}}}}"#
    );
    let page = Page::<Network>::from_json(&page).unwrap();
    assert_eq!(page.items, bare.items);
    assert_eq!(page.pagination.and_then(|pagination| pagination.total), Some(9));
    let broken = r#"{"data": [{"id": 1, "name": "a"}, {"id": "x", "name": "b"}]}"#;
    let error = Page::<Network>::from_json(broken).unwrap_err().to_string();
    assert!(error.starts_with("data[1].id: expected a whole number"), "{error}");
    let error = Page::<Network>::from_json("[5]").unwrap_err().to_string();
    assert_eq!(error, "[0]: expected an object, found 5");
}

#[test]
fn a_token_is_read_with_and_without_the_members_of_later_dialects() {
    let old = r#"{"data": [{"network_id": 2, "name": "Tether", "contract_address": "TR7",
        "symbol": "USDT", "icon_url": "", "wrapped_token_address": null}], "pagination":
        {"limit": 20, "offset": 0, "pages": 1, "total": 1}}"#;
    let page = Page::<Token>::from_json(old).unwrap();
    let token = &page.items[0];
    assert_eq!((token.id, token.network_id, token.decimals), (None, 2, None));
    assert_eq!(token.address.as_deref(), Some("TR7"));
    let expected = Pagination { limit: Some(20), offset: Some(0), pages: Some(1), total: Some(1) };
    assert_eq!(page.pagination, Some(expected));
    let new = r#"{"token_id": "9", "network_id": 1, "symbol": "ETH", "contract_address": "",
        "decimals": 18, "wrapped_token_address": "0xC02a"}"#;
    let token = Token::from_json(new).unwrap();
    assert_eq!((token.id, token.address, token.decimals), (Some(9), None, Some(18)));
    assert_eq!(token.wrapped_token_address.as_deref(), Some("0xC02a"));
}

#[test]
fn a_listed_swap_is_read() {
    let text = r#"[{"intent_id": "a", "status": "Refunded", "approval_mechanism": "htlc",
        "from": {"address": "bc1", "network_id": 177}}]"#;
    let page = Page::<ListedSwap>::from_json(text).unwrap();
    assert_eq!(page.items[0].mechanism, Some(Mechanism::Htlc));
    assert_eq!(page.items[0].swap.status, Status::Refunded);
    assert_eq!(page.items[0].swap.from.network_id, Some(177));
}

#[test]
fn both_schemas_of_an_error_are_read() {
    let old = ApiError::from_json(r#"{"code": 25, "message": "no", "entity": "Approval"}"#);
    let old = old.unwrap();
    assert!(old.is_allowance_missing());
    assert_eq!(old.entity.as_deref(), Some("Approval"));
    let new = r#"{"code": 400, "type": "validation_error", "message": "body.from is required"}"#;
    let new = ApiError::from_json(new).unwrap();
    assert_eq!((new.code, new.kind.as_deref()), (400, Some("validation_error")));
    let new = ApiError::from_json(r#"{"code": 25, "type": "x", "message": ""}"#).unwrap();
    assert!(!new.is_allowance_missing());
    assert!(ApiError::from_json("<html>").is_err());
}

#[test]
fn members_of_no_dialect_are_kept_as_they_came() {
    let read = |text: &str| CreatedIntent::from_json(text).unwrap().beside;
    let known = r#"{"id":"i-1","approval_type":"permit2","deadline_at":1,"params_to_sign":{},
        "from":{"address":"a"},"refund_address":"b","user_source_address":"a"}"#;
    assert_eq!(read(known), None);
    let more =
        known.replacen('{', r#"{"digest":"\u0030x11","list":[1e3,{"a": 0.10},null,true],"#, 1);
    let kept = r#"{"digest":"0x11","list":[1e3,{"a": 0.10},null,true]}"#;
    assert_eq!(read(&more).unwrap().as_str(), kept);
}
