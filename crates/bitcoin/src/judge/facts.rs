use std::collections::{HashMap, HashSet};

use countersign_approval::{BitcoinFacts, Code, Coin, CoinId, Fact};

use super::Check;

/// Returns the facts that were not given.
pub(super) fn not_judged(facts: &BitcoinFacts) -> Vec<Fact> {
    Fact::BITCOIN.into_iter().filter(|fact| !facts.has(*fact)).collect()
}

impl Check<'_> {
    /// Judges the facts that were given, and refuses where a required one was not.
    pub(super) fn facts(&mut self, facts: &BitcoinFacts) {
        for fact in self.terms.require_facts.iter().filter(|fact| !facts.has(**fact)) {
            self.push(Code::Unavailable, format_args!("facts.{fact}"), "a fact", "nothing");
        }
        self.unspent(facts);
        self.confirmations(facts);
        self.reserved(facts);
        if let Some(height) = facts.height {
            self.lock_time_of_output(height, "facts.height");
        }
    }

    fn unspent(&mut self, facts: &BitcoinFacts) {
        let Some(unspent) = &facts.coins else { return };
        let unspent: HashMap<CoinId, &Coin> = unspent.iter().map(|coin| (coin.id, coin)).collect();
        for coin in &self.terms.coins {
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

    fn confirmations(&mut self, facts: &BitcoinFacts) {
        let Some(all) = &facts.confirmations else { return };
        let all: HashMap<CoinId, u32> = all.iter().copied().collect();
        let least = self.terms.min_confirmations;
        for coin in &self.terms.coins {
            let found = all.get(&coin.id).copied();
            if found.is_none_or(|found| found < least) {
                let expected = format_args!("at least {least} of {}", coin.id);
                let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
                self.push(Code::Utxo, "facts.confirmations", expected, found);
            }
        }
    }

    fn reserved(&mut self, facts: &BitcoinFacts) {
        let Some(reserved) = &facts.reserved else { return };
        let reserved: HashSet<&CoinId> = reserved.iter().collect();
        for coin in self.terms.coins.iter().filter(|coin| reserved.contains(&coin.id)) {
            let expected = "a coin that no other swap uses";
            self.push(Code::Replay, "facts.reserved", expected, coin.id);
        }
    }
}
