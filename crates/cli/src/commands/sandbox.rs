//! `countersign sandbox`: a counterparty on this machine, for any client.

use std::fs;
use std::io::Write;
use std::path::Path;

use countersign_sandbox::{AuthScheme, PayloadForm, Sandbox, SandboxConfig};

use super::block_on;
use crate::arguments::{self, Hostile};
use crate::exit::{Ended, Failure};
use crate::output;

/// How a sandbox wants its requests to be proved.
pub(crate) const fn auth(signed_requests: bool) -> AuthScheme {
    if signed_requests { AuthScheme::SignedRequests } else { AuthScheme::StaticKey }
}

/// The settings that the arguments ask for.
pub(crate) fn config(hostile: Hostile) -> SandboxConfig {
    let form = if hostile.typed_data { PayloadForm::TypedData } else { PayloadForm::Api };
    let Hostile { tamper, fault, .. } = hostile;
    SandboxConfig { tamper, fault, payload_form: form, ..SandboxConfig::default() }
}

pub(crate) fn run(arguments: &arguments::Sandbox) -> Result<Ended, Failure> {
    block_on(async {
        let (port, auth) = (arguments.port, auth(arguments.signed_requests));
        let config = SandboxConfig { port, auth, ..config(arguments.hostile) };
        let sandbox = Sandbox::start(config).await?;
        output::result(format_args!("{}", sandbox.url()))?;
        match &arguments.out {
            Some(folder) => write(&sandbox, folder)?,
            None => introduce(&sandbox),
        }
        output::say(format_args!("Ctrl-C ends it"));
        tokio::signal::ctrl_c().await.map_err(Failure::io("Ctrl-C"))?;
        sandbox.shutdown().await;
        Ok(Ended::Done)
    })
}

fn introduce(sandbox: &Sandbox) {
    if sandbox.rsa_private_key_pem().is_none() {
        output::say(format_args!("X-Api-Key  {}", sandbox.api_key()));
    }
    for account in sandbox.accounts() {
        output::say(format_args!(
            "account    {} on {}: {}",
            account.name, account.network, account.address
        ));
    }
    output::say(format_args!(
        "--out FOLDER writes registry, policy and keys for `countersign swap`"
    ));
}

/// Writes what `countersign swap` needs, and says how to call it.
fn write(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::io(folder.display().to_string()))?;
    let key = sandbox
        .accounts()
        .first()
        .map(|account| account.private_key().to_owned())
        .unwrap_or_default();
    let (credentials, secret) = match sandbox.rsa_private_key_pem() {
        Some(pem) => ("rsa-key", pem),
        None => ("api-key", sandbox.api_key()),
    };
    for (name, text) in [
        ("registry.toml", sandbox.registry_toml()),
        ("policy.toml", sandbox.policy_toml()),
        ("key", key),
        (credentials, secret.to_owned()),
    ] {
        write_private(&folder.join(name), &text)?;
    }
    let folder = folder.display();
    let recipient = sandbox.new_recipient("solana").unwrap_or_default();
    output::say(format_args!(
        "countersign swap --api-url {} --{credentials}-file {folder}/{credentials} --registry {folder}/registry.toml \\\n  \
         --policy {folder}/policy.toml --key-file {folder}/key --rpc ethereum={} \\\n  \
         --recipient {recipient}",
        sandbox.url(),
        sandbox.rpc_url("ethereum").unwrap_or_default()
    ));
    Ok(())
}

/// Writes a file that its owner alone can read.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(Failure::io(path.display().to_string()))
}
