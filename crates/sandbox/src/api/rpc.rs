//! `POST /rpc/{network}`: JSON-RPC 2.0 over a chain, as Ethereum's or Solana's nodes speak it. It
//! needs no key.

mod error;
mod fees;
mod logs;
mod methods;
mod params;
mod solana;
mod transactions;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::error::json;
use super::{ApiError, Dialect};
use crate::json::Json;
use crate::network::{Network, NetworkKind, SOLANA};
use crate::shared::{Shared, State as SandboxState};
use crate::tron::ENERGY_PRICE;

use error::RpcError;

/// One question.
#[derive(Deserialize)]
struct Question {
    jsonrpc: String,
    method: String,
    #[serde(default)]
    params: Value,
    /// Without an id nobody waits for the answer.
    id: Option<Value>,
}

/// Answers a question, or a batch of them in its order.
pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(network): Path<String>,
    body: Bytes,
) -> Response {
    let answered = shared.change(|state| {
        has_node(state, &network)
            .then(|| answer_body(&mut Node { state, network: &network }, &body))
    });
    match answered {
        None => ApiError::not_found("Network").respond(Dialect::G2),
        Some(None) => StatusCode::NO_CONTENT.into_response(),
        Some(Some(answer)) => json(StatusCode::OK, &answer),
    }
}

/// Says whether a network's chain is asked here.
pub(crate) fn has_node(state: &mut SandboxState, network: &str) -> bool {
    network == SOLANA.name || state.world.chain_named(network).is_some()
}

/// A network's chain, to be asked.
struct Node<'a> {
    state: &'a mut SandboxState,
    network: &'a str,
}

impl Node<'_> {
    fn call(&mut self, question: Question) -> Result<Json, RpcError> {
        let Question { method, params, .. } = question;
        let world = &mut self.state.world;
        let Some(network) = Network::named(self.network) else {
            return Err(RpcError::method(&method));
        };
        match (network.kind, method.as_str()) {
            (NetworkKind::Evm { .. }, "eth_sendRawTransaction") => {
                transactions::send(world, network, params)
            }
            // What a unit of gas costs is what one of energy costs.
            (NetworkKind::Tron { .. }, "eth_gasPrice") => Ok(methods::quantity(ENERGY_PRICE)),
            _ => match world.chain_named(network.name) {
                Some(chain) => methods::call(chain, &method, params),
                None => solana::call(&mut world.solana_mut().engine, &method, params),
            },
        }
    }
}

fn answer_body(node: &mut Node<'_>, body: &[u8]) -> Option<Json> {
    match serde_json::from_slice(body) {
        Err(_) => Some(failed(Json::Null, RpcError::parse())),
        Ok(Value::Array(batch)) if batch.is_empty() => {
            Some(failed(Json::Null, RpcError::invalid()))
        }
        Ok(Value::Array(batch)) => {
            let answers: Vec<_> =
                batch.into_iter().filter_map(|question| answer_one(node, question)).collect();
            (!answers.is_empty()).then(|| Json::list(answers))
        }
        Ok(question) => answer_one(node, question),
    }
}

fn answer_one(node: &mut Node<'_>, question: Value) -> Option<Json> {
    let question = serde_json::from_value::<Question>(question)
        .ok()
        .filter(|question| question.jsonrpc == "2.0");
    let Some(question) = question else { return Some(failed(Json::Null, RpcError::invalid())) };
    let id = Json::Number(question.id.as_ref()?.to_string());
    Some(match node.call(question) {
        Ok(result) => {
            Json::object([("jsonrpc", Json::from("2.0")), ("id", id), ("result", result)])
        }
        Err(error) => failed(id, error),
    })
}

fn failed(id: Json, error: RpcError) -> Json {
    Json::object([("jsonrpc", Json::from("2.0")), ("id", id), ("error", error.into_json())])
}
