use std::collections::{HashMap, HashSet};

use countersign_approval::{Code, Coin, CoinId, PaymentAction};

use super::Check;
use crate::judge::{Owner, Spend};

impl<'a> Check<'a> {
    /// Judges the facts that were given about the coins that are spent, and refuses where a required
    /// one was not.
    pub(super) fn facts(&mut self, spends: &[Spend]) {
        let (terms, facts) = (self.terms, self.facts);
        for fact in terms.require_facts.iter().filter(|fact| !facts.has(**fact)) {
            self.push(Code::Unavailable, format_args!("facts.{fact}"), "a fact", "nothing");
        }
        let coins: Vec<&Coin> = spends.iter().filter_map(|spend| self.coin(spend)).collect();
        let waiting = self.waiting(&coins);
        let settled: Vec<&Coin> =
            coins.iter().filter(|coin| !waiting.contains(&coin.id)).copied().collect();
        self.unspent(&settled);
        self.confirmations(&settled);
        self.reserved(&coins);
    }

    fn coin(&self, spend: &Spend) -> Option<&'a Coin> {
        match spend.owner {
            Owner::Ours(at) => self.terms.coins.get(at),
            Owner::Other => None,
        }
    }

    /// Returns the coins that a waiting transaction spends. It may be replaced by sending them back
    /// to ourselves; a deposit stands back.
    fn waiting(&mut self, coins: &[&Coin]) -> HashSet<CoinId> {
        let facts = self.facts;
        let Some(conflict) = &facts.conflict else { return HashSet::new() };
        if self.terms.action != PaymentAction::SelfSpend {
            for coin in coins.iter().filter(|coin| conflict.coins.contains(&coin.id)) {
                let expected = "a coin that no waiting transaction spends";
                self.push(Code::Utxo, "facts.mempool_conflict", expected, coin.id);
            }
        }
        conflict.coins.iter().copied().collect()
    }

    fn unspent(&mut self, coins: &[&Coin]) {
        let facts = self.facts;
        let Some(unspent) = &facts.chain.coins else { return };
        let unspent: HashMap<CoinId, &Coin> = unspent.iter().map(|coin| (coin.id, coin)).collect();
        for coin in coins {
            let found = unspent.get(&coin.id);
            let same = found.is_some_and(|found| {
                found.amount == coin.amount && found.script_pubkey == coin.script_pubkey
            });
            if !same {
                let found = found.map_or("spent or unknown", |_| "another amount or script");
                self.push(Code::Utxo, "facts.coins", format_args!("{} as agreed", coin.id), found);
            }
        }
    }

    fn confirmations(&mut self, coins: &[&Coin]) {
        let facts = self.facts;
        let Some(all) = &facts.chain.confirmations else { return };
        let all: HashMap<CoinId, u32> = all.iter().copied().collect();
        let least = self.terms.min_confirmations;
        for coin in coins {
            let found = all.get(&coin.id).copied();
            if found.is_none_or(|found| found < least) {
                let expected = format_args!("at least {least} of {}", coin.id);
                let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
                self.push(Code::Utxo, "facts.confirmations", expected, found);
            }
        }
    }

    fn reserved(&mut self, coins: &[&Coin]) {
        let facts = self.facts;
        let Some(reserved) = &facts.chain.reserved else { return };
        let reserved: HashSet<&CoinId> = reserved.iter().collect();
        for coin in coins.iter().filter(|coin| reserved.contains(&coin.id)) {
            let expected = "a coin that no other swap uses";
            self.push(Code::Replay, "facts.reserved", expected, coin.id);
        }
    }
}
