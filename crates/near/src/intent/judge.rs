use countersign_approval::{
    Code, Fact, IntentBound, IntentNonceRule, IntentStandard, IntentTerms, NearFacts, Refusal,
    Violation, Violations,
};
use countersign_units::{Lots, UnixSeconds};

use super::digest::hash_of;
use super::message::{Message, Transfer};
use super::nonce::{self, Versioned};
use super::payload::{self, Sent, Signed};

/// What an intent does, once all of it was compared with the terms.
#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) standard: IntentStandard,
    pub(crate) verifying_contract: String,
    pub(crate) signer_id: String,
    pub(crate) receiver_id: String,
    pub(crate) token: String,
    pub(crate) amount: Lots,
    pub(crate) deadline: UnixSeconds,
    pub(crate) nonce: [u8; 32],
    pub(crate) hash: [u8; 32],
    /// The payload as it is submitted: JSON.
    pub(crate) payload: String,
    /// The text that an Ed25519 key signs as it is, where it does.
    pub(crate) text: Option<String>,
    pub(crate) not_judged: Vec<Fact>,
}

/// Reads a payload and compares all of it with the terms.
pub(crate) fn judge(
    json: &str,
    terms: &IntentTerms,
    facts: &NearFacts,
    now: UnixSeconds,
) -> Result<Intent, Refusal> {
    let mut violations = Violations::new();
    let intent = read(json, terms, facts, now, &mut violations);
    let intent = intent.map_err(|violation| violations.push(violation)).ok();
    violations.into_result()?;
    let nothing = || Refusal::one(payload::malformed("payload", "a whole intent", "less"));
    intent.ok_or_else(nothing)
}

fn read(
    json: &str,
    terms: &IntentTerms,
    facts: &NearFacts,
    now: UnixSeconds,
    violations: &mut Violations,
) -> Result<Intent, Violation> {
    let value = payload::parse(json, "payload")?;
    let sent = Sent::read(&value)?;
    require_standard(&sent, terms.standard)?;
    let (Signed::Text(text) | Signed::Nep413(payload::Nep413 { message: text, .. })) = sent.signed;
    let inner = payload::parse(text, "message")?;
    let message = Message::read(&inner, sent.signed)?;
    let nonce = nonce::read(message.nonce).ok_or_else(|| {
        Violation::new(Code::Encoding, "nonce", "32 bytes in base64", message.nonce)
    })?;
    let amount = message.transfer.amount;
    let amount = amount.parse::<Lots>().map_err(|error| {
        Violation::new(Code::Encoding, "message.intents[0].tokens", error, amount)
    })?;
    let mut check = Check { terms, facts, now, violations };
    check.parties(&message);
    check.transfer(&message.transfer, amount);
    check.deadline(&message);
    check.nonce(&message, &nonce);
    check.facts(amount);
    let hash = hash_of(terms.standard, sent.signed, &nonce);
    let hash = hash.ok_or_else(|| standard(terms.standard, sent.standard))?;
    let is_raw = terms.standard == IntentStandard::RawEd25519;
    Ok(Intent {
        standard: terms.standard,
        verifying_contract: message.verifying_contract.to_owned(),
        signer_id: message.signer_id.to_owned(),
        receiver_id: message.transfer.receiver_id.to_owned(),
        token: message.transfer.token.to_owned(),
        amount,
        deadline: message.deadline.to_seconds(),
        nonce,
        hash,
        payload: sent.payload.to_string(),
        text: is_raw.then(|| text.to_owned()),
        not_judged: Fact::NEAR.into_iter().filter(|fact| !facts.has(*fact)).collect(),
    })
}

/// The payload is of the standard that was asked for, in its name and in its form.
fn require_standard(sent: &Sent<'_>, asked: IntentStandard) -> Result<(), Violation> {
    let has_form = match asked {
        IntentStandard::Nep413 => matches!(sent.signed, Signed::Nep413(_)),
        _ => matches!(sent.signed, Signed::Text(_)),
    };
    if sent.standard != asked.as_str() {
        return Err(standard(asked, sent.standard));
    }
    let found = sent.payload.kind();
    let expected = format_args!("the payload of {}", asked.as_str());
    if has_form { Ok(()) } else { Err(payload::malformed("intent.payload", expected, found)) }
}

fn standard(asked: IntentStandard, found: &str) -> Violation {
    Violation::new(Code::Standard, "intent.standard", asked.as_str(), found)
}

/// Compares the parts and collects what is wrong.
struct Check<'a> {
    terms: &'a IntentTerms,
    facts: &'a NearFacts,
    now: UnixSeconds,
    violations: &'a mut Violations,
}

impl Check<'_> {
    fn parties(&mut self, message: &Message<'_>) {
        let (contract, signer) = (&self.terms.verifying_contract, &self.terms.signer_id);
        let found = message.verifying_contract;
        self.require(
            found == contract,
            Code::VerifyingContract,
            "verifying_contract",
            contract,
            found,
        );
        let found = message.signer_id;
        self.require(found == signer, Code::Signer, "message.signer_id", signer, found);
    }

    fn transfer(&mut self, transfer: &Transfer<'_>, amount: Lots) {
        let terms = self.terms;
        let member = "message.intents[0].receiver_id";
        let (expected, found) = (&terms.receiver_id, transfer.receiver_id);
        self.require(found == expected, Code::DepositAddress, member, expected, found);
        let member = "message.intents[0].tokens";
        let known = terms.tokens.iter().any(|token| token == transfer.token);
        self.require(known, Code::Token, member, terms.tokens.join(" or "), transfer.token);
        self.require(amount == terms.amount, Code::Amount, member, terms.amount, amount);
        for (name, agreed, found) in
            [("memo", &terms.memo, transfer.memo), ("msg", &terms.msg, transfer.msg)]
        {
            let member = format_args!("message.intents[0].{name}");
            let [expected, shown] =
                [agreed.as_deref(), found].map(|text| text.unwrap_or("nothing"));
            let same = agreed.as_deref() == found;
            self.require(same, Code::IntentKind, member, expected, shown);
        }
    }

    /// The intent can be executed until its deadline, and the deposit is of use until the quote's.
    fn deadline(&mut self, message: &Message<'_>) {
        let earliest = self.now.saturating_add(self.terms.min_remaining);
        let (latest, deadline) = (self.terms.latest_deadline, message.deadline.to_seconds());
        let by = self.terms.bound.map_or("what was agreed", IntentBound::as_str);
        let expected = format_args!("after {earliest} and not after {latest}, within {by}");
        let holds = deadline > earliest && deadline <= latest;
        self.require(holds, Code::Deadline, "message.deadline", expected, deadline);
        let fund_by = self.terms.fund_by;
        let expected = format_args!("a deadline of the quote after {earliest}");
        self.require(fund_by > earliest, Code::Deadline, "terms.fund_by", expected, fund_by);
    }

    /// A nonce of version 1 dies with its deadline and with its salt.
    fn nonce(&mut self, message: &Message<'_>, nonce: &[u8; 32]) {
        let IntentNonceRule::Versioned { salts } = &self.terms.nonce else { return };
        let found = message.nonce;
        let Some(versioned) = Versioned::read(nonce) else {
            return self.require(false, Code::Nonce, "nonce", "one of version 1", found);
        };
        let expected = "one that carries the message's deadline";
        self.require(versioned.deadline == message.deadline, Code::Nonce, "nonce", expected, found);
        let salt = hex::encode(versioned.salt);
        if !salts.is_empty() {
            let expected = "a pinned salt";
            self.require(salts.contains(&versioned.salt), Code::Nonce, "nonce", expected, &salt);
        }
        let seen = self.facts.salts.as_ref();
        if let Some(seen) = seen {
            let expected = "a salt that the contract takes";
            self.require(seen.contains(&versioned.salt), Code::Nonce, "nonce", expected, &salt);
        }
        let (member, expected) = ("facts.intent_salt", "a pinned salt, or the contract's view");
        let is_known = seen.is_some() || !salts.is_empty();
        self.require(is_known, Code::Unavailable, member, expected, "neither");
    }

    /// Judges the facts that were given, and refuses where a required one was not.
    fn facts(&mut self, amount: Lots) {
        let facts = self.facts;
        for fact in self.terms.require_facts.iter().filter(|fact| !facts.has(**fact)) {
            let member = format_args!("facts.{fact}");
            self.require(false, Code::Unavailable, member, "a fact", "nothing");
        }
        let is_used = facts.nonce_used == Some(true);
        self.require(!is_used, Code::Nonce, "facts.intent_nonce", "one not used", "a used one");
        let is_unknown = facts.key_registered == Some(false);
        let (expected, found) = ("a key that may sign for our account", "one that may not");
        self.require(!is_unknown, Code::Signer, "facts.intent_key", expected, found);
        if let Some(balance) = facts.balance {
            let expected = format_args!("at least {amount}");
            self.require(balance >= amount, Code::Amount, "facts.balance", expected, balance);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a check and the four members of a violation")]
    fn require(
        &mut self,
        holds: bool,
        code: Code,
        member: impl std::fmt::Display,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) {
        self.violations.require(holds, code, member, expected, found);
    }
}
