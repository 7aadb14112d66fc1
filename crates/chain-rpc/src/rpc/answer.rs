use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Call, RpcError};

/// One answer. A member twice is an error; members that JSON-RPC does not know are ignored.
#[derive(Deserialize)]
struct Answer {
    jsonrpc: String,
    id: Value,
    /// `null` is a result too.
    #[serde(default, deserialize_with = "present")]
    result: Option<Box<RawValue>>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    code: i64,
    message: String,
}

/// What a node says to one question: the text of its JSON, so that no number in it has been
/// rounded, or [`RpcError::Node`].
pub(crate) type Said = Result<Box<RawValue>, RpcError>;

/// Matches the answers in a text with the questions, in the order of the questions.
///
/// # Errors
///
/// Returns an [`RpcError`] if an answer is missing, doubled, not asked for, or neither a result nor
/// an error.
pub(super) fn read(body: &str, calls: &[(u64, &Call)]) -> Result<Vec<Said>, RpcError> {
    let mut found = by_id(answers(body, calls)?)?;
    let results = calls.iter().map(|(id, call)| {
        let answer = found.remove(id).ok_or(RpcError::Unanswered { method: call.method })?;
        said(answer, call.method)
    });
    let results = results.collect::<Result<Vec<_>, _>>()?;
    match found.pop_first() {
        None => Ok(results),
        Some((id, _)) => Err(malformed("answers to what was asked", format!("id {id}"))),
    }
}

fn answers(body: &str, calls: &[(u64, &Call)]) -> Result<Vec<Answer>, RpcError> {
    let is_list = body.trim_start().starts_with('[');
    match (is_list, calls) {
        (true, [_]) => Err(malformed("one answer", "a batch".to_owned())),
        (true, _) => serde_json::from_str(body).map_err(|error| no_answer(&error)),
        (false, _) => {
            let answer: Answer = serde_json::from_str(body).map_err(|error| no_answer(&error))?;
            match (&answer.error, calls) {
                (_, [_]) => Ok(vec![answer]),
                // A batch that the node won't take at all.
                (Some(failure), _) => Err(failed("batch", failure)),
                (None, _) => Err(malformed("a batch of answers", "one answer".to_owned())),
            }
        }
    }
}

fn by_id(answers: Vec<Answer>) -> Result<BTreeMap<u64, Answer>, RpcError> {
    let mut found = BTreeMap::new();
    for answer in answers {
        if answer.jsonrpc != "2.0" {
            return Err(malformed("JSON-RPC 2.0", "another version".to_owned()));
        }
        let Some(id) = answer.id.as_u64() else {
            // Without an id only an error says anything: the node could not read the question.
            return Err(answer.error.map_or_else(
                || malformed("an id that was asked", "another".to_owned()),
                |failure| failed("batch", &failure),
            ));
        };
        if found.insert(id, answer).is_some() {
            return Err(malformed("one answer to each question", format!("id {id} twice")));
        }
    }
    Ok(found)
}

fn said(answer: Answer, method: &'static str) -> Result<Said, RpcError> {
    match (answer.result, answer.error) {
        (Some(result), None) => Ok(Ok(result)),
        (None, Some(failure)) => Ok(Err(failed(method, &failure))),
        // Some nodes write both members always.
        (Some(result), Some(failure)) if result.get() == "null" => {
            Ok(Err(failed(method, &failure)))
        }
        (Some(_), Some(_)) => Err(malformed("a result or an error", "both".to_owned())),
        (None, None) => Err(malformed("a result or an error", "neither".to_owned())),
    }
}

fn failed(method: &'static str, failure: &Failure) -> RpcError {
    // Shortened after the keys were cut out, so that the cut leaves no beginning of one.
    RpcError::Node { method, code: failure.code, message: failure.message.clone() }
}

fn malformed(expected: &'static str, found: String) -> RpcError {
    RpcError::Malformed { expected, found }
}

fn no_answer(error: &serde_json::Error) -> RpcError {
    // Its text may repeat what the node sent.
    let found = format!("other text at line {} column {}", error.line(), error.column());
    malformed("a JSON-RPC answer", found)
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn calls() -> [Call; 2] {
        ["eth_chainId", "eth_getCode"].map(|method| Call { method, params: json!([]) })
    }

    fn read_two(body: &Value) -> Result<Vec<Value>, RpcError> {
        let [first, second] = calls();
        let answers = read(&body.to_string(), &[(7, &first), (8, &second)])?;
        answers.into_iter().map(|said| Ok(serde_json::from_str(said?.get()).unwrap())).collect()
    }

    fn answer(id: u64, result: &str) -> Value {
        json!({"jsonrpc": "2.0", "id": id, "result": result})
    }

    #[test]
    fn takes_answers_in_any_order() {
        let body = json!([answer(8, "b"), answer(7, "a")]);
        assert_eq!(read_two(&body).unwrap(), ["a", "b"]);
    }

    #[test]
    fn takes_null_as_a_result_and_as_no_error() {
        let body = json!([
            {"jsonrpc": "2.0", "id": 7, "result": null},
            {"jsonrpc": "2.0", "id": 8, "result": "b", "error": null},
        ]);
        assert_eq!(read_two(&body).unwrap(), [Value::Null, json!("b")]);
    }

    #[test]
    fn refuses_what_does_not_answer_each_question_once() {
        let string_id = json!({"jsonrpc": "2.0", "id": "7", "result": "a"});
        let old = json!({"jsonrpc": "1.0", "id": 7, "result": "a"});
        let both =
            json!({"jsonrpc": "2.0", "id": 7, "result": "a", "error": {"code": 1, "message": "m"}});
        let neither = json!({"jsonrpc": "2.0", "id": 7});
        for (body, told) in [
            (json!([answer(7, "a")]), "eth_getCode: expected an answer"),
            (json!([answer(7, "a"), answer(9, "b")]), "eth_getCode: expected an answer"),
            (json!([answer(7, "a"), answer(8, "b"), answer(9, "c")]), "id 9"),
            (json!([answer(7, "a"), answer(8, "b"), answer(7, "a")]), "id 7 twice"),
            (json!([string_id, answer(8, "b")]), "expected an id that was asked"),
            (json!([old, answer(8, "b")]), "expected JSON-RPC 2.0"),
            (json!([both, answer(8, "b")]), "found both"),
            (json!([neither, answer(8, "b")]), "found neither"),
            (answer(7, "a"), "expected a batch of answers"),
            (json!([]), "eth_chainId: expected an answer"),
            (json!("text"), "expected a JSON-RPC answer"),
            (json!([1, 2]), "expected a JSON-RPC answer"),
        ] {
            let error = read_two(&body).unwrap_err().to_string();
            assert!(error.contains(told), "{body}: {error}");
        }
    }

    #[test]
    fn tells_what_the_node_says() {
        let failure = json!({"code": -32005, "message": "limit exceeded"});
        let limited = json!({"jsonrpc": "2.0", "id": null, "error": failure});
        let failed = json!({"jsonrpc": "2.0", "id": 8, "error": failure});
        for (body, method) in [
            (limited.clone(), "batch"),
            (json!([limited]), "batch"),
            (json!([answer(7, "a"), failed]), "eth_getCode"),
        ] {
            let message = "limit exceeded".to_owned();
            let expected = RpcError::Node { method, code: -32005, message };
            assert_eq!(read_two(&body).unwrap_err(), expected, "{body}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let [call, _] = calls();
        for text in ["0.10000000", "12345678901234567890.123456789", "1e-8", "-0.0"] {
            let body = format!(r#"{{"jsonrpc": "2.0", "id": 7, "result": {text}}}"#);
            let said = read(&body, &[(7, &call)]).unwrap().remove(0);
            assert_eq!(said.unwrap().get(), text);
        }
    }

    #[test]
    fn refuses_a_member_twice() {
        let [call, _] = calls();
        let body = r#"{"jsonrpc": "2.0", "id": 7, "result": "a", "result": "b"}"#;
        let error = read(body, &[(7, &call)]).unwrap_err();
        assert!(matches!(error, RpcError::Malformed { .. }), "{error}");
        assert!(read(r#"[{"jsonrpc": "2.0", "id": 7, "result": "a"}]"#, &[(7, &call)]).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let [first, second] = calls();
            prop_assert!(read(&text, &[(7, &first)]).is_err());
            prop_assert!(read(&text, &[(7, &first), (8, &second)]).is_err());
        }

        #[test]
        fn only_the_right_ids_are_answers(ids in prop::collection::vec(5_u64..11, 0..5)) {
            let body: Value = ids.iter().map(|id| answer(*id, &id.to_string())).collect();
            let right = matches!(ids.as_slice(), [7, 8] | [8, 7]);
            prop_assert_eq!(read_two(&body).ok(), right.then(|| vec![json!("7"), json!("8")]));
        }
    }
}
