//! Bodies in the shapes that the APIs have been seen to send.

use countersign_api_types::aurora;
use countersign_api_types::oneclick::{
    DepositType, Exact, GenerateIntentRequest, GeneratedIntent, IntentPayload, MultiPayload,
    QuoteOptions, QuoteRequest, QuoteResponse, RefundReason, Standard, StatusResponse,
    SubmitIntentRequest, SwapStatus, SwapType, Wire, WriteError,
};
use countersign_units::Lots;

const REQUEST: &str = r#"{ "dry":false, "swapType":"SOME_INPUT", "slippageTolerance":1.0e2,
    "originAsset":"1cs_v1:moon:native:coin", "depositType":"ORIGIN_CHAIN", "destinationAsset":"b",
    "amount":"340282366920938463463374607431768211456", "refundTo":"r", "refundType":"INTENTS",
    "recipient":"t", "recipientType":"DESTINATION_CHAIN", "deadline":"2026-06-23T19:00:00Z",
    "referral":null, "quoteWaitingTimeMs":3000.0, "newMember":{"a":[]},
    "appFees":[{"recipient":"f","fee":20,"limitOrderId":null}], "virtualChainRecipient":null }"#;
const QUOTE: &str = r#"{"amountIn":"7","minAmountIn":7,"amountOut":"5","minAmountOut":"4",
    "timeEstimate":137.5,"amountInUsd":"4.999690000000","depositMemo":"","depositAddress":"d",
    "deadline":"2026-06-26T19:00:00.000Z","refundFee":"318834","maxAmountIn":"8"}"#;

fn response() -> String {
    format!(
        r#"{{"quote":{QUOTE},"quoteRequest":{REQUEST},"signature":"ed25519:S",
        "timestamp":"2026-06-23T17:10:41.104Z","correlationId":null}}"#
    )
}

#[test]
fn a_quote_with_what_is_new_and_what_is_null() {
    let response = Exact::<QuoteResponse>::from_json(&response()).unwrap();
    let (request, quote) = (&response.quote_request, &response.quote);
    assert_eq!((request.raw().as_str(), quote.raw().as_str()), (REQUEST, QUOTE));
    assert_eq!(request.swap_type, SwapType::Unknown("SOME_INPUT".to_owned()));
    assert_eq!(request.amount.to_string(), "340282366920938463463374607431768211456");
    assert_eq!(
        (request.slippage_tolerance.value(), request.options.quote_waiting_time_ms),
        (100, Some(3000))
    );
    assert_eq!(request.options.app_fees[0].fee.value(), 20);
    assert_eq!((&request.options.referral, &response.correlation_id), (&None, &None));
    assert_eq!((quote.min_amount_in, quote.max_amount_in), (Lots::from(7), Some(Lots::from(8))));
    assert_eq!((quote.deposit_address.as_deref(), &quote.deposit_memo), (Some("d"), &None));
    assert_eq!(quote.time_estimate.as_ref().unwrap().as_str(), "137.5");
    assert_eq!(quote.amount_in_shown.usd.as_deref(), Some("4.999690000000"));
    // The quote's deadline is the address's end, not the request's.
    assert!(quote.deadline.as_ref().unwrap().millis() > request.deadline.millis());
    let unknown = response.quote_request.value().to_json();
    let found = "SOME_INPUT".to_owned();
    assert_eq!(unknown, Err(WriteError::UnknownWord { member: "swapType", found }));
}

#[test]
fn an_error_says_where_in_the_quote_it_is() {
    let text = response().replace(r#""amountOut":"5""#, r#""amountOut":"5.5""#);
    let error = QuoteResponse::from_json(&text).unwrap_err().to_string();
    assert!(error.starts_with("quote.amountOut: expected an amount in base units"), "{error}");
    let text = response().replace(r#""fee":20"#, r#""fee":20000"#);
    let error = QuoteResponse::from_json(&text).unwrap_err().to_string();
    assert!(error.starts_with("quoteRequest.appFees[0].fee: expected whole basis"), "{error}");
}

#[test]
fn a_status_of_nothing_yet_and_one_of_everything() {
    let text = format!(
        r#"{{"status":"PENDING_DEPOSIT","updatedAt":"2026-06-23T17:10:42.000Z","swapDetails":
        {{"intentHashes":[],"nearTxHashes":null,"amountIn":null,"slippage":null,
        "refundReason":null,"originChainTxHashes":[],"refundedAmount":"0"}},"quoteResponse":{}}}"#,
        response()
    );
    let status = StatusResponse::from_json(&text).unwrap();
    let details = status.swap_details.as_ref().unwrap();
    assert_eq!((details.amount_in, details.refunded_amount), (None, Some(Lots::ZERO)));
    assert_eq!(status.quote().unwrap().unwrap().quote.amount_in, Lots::from(7));
    let text = r#"{"status":"INCOMPLETE_DEPOSIT","swapDetails":{"slippage":-15.5,"refundFee":"9",
        "refundReason":"SOLAR_FLARE","destinationChainTxHashes":[{"hash":"h","explorerUrl":""}]}}"#;
    let details = StatusResponse::from_json(text).unwrap().swap_details.unwrap();
    assert_eq!(details.slippage.unwrap().as_str(), "-15.5");
    assert_eq!(details.refund_reason, Some(RefundReason::Unknown("SOLAR_FLARE".to_owned())));
    assert_eq!(details.refund_fee, Some(Lots::from(9)));
    assert_eq!(details.destination_chain_txs[0].explorer_url.as_deref(), Some(""));
}

#[test]
fn a_status_alone_is_enough_and_its_quote_may_be_unreadable() {
    for (word, terminal) in [
        ("SUCCESS", true),
        ("REFUNDED", true),
        ("FAILED", true),
        ("INCOMPLETE_DEPOSIT", false),
        ("KNOWN_DEPOSIT_TX", false),
        ("NEW_WORD", false),
    ] {
        let status = StatusResponse::from_json(&format!(r#"{{"status":"{word}"}}"#)).unwrap();
        assert_eq!((status.status.name(), status.status.is_terminal()), (word, terminal));
        assert_eq!(status.quote(), Ok(None));
    }
    let status = StatusResponse::from_json(r#"{"status":"SUCCESS","quoteResponse":{"a":1}}"#);
    let status = status.unwrap();
    assert_eq!(status.status, SwapStatus::Success);
    let error = status.quote().unwrap_err().to_string();
    assert!(error.starts_with("quoteResponse.timestamp: expected a time"), "{error}");
}

#[test]
fn a_payload_is_kept_byte_for_byte() {
    let inner = r#"{ \"signer_id\" : \"a\", \"nonce\":1e0}"#;
    let kept = r#"{ "signer_id" : "a", "nonce":1e0}"#.to_owned();
    for (standard, payload) in [
        ("erc191", IntentPayload::Erc191(kept.clone())),
        ("tip191", IntentPayload::Tip191(kept.clone())),
        ("raw_ed25519", IntentPayload::RawEd25519(kept.clone())),
    ] {
        let text = format!(r#"{{"intent":{{"standard":"{standard}","payload":"{inner}"}}}}"#);
        assert_eq!(GeneratedIntent::from_json(&text).unwrap().intent, payload);
        let object = text.replace(&format!(r#""{inner}""#), "{}");
        assert!(GeneratedIntent::from_json(&object).is_err(), "{object}");
    }
    let nep413 = r#"{"intent":{"standard":"nep413","payload":{"message":"M","nonce":"N","recipient":
        "intents.near","callbackUrl":null,"state":"s"}},"correlationId":"c"}"#;
    let generated = GeneratedIntent::from_json(nep413).unwrap();
    let IntentPayload::Nep413(payload) = &generated.intent else { panic!("{generated:?}") };
    assert!(payload.has_more && payload.callback_url.is_none());
    assert!(matches!(payload.to_json(), Err(WriteError::Unsupported { .. })));
}

#[test]
fn a_standard_that_is_not_written() {
    let intent = r#"{"standard":"ton_connect","payload":{"type":"text","text":"T"}}"#;
    let generated = GeneratedIntent::from_json(&format!(r#"{{"intent":{intent}}}"#)).unwrap();
    assert_eq!(generated.intent.standard(), Standard::TonConnect);
    assert!(matches!(&generated.intent, IntentPayload::Unknown { intent: kept, .. }
        if kept.as_str() == intent));
    let signed = r#"{"type":"swap_transfer","signedData":{"standard":"bip322","payload":"P"}}"#;
    let request = SubmitIntentRequest::from_json(signed).unwrap();
    assert!(matches!(&request.signed_data, MultiPayload::Unknown { standard, .. }
        if standard.name() == "bip322"));
    assert!(matches!(request.to_json(), Err(WriteError::UnknownWord { member: "standard", .. })));
    for text in [r#"{"standard":"nep413"}"#, r#"{"type":"swap","standard":"nep413"}"#] {
        let error = GenerateIntentRequest::from_json(text).unwrap_err().to_string();
        assert!(error.starts_with("type: expected the type swap_transfer"), "{error}");
    }
}

#[test]
fn aurora_is_not_asked_for_what_it_does_not_know() {
    let request = QuoteRequest::from_json(&REQUEST.replace("SOME", "EXACT")).unwrap();
    let bare = QuoteRequest { options: QuoteOptions::default(), ..request.clone() };
    assert_eq!(aurora::QuoteRequest::new(bare.clone()).unwrap().into_inner(), bare);
    let refused =
        |request: QuoteRequest| aurora::QuoteRequest::new(request).unwrap_err().to_string();
    assert_eq!(refused(request), "expected no appFees: the API has no member for it");
    let with = |options| refused(QuoteRequest { options, ..bare.clone() });
    let none = QuoteOptions::default;
    for (message, member) in [
        (with(QuoteOptions { referral: Some("r".to_owned()), ..none() }), "referral"),
        (
            with(QuoteOptions { custom_recipient_msg: Some("m".to_owned()), ..none() }),
            "customRecipientMsg",
        ),
        (with(QuoteOptions { insured: Some(false), ..none() }), "insured"),
    ] {
        assert!(message.starts_with(&format!("expected no {member}:")), "{message}");
    }
    for word in
        [DepositType::ConfidentialIntents, DepositType::Unknown("CONFIDENTIAL_INTENTS".to_owned())]
    {
        let message = refused(QuoteRequest { deposit_type: word, ..bare.clone() });
        assert!(message.starts_with("expected no confidential account"), "{message}");
    }
}
