use countersign_approval::Code;

use super::Check;
use super::tables::Loaded;
use crate::resolve::Resolved;

impl Check<'_> {
    /// Resolves the accounts and accounts for each of them. `None` where a table is not known: then
    /// there is no telling what the instructions are about.
    pub(super) fn accounts(&mut self) -> Option<Resolved> {
        let Loaded { writable, readonly } = self.load()?;
        let resolved = Resolved::new(self.decoded, &writable, &readonly)?;
        self.no_account_twice(&resolved);
        self.no_account_unused(&resolved);
        self.no_table_of_itself(&resolved);
        Some(resolved)
    }

    /// No table gives an account that stands in the message, or that a table gave before.
    fn no_account_twice(&mut self, resolved: &Resolved) {
        let accounts = resolved.accounts();
        for (place, account) in accounts.iter().enumerate().skip(resolved.own()) {
            if accounts.iter().take(place).any(|before| before.address == account.address) {
                let expected = "an account that stands once";
                let member = format_args!("message.accounts[{place}]");
                self.push(Code::Malformed, member, expected, account.address);
            }
        }
    }

    /// Each account signs, is called, or is used by an instruction.
    fn no_account_unused(&mut self, resolved: &Resolved) {
        let signers = self.decoded.signers_count();
        for (place, account) in resolved.unused(signers) {
            let own = place < resolved.own();
            let code = if own { Code::Malformed } else { Code::LookupTable };
            let member = format_args!("message.accounts[{place}]");
            self.push(code, member, "an account that an instruction uses", account.address);
        }
    }

    /// No table gives itself, or another that is used beside it.
    fn no_table_of_itself(&mut self, resolved: &Resolved) {
        for lookup in self.decoded.lookups() {
            let table = lookup.account_key.to_bytes();
            let mut accounts = resolved.accounts().iter();
            if let Some(found) = accounts.find(|account| *account.address.as_bytes() == table) {
                let expected = "no table among the accounts";
                self.push(Code::LookupTable, "message.accounts", expected, found.address);
            }
        }
    }
}
