use bitcoin::{Address, Script, TxOut};
use countersign_approval::{Code, Sats};

use super::others::Others;
use super::{Check, Spend};
use crate::decode::{Map, output};
use crate::weight::dust;

/// What an output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The hash time-locked output.
    Htlc,
    /// Back to us.
    Change,
    /// Back to another who put in as much.
    Return,
    /// None of these.
    Unknown,
}

/// How much comes in and goes out; nothing where a sum can't be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) ours: Option<Sats>,
    pub(super) inputs: Option<Sats>,
    pub(super) outputs: Option<Sats>,
    pub(super) change: Option<Sats>,
}

impl Check<'_> {
    /// Finds out what each output is for: exactly one funds the HTLC, and none is for nothing.
    pub(super) fn outputs(&mut self, spends: &[Spend]) -> (Vec<Role>, Sums) {
        let mut roles = self.roles(spends);
        let sums = self.sums(spends, &roles);
        self.htlc_output(&mut roles);
        self.returns(spends, &roles);
        self.change(&roles);
        self.unknown(&roles, sums);
        self.output_fields(&roles);
        (roles, sums)
    }

    fn roles(&self, spends: &[Spend]) -> Vec<Role> {
        let mut others = Others::new(spends);
        let role = |output: &TxOut| match &output.script_pubkey {
            script if *script == self.htlc.script_pubkey => Role::Htlc,
            script if script.as_bytes() == self.terms.change_script => Role::Change,
            script if others.put_in.contains_key(script.as_script()) => Role::Return,
            script if is_address(script) && others.take_whole(output.value.to_sat()) => {
                Role::Return
            }
            _ => Role::Unknown,
        };
        self.psbt.tx.output.iter().map(role).collect()
    }

    fn sums(&mut self, spends: &[Spend], roles: &[Role]) -> Sums {
        let outputs = &self.psbt.tx.output;
        let ours = spends.iter().filter(|spend| spend.is_ours());
        let change = outputs.iter().zip(roles).filter(|(_, role)| **role == Role::Change);
        let sums = Sums {
            ours: sum(ours.map(|spend| &spend.coin)),
            inputs: sum(spends.iter().map(|spend| &spend.coin)),
            outputs: sum(outputs.iter()),
            change: sum(change.map(|(output, _)| output)),
        };
        for (member, sum) in [("psbt.inputs", sums.inputs), ("psbt.outputs", sums.outputs)] {
            if sum.is_none() {
                let expected = format_args!("at most {}", Sats::MAX);
                self.push(Code::Amount, member, expected, "more, one by one or in all");
            }
        }
        sums
    }

    /// Exactly one output pays the rebuilt script, and it pays what was agreed.
    fn htlc_output(&mut self, roles: &mut [Role]) {
        let count = roles.iter().filter(|role| **role == Role::Htlc).count();
        let expected = hex::encode(self.htlc.script_pubkey.as_bytes());
        let agreed = self.terms.htlc.amount;
        let psbt = self.psbt;
        if count > 1 {
            let found = format_args!("{count} of them");
            self.push(Code::HtlcScript, "psbt.outputs", format_args!("one of {expected}"), found);
        }
        if count == 0 {
            let place = self.stand_in(roles);
            let output = place.and_then(|place| psbt.tx.output.get(place));
            let found = output.map(|output| hex::encode(output.script_pubkey.as_bytes()));
            let found = found.unwrap_or_else(|| "none".to_owned());
            self.push(Code::HtlcScript, "psbt.outputs", expected, found);
            if let Some(role) = place.and_then(|place| roles.get_mut(place)) {
                *role = Role::Htlc;
            }
        }
        for (place, (output, role)) in psbt.tx.output.iter().zip(roles.iter()).enumerate() {
            let value = output.value.to_sat();
            if *role == Role::Htlc && value != agreed.value() {
                let member = format_args!("psbt.outputs[{place}]");
                self.push(Code::Amount, member, agreed, format_args!("{value} sats"));
            }
        }
    }

    /// Returns the output that stands where the HTLC should: that of its amount, else the first.
    fn stand_in(&self, roles: &[Role]) -> Option<usize> {
        let agreed = self.terms.htlc.amount.value();
        let outputs = self.psbt.tx.output.iter().zip(roles).enumerate();
        let unknown = outputs.filter(|(_, (_, role))| **role == Role::Unknown);
        let unknown: Vec<(usize, u64)> =
            unknown.map(|(place, (output, _))| (place, output.value.to_sat())).collect();
        let same = unknown.iter().find(|(_, value)| *value == agreed);
        same.or(unknown.first()).map(|(place, _)| *place)
    }

    /// Others get back at most what they put in.
    fn returns(&mut self, spends: &[Spend], roles: &[Role]) {
        let mut others = Others::new(spends);
        let mut total = 0_u64;
        let psbt = self.psbt;
        let outputs = psbt.tx.output.iter().zip(roles).enumerate();
        for (place, (output, _)) in outputs.filter(|(_, (_, role))| **role == Role::Return) {
            let (value, least) = (output.value.to_sat(), dust(&output.script_pubkey).value());
            let member = format_args!("psbt.outputs[{place}]");
            if value < least {
                self.push(Code::ExtraOutput, member, format_args!("at least {least} sats"), value);
            }
            total = total.saturating_add(value);
            // Without one, a coin was given back whole, to another script of its owner.
            let Some(left) = others.put_in.get_mut(output.script_pubkey.as_script()) else {
                continue;
            };
            if value > *left {
                let expected = format_args!("at most the {left} sats that they put in");
                self.push(Code::ExtraOutput, member, expected, value);
            }
            *left = left.saturating_sub(value);
        }
        if total > others.total {
            let expected = format_args!("at most the {} sats that others put in", others.total);
            self.push(Code::ExtraOutput, "psbt.outputs", expected, total);
        }
    }

    /// Change comes back in one piece: in many it would cost more to spend than it is.
    fn change(&mut self, roles: &[Role]) {
        let psbt = self.psbt;
        let pieces = roles.iter().filter(|role| **role == Role::Change).count();
        if pieces > 1 {
            let found = format_args!("{pieces} of them");
            self.push(Code::Change, "psbt.outputs", "one output of change at most", found);
        }
        for (place, (output, role)) in psbt.tx.output.iter().zip(roles).enumerate() {
            let least = dust(&output.script_pubkey);
            if *role == Role::Change && output.value.to_sat() < least.value() {
                let member = format_args!("psbt.outputs[{place}]");
                self.push(Code::Change, member, format_args!("at least {least}"), output.value);
            }
        }
    }

    /// An output that is for nothing is our change gone astray where change was due, else one more.
    fn unknown(&mut self, roles: &[Role], sums: Sums) {
        let spent = self.terms.htlc.amount.checked_add(self.terms.max_fee);
        let due = sums.ours.zip(spent).is_some_and(|(ours, spent)| ours > spent);
        let mut astray = due && !roles.contains(&Role::Change);
        let psbt = self.psbt;
        for (place, (output, role)) in psbt.tx.output.iter().zip(roles).enumerate() {
            if *role != Role::Unknown {
                continue;
            }
            let member = format_args!("psbt.outputs[{place}]");
            let script = hex::encode(output.script_pubkey.as_bytes());
            let found = format_args!("{} to {script}", output.value);
            if std::mem::take(&mut astray) {
                let expected = format!("change to {}", hex::encode(&self.terms.change_script));
                self.push(Code::Change, member, expected, found);
            } else {
                let expected = "the HTLC, our change, or what another put in";
                self.push(Code::ExtraOutput, member, expected, found);
            }
        }
    }

    /// What the PSBT says is behind an output of ours has to be so.
    fn output_fields(&mut self, roles: &[Role]) {
        let psbt = self.psbt;
        for (place, (map, role)) in psbt.outputs.iter().zip(roles).enumerate() {
            let code = match role {
                Role::Htlc => Code::HtlcScript,
                Role::Change => Code::Change,
                Role::Return | Role::Unknown => continue,
            };
            let Some(output) = psbt.tx.output.get(place) else { continue };
            if let Some(kind) = self.false_field(*role, map, &output.script_pubkey) {
                let member = format_args!("psbt.outputs[{place}].{kind:#04x}");
                self.push(code, member, "what the output's script holds", "something else");
            }
        }
    }

    fn false_field(&self, role: Role, map: &Map<'_>, script: &Script) -> Option<u64> {
        let hashes = |kind: u64, wrap: fn(&Script) -> bitcoin::ScriptBuf| {
            let inside = map.value(kind).map(Script::from_bytes);
            inside.is_some_and(|inside| wrap(inside).as_script() != script).then_some(kind)
        };
        let redeem = hashes(output::REDEEM_SCRIPT, Script::to_p2sh);
        let witness = hashes(output::WITNESS_SCRIPT, Script::to_p2wsh);
        let key = map.value(output::TAP_INTERNAL_KEY);
        let ours = self.htlc.leaves().map(|leaves| leaves.internal_key.as_slice());
        let wrong = key.is_some_and(|key| role == Role::Htlc && Some(key) != ours);
        redeem.or(witness).or(wrong.then_some(output::TAP_INTERNAL_KEY))
    }
}

/// Says whether a script is that of an address, so that somebody can spend what it gets.
fn is_address(script: &Script) -> bool {
    Address::from_script(script, bitcoin::Network::Bitcoin).is_ok()
}

fn sum<'a>(coins: impl Iterator<Item = &'a TxOut>) -> Option<Sats> {
    coins
        .map(|coin| Sats::new(coin.value.to_sat()))
        .try_fold(Sats::ZERO, |total, value| total.checked_add(value?))
}
