//! Deposits of our own at a quoted address: what the registry pins of the quote and of the chain.

use countersign_approval::{
    AssetAlias, Code, CosignPins, HtlcPins, IntentStandard, NetworkKind, Permit2Pins, Policy,
    Registry, Sats, Token, TokenProgram, Violation, Violations,
};
use countersign_bitcoin::script_of_address;
use countersign_units::{Bps, EvmAddress, SolanaAddress, UnixMillis};

use super::{cosign, member, unpinned};

mod intent;
use crate::{
    Agreement, BitcoinSource, DepositAgreement, DepositSource, EvmSource, Order, QuoteAgreement,
    SolanaSource, TronSource,
};

/// Collects what is pinned and bounded, or notes what is missing.
pub(super) fn agree(
    order: &Order,
    registry: &Registry,
    policy: &Policy,
    (standard, now): (Option<IntentStandard>, UnixMillis),
    violations: &mut Violations,
) -> Option<Agreement> {
    let quote = quote(order, registry, bounds_of_quotes(policy), violations);
    let from = match standard {
        Some(standard) => intent::source(order, registry, standard, violations),
        None => source(order, registry, policy, violations),
    };
    let (longest_intent, bound) = policy.max_intent_seconds();
    Some(Agreement::Deposit(Box::new(DepositAgreement {
        quote: quote?,
        from: from?,
        min_remaining: policy.min_remaining_seconds(),
        max_deadline: now.to_seconds().saturating_add(policy.max_deadline_seconds()),
        max_intent: (now.to_seconds().saturating_add(longest_intent), bound),
        max_clock_skew: policy.max_clock_skew_seconds(),
        require_facts: policy.require_facts().to_vec(),
    })))
}

/// Returns the most slippage, and the most of all app fees, where policy bounds them.
pub(crate) fn bounds_of_quotes(policy: &Policy) -> (Bps, Option<Bps>) {
    (policy.max_slippage(), policy.deposits().map(|bounds| bounds.max_app_fee_bps))
}

/// Collects what a quote is compared with.
pub(crate) fn quote(
    order: &Order,
    registry: &Registry,
    (max_slippage, max_app_fees): (Bps, Option<Bps>),
    violations: &mut Violations,
) -> Option<QuoteAgreement> {
    let pins = registry.quotes();
    let keys = pins.map(|pins| pins.keys.clone()).unwrap_or_default();
    let pinned = !keys.is_empty();
    violations.require(pinned, Code::Unpinned, "quotes.keys", "a pinned key", "none");
    let (is_bounded, expected) = (max_app_fees.is_some(), "bounds of deposits, in the policy");
    violations.require(is_bounded, Code::Unpinned, "policy.deposits", expected, "none");
    let assets = [
        (&order.source.token, &order.source_asset_ids),
        (&order.destination.token, &order.destination_asset_ids),
    ];
    for (token, ids) in assets {
        let member = format!("tokens.{token}.asset_ids");
        violations.require(!ids.is_empty(), Code::Unpinned, member, "an asset id", "none");
    }
    let [(_, origin), (_, destination)] = assets;
    Some(QuoteAgreement {
        keys,
        origin_asset: origin.first()?.clone(),
        destination_asset: destination.first()?.clone(),
        asset_aliases: aliases(origin).chain(aliases(destination)).collect(),
        slippage: order.slippage,
        max_slippage,
        max_app_fees: max_app_fees?,
        fee_recipients: pins.map(|pins| pins.fee_recipients.clone()).unwrap_or_default(),
    })
}

/// Returns the other names of an asset, beside the one that we ask by.
fn aliases(ids: &[String]) -> impl Iterator<Item = AssetAlias> {
    let (asked, others) = ids.split_first().map_or((None, ids), |(asked, ids)| (Some(asked), ids));
    others.iter().filter_map(move |answered| {
        Some(AssetAlias { asked: asked?.clone(), answered: answered.clone() })
    })
}

fn source(
    order: &Order,
    registry: &Registry,
    policy: &Policy,
    violations: &mut Violations,
) -> Option<DepositSource> {
    let network = registry.network(&order.source.network)?;
    let token = registry.token(&order.source.token)?;
    match (network.kind, &network.permit2, &network.htlc, &network.cosign) {
        (NetworkKind::Evm, Some(pins), _, _) => {
            evm(order, (pins, token), policy, violations).map(DepositSource::Evm)
        }
        (NetworkKind::Tron, Some(pins), _, _) => {
            tron(order, (pins, token), policy, violations).map(DepositSource::Tron)
        }
        (NetworkKind::Bitcoin, _, Some(pins), _) => {
            let source = bitcoin(order, pins, policy, violations)?;
            Some(DepositSource::Bitcoin(Box::new(source)))
        }
        (NetworkKind::Solana, _, _, Some(pins)) => {
            let source = solana(order, (pins, token), policy, violations)?;
            Some(DepositSource::Solana(Box::new(source)))
        }
        (kind, ..) => {
            let expected = "a network that deposits are made from";
            let found = format!("one of kind {}, or one that pins too little", kind.as_str());
            violations.push(unpinned(&member(order, "kind"), expected, &found));
            None
        }
    }
}

fn evm(
    order: &Order,
    (pins, token): (&Permit2Pins, &Token),
    policy: &Policy,
    violations: &mut Violations,
) -> Option<EvmSource> {
    let bounds = bounds(policy.evm(), "policy.evm", violations);
    let (owner, contract) = account(order, (pins, token), violations)?;
    let (chain_id, policy) = (pins.chain_id, bounds?.clone());
    Some(EvmSource { owner, chain_id, token: contract, policy })
}

fn tron(
    order: &Order,
    (pins, token): (&Permit2Pins, &Token),
    policy: &Policy,
    violations: &mut Violations,
) -> Option<TronSource> {
    let bounds = bounds(policy.tron(), "policy.tron", violations);
    let (owner, contract) = account(order, (pins, token), violations)?;
    let (chain_id, policy) = (pins.chain_id, bounds?.clone());
    Some(TronSource { owner, chain_id, token: contract, policy })
}

/// Reads the account that pays in, and the token's contract; nothing for the chain's own coin.
fn account(
    order: &Order,
    (pins, token): (&Permit2Pins, &Token),
    violations: &mut Violations,
) -> Option<(EvmAddress, Option<EvmAddress>)> {
    let address = |text: &str| pins.standard.parse_address(text);
    let owner = address(&order.owner);
    if let Err(error) = &owner {
        violations.push(Violation::new(Code::Owner, "owner", error, &order.owner));
    }
    let native = token.program == Some(TokenProgram::Native);
    let contract = if native { None } else { Some(address(&order.source_address).ok()?) };
    Some((owner.ok()?, contract))
}

fn bitcoin(
    order: &Order,
    pins: &HtlcPins,
    policy: &Policy,
    violations: &mut Violations,
) -> Option<BitcoinSource> {
    let bounds = bounds(policy.bitcoin(), "policy.bitcoin", violations);
    let owner_script = script_of_address(&order.owner, pins.network);
    if let Err(error) = &owner_script {
        violations.push(Violation::new(Code::Owner, "owner", error, &order.owner));
    }
    let amount = u64::try_from(order.source.amount.value()).ok().and_then(Sats::new);
    let found = order.source.amount;
    violations.require(amount.is_some(), Code::Amount, "amount", "at most 21e14 sats", found);
    Some(BitcoinSource {
        network: pins.network,
        owner_script: owner_script.ok()?,
        public_key: None,
        coins: order.coins.clone(),
        amount: amount?,
        policy: bounds?.clone(),
    })
}

fn solana(
    order: &Order,
    (pins, token): (&CosignPins, &Token),
    policy: &Policy,
    violations: &mut Violations,
) -> Option<SolanaSource> {
    let bounds = bounds(policy.solana(), "policy.solana", violations);
    let most = bounds.and_then(|bounds| bounds.max_transfer_fee_lamports);
    let (expected, found) = ("how much a transfer may cost, in the policy", "nothing");
    let name = "policy.solana.max_transfer_fee_lamports";
    violations.require(most.is_some(), Code::Unpinned, name, expected, found);
    let owner: Option<SolanaAddress> =
        cosign::address(Code::Owner, "owner", &order.owner, violations);
    let asset = cosign::asset(order, token, violations);
    let amount = u64::try_from(order.source.amount.value()).ok();
    let (expected, found) = ("less than 2^64 base units", order.source.amount);
    violations.require(amount.is_some(), Code::Amount, "amount", expected, found);
    Some(SolanaSource {
        genesis_hash: pins.genesis_hash,
        owner: owner?,
        asset: asset?,
        amount: amount?,
        policy: bounds?.clone(),
        max_fee_lamports: most?,
    })
}

/// Requires the policy to bound what a chain takes.
fn bounds<'p, P>(bounds: Option<&'p P>, name: &str, violations: &mut Violations) -> Option<&'p P> {
    let expected = "bounds of fees, in the policy";
    violations.require(bounds.is_some(), Code::Unpinned, name, expected, "none");
    bounds
}
