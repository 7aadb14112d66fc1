use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use countersign::http_client::transport::{Limits, StaticKey};
use countersign_chain_rpc::{CoreRpc, HttpRpc, JsonRpcTransport, RpcUrl};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// Names the program.
const VARIABLE: &str = "COUNTERSIGN_BITCOIND";
/// How long it may take to start.
const START: Duration = Duration::from_mins(1);
/// How often it is started.
const ATTEMPTS: u32 = 3;
/// A chain of its own, no peers, and the rules by which nodes of the main network pass on.
const ARGUMENTS: [&str; 9] = [
    "-regtest",
    "-server",
    "-disablewallet",
    "-listen=0",
    "-dnsseed=0",
    "-fixedseeds=0",
    "-acceptnonstdtxn=0",
    "-rpcbind=127.0.0.1",
    "-rpcallowip=127.0.0.1",
];

/// A real node of a chain of its own, which ends with this value, as do its files.
pub struct Bitcoind {
    process: Child,
    url: RpcUrl,
    key: StaticKey,
    rpc: HttpRpc,
    _folder: TempDir,
}

impl Bitcoind {
    /// Starts a node. Without the program, says that the test was skipped.
    ///
    /// # Panics
    ///
    /// Panics if the program does not start.
    pub async fn start() -> Option<Self> {
        let Some(program) = std::env::var_os(VARIABLE) else {
            skip();
            return None;
        };
        for _ in 0..ATTEMPTS {
            if let Some(node) = Self::launch(&program).await {
                node.until_ready().await;
                return Some(node);
            }
        }
        panic!("expected bitcoind to start, found that it ended {ATTEMPTS} times");
    }

    /// Starts a node at a port that is free now; nothing if it ends, since another took the port.
    async fn launch(program: &OsStr) -> Option<Self> {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let mut command = Command::new(program);
        command.args(ARGUMENTS).arg(format!("-datadir={}", folder.path().display()));
        command.arg(format!("-rpcport={port}")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let cookie = folder.path().join("regtest").join(".cookie");
        let Some(key) = cookie_of(&cookie, &mut process).await else {
            end(&mut process);
            return None;
        };
        let url: RpcUrl = format!("http://127.0.0.1:{port}").parse().unwrap();
        let rpc = HttpRpc::new(url.clone(), key.clone(), Limits::default()).unwrap();
        Some(Self { process, url, key, rpc, _folder: folder })
    }

    /// Returns a view of the chain through the node.
    ///
    /// # Panics
    ///
    /// Panics if there is no TLS to be had.
    pub fn view(&self) -> CoreRpc {
        CoreRpc::connect(self.url.clone(), self.key.clone()).unwrap()
    }

    /// Returns where the node is.
    pub const fn url(&self) -> &RpcUrl {
        &self.url
    }

    /// Asks the node.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer, or with an error.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        self.try_ask(method, &params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Mines blocks, whose rewards go to an address.
    pub async fn mine(&self, blocks: u32, address: &str) {
        self.ask("generatetoaddress", json!([blocks, address])).await;
    }

    /// Returns the height of the chain.
    ///
    /// # Panics
    ///
    /// Panics if the node does not tell one.
    pub async fn height(&self) -> u32 {
        let height = self.ask("getblockcount", json!([])).await.as_u64();
        height.and_then(|height| u32::try_from(height).ok()).unwrap()
    }

    /// Waits until the node answers; it does not while it warms up.
    async fn until_ready(&self) {
        let started = Instant::now();
        while let Err(error) = self.try_ask("getblockcount", &json!([])).await {
            assert!(started.elapsed() < START, "expected bitcoind to be ready: {error}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn try_ask(&self, method: &str, params: &Value) -> Result<Value, String> {
        let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.rpc.post(&question.to_string()).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        match answer.get("error") {
            Some(error) if !error.is_null() => Err(error.to_string()),
            _ => Ok(answer.get_mut("result").unwrap().take()),
        }
    }
}

impl Drop for Bitcoind {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

impl fmt::Debug for Bitcoind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bitcoind({:?})", self.url)
    }
}

#[expect(clippy::print_stdout, reason = "`cargo xtask test` reads it")]
fn skip() {
    println!("skipped: needs bitcoind");
}

/// Waits for the file by which the node lets its user in.
async fn cookie_of(file: &Path, process: &mut Child) -> Option<StaticKey> {
    let started = Instant::now();
    while started.elapsed() < START && process.try_wait().unwrap().is_none() {
        let key = fs::read_to_string(file).ok().map(|text| StaticKey::basic(&text.into()));
        if let Some(Ok(key)) = key {
            return Some(key);
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}

/// Returns a port that nobody listens at; the node takes no port zero.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn end(process: &mut Child) {
    // One that has ended by itself can't be ended.
    let _ = process.kill();
    let _ = process.wait();
}
