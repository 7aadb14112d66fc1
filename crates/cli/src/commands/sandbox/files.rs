//! What `--out` writes, and the commands that it is written for.

use std::fs;
use std::io::Write;
use std::path::Path;

use countersign_sandbox::{Account, Sandbox};

use crate::exit::Failure;
use crate::output;

/// Writes what `countersign swap` needs, and says how to call it.
pub(super) fn write(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::io(folder.display().to_string()))?;
    let accounts = sandbox.accounts();
    let on = |network: &str| accounts.iter().find(|account| account.network == network);
    let key = |account: Option<&Account>| {
        account.map(|account| account.private_key().to_owned()).unwrap_or_default()
    };
    let (credentials, secret) = credentials(sandbox);
    for (name, text) in [
        ("registry.toml", sandbox.registry_toml()),
        ("policy.toml", sandbox.policy_toml()),
        ("key", key(accounts.first())),
        ("coin-key", key(on("bitcoin"))),
        ("solana-key", key(on("solana"))),
        (credentials, secret.to_owned()),
        ("oneclick-key", sandbox.oneclick_key()),
        ("aurora-key", sandbox.aurora_key()),
    ] {
        write_private(&folder.join(name), &text)?;
    }
    let owner = on("bitcoin").map(|account| account.address.as_str()).unwrap_or_default();
    introduce(sandbox, &folder.display().to_string(), owner);
    Ok(())
}

/// Says by which commands each kind of key swaps; each can be run as it stands.
fn introduce(sandbox: &Sandbox, folder: &str, owner: &str) {
    let (url, (credentials, _)) = (sandbox.url(), credentials(sandbox));
    let recipient = |network| sandbox.new_recipient(network).unwrap_or_default();
    let node = |network: &str| {
        let url = sandbox.rpc_url(network).or_else(|| sandbox.esplora_url(network));
        format!("--rpc {network}={}", url.unwrap_or_default())
    };
    let (to_solana, to_ethereum) = (recipient("solana"), recipient("ethereum"));
    for (source, options) in [
        (
            "Ethereum",
            format!("--key-file {folder}/key {} --recipient {to_solana}", node("ethereum")),
        ),
        (
            "Bitcoin",
            format!(
                "--from BTC@bitcoin --key-file {folder}/coin-key --owner {owner} \\\n  \
                 --refund-dir {folder} {} --recipient {to_solana}",
                node("bitcoin")
            ),
        ),
        (
            "Solana",
            format!(
                "--from SOL@solana --to USDC@ethereum --key-file {folder}/solana-key \\\n  \
                 {} --recipient {to_ethereum}",
                node("solana")
            ),
        ),
    ] {
        output::say(format_args!(
            "from {source}:\n\
             countersign swap --api-url {url} --{credentials}-file {folder}/{credentials} \\\n  \
             --registry {folder}/registry.toml --policy {folder}/policy.toml \\\n  {options}"
        ));
    }
    let (oneclick, aurora) = (sandbox.oneclick_url(), sandbox.aurora_url());
    output::say(format_args!(
        "or by the best of three, with:\n\
         --best --api-url oneclick={oneclick} --api-key-file oneclick={folder}/oneclick-key \\\n  \
         --api-url aurora={aurora} --api-key-file aurora={folder}/aurora-key"
    ));
}

/// Returns the file's name and the secret by which requests are proved.
fn credentials(sandbox: &Sandbox) -> (&'static str, &str) {
    match sandbox.rsa_private_key_pem() {
        Some(pem) => ("rsa-key", pem),
        None => ("api-key", sandbox.api_key()),
    }
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
