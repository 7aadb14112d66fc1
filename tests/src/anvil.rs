use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use countersign::http_client::transport::{Auth, Limits};
use countersign_chain_rpc::{HttpRpc, JsonRpcTransport, RpcUrl};
use serde_json::{Value, json};

/// Names the program.
const VARIABLE: &str = "COUNTERSIGN_ANVIL";
/// How long it may take to start.
const START: Duration = Duration::from_mins(1);
/// What it writes once it can be asked.
const LISTENING: &str = "Listening on ";

/// A real node of a chain of its own, which ends with this value.
pub struct Anvil {
    process: Child,
    url: RpcUrl,
    rpc: HttpRpc,
}

/// What the node says to a question that it does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "JSON-RPC errors have these members")]
pub struct NodeError {
    /// Its words.
    pub message: String,
    /// What a reverted call returned, in hex.
    pub data: String,
}

impl Anvil {
    /// Starts a node of a chain where every account's transactions are taken unsigned. Without the
    /// program, says that the test was skipped.
    ///
    /// # Panics
    ///
    /// Panics if the program does not start.
    pub fn start(chain_id: u64) -> Option<Self> {
        let Some(program) = std::env::var_os(VARIABLE) else {
            skip();
            return None;
        };
        let mut command = Command::new(&program);
        command.args(["--host", "127.0.0.1", "--port", "0", "--auto-impersonate", "--chain-id"]);
        command.arg(chain_id.to_string()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let (sender, receiver) = channel();
        let output = process.stdout.take().unwrap();
        thread::spawn(move || drain(output, &sender));
        let Ok(address) = receiver.recv_timeout(START) else {
            end(&mut process);
            panic!("expected {} to listen", program.display());
        };
        let url: RpcUrl = format!("http://{address}").parse().unwrap();
        // A transaction that is sent again would run again.
        let limits = Limits { retries: 0, ..Limits::default() };
        let rpc = HttpRpc::new(url.clone(), Auth::None, limits).unwrap();
        Some(Self { process, url, rpc })
    }

    /// Returns where the node is.
    pub const fn url(&self) -> &RpcUrl {
        &self.url
    }

    /// Returns a connection for a view of the chain.
    pub fn rpc(&self) -> HttpRpc {
        self.rpc.clone()
    }

    /// Asks the node.
    ///
    /// # Errors
    ///
    /// Returns the [`NodeError`] that it answers with.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer.
    pub async fn ask(&self, method: &str, params: Value) -> Result<Value, NodeError> {
        let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.rpc.post(&question.to_string()).await.unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        let Some(error) = answer.get("error") else {
            return Ok(answer.get_mut("result").unwrap().take());
        };
        let text = |member: &str| error[member].as_str().unwrap_or_default().to_owned();
        Err(NodeError { message: text("message"), data: text("data") })
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

impl fmt::Debug for Anvil {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Anvil({:?})", self.url)
    }
}

#[expect(clippy::print_stdout, reason = "`cargo xtask test` reads it")]
fn skip() {
    println!("skipped: needs anvil");
}

/// Tells the address from the output, and reads the rest so that the node never waits for a reader.
fn drain(output: ChildStdout, address: &Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(found) = line.strip_prefix(LISTENING) {
            // Nobody waits for it where the start took too long.
            let _ = address.send(found.to_owned());
        }
    }
}

fn end(process: &mut Child) {
    // One that has ended by itself can't be ended.
    let _ = process.kill();
    let _ = process.wait();
}
