//! Each answer against the descriptions that the APIs publish of themselves.

use std::path::PathBuf;

use countersign_sandbox::{Fault, Sandbox, SandboxConfig};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::quoted::{APIS, Api, address_of, quick, request};

/// Returns a description, or says that there is none at hand.
#[expect(clippy::print_stdout, reason = "what is skipped is said")]
fn document(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("COUNTERSIGN_FIXTURES") else {
        println!("skipped: needs COUNTERSIGN_FIXTURES");
        return None;
    };
    let text = std::fs::read_to_string(PathBuf::from(folder).join("spec").join(name)).unwrap();
    Some(serde_json::from_str(&text).unwrap_or_else(|_| serde_saphyr::from_str(&text).unwrap()))
}

/// Makes a validator of one part of a description.
fn validator(document: &Value, part: &str) -> Validator {
    assert!(document.pointer(part).is_some(), "no {part}");
    let mut schema = document.clone();
    nullable(&mut schema);
    let part = part.replace('{', "%7B").replace('}', "%7D");
    schema.as_object_mut().unwrap().insert("$ref".to_owned(), json!(format!("#{part}")));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Lets those members be null that the API was seen to write so.
fn nullable(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(nullable),
        Value::Object(members) => {
            let observed = members.remove("x-observed-nullable").is_some();
            if let (true, Some(kind)) = (observed, members.get("type").cloned()) {
                members.insert("type".to_owned(), json!([kind, "null"]));
            }
            members.values_mut().for_each(nullable);
        }
        _ => {}
    }
}

fn require_valid(validator: &Validator, body: &Value) {
    let errors: Vec<_> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} {body}");
}

#[tokio::test]
async fn auroras_quotes_and_refusals_are_as_described() {
    let Some(document) = document("aurora-openapi.json") else { return };
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let at = |status: u16| {
        let part = format!(
            "/paths/~1api~1quote~1{{apiKey}}/post/responses/{status}/content/application~1json/schema"
        );
        validator(&document, &part)
    };
    let (taken, declined, unknown) = (at(200), at(400), at(404));
    for (asset, network) in
        [("usdc", "ethereum"), ("usdt-tron", "tron"), ("btc", "bitcoin"), ("usdc-sol", "solana")]
    {
        for dry in [true, false] {
            let mut body = request(&sandbox, (asset, network), "100000000");
            body["dry"] = json!(dry);
            body["connectedWallets"] = json!(["0x12"]);
            body["sessionId"] = json!("session");
            body["quoteWaitingTimeMs"] = json!(3_000);
            require_valid(&taken, &Api::Aurora.quote(&sandbox, &body).await);
            body["depositType"] = json!("INTENTS");
            body["refundType"] = json!("INTENTS");
            body["refundTo"] = json!("somebody.near");
            body["swapType"] = json!("EXACT_OUTPUT");
            body["referral"] = json!("ours");
            require_valid(&taken, &Api::Aurora.quote(&sandbox, &body).await);
        }
    }
    let body = request(&sandbox, ("nothing", "ethereum"), "100000000");
    let answer = Api::Aurora.post(&sandbox, "quote", &body).await;
    assert_eq!(answer.status, 400);
    require_valid(&declined, &answer.json());
    let line = "POST /aurora/api/quote/wrong";
    let answer = crate::client::send_with(&sandbox, line, "", &body.to_string()).await;
    assert_eq!(answer.status, 404);
    require_valid(&unknown, &answer.json());
    let config = SandboxConfig { fault: Some(Fault::ServerError), ..quick() };
    let broken = Sandbox::start(config).await.unwrap();
    let body = request(&broken, ("usdc", "ethereum"), "100000000");
    let answer = Api::Aurora.post(&broken, "quote", &body).await;
    assert_eq!(answer.status, 500);
    require_valid(&at(500), &answer.json());
}

#[tokio::test]
async fn oneclicks_answers_are_as_described() {
    let Some(document) = document("oneclick-openapi.yaml") else { return };
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let of = |name: &str| validator(&document, &format!("/components/schemas/{name}"));
    let quote = of("QuoteResponse");
    let mut body = request(&sandbox, ("usdc", "ethereum"), "100000000");
    body["dry"] = json!(true);
    require_valid(&quote, &Api::OneClick.quote(&sandbox, &body).await);
    body["dry"] = json!(false);
    body["appFees"] = json!([{ "recipient": "ours.near", "fee": 5 }]);
    let answer = Api::OneClick.quote(&sandbox, &body).await;
    require_valid(&quote, &answer);
    let told = json!({ "depositAddress": address_of(&answer), "txHash": "0x12" });
    for api in APIS {
        let missing = api.post(&sandbox, "deposit/submit", &json!({})).await;
        assert_eq!(missing.status, 400);
        require_valid(&of("BadRequestResponse"), &missing.json());
    }
    let submitted = Api::OneClick.post(&sandbox, "deposit/submit", &told).await.json();
    assert_eq!(submitted["status"], "KNOWN_DEPOSIT_TX");
    let token = of("TokenResponse");
    for listed in Api::OneClick.get(&sandbox, "tokens", "").await.json().as_array().unwrap() {
        let mut listed = listed.clone();
        // The description does not let it be null, and the API writes it so.
        if listed["contractAddress"].is_null() {
            listed.as_object_mut().unwrap().remove("contractAddress");
        }
        require_valid(&token, &listed);
    }
    let mut inside = request(&sandbox, ("usdc", "ethereum"), "1000000");
    inside["depositType"] = json!("INTENTS");
    let inside = Api::OneClick.quote(&sandbox, &inside).await;
    for standard in ["nep413", "erc191", "raw_ed25519", "tip191"] {
        let body = json!({ "type": "swap_transfer", "standard": standard,
            "signerId": "somebody.near", "depositAddress": address_of(&inside) });
        let generated = Api::OneClick.post(&sandbox, "generate-intent", &body).await;
        assert_eq!(generated.status, 200, "{generated:?}");
        require_valid(&of("GenerateIntentResponse"), &generated.json());
    }
}

#[tokio::test]
async fn oneclicks_statuses_are_as_described() {
    let Some(document) = document("oneclick-openapi.yaml") else { return };
    let sandbox = Sandbox::start(quick()).await.unwrap();
    let of = |name: &str| validator(&document, &format!("/components/schemas/{name}"));
    let (details, whole) = (of("SwapDetails"), of("GetExecutionStatusResponse"));
    let body = request(&sandbox, ("sol", "solana"), "1000000000");
    let answer = Api::OneClick.quote(&sandbox, &body).await;
    let mut status = Api::OneClick.status(&sandbox, &answer).await;
    require_valid(&details, &status["swapDetails"]);
    // The description does not let these be null, and the API writes them so.
    let echo = status["quoteResponse"]["quoteRequest"].as_object_mut().unwrap();
    echo.retain(|_, value| !value.is_null());
    require_valid(&whole, &status);
}
