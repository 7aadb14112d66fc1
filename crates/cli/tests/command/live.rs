//! Questions to an API that is not ours: what is sent, and what is made of its answers.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, LineEnding};
use rsa::sha2::Sha256;
use rsa::signature::Verifier as _;

use crate::server::{Asked, Server};
use crate::{json, private_file, run, set_mode, stderr, stdout};

const NETWORKS: &str = r#"[{"id":1,"name":"ethereum","type":"EVM"}]"#;
pub(crate) const REGISTRY: &str = r#"
environment = "testnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 11155111
permit2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
escrows = []
resolvers = []
witnesses = []
[networks.solana]
kind = "solana"
api_network_id = 4
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
[tokens.SOL]
network = "solana"
address = "So11111111111111111111111111111111111111112"
decimals = 9
"#;

/// A key that is made anew in each run.
static SIGNER: LazyLock<RsaPrivateKey> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    RsaPrivateKey::from_pkcs8_der(der.as_ref()).unwrap()
});

fn pem() -> String {
    SIGNER.to_pkcs1_pem(LineEnding::LF).unwrap().to_string()
}

/// Asks a server, with an API key.
fn ask(server: &Server, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let key = private_file(folder.path(), "api-key", "sk-4242\n");
    run(&[arguments, &["--api-url", &server.url, "--api-key-file", &key]].concat(), "")
}

/// Asks a server with signed requests.
fn ask_signed(server: &Server, folder: &Path, arguments: &[&str]) -> Output {
    let key = private_file(folder, "rsa.pem", &pem());
    run(&[arguments, &["--api-url", &server.url, "--rsa-key-file", &key]].concat(), "")
}

fn verifies(text: &str, signature: &str) -> bool {
    let bytes = hex::decode(signature).unwrap();
    let signature = Signature::try_from(bytes.as_slice()).unwrap();
    let key = VerifyingKey::<Sha256>::new(SIGNER.to_public_key());
    key.verify(text.as_bytes(), &signature).is_ok()
}

fn quote(server: &Server, amount: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let registry = private_file(folder.path(), "registry.toml", REGISTRY);
    ask(server, &["quote", "--json", "--registry", &registry, "--amount", amount])
}

#[test]
fn texts_of_the_api_do_not_steer_the_terminal() {
    let evil = format!(r"\u001b[2J\u009b\u202e\n{}", "x".repeat(5_000));
    let networks = format!(r#"[{{"id":1,"name":"{evil}","type":"{evil}"}}]"#);
    let tokens = format!(
        r#"[{{"network_id":1,"name":"{evil}","symbol":"{evil}","contract_address":"{evil}","wrapped_token_address":"{evil}"}}]"#
    );
    for (command, answer, cells) in [("networks", networks, 2), ("tokens", tokens, 4)] {
        let server = Server::start(&answer);
        let output = ask(&server, &[command]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
        let row = text.lines().nth(1).unwrap();
        assert_eq!(row.matches("\\u{1b}").count(), cells, "{row}");
        assert!(row.len() < 2_000, "{}", row.len());
    }
}

#[test]
fn json_holds_the_texts_as_they_are() {
    let server = Server::start(r#"{"data":[{"id":7,"name":"a\u001b\"b","type":"NEW"}]}"#);
    let output = ask(&server, &["networks", "--json"]);
    let network = &json(&output)["networks"][0];
    assert_eq!((&network["name"], &network["kind"]), (&"a\u{1b}\"b".into(), &"NEW".into()));
    assert!(network["supports_custom_tokens"].is_null());
    assert!(!stdout(&output).contains('\u{1b}'));
}

#[test]
fn networks_that_are_missing_are_counted() {
    for (total, told) in [(1, ""), (12, "1 of 12: the API tells no more at once\n")] {
        let pagination = format!(r#""pagination":{{"limit":1,"offset":0,"total":{total}}}"#);
        let server = Server::start(&format!(r#"{{"data":{NETWORKS},{pagination}}}"#));
        let output = ask(&server, &["networks"]);
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), told));
    }
}

#[test]
fn json_hides_nothing() {
    let name = "a\u{9b}2J\u{202e}\u{200b}\u{7f}\u{e0041}é";
    let server = Server::start(&format!(r#"{{"data":[{{"id":7,"name":"{name}","type":"NEW"}}]}}"#));
    let output = ask(&server, &["networks", "--json"]);
    assert_eq!(json(&output)["networks"][0]["name"], name);
    let told = r#""a\u009b2J\u202e\u200b\u007f\udb40\udc41é""#;
    assert!(stdout(&output).contains(told), "{}", stdout(&output));
}

#[test]
fn the_key_and_the_dialect_are_those_of_the_arguments() {
    for (profile, target) in [("g0", "/affiliate/v1/networks"), ("g2", "/v1/networks")] {
        let server = Server::start(NETWORKS);
        let output = ask(&server, &["networks", "--profile", profile]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let Asked { method, target: found, .. } = server.only();
        assert_eq!((method.as_str(), found.as_str()), ("GET", target));
        assert_eq!(server.only().header("x-api-key"), "sk-4242");
    }
}

#[test]
fn the_environment_stands_in_for_url_and_key() {
    let server = Server::start(NETWORKS);
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env("COUNTERSIGN_API_URL", &server.url).env("COUNTERSIGN_API_KEY", "sk-7");
    let output = command.arg("networks").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.only().header("x-api-key"), "sk-7");
}

#[test]
fn requests_are_signed_where_there_is_an_rsa_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(r#"{"data":[]}"#);
    let rules = ["signature=hex", "time=ms", "freshness=signed", "query=raw", "key-hash=spki"];
    let rules = rules.iter().flat_map(|rule| ["--signing-rule", rule]);
    let arguments: Vec<_> =
        ["tokens", "--query", "a b", "--limit", "5"].into_iter().chain(rules).collect();
    let output = ask_signed(&server, folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let asked = server.only();
    assert_eq!(asked.target, "/v1/tokens?limit=5&q=a%20b");
    let (time, nonce) = (asked.header("x-api-timestamp"), asked.header("x-api-nonce"));
    assert_eq!((time.len(), nonce.len()), (13, 36), "{asked:?}");
    let text = format!("GET:/v1/tokens:limit=5&q=a b::{time}:{nonce}");
    assert!(verifies(&text, asked.header("x-api-signature")), "{asked:?}");
    assert!(!verifies(&format!("{text} "), asked.header("x-api-signature")));
}

#[test]
fn a_signed_quote_is_sent_in_the_form_that_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let registry = private_file(folder.path(), "registry.toml", REGISTRY);
    let server =
        Server::start(r#"{"id":"q","from":{"amount_lots":100000000},"to":{"min_amount_lots":5}}"#);
    let arguments =
        ["quote", "--profile", "g2", "--registry", &registry, "--signing-rule", "signature=hex"];
    let output = ask_signed(&server, folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let asked = server.only();
    assert!(asked.body.starts_with(r#"{"amount":100,"from":{"network_id":1,"#), "{}", asked.body);
    let text = format!("POST:/v1/quotes::{}", asked.body);
    assert!(verifies(&text, asked.header("x-api-signature")), "{asked:?}");
}

#[test]
fn the_log_at_its_loudest_holds_no_rsa_key_and_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(NETWORKS);
    let output = ask_signed(&server, folder.path(), &["-vvv", "networks"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let all = format!("{}{}", stdout(&output), stderr(&output));
    assert!(all.contains("DEBUG"), "the log is not loud");
    let asked = server.only();
    assert!(!all.contains(asked.header("x-api-signature")), "{all}");
    assert!(!all.contains(asked.header("x-api-key")), "{all}");
    for line in pem().lines().filter(|line| !line.starts_with('-')) {
        assert!(!all.contains(line), "{all}");
    }
}

#[test]
fn keys_that_others_can_read_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(NETWORKS);
    for (option, text) in [("--api-key-file", "sk-4242"), ("--rsa-key-file", &pem())] {
        let path = private_file(folder.path(), "key", text);
        set_mode(Path::new(&path), 0o640);
        let output = run(&["networks", "--api-url", &server.url, option, &path], "");
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(stderr(&output).contains("found mode 640"), "{}", stderr(&output));
    }
    let registry = private_file(folder.path(), "registry.toml", REGISTRY);
    set_mode(Path::new(&registry), 0o622);
    let output = ask(&server, &["quote", "--registry", &registry]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only its owner can write"), "{}", stderr(&output));
}

#[test]
fn bad_settings_are_told_with_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = private_file(folder.path(), "rsa.pem", &pem());
    let no_rsa = private_file(folder.path(), "no-rsa.pem", "sk-4242");
    let url = "http://127.0.0.1:1";
    for (arguments, told) in [
        (&["--rsa-key-file", &rsa, "--api-key-file", &rsa][..], "cannot be used with"),
        (&["--api-key-file", &rsa, "--signing-rule", "time=ms"], "cannot be used with"),
        (&["--signing-rule", "time=ms"], "--rsa-key-file <FILE>"),
        (&["--rsa-key-file", &rsa, "--signing-rule", "time=us"], "time=s, time=ms, slash=as-sent"),
        (&["--rsa-key-file", &rsa, "--signing-rule", "time"], "freshness=beside, freshness=signed"),
        (&["--rsa-key-file", &no_rsa], "expected an RSA private key"),
        (&["--rsa-key-file", "no-such-file"], "no-such-file: "),
        (&[], "--rsa-key-file, or the API key in COUNTERSIGN_API_KEY"),
    ] {
        let output = run(&[&["networks", "--api-url", url], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(!stderr(&output).contains("4242"));
    }
    let output = run(&["networks", "--rsa-key-file", &rsa], "");
    assert!(stderr(&output).contains("expected --api-url"), "{}", stderr(&output));
    let output = run(&["networks", "--json", "--rsa-key-file", &rsa, "--api-url", url], "");
    assert_eq!((output.status.code(), &json(&output)["error"]), (Some(1), &"failed".into()));
    assert!(
        stderr(&output).contains("list networks: expected a connection"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_quote_that_answers_another_question_is_refused() {
    let answer = r#"{"id":"q1","from":{"amount":"2.5","decimals":6,"network_id":1},
        "to":{"min_amount":"0.01","max_amount":"0.01","decimals":9,"network_id":4}}"#;
    let server = Server::start(answer);
    let output = quote(&server, "2.5");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["to"]["min_lots"], "10000000");
    let server = Server::start(&answer.replace("\"2.5\"", "\"25\"").replace(":9", ":8"));
    let output = quote(&server, "2.5");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!((&report["error"], &report["step"]), (&"refused".into(), &"quote".into()));
    assert_eq!(report["violations"].as_array().unwrap().len(), 2);
    assert!(stderr(&output).contains("quote.from.amount: expected 2500000, found 25000000"));
}
