//! What is written, to the byte.

use countersign_api_types::defi::{
    AddedApproval, ApprovalSubmission, Asset, AssetFilter, CreateIntentRequest, HumanAmount,
    Mechanism, Profile, QuoteRequest, Status, SwapListRequest, Token, TokensRequest, Wire,
    WriteError,
};
use countersign_units::{Bps, Lots};

fn order() -> QuoteRequest {
    QuoteRequest {
        from: Asset::ByAddress { network_id: 1, address: "0xAA".to_owned() },
        to: Asset::ByAddress { network_id: 4, address: "So11".to_owned() },
        amount: HumanAmount::from_lots(Lots::from(100_500_000), 6),
        slippage_bps: Bps::new(50).unwrap(),
    }
}

fn create() -> CreateIntentRequest {
    CreateIntentRequest {
        quote_id: "q".to_owned(),
        from_address: "F".to_owned(),
        refund_address: "R".to_owned(),
        public_key: None,
        to_address: "T".to_owned(),
        order: Some(order()),
    }
}

#[test]
fn a_quote_request_in_each_profile() {
    for (profile, expected) in [
        (
            Profile::G0,
            r#"{"source_chain":1,"source_token":"0xAA","dest_chain":4,"dest_token":"So11","amount":100.5,"slippage_bps":"50"}"#,
        ),
        (
            Profile::G1,
            r#"{"from":{"from_network_id":1,"from_token":"0xAA"},"to":{"to_network_id":4,"to_token":"So11"},"amount":100.5,"slippage_bps":"50"}"#,
        ),
        (
            Profile::G2,
            r#"{"from":{"network_id":1,"token":"0xAA"},"to":{"network_id":4,"token":"So11"},"amount":100.5,"slippage_bps":"50"}"#,
        ),
        (
            Profile::G3,
            r#"{"from":{"network_id":1,"contract_address":"0xAA"},"to":{"network_id":4,"contract_address":"So11"},"amount":"100.5","slippage_bps":"50"}"#,
        ),
    ] {
        assert_eq!(order().to_json(profile).as_deref(), Ok(expected));
    }
}

#[test]
fn an_amount_of_any_size_is_written_digit_by_digit() {
    let request = QuoteRequest { amount: HumanAmount::from_lots(Lots::MAX, 18), ..order() };
    let digits = format!("\"amount\":{}", Lots::MAX.to_decimal(18));
    assert!(request.to_json(Profile::G2).unwrap().contains(&digits));
}

#[test]
fn a_create_request_in_each_profile() {
    for (profile, expected) in [
        (
            Profile::G0,
            r#"{"quote_id":"q","user_source_address":"F","user_destination_address":"T","refund_address":"R"}"#,
        ),
        (
            Profile::G1,
            r#"{"quote_id":"q","from":{"from_network_id":1,"from_token":"0xAA","from_address":"F"},"to":{"to_network_id":4,"to_token":"So11","to_address":"T"},"refund_address":"R","amount":100.5,"slippage_bps":"50"}"#,
        ),
        (
            Profile::G2,
            r#"{"quote_id":"q","from":{"network_id":1,"token":"0xAA","address":"F"},"to":{"network_id":4,"token":"So11","address":"T"},"refund_address":"R","amount":100.5,"slippage_bps":"50"}"#,
        ),
        (
            Profile::G3,
            r#"{"quote_id":"q","from":{"address":"F","refund_address":"R"},"to":{"address":"T"}}"#,
        ),
    ] {
        assert_eq!(create().to_json(profile).as_deref(), Ok(expected));
    }
    let keyed = CreateIntentRequest { public_key: Some("02ab".to_owned()), ..create() };
    let g0 = r#"{"quote_id":"q","user_source_public_key":"02ab","user_source_address":"F","user_destination_address":"T","refund_address":"R"}"#;
    assert_eq!(keyed.to_json(Profile::G0).as_deref(), Ok(g0));
    let g1 = keyed.to_json(Profile::G1).unwrap();
    assert!(g1.contains(r#""from_address":"F","public_key":"02ab"}"#), "{g1}");
    let g2 = keyed.to_json(Profile::G2).unwrap();
    assert!(
        g2.contains(r#""from":{"network_id":1,"token":"0xAA","address":"F","public_key":"02ab"}"#)
    );
}

#[test]
fn what_a_profile_has_no_member_for_is_an_error() {
    let profile = Profile::G1;
    let by_id = QuoteRequest { from: Asset::ById(1), ..order() };
    let unsupported = |member| Err(WriteError::Unsupported { member, profile });
    assert_eq!(by_id.to_json(profile), unsupported("token id"));
    let bare = CreateIntentRequest { order: None, ..create() };
    let missing = WriteError::Missing { member: "the order", profile: Profile::G2 };
    assert_eq!(bare.to_json(Profile::G2), Err(missing));
}

#[test]
fn an_approval_in_each_profile() {
    let psbt = ApprovalSubmission::Htlc { psbt: "cHNidA==".to_owned() };
    let named = |name: &str| format!(r#"{{"approval_type":"{name}","signed_data":"cHNidA=="}}"#);
    assert_eq!(psbt.to_json(Profile::G1), Ok(named("psbt")));
    assert_eq!(psbt.to_json(Profile::G2), Ok(named("htlc")));
    assert_eq!(psbt.to_json(Profile::G3), Ok(named("htlc")));
    let g0 = r#"{"type":"psbt","signed_data":"cHNidA=="}"#;
    assert_eq!(psbt.to_json(Profile::G0).as_deref(), Ok(g0));
    let cosign = ApprovalSubmission::Cosign {
        transaction: "0200".to_owned(),
        user_address: "F8ZR".to_owned(),
    };
    let object =
        r#"{"approval_type":"cosign","signed_data":{"transaction":"0200","user_address":"F8ZR"}}"#;
    let g0 = r#"{"type":"cosign","signed_data":{"transaction":"0200","user_address":"F8ZR"}}"#;
    assert_eq!(cosign.to_json(Profile::G0).as_deref(), Ok(g0));
    assert_eq!(cosign.to_json(Profile::G1).as_deref(), Ok(object));
    assert_eq!(cosign.to_json(Profile::G2).as_deref(), Ok(object));
    let encoded = r#"{"approval_type":"cosign","signed_data":"eyJ0cmFuc2FjdGlvbiI6IjAyMDAiLCJ1c2VyX2FkZHJlc3MiOiJGOFpSIn0="}"#;
    assert_eq!(cosign.to_json(Profile::G3).as_deref(), Ok(encoded));
}

#[test]
fn an_approval_shows_no_signature() {
    let permit = ApprovalSubmission::Permit2 { signature: "0x5161".to_owned() };
    assert_eq!(permit.mechanism(), Mechanism::Permit2);
    assert!(!format!("{permit:?}").contains("5161"));
}

#[test]
fn an_approval_that_is_none_names_the_member() {
    for (text, message) in [
        (
            r#"{"approval_type":"transfer","signed_data":"0x"}"#,
            "approval_type: expected permit2, htlc, psbt or cosign, found transfer",
        ),
        (
            r#"{"approval_type":"permit2","signed_data":{}}"#,
            "signed_data: expected a string, found an object",
        ),
        (
            r#"{"approval_type":"cosign","signed_data":"%%"}"#,
            r#"signed_data: expected an object, or base64 of its JSON, found "%%""#,
        ),
        (
            r#"{"approval_type":"cosign","signed_data":{"transaction":"02"}}"#,
            "signed_data.user_address: expected a string, found nothing",
        ),
    ] {
        assert_eq!(ApprovalSubmission::from_json(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn queries() {
    assert_eq!(TokensRequest::default().to_query(), "");
    let tokens = TokensRequest {
        limit: Some(20),
        offset: Some(40),
        search: Some("US DC&".to_owned()),
        network_id: Some(1),
    };
    assert_eq!(tokens.to_query(), "limit=20&offset=40&q=US%20DC%26&network_id=1");
    let swaps = SwapListRequest {
        between: Some(AssetFilter::Addresses { from: "0xAA".to_owned(), to: "So/1".to_owned() }),
        created_from_micros: Some(1),
        created_to_micros: Some(2),
        status: Some(Status::Finished),
        limit: Some(100),
        offset: None,
    };
    assert_eq!(
        swaps.to_query(),
        "from_contract_address=0xAA&to_contract_address=So%2F1&swap_created_from=1\
         &swap_created_to=2&status=Finished&limit=100"
    );
    let by_addresses = swaps.to_query_in(Profile::G0);
    let (member, profile) = ("pair of assets", Profile::G0);
    assert_eq!(by_addresses, Err(WriteError::Unsupported { member, profile }));
    assert_eq!(swaps.to_query_in(Profile::G3), Ok(swaps.to_query()));
    let history = SwapListRequest { between: None, created_from_micros: Some(1_999), ..swaps };
    let expected = "limit=100&status=Fulfilled&from=1&to=1";
    assert_eq!(history.to_query_in(Profile::G0).as_deref(), Ok(expected));
    let ids = SwapListRequest {
        between: Some(AssetFilter::Tokens { from: 1, to: 4 }),
        ..SwapListRequest::default()
    };
    assert_eq!(ids.to_query(), "from_token_id=1&to_token_id=4");
    let networks = SwapListRequest {
        between: Some(AssetFilter::Networks { from: 1, to: 4 }),
        ..SwapListRequest::default()
    };
    assert_eq!(networks.to_query(), "from_network_id=1&to_network_id=4");
}

#[test]
fn the_flat_profile_has_no_member_for_ids_of_tokens() {
    let profile = Profile::G0;
    let unsupported = |member| Err(WriteError::Unsupported { member, profile });
    let by_id = QuoteRequest { from: Asset::ById(1), ..order() };
    assert_eq!(by_id.to_json(profile), unsupported("token id"));
    let added = AddedApproval { intent_id: Some("i".to_owned()) };
    assert_eq!(added.to_json(profile), unsupported("intent id"));
    assert_eq!(AddedApproval::default().to_json(profile).as_deref(), Ok("null"));
    let token = r#"{"network_id":1,"symbol":"A","contract_address":"0xAA"}"#;
    let token = Token::from_json(token).unwrap();
    assert!(token.to_json(profile).is_ok());
    let precise = Token { decimals: Some(6), ..token };
    assert_eq!(precise.to_json(profile), unsupported("decimals of a token"));
}
