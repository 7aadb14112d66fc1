//! A swap of a Token-2022 token, step by step, with what was seen of its mint:
//! `cargo run -p countersign-examples --example solana_token2022`.
//!
//! A mint of Token-2022 can do more than one of SPL Token: take a fee, call a program with each
//! transfer, or move anybody's tokens. Which extensions it may have is said in the policy, and what
//! it has is read from the chain before anything is signed.

use std::error::Error;
use std::io::{self, Write};

use countersign::chain_rpc::SolanaRpc;
use countersign::solana::LocalCosignSigner;
use countersign::{Config, Countersign, Facts, SwapRequest, TrackOptions};
use countersign_examples as shared;
use countersign_sandbox::{Account, Sandbox, SandboxConfig};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    run(&mut io::stdout()).await
}

async fn run(out: &mut (impl Write + Send)) -> Result<()> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let account = shared::funded_account(&sandbox, "solana")?;
    let request = request(&sandbox, &account)?;
    by_steps(out, &flow(&sandbox, &account, shared::trust(&sandbox)?)?, &request).await?;
    shared::print_executions(out, &sandbox)?;

    writeln!(out, "The same mint, where policy allows it no extension:")?;
    let strict = sandbox.policy_toml().replace(r#""metadata_pointer", "#, "");
    let config = Config::from_toml(&sandbox.registry_toml(), &strict)?;
    let countersign = flow(&sandbox, &account, config)?;
    let result = countersign.swap(&request, TrackOptions::default(), |_| {}).await;
    shared::print_refusal(out, result)?;
    sandbox.shutdown().await;
    Ok(())
}

async fn by_steps(
    out: &mut (impl Write + Send),
    countersign: &Countersign,
    request: &SwapRequest,
) -> Result<()> {
    let offered = countersign.quote(request).await?;
    let created = countersign.create(countersign.accept(offered)?).await?;
    let mut bound = countersign.bind(created)?;
    let facts = countersign.facts(&mut bound).await?;
    if let Facts::Solana(seen) = &facts {
        let mint = seen.mint.clone().unwrap_or_default();
        writeln!(out, "The mint's extensions: {}.", mint.extensions.join(", "))?;
        let simulation = seen.simulation.clone().unwrap_or_default();
        writeln!(out, "Run without being sent, it would write to:")?;
        for change in simulation.accounts {
            writeln!(out, "  {}", change.address)?;
        }
    }
    let verified = countersign.verify_with(bound, &facts)?;
    writeln!(out, "All is as agreed. A signature allows:\n{}", verified.statement())?;
    let reserved = countersign.reserve(countersign.review(verified).await?).await?;
    let signed = countersign.sign(&reserved).await?;
    countersign.approve(&signed).await?;
    writeln!(out, "Signed and approved: intent {}. What ran on the chains:", signed.intent_id())?;
    Ok(())
}

fn flow(sandbox: &Sandbox, account: &Account, config: Config) -> Result<Countersign> {
    let key = LocalCosignSigner::from_seed_hex(account.private_key())?;
    let url = sandbox.rpc_url("solana").ok_or("there is no solana here")?;
    Ok(Countersign::builder(shared::connect(sandbox)?, config)
        .solana_signer(key.address(), key)
        .solana_chain("solana", SolanaRpc::connect(url.parse()?)?)
        .build())
}

fn request(sandbox: &Sandbox, account: &Account) -> Result<SwapRequest> {
    let recipient = sandbox.new_recipient("ethereum").ok_or("there is no ethereum here")?;
    let to_sol = shared::to_sol("100", "PYUSD@solana", &account.address, &recipient)?;
    Ok(SwapRequest { to: "USDC@ethereum".parse()?, ..to_sol })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn looks_at_the_mint_before_it_signs() {
        let mut out = Vec::new();
        run(&mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let (signed, refused) = text.split_once("The same mint,").unwrap();
        assert!(signed.contains("The mint's extensions: metadata_pointer"), "{text}");
        assert!(signed.contains("Signed and approved"), "{text}");
        assert!(refused.contains("mint: "), "{text}");
    }
}
