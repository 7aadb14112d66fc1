use bitcoin::TxOut;
use countersign_approval::{Code, PaymentAction, Sats};

use super::Check;
use crate::judge::Spend;
use crate::payment::select::most_fee;
use crate::weight::dust;

/// What an output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::payment) enum Role {
    /// The agreed deposit.
    Deposit,
    /// Back to us.
    Change,
    /// Neither.
    Unknown,
}

impl Check<'_> {
    /// Finds out what each output is for: one pays what was agreed, and all else comes back.
    pub(super) fn outputs(&mut self, spends: &[Spend]) -> Vec<Role> {
        let mut roles: Vec<Role> = self.tx.output.iter().map(|output| self.role(output)).collect();
        let terms = self.terms;
        match &terms.action {
            PaymentAction::Pay(deposit) => self.deposit(deposit.amount, &mut roles),
            PaymentAction::SelfSpend => self.all_back(&roles),
        }
        self.change(&roles);
        self.unknown(&roles, spends);
        roles
    }

    fn role(&self, output: &TxOut) -> Role {
        let script = &output.script_pubkey;
        if self.payee.is_some_and(|payee| payee.script == *script) {
            Role::Deposit
        } else if script.as_bytes() == self.terms.change_script {
            Role::Change
        } else {
            Role::Unknown
        }
    }

    /// Exactly one output pays the deposit address, and it pays what was agreed.
    fn deposit(&mut self, agreed: Sats, roles: &mut [Role]) {
        let count = roles.iter().filter(|role| **role == Role::Deposit).count();
        let address = self.payee.map(|payee| payee.address.clone()).unwrap_or_default();
        if count > 1 {
            let expected = format_args!("one output to {address}");
            let found = format_args!("{count} of them");
            self.push(Code::ExtraOutput, "draft.outputs", expected, found);
        }
        if count == 0 {
            let place = self.stand_in(agreed, roles);
            let output = place.and_then(|place| self.tx.output.get(place));
            let found = output.map_or_else(|| "none".to_owned(), describe);
            self.push(Code::To, "draft.outputs", format_args!("one to {address}"), found);
            if let Some(role) = place.and_then(|place| roles.get_mut(place)) {
                *role = Role::Deposit;
            }
        }
        for (place, (output, role)) in self.tx.output.iter().zip(roles.iter()).enumerate() {
            let value = output.value.to_sat();
            if *role == Role::Deposit && value != agreed.value() {
                let found = format_args!("{value} sats");
                self.push(Code::Amount, member(place), agreed, found);
            }
        }
    }

    /// Returns the output that stands where the deposit should: that of its amount, else the first.
    fn stand_in(&self, agreed: Sats, roles: &[Role]) -> Option<usize> {
        let outputs = self.tx.output.iter().zip(roles).enumerate();
        let unknown = outputs.filter(|(_, (_, role))| **role == Role::Unknown);
        let unknown: Vec<(usize, u64)> =
            unknown.map(|(place, (output, _))| (place, output.value.to_sat())).collect();
        let same = unknown.iter().find(|(_, value)| *value == agreed.value());
        same.or(unknown.first()).map(|(place, _)| *place)
    }

    fn all_back(&mut self, roles: &[Role]) {
        if roles.is_empty() {
            let expected = format_args!("one to our {}", hex::encode(&self.terms.change_script));
            self.push(Code::Change, "draft.outputs", expected, "none");
        }
    }

    /// Change comes back in one piece that is worth spending.
    fn change(&mut self, roles: &[Role]) {
        let pieces = roles.iter().filter(|role| **role == Role::Change).count();
        if pieces > 1 {
            let found = format_args!("{pieces} of them");
            self.push(Code::Change, "draft.outputs", "one output to ourselves at most", found);
        }
        for (place, (output, role)) in self.tx.output.iter().zip(roles).enumerate() {
            let least = dust(&output.script_pubkey);
            if *role == Role::Change && output.value.to_sat() < least.value() {
                self.push(
                    Code::Change,
                    member(place),
                    format_args!("at least {least}"),
                    output.value.to_sat(),
                );
            }
        }
    }

    /// An output that is for nothing is our change gone astray where change was due, else one more.
    fn unknown(&mut self, roles: &[Role], spends: &[Spend]) {
        let mut astray = self.change_is_due(spends) && !roles.contains(&Role::Change);
        for (place, (output, role)) in self.tx.output.iter().zip(roles).enumerate() {
            if *role != Role::Unknown {
                continue;
            }
            let found = describe(output);
            if std::mem::take(&mut astray) {
                let expected = format!("change to {}", hex::encode(&self.terms.change_script));
                self.push(Code::Change, member(place), expected, found);
            } else {
                let expected = "the deposit, or our change";
                self.push(Code::ExtraOutput, member(place), expected, found);
            }
        }
    }

    /// Says whether without change more would go to the fee than the terms allow.
    fn change_is_due(&self, spends: &[Spend]) -> bool {
        let PaymentAction::Pay(deposit) = &self.terms.action else { return true };
        let inputs = spends.iter().map(|spend| spend.coin.value.to_sat());
        let inputs = inputs.fold(0, u64::saturating_add);
        let most = most_fee(self.terms, self.vsize(spends), deposit.amount);
        inputs > deposit.amount.value().saturating_add(most.value())
    }
}

fn describe(output: &TxOut) -> String {
    format!("{} sats to {}", output.value.to_sat(), hex::encode(output.script_pubkey.as_bytes()))
}

fn member(place: usize) -> String {
    format!("draft.outputs[{place}]")
}
