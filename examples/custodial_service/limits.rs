//! What one swap may move, and from where a person has to look.

use countersign::Config;
use countersign_sandbox::Sandbox;

use crate::Result;

/// Amounts above these are looked at by a person.
const REVIEW_ABOVE: &str = "review_above = { USDC_SOL = \"200\", BTC = \"0.01\" }\n";

/// What is changed in the sandbox's own policy.
const CHANGES: [(&str, &str); 2] = [
    // Nobody moves more than 500 USDC out of Ethereum at once.
    ("[limits.USDC]\nper_swap = \"50000\"", "[limits.USDC]\nper_swap = \"500\""),
    // Permit2 is allowed what a swap needs, by a transaction of the customer's key, and no more.
    ("[evm]\n", "[evm]\nsend_approve = true\n"),
];

/// Reads registry and policy. For a live endpoint both are files that the custodian writes and signs.
pub(crate) fn config(sandbox: &Sandbox) -> Result<Config> {
    let mut policy = sandbox.policy_toml();
    policy.insert_str(0, REVIEW_ABOVE);
    for (usual, ours) in CHANGES {
        if !policy.contains(usual) {
            return Err(format!("the sandbox's policy has no {usual:?}").into());
        }
        policy = policy.replace(usual, ours);
    }
    Ok(Config::from_toml(&sandbox.registry_toml(), &policy)?)
}
