use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::excerpt;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{JsonRpcTransport, RpcError, Said, answer};

/// A question to a node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) params: Value,
}

/// A node that answers one question or many.
pub(crate) struct Node {
    transport: Box<dyn JsonRpcTransport>,
    /// Ids are never used twice, so that a late or stored answer is seen to be one.
    next_id: AtomicU64,
}

impl Node {
    pub(crate) fn new(transport: Box<dyn JsonRpcTransport>) -> Self {
        Self { transport, next_id: AtomicU64::new(1) }
    }

    /// Asks all questions and returns their answers in the same order; `max_batch` of them go into
    /// one request.
    ///
    /// # Errors
    ///
    /// Returns the first [`RpcError`]: without all answers there are none.
    pub(crate) async fn ask(
        &self,
        calls: &[Call],
        max_batch: usize,
    ) -> Result<Vec<Value>, RpcError> {
        let answers = self.ask_each(calls, max_batch).await?.into_iter().zip(calls);
        answers.map(|(said, call)| read(&said?, call.method, "JSON")).collect()
    }

    /// Asks all questions and returns what the node says to each, in the same order; `max_batch` of
    /// them go into one request.
    ///
    /// # Errors
    ///
    /// Returns the first [`RpcError`] that is about more than one question.
    pub(crate) async fn ask_each(
        &self,
        calls: &[Call],
        max_batch: usize,
    ) -> Result<Vec<Said>, RpcError> {
        let mut answers = Vec::with_capacity(calls.len());
        for batch in calls.chunks(max_batch.max(1)) {
            answers.extend(self.ask_batch(batch).await?);
        }
        Ok(answers)
    }

    /// Asks one question and reads its answer, which is `expected`, from its text.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if there is no answer, or another.
    pub(crate) async fn ask_one<T: DeserializeOwned>(
        &self,
        call: &Call,
        expected: &str,
    ) -> Result<T, RpcError> {
        match self.ask_batch(slice::from_ref(call)).await?.pop() {
            Some(said) => read(&said?, call.method, expected),
            None => Err(RpcError::Unanswered { method: call.method }),
        }
    }

    /// Shortens a text of the node, after what may be a key was cut out of it.
    pub(crate) fn excerpt(&self, text: &str) -> String {
        excerpt(&self.transport.redact(text))
    }

    async fn ask_batch(&self, calls: &[Call]) -> Result<Vec<Said>, RpcError> {
        let numbered: Vec<(u64, &Call)> = calls.iter().map(|call| (self.new_id(), call)).collect();
        let body = self.transport.post(&request(&numbered).to_string()).await?;
        let answers = answer::read(&body, &numbered).map_err(|error| self.redact(error))?;
        Ok(answers.into_iter().map(|said| said.map_err(|error| self.redact(error))).collect())
    }

    fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn redact(&self, error: RpcError) -> RpcError {
        match error {
            RpcError::Node { method, code, message } => {
                RpcError::Node { method, code, message: self.excerpt(&message) }
            }
            other => other,
        }
    }
}

/// Reads an answer, which is `expected`, from its text.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything else.
pub(crate) fn read<T: DeserializeOwned>(
    answer: &RawValue,
    method: &'static str,
    expected: &str,
) -> Result<T, RpcError> {
    // Its own text may repeat what the node sent.
    serde_json::from_str(answer.get()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let found = format!("something else at line {line} column {column}");
        RpcError::value(method, expected, found)
    })
}

/// Writes a single question as an object, which also nodes without batches understand.
fn request(calls: &[(u64, &Call)]) -> Value {
    let one = |(id, call): &(u64, &Call)| json!({"jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params});
    match calls {
        [single] => one(single),
        many => many.iter().map(one).collect(),
    }
}
