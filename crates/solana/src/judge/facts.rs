use countersign_approval::{
    AssetTransfer, Code, CosignTerms, Fact, MintFacts, SolanaFacts, TokenAccount,
    TokenAccountState, TokenTransfer,
};
use countersign_units::{Lots, SolanaAddress};

use super::instructions::Found;
use super::{Check, agreed};
use crate::decode::Decoded;
use crate::resolve::Resolved;

/// Returns the facts that were not given, of those that the transaction has.
pub(super) fn not_judged(terms: &CosignTerms, facts: &SolanaFacts, decoded: &Decoded) -> Vec<Fact> {
    let all = Fact::SOLANA.into_iter();
    all.filter(|fact| !facts.has(*fact) && applies(*fact, terms, decoded)).collect()
}

/// Says whether a transaction has a fact: one without tables has nothing to say about tables.
fn applies(fact: Fact, terms: &CosignTerms, decoded: &Decoded) -> bool {
    match fact {
        Fact::Tables => !decoded.lookups().is_empty(),
        Fact::Mint | Fact::Source | Fact::Destination => {
            matches!(terms.transfer, AssetTransfer::Token(_))
        }
        _ => true,
    }
}

impl Check<'_> {
    /// Refuses where a required fact was not given.
    pub(super) fn required_facts(&mut self) {
        let (terms, facts, decoded) = (self.terms, self.facts, self.decoded);
        for fact in &terms.require_facts {
            if !facts.has(*fact) && applies(*fact, terms, decoded) {
                let member = format_args!("facts.{fact}");
                self.push(Code::Unavailable, member, "a fact", "nothing");
            }
        }
    }

    /// Judges the facts that were given.
    pub(super) fn facts(&mut self, resolved: &Resolved, found: &Found) {
        let facts = self.facts;
        // The value of a durable nonce is no blockhash that the cluster knows.
        if facts.blockhash == Some(false) && found.nonce_account.is_none() {
            let expected = "a blockhash that our cluster would take";
            self.push(Code::Blockhash, "facts.blockhash", expected, "another");
        }
        if let Some(token) = agreed::token(self.terms) {
            self.mint(token);
            self.source(token);
            // What can't be read may make it: then the simulation shows it made, and what is in it.
            let is_made = found.creates_destination || !found.opaque.is_empty();
            self.destination(token, is_made);
        }
        if let Some(simulation) = &facts.simulation {
            self.simulation(simulation, resolved, found);
        }
    }

    fn mint(&mut self, token: &TokenTransfer) {
        let Some(mint) = &self.facts.mint else { return };
        let MintFacts { program, decimals, extensions, paused, transfer_fee_bps, transfer_hook } =
            mint;
        if let Some(found) = program.filter(|program| *program != token.program) {
            self.push(Code::Mint, "facts.mint.program", token.program, found);
        }
        if let Some(found) = decimals.filter(|decimals| *decimals != token.decimals) {
            self.push(Code::Mint, "facts.mint.decimals", token.decimals, found);
        }
        for extension in extensions {
            if !self.terms.allowed_extensions.contains(extension) {
                let expected = "extensions that policy allows";
                self.push(Code::Mint, "facts.mint.extensions", expected, extension);
            }
        }
        if *paused {
            self.push(
                Code::Mint,
                "facts.mint.paused",
                "a mint that moves",
                "one that stands still",
            );
        }
        if *transfer_fee_bps != 0 {
            self.push(Code::Mint, "facts.mint.transfer_fee_bps", "no fee", transfer_fee_bps);
        }
        if let Some(hook) = transfer_hook {
            self.push(Code::Mint, "facts.mint.transfer_hook", "no program", hook);
        }
    }

    fn source(&mut self, token: &TokenTransfer) {
        const MEMBER: &str = "facts.source";
        let Some(source) = &self.facts.source else { return };
        let Some(account) = source else {
            return self.push(Code::Source, MEMBER, token.source, "no account");
        };
        self.token_account((Code::Source, MEMBER), token, account, self.terms.user);
        if let Some(delegate) = account.delegate {
            self.push(Code::Source, MEMBER, "no delegate", delegate);
        }
        if let Some(other) = account.close_authority.filter(|key| *key != self.terms.user) {
            self.push(Code::Source, MEMBER, "nobody else who may close it", other);
        }
        if let Some(found) = account.amount.filter(|found| *found < Lots::from(token.amount)) {
            self.push(Code::Source, MEMBER, format_args!("at least {}", token.amount), found);
        }
    }

    fn destination(&mut self, token: &TokenTransfer, is_created: bool) {
        const MEMBER: &str = "facts.destination";
        match &self.facts.destination {
            Some(Some(account)) => {
                let owner = token.destination_owner;
                self.token_account((Code::Destination, MEMBER), token, account, owner);
            }
            Some(None) if !is_created => {
                self.push(Code::Destination, MEMBER, token.destination, "no account");
            }
            Some(None) | None => {}
        }
    }

    /// An account of the agreed token, of the right owner, that can be used.
    fn token_account(
        &mut self,
        (code, member): (Code, &str),
        token: &TokenTransfer,
        account: &TokenAccount,
        owner: SolanaAddress,
    ) {
        if account.owner != owner {
            let expected = format_args!("an account of {owner}");
            self.push(code, member, expected, account.owner);
        }
        if let Some(found) = account.mint.filter(|mint| *mint != token.mint) {
            self.push(code, member, format_args!("tokens of {}", token.mint), found);
        }
        if let Some(found) = account.program.filter(|program| *program != token.program) {
            self.push(code, member, format_args!("an account of {}", token.program), found);
        }
        let found = match account.state {
            TokenAccountState::Initialized => return,
            TokenAccountState::Uninitialized => "one that was not made yet",
            TokenAccountState::Frozen => "one that is frozen",
        };
        self.push(code, member, "an account that can be used", found);
    }
}
