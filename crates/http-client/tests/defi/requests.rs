//! What is sent: method, path, headers and body, in each profile.

use axum::http::Method;
use countersign_api_types::defi::{
    CreateIntentRequest, ListedSwap, Page, Profile, Status, SwapListRequest, TokensRequest,
};
use countersign_http_client::{Call, Cause, DefiClient, InvalidRequest, Retry};

use crate::server::{KEY, Reply, Server, approval, creation, order, order_by_address};

const QUOTE: &str = r#"{"id":"q1","from":{"amount_lots":"1500000"},"to":{"min_amount_lots":5}}"#;
const CREATED: &str = r#"{"id":"i1","approval_type":"permit2","params_to_sign":{ "nonce" : 1e0 }}"#;

async fn all_calls(profile: Profile, base_path: &str) -> Vec<(Method, String)> {
    let server = Server::start([
        Reply::ok("[]"),
        Reply::ok(r#"{"data":[]}"#),
        Reply::ok(QUOTE),
        Reply::new(201, CREATED),
        Reply::ok(r#"{"intent_id":"i1"}"#),
        Reply::ok(r#"{"intent_id":"i1","status":"Approved"}"#),
        Reply::ok(r#"{"data":[{"intent_id":"i1","status":"Approved"}]}"#),
    ])
    .await;
    let base = format!("http://{}{base_path}", server.address);
    let builder = DefiClient::builder(&base).api_key(KEY.into());
    let client = builder.profile(profile).build().unwrap();
    client.networks().await.unwrap();
    let search = TokensRequest { search: Some("A B".to_owned()), ..TokensRequest::default() };
    client.tokens(&search).await.unwrap();
    assert_eq!(client.quote(&order_by_address()).await.unwrap().id, "q1");
    let creation = CreateIntentRequest { order: Some(order_by_address()), ..creation() };
    let created = client.create_intent(&creation).await.unwrap();
    assert_eq!(created.params_to_sign.unwrap().as_str(), r#"{ "nonce" : 1e0 }"#);
    client.add_approval("i1", &approval()).await.unwrap();
    assert_eq!(client.intent_status("i1").await.unwrap().status, Status::Approved);
    let page: Page<ListedSwap> = client.swaps(&SwapListRequest::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    server.asked().into_iter().map(|asked| (asked.method, asked.uri.to_string())).collect()
}

#[tokio::test]
async fn paths_end_in_a_slash_where_the_profile_says_so() {
    let expected = |slash: &str| {
        [
            (Method::GET, "/v1/networks".to_owned()),
            (Method::GET, "/v1/tokens?q=A%20B".to_owned()),
            (Method::POST, format!("/v1/quotes{slash}")),
            (Method::POST, format!("/v1/intents{slash}")),
            (Method::POST, format!("/v1/intents/i1/approvals{slash}")),
            (Method::GET, "/v1/intents/i1".to_owned()),
            (Method::GET, "/v1/swaps".to_owned()),
        ]
    };
    assert_eq!(all_calls(Profile::G1, "").await, expected(""));
    assert_eq!(all_calls(Profile::G2, "").await, expected(""));
    assert_eq!(all_calls(Profile::G3, "/").await, expected("/"));
}

#[tokio::test]
async fn the_flat_profile_has_paths_of_its_own() {
    let expected = |before: &str| {
        [
            (Method::GET, format!("{before}/v1/networks")),
            (Method::GET, format!("{before}/v1/tokens?q=A%20B")),
            (Method::POST, format!("{before}/v1/quotes/best")),
            (Method::POST, format!("{before}/v1/intents")),
            (Method::POST, format!("{before}/v1/intents/i1/approvals")),
            (Method::GET, format!("{before}/v1/intents/i1")),
            (Method::GET, format!("{before}/v1/swaps/history")),
        ]
    };
    for base in ["", "/", "/affiliate", "/affiliate/"] {
        assert_eq!(all_calls(Profile::G0, base).await, expected("/affiliate"), "{base}");
    }
    // Only the last part of the base is the API's own.
    for base in ["/affiliate/eu", "/not-affiliate"] {
        assert_eq!(all_calls(Profile::G0, base).await, expected(&format!("{base}/affiliate")));
    }
}

#[tokio::test]
async fn the_flat_profile_has_bodies_of_its_own() {
    let server = Server::start([Reply::ok(QUOTE), Reply::ok("")]).await;
    let client = server.client(Profile::G0);
    client.quote(&order_by_address()).await.unwrap();
    assert_eq!(client.add_approval("i1", &approval()).await.unwrap().intent_id, None);
    let bodies: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(
        bodies,
        [
            r#"{"source_chain":1,"source_token":"0xA","dest_chain":4,"dest_token":"B","amount":1.5,"slippage_bps":"50"}"#,
            r#"{"type":"permit2","signed_data":"0x5161"}"#,
        ]
    );
    let filtered = SwapListRequest { limit: Some(5), ..SwapListRequest::default() };
    client.swaps(&filtered).await.unwrap_err();
    assert_eq!(server.asked().remove(2).uri, "/affiliate/v1/swaps/history?limit=5");
}

#[tokio::test]
async fn a_base_path_stays_and_headers_are_there() {
    let server = Server::start([Reply::ok(QUOTE)]).await;
    let base = format!("http://localhost:{}/affiliate", server.address.port());
    let builder = DefiClient::builder(&base);
    let client = builder.api_key(KEY.into()).profile(Profile::G2).build().unwrap();
    client.quote(&order()).await.unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.uri.path(), "/affiliate/v1/quotes");
    assert_eq!(asked.headers["x-api-key"], KEY);
    assert_eq!(asked.headers["content-type"], "application/json");
    let body = r#"{"from":{"token_id":1},"to":{"token_id":4},"amount":1.5,"slippage_bps":"50"}"#;
    assert_eq!(asked.body, body);
}

#[tokio::test]
async fn what_cannot_be_asked_is_not_sent() {
    let server = Server::start([]).await;
    let client = server.client(Profile::G1);
    let error = client.quote(&order()).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::InvalidRequest(InvalidRequest::Body(_))), "{error}");
    for id in ["", "..", "i1/../i2", "i1?a", "i1%2fapprovals"] {
        let error = client.add_approval(id, &approval()).await.unwrap_err();
        assert!(matches!(error.cause(), Cause::InvalidRequest(InvalidRequest::IntentId { .. })));
        assert_eq!((error.call(), error.retry()), (Call::AddApproval, Retry::Never));
    }
    assert!(server.asked().is_empty());
}
