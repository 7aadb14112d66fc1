//! Registry and policy in files: what is taken, and that a file which turns bad stops signing.

use countersign::approval::Code;
use countersign::{ConfigFileError, FlowError, Step};
use countersign_tests::{ConfigFiles, Scene, assert_refused, until_reserved, until_verified};

#[tokio::test]
async fn a_file_is_taken_only_if_its_owner_alone_can_write_it() {
    let scene = Scene::honest().await;
    let files = ConfigFiles::new(&scene.sandbox.registry_toml(), &scene.sandbox.policy_toml());
    for mode in [0o600, 0o400, 0o644] {
        files.set_policy_mode(mode);
        files.read().unwrap();
    }
    for mode in [0o620, 0o660, 0o602, 0o666, 0o622] {
        files.set_policy_mode(mode);
        let error = files.read().unwrap_err();
        let ConfigFileError::WritableByOthers { mode: found, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(found, mode);
    }
}

#[tokio::test]
async fn a_text_with_an_unknown_key_is_not_taken() {
    let scene = Scene::honest().await;
    let (registry, policy) = (scene.sandbox.registry_toml(), scene.sandbox.policy_toml());
    ConfigFiles::new(&registry, &policy).read().unwrap();
    for (registry, policy, names) in [
        (registry.clone(), format!("pausd = true\n{policy}"), "pausd"),
        (registry.replace("escrows", "escrow"), policy.clone(), "escrow"),
        (registry.clone(), policy.replace("per_day", "per_month"), "per_month"),
        (registry.clone(), policy.replace("paused = false\n", ""), "paused"),
        (registry, policy.replace("limits.USDC]", "limits.USDX]"), "USDX"),
    ] {
        let error = ConfigFiles::new(&registry, &policy).read().unwrap_err();
        assert!(error.to_string().contains(names), "{names}: {error}");
    }
}

#[tokio::test]
async fn a_policy_that_turns_bad_stops_signing() {
    let scene = Scene::honest().await;
    let policy = scene.sandbox.policy_toml();
    let files = ConfigFiles::new(&scene.sandbox.registry_toml(), &policy);
    let countersign = scene.builder(files.read().unwrap()).build();
    let before = scene.funds();
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();

    files.set_policy("paused = maybe");
    assert_config_error(&countersign.sign(&reserved).await);
    files.set_policy(&policy);
    files.set_policy_mode(0o666);
    assert_config_error(&countersign.sign(&reserved).await);
    std::fs::remove_file(files.policy()).unwrap();
    assert_config_error(&countersign.sign(&reserved).await);
    scene.assert_untouched(&before, "a bad policy");

    files.set_policy(&policy);
    let _signed = countersign.sign(&reserved).await.unwrap();
}

fn assert_config_error<T: std::fmt::Debug>(result: &Result<T, FlowError>) {
    assert!(matches!(result, Err(FlowError::Config(_))), "{result:?}");
}

#[tokio::test]
async fn limits_that_were_lowered_meanwhile_hold() {
    let scene = Scene::honest().await;
    let policy = scene.sandbox.policy_toml();
    let files = ConfigFiles::new(&scene.sandbox.registry_toml(), &policy);
    let countersign = scene.builder(files.read().unwrap()).build();
    let before = scene.funds();
    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    files.set_policy(&policy.replace("\"50000\"", "\"99.999999\""));
    let reviewed = countersign.review(verified).await.unwrap();
    let result = countersign.reserve(reviewed).await;
    assert!(matches!(result, Err(FlowError::PolicyChanged)), "{result:?}");
    let result = until_reserved(&countersign, &scene.request()).await;
    assert_refused(result, Step::Accept, Code::Limits, "lowered");
    scene.assert_untouched(&before, "lowered limits");
    files.set_policy(&policy.replace("\"50000\"", "\"100\""));
    let _reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
}

#[tokio::test]
async fn a_registry_that_pins_nothing_refuses() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    for member in ["escrows", "resolvers", "witnesses"] {
        let config = scene.config_with(|registry, _| empty(registry, member));
        let countersign = scene.builder(config).build();
        let offered = countersign.quote(&scene.request()).await.unwrap();
        assert_refused(countersign.accept(offered), Step::Accept, Code::Unpinned, member);
    }
    scene.assert_untouched(&before, "unpinned");
    let countersign = scene.countersign();
    let offered = countersign.quote(&scene.request()).await.unwrap();
    let _accepted = countersign.accept(offered).unwrap();
}

/// Empties a list of every network.
fn empty(registry: &mut String, member: &str) {
    let emptied = |line: &str| match line.split_once(" = ") {
        Some((key, _)) if key == member => format!("{member} = []\n"),
        _ => format!("{line}\n"),
    };
    *registry = registry.lines().map(emptied).collect();
}
