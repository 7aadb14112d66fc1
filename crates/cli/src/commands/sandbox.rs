//! `countersign sandbox`: a counterparty on this machine, for any client.

use std::fs;
use std::io::Write;
use std::path::Path;

use countersign_sandbox::{PayloadForm, Sandbox, SandboxConfig};

use super::block_on;
use crate::arguments::{self, Hostile};
use crate::exit::{Ended, Failure};
use crate::output;

/// The settings that the arguments ask for.
pub(crate) fn config(port: u16, hostile: Hostile) -> SandboxConfig {
    let form = if hostile.typed_data { PayloadForm::TypedData } else { PayloadForm::Api };
    let Hostile { tamper, fault, .. } = hostile;
    SandboxConfig { port, tamper, fault, payload_form: form, ..SandboxConfig::default() }
}

pub(crate) fn run(arguments: &arguments::Sandbox) -> Result<Ended, Failure> {
    block_on(async {
        let sandbox = Sandbox::start(config(arguments.port, arguments.hostile)).await?;
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
    output::say(format_args!("X-Api-Key  {}", sandbox.api_key()));
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
    for (name, text) in [
        ("registry.toml", sandbox.registry_toml()),
        ("policy.toml", sandbox.policy_toml()),
        ("key", key),
        ("api-key", sandbox.api_key().to_owned()),
    ] {
        write_private(&folder.join(name), &text)?;
    }
    let folder = folder.display();
    let recipient = sandbox.new_recipient("solana").unwrap_or_default();
    output::say(format_args!(
        "countersign swap --api-url {} --api-key-file {folder}/api-key --registry {folder}/registry.toml \\\n  \
         --policy {folder}/policy.toml --key-file {folder}/key --recipient {recipient}",
        sandbox.url()
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
