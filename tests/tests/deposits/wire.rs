//! What a swap over Aurora really writes, and what the sandbox answers, by Aurora's own description
//! of its API, where that is at hand.

use std::path::PathBuf;

use countersign::approval::IntentStandard;
use countersign::http_client::aurora::AuroraClient;
use countersign::{QuotedApi, Status};
use countersign_tests::{SHORT, short_steps};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::bed::{By, flow_by, scene};
use crate::recorder::{Exchange, Recorder};

/// The one path that is described.
const QUOTE: &str = "/paths/~1api~1quote~1{apiKey}/post";

/// Reads the description, or says that there is none at hand.
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
fn description() -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES") else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return None;
    };
    let path = PathBuf::from(folder).join("spec/aurora-openapi.json");
    Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

/// Makes a validator of what is described of a quote.
fn validator(description: &Value, part: &str) -> Validator {
    let part = format!("{QUOTE}/{part}/content/application~1json/schema");
    assert!(description.pointer(&part).is_some(), "no {part}");
    let mut schema = description.clone();
    let part = part.replace('{', "%7B").replace('}', "%7D");
    schema.as_object_mut().unwrap().insert("$ref".to_owned(), json!(format!("#{part}")));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn require_valid(validator: &Validator, body: &str, what: &str) {
    let body = serde_json::from_str(body).unwrap();
    let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what}: {errors:?} {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_swap_over_aurora_asks_and_is_answered_is_as_described() {
    let Some(description) = description() else { return };
    let asked = validator(&description, "requestBody");
    let answered = validator(&description, "responses/200");
    for (from, by) in [
        ("USDC@ethereum", By::Deposit),
        ("ETH@ethereum", By::Deposit),
        ("BTC@bitcoin", By::Deposit),
        ("SOL@solana", By::Deposit),
        ("USDC@ethereum", By::Intent(IntentStandard::Erc191)),
        ("USDC@solana", By::Intent(IntentStandard::Nep413)),
    ] {
        let what = format!("{from} {by:?}");
        let quotes: Vec<_> = swap(from, by).await.into_iter().filter(is_quote).collect();
        assert_eq!(quotes.len(), 2, "{what}: a price, and a quote to be funded: {quotes:?}");
        for Exchange { asked: question, status, answered: answer, .. } in quotes {
            require_valid(&asked, &question, &what);
            assert_eq!(status, 200, "{what}");
            require_valid(&answered, &answer, &what);
        }
    }
}

fn is_quote(exchange: &Exchange) -> bool {
    exchange.line.starts_with("POST ") && exchange.line.contains("/api/quote/")
}

/// Swaps to the end, and returns what went over the wire.
async fn swap(from: &str, by: By) -> Vec<Exchange> {
    let scene = scene(short_steps(), from, "USDC@base").await;
    let recorder = Recorder::before(&scene.sandbox.aurora_url()).await;
    let client = AuroraClient::builder(recorder.url());
    let client = client.api_key(scene.sandbox.aurora_key().into()).build().unwrap();
    let api = match by {
        By::Deposit => QuotedApi::aurora(client),
        By::Intent(standard) => QuotedApi::aurora(client).by_intent(standard),
    };
    let flow = flow_by(&scene, api, scene.config());
    let ended = flow.swap(&scene.request(), SHORT, |_| {}).await;
    assert_eq!(ended.unwrap().status.status, Status::Finished, "{from}");
    recorder.exchanges()
}
