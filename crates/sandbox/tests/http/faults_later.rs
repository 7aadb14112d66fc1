//! Answers to approvals and status requests that break on their way.

use std::time::{Duration, Instant};

use countersign_sandbox::{Account, Fault, Sandbox, SandboxConfig, SwapRecord};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Answer, Dialect, Wish, account, get, id, token, wait_for};

const LATENESS: Duration = Duration::from_millis(1_500);

/// An open intent, and the approval that it waits for.
struct Scene {
    sandbox: Sandbox,
    usdc: String,
    sol: String,
    user: Account,
    recipient: String,
}

impl Scene {
    async fn new(fault: Option<Fault>) -> Self {
        let step = Duration::from_millis(5);
        let config = SandboxConfig { fault, step, lateness: LATENESS, ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        let (usdc, sol) = (token(&sandbox, "USDC"), token(&sandbox, "SOL"));
        let user = account(&sandbox, "default");
        let recipient = sandbox.new_recipient("solana").unwrap();
        Self { sandbox, usdc, sol, user, recipient }
    }

    fn wish(&self) -> Wish<'_> {
        Wish {
            dialect: Dialect::G2,
            from: (1, &self.usdc),
            to: (4, &self.sol),
            amount: "100",
            owner: &self.user.address,
            recipient: &self.recipient,
        }
    }

    async fn open(&self) -> (Value, String) {
        let intent = self.wish().open(&self.sandbox).await;
        let signature = self.wish().sign(&self.user, &intent, "100000000");
        (intent, signature)
    }

    async fn approve(&self, (intent, signature): &(Value, String)) -> Answer {
        self.wish().approve(&self.sandbox, intent, signature).await
    }

    fn record(&self) -> SwapRecord {
        self.sandbox.swaps().remove(0)
    }

    /// Waits by the chain's word: the API's may break.
    async fn settles(&self) {
        for _ in 0..600 {
            if self.record().claims == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never settled: {:?}", self.record());
    }
}

/// Sends an approval and reads whatever comes until the connection is closed.
async fn approve_raw(scene: &Scene, (intent, signature): &(Value, String)) -> Vec<u8> {
    let host = scene.sandbox.url().strip_prefix("http://").unwrap();
    let body = json!({ "approval_type": "permit2", "signed_data": signature }).to_string();
    let request = format!(
        "POST /v1/intents/{}/approvals HTTP/1.1\r\nHost: {host}\r\nX-Api-Key: {}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        id(intent),
        scene.sandbox.api_key(),
        body.len(),
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    let _ended_or_reset = stream.read_to_end(&mut read).await;
    read
}

#[tokio::test]
async fn a_lost_answer_leaves_an_executed_approval_behind() {
    let scene = Scene::new(Some(Fault::SubmitLost)).await;
    let open = scene.open().await;
    for _ in 0..2 {
        assert_eq!(approve_raw(&scene, &open).await, b"");
    }
    wait_for(&scene.sandbox, &open.0, "Finished").await;
    let told = scene.record();
    assert_eq!((told.approvals, told.repeated_approvals, told.deposits), (1, 1, 1));
}

#[tokio::test]
async fn a_refusal_is_not_lost() {
    let scene = Scene::new(Some(Fault::SubmitLost)).await;
    let (intent, _) = scene.open().await;
    let refused = scene.approve(&(intent, format!("0x{}", "11".repeat(65)))).await;
    assert_eq!(refused.status, 422, "{refused:?}");
}

#[tokio::test]
async fn a_late_answer_is_of_what_was_done_at_once() {
    let scene = Scene::new(Some(Fault::SubmitLate)).await;
    let open = scene.open().await;
    let (start, taken) = (Instant::now(), scene.approve(&open));
    let (approved, executed) = tokio::join!(taken, async {
        scene.settles().await;
        start.elapsed()
    });
    assert_eq!(approved.status, 200);
    assert!(start.elapsed() >= LATENESS);
    assert!(executed < LATENESS, "{executed:?}");
}

#[tokio::test]
async fn the_first_approval_of_each_intent_is_declined_before_anything_happens() {
    let scene = Scene::new(Some(Fault::SubmitDeclinedFirst)).await;
    for _ in 0..2 {
        let open = scene.open().await;
        assert_eq!(scene.approve(&open).await.status, 503);
        let path = format!("/v1/intents/{}", id(&open.0));
        assert_eq!(get(&scene.sandbox, &path).await.json()["status"], "Created");
        assert_eq!(scene.approve(&open).await.status, 200);
        wait_for(&scene.sandbox, &open.0, "Finished").await;
    }
    let told = scene.record();
    assert_eq!((told.approvals, told.repeated_approvals, told.deposits), (1, 0, 1));
}

#[tokio::test]
async fn every_second_status_is_lost() {
    let scene = Scene::new(Some(Fault::StatusLost)).await;
    let (first, second) = (scene.open().await, scene.open().await);
    let mut seen = Vec::new();
    for _ in 0..2 {
        for (intent, _) in [&first, &second] {
            seen.push(get(&scene.sandbox, &format!("/v1/intents/{}", id(intent))).await.status);
        }
    }
    assert_eq!(seen, [200, 200, 503, 503]);
    assert_eq!(get(&scene.sandbox, "/v1/swaps").await.status, 200);
}

#[tokio::test]
async fn an_intent_is_forgotten_once_it_is_approved() {
    let scene = Scene::new(Some(Fault::Forgets)).await;
    let open = scene.open().await;
    let path = format!("/v1/intents/{}", id(&open.0));
    assert_eq!(get(&scene.sandbox, &path).await.status, 200);
    let listed =
        async || get(&scene.sandbox, "/v1/swaps").await.json()["pagination"]["total"].clone();
    assert_eq!(listed().await, 1);
    assert_eq!(scene.approve(&open).await.status, 200);
    assert_eq!(get(&scene.sandbox, &path).await.status, 404);
    assert_eq!(listed().await, 0);
    scene.settles().await;
    assert_eq!(get(&scene.sandbox, &path).await.status, 404);
}

#[tokio::test]
async fn while_the_api_is_away_the_nodes_and_the_swaps_go_on() {
    let scene = Scene::new(None).await;
    let open = scene.open().await;
    scene.sandbox.pause_api(true);
    let path = format!("/v1/intents/{}", id(&open.0));
    assert_eq!(get(&scene.sandbox, &path).await.status, 503);
    assert_eq!(scene.approve(&open).await.status, 503);
    assert_eq!(get(&scene.sandbox, "/v1/swaps").await.status, 503);
    assert_eq!(get(&scene.sandbox, "/esplora/bitcoin/blocks/tip/height").await.status, 200);
    assert_eq!((scene.record().approvals, scene.record().refused_approvals), (0, 0));
    scene.sandbox.pause_api(false);
    assert_eq!(scene.approve(&open).await.status, 200);
    scene.sandbox.pause_api(true);
    scene.settles().await;
    scene.sandbox.pause_api(false);
    assert_eq!(get(&scene.sandbox, &path).await.json()["status"], "Finished");
}
