use std::fmt::{self, Display};

use bincode::Options as _;
use countersign_approval::Code;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AccountUse, Effect, Instruction, Other, Unreadable};

/// How many members of a multisig a token program knows.
const MAX_MEMBERS: usize = 11;
/// How many bytes of what can't be read are shown.
const SHOWN: usize = 16;

/// An instruction that is never part of a swap: its name, why it is refused, and its accounts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    name: &'static str,
    code: Code,
    roles: &'static [&'static str],
    tail: Tail,
}

/// What may stand behind the accounts that an instruction needs.
#[derive(Clone, Copy, Debug)]
enum Tail {
    Nothing,
    /// The members of a multisig that sign in the place of the last account.
    Members,
    /// Accounts that the program can do without, from the last to the first.
    Optional(&'static [&'static str]),
    /// As many as there are.
    Each(&'static str),
}

impl Form {
    /// Takes the accounts by what they are to the instruction. One that the words name already, a
    /// sysvar or a program is without a role.
    pub(super) const fn new(
        name: &'static str,
        code: Code,
        roles: &'static [&'static str],
    ) -> Self {
        Self { name, code, roles, tail: Tail::Nothing }
    }

    /// Lets members of a multisig sign in the place of the last account.
    pub(super) const fn or_members(mut self) -> Self {
        self.tail = Tail::Members;
        self
    }

    /// Takes accounts that may be missing, from the last to the first.
    pub(super) const fn optional(mut self, roles: &'static [&'static str]) -> Self {
        self.tail = Tail::Optional(roles);
        self
    }

    /// Takes any number of accounts more.
    pub(super) const fn each(mut self, role: &'static str) -> Self {
        self.tail = Tail::Each(role);
        self
    }

    /// Says what the instruction does in `words`, if it has the accounts that it needs.
    pub(super) fn effect<'a>(
        &self,
        instruction: &Instruction<'a>,
        words: impl Display,
    ) -> Result<Effect<'a>, Unreadable> {
        if !self.takes(instruction.accounts) {
            return Err(self.wrong(instruction.accounts));
        }
        let detail = self.detail(instruction.accounts, words);
        Ok(Effect::Other(Other { code: self.code, name: self.name, detail }))
    }

    /// Says what the instruction does by its accounts alone.
    pub(super) fn plain<'a>(
        &self,
        instruction: &Instruction<'a>,
    ) -> Result<Effect<'a>, Unreadable> {
        self.effect(instruction, "")
    }

    fn takes(&self, accounts: &[AccountUse]) -> bool {
        let Some(rest) = accounts.get(self.roles.len()..) else { return false };
        match self.tail {
            Tail::Nothing => rest.is_empty(),
            Tail::Members => rest.len() <= MAX_MEMBERS && rest.iter().all(|member| member.signer),
            Tail::Optional(roles) => rest.len() <= roles.len(),
            Tail::Each(_) => true,
        }
    }

    fn wrong(&self, accounts: &[AccountUse]) -> Unreadable {
        let more = match self.tail {
            Tail::Nothing => String::new(),
            Tail::Members => format!(" and up to {MAX_MEMBERS} signers"),
            Tail::Optional(roles) => format!(" and up to {} more", roles.len()),
            Tail::Each(_) => " and more".to_owned(),
        };
        wrong_accounts(
            accounts,
            format_args!("{}, which takes {}{more}", self.name, self.roles.len()),
        )
    }

    fn detail(&self, accounts: &[AccountUse], words: impl Display) -> String {
        let named = self.all_roles().zip(accounts).filter(|(role, _)| !role.is_empty());
        let named = named.map(|(role, account)| format!("{role} {}", account.address));
        let words = Some(words.to_string()).filter(|words| !words.is_empty());
        let parts: Vec<String> = words.into_iter().chain(named).collect();
        if parts.is_empty() {
            return self.name.to_owned();
        }
        format!("{}: {}", self.name, parts.join(", "))
    }

    fn all_roles(&self) -> impl Iterator<Item = &'static str> {
        let (listed, every): (&'static [&'static str], _) = match self.tail {
            Tail::Nothing => (&[], None),
            Tail::Members => (&[], Some("signer")),
            Tail::Optional(roles) => (roles, None),
            Tail::Each(role) => (&[], Some(role)),
        };
        let fixed = self.roles.iter().chain(listed).copied();
        fixed.chain(every.into_iter().flat_map(std::iter::repeat))
    }
}

/// An account of an instruction by its place, to be shown.
#[derive(Clone, Copy)]
pub(super) struct At<'a>(pub(super) &'a Instruction<'a>, pub(super) usize);

impl Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.accounts.get(self.1) {
            Some(account) => account.address.fmt(formatter),
            // A form counts the accounts before it shows them.
            None => formatter.write_str("nobody"),
        }
    }
}

/// Something that may be absent, to be shown.
pub(super) struct OrNobody<T>(pub(super) Option<T>);

impl<T: Display> Display for OrNobody<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(formatter),
            None => formatter.write_str("nobody"),
        }
    }
}

/// Returns the accounts of an instruction that has exactly `N` of them.
pub(super) fn exactly<'a, const N: usize>(
    instruction: &Instruction<'a>,
    name: &str,
) -> Result<&'a [AccountUse; N], Unreadable> {
    let accounts = instruction.accounts;
    accounts
        .try_into()
        .map_err(|_| wrong_accounts(accounts, format_args!("{name}, which takes {N}")))
}

/// Returns the `N` accounts that an instruction needs, and those behind them.
pub(super) fn at_least<'a, const N: usize>(
    instruction: &Instruction<'a>,
    name: &str,
) -> Result<(&'a [AccountUse; N], &'a [AccountUse]), Unreadable> {
    let accounts = instruction.accounts;
    accounts
        .split_first_chunk()
        .ok_or_else(|| wrong_accounts(accounts, format_args!("{name}, which takes {N} or more")))
}

/// An instruction has another number of accounts than it needs.
#[cold]
pub(super) fn wrong_accounts(accounts: &[AccountUse], of: impl Display) -> Unreadable {
    let found = format!("{} accounts for {of}", accounts.len());
    Unreadable::Form { expected: "the accounts that the instruction takes", found }
}

/// An instruction's data are none of its program's, or more.
#[cold]
pub(super) fn unknown(instruction: &Instruction<'_>) -> Unreadable {
    let data = instruction.data;
    let (head, more) = match data.get(..SHOWN) {
        Some(head) if data.len() > SHOWN => (head, "…"),
        _ => (data, ""),
    };
    let found = format!("{} bytes: {}{more}", data.len(), hex::encode(head));
    Unreadable::Form { expected: "an instruction of the program and no byte more", found }
}

/// Reads data as the native programs do, if writing them again gives the same bytes.
pub(super) fn decode<T: DeserializeOwned + Serialize>(data: &[u8]) -> Option<T> {
    let limit = u64::try_from(data.len()).ok()?;
    let options = bincode::options().with_fixint_encoding().with_limit(limit);
    let read: T = options.deserialize(data).ok()?;
    (options.serialize(&read).ok()? == data).then_some(read)
}
