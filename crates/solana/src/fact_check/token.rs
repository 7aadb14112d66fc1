use countersign_approval::{Code, MintFacts, TokenAccount, TokenAccountState, TokenTransfer};
use countersign_units::{Lots, SolanaAddress};

use super::FactCheck;

impl FactCheck<'_> {
    pub(super) fn mint(&mut self, token: &TokenTransfer) {
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
            if !self.deal.allowed_extensions.contains(extension) {
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

    pub(super) fn source(&mut self, token: &TokenTransfer) {
        const MEMBER: &str = "facts.source";
        let Some(source) = &self.facts.source else { return };
        let Some(account) = source else {
            return self.push(Code::Source, MEMBER, token.source, "no account");
        };
        self.token_account((Code::Source, MEMBER), token, account, self.deal.user);
        if let Some(delegate) = account.delegate {
            self.push(Code::Source, MEMBER, "no delegate", delegate);
        }
        if let Some(other) = account.close_authority.filter(|key| *key != self.deal.user) {
            self.push(Code::Source, MEMBER, "nobody else who may close it", other);
        }
        if let Some(found) = account.amount.filter(|found| *found < Lots::from(token.amount)) {
            self.push(Code::Source, MEMBER, format_args!("at least {}", token.amount), found);
        }
    }

    pub(super) fn destination(&mut self, token: &TokenTransfer) {
        const MEMBER: &str = "facts.destination";
        match &self.facts.destination {
            Some(Some(account)) => {
                let owner = token.destination_owner;
                self.token_account((Code::Destination, MEMBER), token, account, owner);
            }
            Some(None) if !self.outline.makes_destination => {
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
