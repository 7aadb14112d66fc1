//! The answers as a client that verifies sees them, with the facts that it reads from the cluster:
//! honest ones pass, and each lie is noticed for one of the reasons that it names.

use std::collections::BTreeSet;

use countersign_approval::{
    AssetTransfer, CosignTerms, DurableNonce, Fact, OthersSign, Policy, Registry, SolanaChainView,
    SolanaFacts, TokenProgram, TokenTransfer,
};
use countersign_chain_rpc::SolanaRpc;
use countersign_sandbox::{CosignForm, SandboxConfig, SponsorSigns, Tamper};
use countersign_solana::{
    CosignPayload, VerifyError, associated_token_account, facts_query, judge,
};
use countersign_units::{SolanaAddress, UnixSeconds};
use serde_json::Value;

use crate::client::Dialect;
use crate::solana::{SOURCES, Swap, quick};

/// What a client agreed to: pinned values, and what only the answer tells.
fn terms(swap: &Swap, intent: &Value, key: &str) -> CosignTerms {
    let registry = Registry::from_toml(&swap.sandbox.registry_toml()).unwrap();
    let policy = Policy::from_toml(&swap.sandbox.policy_toml(), &registry).unwrap();
    let (pins, bounds) = (pins(&registry), policy.solana().unwrap());
    let user: SolanaAddress = swap.user.address.parse().unwrap();
    let (symbol, lots) = (key.trim_end_matches("_SOL"), lots(key));
    let token = registry.find(symbol, "solana").unwrap().1;
    let destination = pins.destinations[0];
    let transfer = match token.program.unwrap() {
        TokenProgram::Native => AssetTransfer::Native { destination, lamports: lots },
        program => {
            AssetTransfer::Token(token_transfer(program, &swap.source, (user, destination), lots))
        }
    };
    let blockhash = intent["params_to_sign"]["recent_blockhash"].as_str().unwrap();
    CosignTerms {
        genesis_hash: Some(pins.genesis_hash),
        user,
        fee_payer: pins.fee_payers[0],
        required_signers: vec![pins.fee_payers[0], user],
        others_sign: pins.others_sign,
        max_lamports_out: if key == "SOL" { lots } else { 0 },
        transfer,
        recent_blockhash: Some(blockhash.parse().unwrap()),
        durable_nonce: DurableNonce::Refuse,
        allowed_programs: pins.programs.clone(),
        opaque_programs: Vec::new(),
        lookup_tables: std::collections::BTreeMap::new(),
        allowed_extensions: bounds.allowed_extensions.clone(),
        max_compute_unit_price: bounds.max_compute_unit_price,
        deadline: None,
        min_remaining: 0,
        max_deadline: now().saturating_add(3_600),
        require_facts: Vec::new(),
    }
}

fn pins(registry: &Registry) -> &countersign_approval::CosignPins {
    registry.network("solana").unwrap().cosign.as_ref().unwrap()
}

fn token_transfer(
    program: TokenProgram,
    mint: &str,
    (user, vault): (SolanaAddress, SolanaAddress),
    amount: u64,
) -> TokenTransfer {
    let program = match program {
        TokenProgram::Token2022 => "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        _ => "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    };
    let (program, mint) = (program.parse().unwrap(), mint.parse().unwrap());
    let account = |owner| associated_token_account(owner, mint, program).unwrap();
    TokenTransfer {
        program,
        mint,
        decimals: 6,
        amount,
        source: account(user),
        destination: account(vault),
        destination_owner: vault,
    }
}

fn lots(key: &str) -> u64 {
    SOURCES.iter().find(|source| source.0 == key).unwrap().2
}

fn now() -> UnixSeconds {
    UnixSeconds::new(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs())
}

/// Opens a swap, asks the cluster and judges the answer; returns the codes of what is wrong.
async fn judged(config: SandboxConfig, key: &str) -> BTreeSet<String> {
    let swap = Swap::new(config, Dialect::G2, key).await;
    let intent = swap.open().await;
    let mut terms = terms(&swap, &intent, key);
    let payload = CosignPayload::new(intent.to_string());
    let facts = match facts_query(&payload, &terms) {
        Some(query) => {
            let url = swap.sandbox.rpc_url("solana").unwrap();
            let node = SolanaRpc::connect(url.parse().unwrap()).unwrap();
            terms.require_facts = vec![Fact::Blockhash, Fact::Simulation];
            node.facts(&query).await.unwrap()
        }
        None => SolanaFacts::default(),
    };
    match judge(&payload, &terms, &facts, now()) {
        Ok(judgement) => {
            assert!(terms.others_sign == OthersSign::Anytime || judgement.not_judged().len() < 4);
            BTreeSet::new()
        }
        Err(VerifyError::Refused(refusal)) => {
            refusal.violations().iter().map(|found| found.code.as_str().to_owned()).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_honest_answer_passes() {
    for form in CosignForm::ALL {
        for sponsor in [SponsorSigns::Before, SponsorSigns::After] {
            for (key, ..) in SOURCES {
                let found = judged(quick(form, sponsor), key).await;
                assert_eq!(found, BTreeSet::new(), "{key} {form:?} {sponsor:?}");
            }
        }
    }
}

#[tokio::test]
async fn each_lie_is_noticed_for_a_reason_that_it_names() {
    let mut missed = Vec::new();
    for tamper in Tamper::SOLANA.iter().copied() {
        let honest = quick(CosignForm::V0WithTable, SponsorSigns::Before);
        let config = SandboxConfig { tamper: Some(tamper), ..honest };
        let key = if tamper.needs_token_2022() { "PYUSD" } else { "USDC_SOL" };
        let found = judged(config, key).await;
        if !found.iter().any(|code| tamper.codes().contains(&code.as_str())) {
            missed.push(format!("{tamper}: expected {:?}, found {found:?}", tamper.codes()));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
