use std::collections::HashMap;

use bitcoin::Script;

use super::Spend;

/// What others put in.
pub(super) struct Others<'a> {
    /// By script.
    pub(super) put_in: HashMap<&'a Script, u64>,
    /// How many coins there are of an amount.
    coins: HashMap<u64, usize>,
    pub(super) total: u64,
}

impl<'a> Others<'a> {
    pub(super) fn new(spends: &'a [Spend]) -> Self {
        let mut others = Self { put_in: HashMap::new(), coins: HashMap::new(), total: 0 };
        for spend in spends.iter().filter(|spend| !spend.is_ours()) {
            let value = spend.coin.value.to_sat();
            let sum = others.put_in.entry(spend.coin.script_pubkey.as_script()).or_default();
            *sum = sum.saturating_add(value);
            let count = others.coins.entry(value).or_default();
            *count = count.saturating_add(1);
            others.total = others.total.saturating_add(value);
        }
        others
    }

    /// Takes out a coin of exactly this amount, if there is one.
    pub(super) fn take_whole(&mut self, value: u64) -> bool {
        let count = self.coins.get_mut(&value);
        count.and_then(|count| count.checked_sub(1).map(|less| *count = less)).is_some()
    }
}
