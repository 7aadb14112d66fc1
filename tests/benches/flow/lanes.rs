use std::time::Duration;

use countersign::api_types::defi::Profile;
use countersign::{Config, Countersign, SwapRequest, TrackOptions};
use countersign_sandbox::SandboxConfig;
use countersign_tests::Scene;

/// How many sandboxes there are.
const LANES: usize = 4;

/// How fast a sandbox's steps are, and in the same proportion how soon they are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    step: Duration,
    pub(crate) track: TrackOptions,
}

impl Pace {
    /// That of a sandbox and of a swap by default: there are waits in it, as there are in the world.
    pub(crate) fn by_default() -> Self {
        Self { step: SandboxConfig::default().step, track: TrackOptions::default() }
    }

    /// As fast as the machine: nobody waits for anybody but for its processors.
    pub(crate) fn saturated() -> Self {
        let (first_wait, longest_wait) = (Duration::from_millis(20), Duration::from_millis(100));
        let track = TrackOptions { first_wait, longest_wait, ..TrackOptions::default() };
        Self { step: Duration::from_millis(2), track }
    }
}

/// Sandboxes, and a rich account of each.
pub(crate) struct Lanes {
    scenes: Vec<Scene>,
    pub(crate) pace: Pace,
}

impl Lanes {
    pub(crate) async fn start(pace: Pace) -> Self {
        let config = SandboxConfig { step: pace.step, wealth: 1_000, ..SandboxConfig::default() };
        let mut scenes = Vec::new();
        for _ in 0..LANES {
            scenes.push(Scene::start(config.clone(), Profile::G1, "USDC@base").await);
        }
        Self { scenes, pace }
    }

    /// Returns a flow for each sandbox, with limits that no run reaches.
    pub(crate) fn flows(&self) -> Vec<Countersign> {
        self.scenes.iter().map(|scene| scene.builder(boundless(scene)).build()).collect()
    }

    /// Returns a request for each sandbox.
    pub(crate) fn requests(&self) -> Vec<SwapRequest> {
        self.scenes.iter().map(Scene::request).collect()
    }

    /// Requires that so many swaps were carried out, each once.
    pub(crate) fn require_executed(&self, swaps: usize) {
        let told = self.scenes.iter().flat_map(|scene| scene.sandbox.swaps());
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
