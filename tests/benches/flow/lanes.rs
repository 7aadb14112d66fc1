use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::{Config, Countersign, SwapRequest, TrackOptions};
use countersign_sandbox::SandboxConfig;
use countersign_tests::Scene;

/// How many sandboxes there are.
const LANES: usize = 4;

/// How a swap is followed: in the same proportion to a sandbox's steps as by default.
pub(crate) const PACE: TrackOptions = TrackOptions {
    first_wait: Duration::from_millis(20),
    longest_wait: Duration::from_millis(100),
    deadline: Duration::from_mins(2),
};

/// Sandboxes, and a rich account of each.
pub(crate) struct Lanes(Vec<Scene>);

impl Lanes {
    pub(crate) async fn start() -> Self {
        let config = SandboxConfig {
            step: Duration::from_millis(2),
            wealth: 1_000,
            ..SandboxConfig::default()
        };
        let mut scenes = Vec::new();
        for _ in 0..LANES {
            scenes.push(Scene::start(config.clone(), Profile::G1, "USDC@base").await);
        }
        Self(scenes)
    }

    /// Returns a flow for each sandbox, with limits that no run reaches.
    pub(crate) fn flows(&self) -> Vec<Countersign> {
        self.0.iter().map(|scene| scene.builder(boundless(scene)).build()).collect()
    }

    /// Returns a request for each sandbox.
    pub(crate) fn requests(&self) -> Vec<SwapRequest> {
        self.0.iter().map(Scene::request).collect()
    }

    /// Requires that so many swaps were carried out, each once.
    pub(crate) fn require_executed(&self, swaps: usize) {
        let told = self.0.iter().flat_map(|scene| scene.sandbox.swaps());
        let told: Vec<_> = told.filter(|swap| swap.status == "Finished").collect();
        assert_eq!(told.len(), swaps, "swaps that the sandboxes carried out");
        assert!(told.iter().all(|swap| (swap.deposits, swap.payouts) == (1, 1)), "more than once");
    }
}

fn boundless(scene: &Scene) -> Config {
    scene.config_with(|_, policy| {
        let lines = policy.lines().map(|line| {
            if line.starts_with("per_day") { "per_day = \"1000000000\"" } else { line }
        });
        *policy = lines.collect::<Vec<_>>().join("\n");
    })
}
