//! The facts about a transaction of our own.

use std::vec;

use alloy::primitives::keccak256;
use countersign_approval::{AccountNonce, CallFacts, CallFactsQuery, CallOutcome};
use countersign_units::Lots;
use serde_json::Value;

use super::block::Block;
use super::calls::{Questions, gas, pending, priority_fee};
use super::reading::Reading;
use crate::rpc::{Call, RpcError, Said, data, quantity, read, small, wei, word};

/// What a node says that does not know a method.
const NO_METHOD: i64 = -32_601;
/// What most nodes say of a call that reverts.
const REVERTED: i64 = 3;
/// Words by which nodes say that a call fails, whatever number they say with them.
const FAILURES: [&str; 6] =
    ["revert", "insufficient", "out of gas", "invalid opcode", "stack", "gas required exceeds"];
/// How much a call may return. Tokens return a word.
const MAX_RETURNED: usize = 4_096;

impl Reading {
    /// Reads all facts about one transaction.
    pub(super) async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, RpcError> {
        let questions = |about: &Questions| questions(about, query);
        let (block, answers) = self.each_at_latest(query.chain_id, questions).await?;
        Answers { answers: answers.into_iter(), max_code: self.settings.max_code }
            .facts(block, query)
    }
}

/// Asks for each fact, in the order in which they are read.
fn questions(about: &Questions, query: &CallFactsQuery) -> Vec<Call> {
    let owner = query.owner;
    let always = [
        about.code(owner),
        about.mined(owner),
        pending(owner),
        about.native_balance(owner),
        priority_fee(),
        gas(query),
        about.run(query),
    ];
    let balance = query.token.map(|token| about.balance(token, owner));
    let recipient = query.recipient.map(|recipient| about.code(recipient));
    let contract = calls_contract(query).then(|| about.code(query.to));
    always.into_iter().chain(balance).chain(recipient).chain(contract).collect()
}

const fn calls_contract(query: &CallFactsQuery) -> bool {
    !query.data.is_empty()
}

/// What the node says, from the first question on.
struct Answers {
    answers: vec::IntoIter<(&'static str, Said)>,
    max_code: usize,
}

impl Answers {
    fn facts(mut self, block: Block, query: &CallFactsQuery) -> Result<CallFacts, RpcError> {
        Ok(CallFacts {
            owner_code: Some(self.code()?),
            account_nonce: Some(AccountNonce {
                mined: self.value(small)?,
                pending: self.value(small)?,
            }),
            native_balance: Some(Lots::new(self.value(quantity)?)),
            priority_fee: self.priority_fee()?,
            gas: self.gas()?,
            simulation: Some(self.outcome()?),
            balance: match query.token {
                Some(_) => Some(Lots::new(word_of(self.value(word)?))),
                None => None,
            },
            recipient_code: match query.recipient {
                Some(_) => Some(self.code()?),
                None => None,
            },
            contract_code_hash: if calls_contract(query) {
                Some(keccak256(self.code()?).0)
            } else {
                None
            },
            base_fee: block.base_fee,
            block_time: Some(block.time),
            block_number: u64::try_from(block.number).ok(),
        })
    }

    fn next(&mut self) -> Result<(&'static str, Said), RpcError> {
        self.answers.next().ok_or(RpcError::Unanswered { method: "batch" })
    }

    fn value<T>(
        &mut self,
        of: impl Fn(&Value, &'static str) -> Result<T, RpcError>,
    ) -> Result<T, RpcError> {
        let (method, said) = self.next()?;
        of(&read(&said?, method, "JSON")?, method)
    }

    fn code(&mut self) -> Result<Vec<u8>, RpcError> {
        let most = self.max_code;
        self.value(|value, method| data(value, method, most))
    }

    /// Reads the node's advice; nothing where it gives none.
    fn priority_fee(&mut self) -> Result<Option<u128>, RpcError> {
        match self.next()? {
            (_, Err(RpcError::Node { code: NO_METHOD, .. })) => Ok(None),
            (method, said) => Ok(Some(wei(&read(&said?, method, "JSON")?, method)?)),
        }
    }

    /// Reads how much gas is used; nothing where the transaction fails.
    fn gas(&mut self) -> Result<Option<u64>, RpcError> {
        match self.next()? {
            (_, Err(error)) if failure(&error).is_some() => Ok(None),
            (method, said) => Ok(Some(small(&read(&said?, method, "JSON")?, method)?)),
        }
    }

    fn outcome(&mut self) -> Result<CallOutcome, RpcError> {
        let (method, said) = self.next()?;
        let returned = match said {
            Ok(returned) => returned,
            Err(error) => {
                let reason = failure(&error).map(str::to_owned);
                return reason.map(CallOutcome::Failed).ok_or(error);
            }
        };
        let returned = data(&read(&returned, method, "JSON")?, method, MAX_RETURNED)?;
        Ok(CallOutcome::Returned(returned))
    }
}

fn word_of(bytes: [u8; 32]) -> countersign_units::U256 {
    countersign_units::U256::from_be_bytes(bytes)
}

/// Returns why a transaction fails, where the error says that it does.
fn failure(error: &RpcError) -> Option<&str> {
    let RpcError::Node { code, message, .. } = error else { return None };
    let lower = message.to_lowercase();
    let fails = *code == REVERTED || FAILURES.iter().any(|words| lower.contains(words));
    fails.then_some(message)
}
