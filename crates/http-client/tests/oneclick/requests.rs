//! What is sent: method, path, headers and body.

use axum::http::Method;
use countersign_api_types::oneclick::{
    Confidentiality, IntentPayload, QuoteOptions, Standard, TokensRequest, WithdrawalsRequest,
};
use countersign_http_client::{Cause, InvalidRequest, OneClickClient, Retry};

use crate::bodies::{
    GENERATED, KEY, SENT_KEY, SUBMITTED, TOKEN, TOKENS, aurora_order, deposit, generation, limits,
    order, question, quoted, signed, status,
};
use crate::scripted::{Reply, Server};

/// Method, path with query, and body of each request.
fn sent(server: &Server) -> Vec<(Method, String, String)> {
    let asked = server.asked().into_iter();
    asked.map(|asked| (asked.method, asked.uri.to_string(), asked.body)).collect()
}

const ORDER: &str = r#"{"dry":false,"swapType":"EXACT_INPUT","slippageTolerance":100,"originAsset":"a","depositType":"ORIGIN_CHAIN","destinationAsset":"b","amount":"10000","refundTo":"r","refundType":"ORIGIN_CHAIN","recipient":"t","recipientType":"DESTINATION_CHAIN","deadline":"2026-06-23T19:00:00.000Z"}"#;
const DEPOSIT: &str = r#"{"txHash":"0xab","depositAddress":"x/y"}"#;
const GENERATION: &str =
    r#"{"type":"swap_transfer","standard":"erc191","signerId":"s","depositAddress":"x/y"}"#;
const SIGNED: &str = r#"{"type":"swap_transfer","signedData":{"standard":"erc191","payload":"{ \"a\" : 1e0 }","signature":"secp256k1:S"}}"#;

#[tokio::test]
async fn all_calls_of_1click() {
    let server = Server::start([
        Reply::ok(TOKENS),
        Reply::new(201, &quoted("x/y")),
        Reply::ok(&status("x/y")),
        Reply::new(202, &status("x/y")),
        Reply::ok(r#"{"asset":"a","withdrawals":{"status":"SUCCESS"}}"#),
        Reply::ok(GENERATED),
        Reply::ok(SUBMITTED),
    ])
    .await;
    let client = server.oneclick();
    assert_eq!(client.tokens(&TokensRequest::default()).await.unwrap()[0].blockchain, "moon");
    let quote = client.quote(&order(false)).await.unwrap();
    assert_eq!(quote.raw().as_str(), quoted("x/y"));
    assert_eq!(quote.quote.deposit_address.as_deref(), Some("x/y"));
    assert!(!client.status(&question()).await.unwrap().status.is_terminal());
    client.submit_deposit(&deposit()).await.unwrap();
    let paid = WithdrawalsRequest { deposit_address: "x/y".to_owned(), ..Default::default() };
    assert_eq!(client.any_input_withdrawals(&paid).await.unwrap().withdrawals.len(), 1);
    let intent = client.generate_intent(&generation()).await.unwrap().intent;
    assert_eq!(intent, IntentPayload::Erc191("{ \"a\" : 1e0 }".to_owned()));
    assert_eq!(client.submit_intent(&signed()).await.unwrap().intent_hash, "Hash");
    let expected = [
        (Method::GET, "/v0/tokens", ""),
        (Method::POST, "/v0/quote", ORDER),
        (Method::GET, "/v0/status?depositAddress=x%2Fy", ""),
        (Method::POST, "/v0/deposit/submit", DEPOSIT),
        (Method::GET, "/v0/any-input/withdrawals?depositAddress=x%2Fy", ""),
        (Method::POST, "/v0/generate-intent", GENERATION),
        (Method::POST, "/v0/submit-intent", SIGNED),
    ];
    let expected = expected.map(|(method, uri, body)| (method, uri.to_owned(), body.to_owned()));
    assert_eq!(sent(&server), expected);
    for asked in server.asked() {
        assert_eq!(asked.headers["x-api-key"], KEY);
        assert_eq!(asked.headers["authorization"], format!("Bearer {TOKEN}"));
    }
}

#[tokio::test]
async fn all_calls_of_aurora_end_in_the_key() {
    let server = Server::start([
        Reply::ok(&format!(r#"{{"tokens":{TOKENS},"asset_stats":[{{}}]}}"#)),
        Reply::new(201, &quoted("x/y")),
        Reply::ok(r#"{"status":"SUCCESS"}"#),
        Reply::ok(&status("x/y")),
        Reply::ok(GENERATED),
        Reply::ok(SUBMITTED),
    ])
    .await;
    let client = server.aurora();
    assert_eq!(client.tokens().await.unwrap().len(), 1);
    assert_eq!(client.quote(&aurora_order(false)).await.unwrap().correlation_id, None);
    let told = client.status(&question()).await.unwrap();
    assert!(told.status.is_terminal() && told.swap_details.is_none());
    client.submit_deposit(&deposit()).await.unwrap();
    client.generate_intent(&generation()).await.unwrap();
    client.submit_intent(&signed()).await.unwrap();
    let expected = [
        (Method::GET, "tokens", "", ""),
        (Method::POST, "quote", "", ORDER),
        (Method::GET, "status", "?depositAddress=x%2Fy", ""),
        (Method::POST, "deposit/submit", "", DEPOSIT),
        (Method::POST, "generate-intent", "", GENERATION),
        (Method::POST, "submit-intent", "", SIGNED),
    ];
    let expected = expected.map(|(method, path, query, body)| {
        (method, format!("/api/{path}/{SENT_KEY}{query}"), body.to_owned())
    });
    assert_eq!(sent(&server), expected);
    for asked in server.asked() {
        assert!(!asked.headers.contains_key("x-api-key"));
        assert!(!asked.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn each_credential_is_sent_where_it_is_there() {
    let server = Server::start(vec![Reply::ok(TOKENS); 3]).await;
    let new =
        || OneClickClient::builder(&format!("http://{}/base", server.address)).limits(limits());
    for builder in [new(), new().partner_key(KEY.into()), new().user_session(TOKEN.into())] {
        let request = TokensRequest { ondo_tokens: true };
        builder.build().unwrap().tokens(&request).await.unwrap();
    }
    let asked = server.asked();
    let has = |name| asked.iter().map(|asked| asked.headers.contains_key(name)).collect::<Vec<_>>();
    assert_eq!(has("x-api-key"), [false, true, false]);
    assert_eq!(has("authorization"), [false, false, true]);
    assert_eq!(asked[0].uri, "/base/v0/tokens?ondoTokens=true");
}

#[tokio::test]
async fn what_the_api_has_no_word_for_is_not_sent() {
    let server = Server::start([]).await;
    let mut requests = [order(false), order(true)];
    requests[0].swap_type = countersign_api_types::oneclick::SwapType::from_name("ANY_OUTPUT");
    let level = Confidentiality::from_name("secret");
    requests[1].options = QuoteOptions { confidentiality: Some(level), ..Default::default() };
    let mut generation = generation();
    generation.standard = Standard::from_name("bip322");
    let client = server.oneclick();
    for error in [
        client.quote(&requests[0]).await.unwrap_err(),
        client.quote(&requests[1]).await.unwrap_err(),
        client.generate_intent(&generation).await.unwrap_err(),
    ] {
        assert!(matches!(error.cause(), Cause::InvalidRequest(InvalidRequest::Words(_))));
        assert_eq!((error.retry(), error.code()), (Retry::Never, "invalid_request"));
    }
    assert!(server.asked().is_empty());
}
