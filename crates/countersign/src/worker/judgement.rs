//! What was judged, by which facts, and what came of it, as the journal keeps it.

use countersign_approval::{
    BitcoinFacts, CallFacts, CallOutcome, EvmFacts, Fact, NearFacts, PaymentFacts, Policy,
    Registry, SolanaFacts, Statement, TransferFacts, TronBlock, TronCallFacts,
};
use countersign_journal::{
    ConfigRecord, Digest, Judgement, Note, Seen, Stage, StatementRecord, TextError, Verdict,
};

use crate::Facts;

/// Returns SHA-256 of what is judged by.
pub(super) fn config(registry: &Registry, policy: &Policy) -> ConfigRecord {
    ConfigRecord { policy: policy.digest().into(), registry: registry.digest().into() }
}

/// Says that all is as agreed.
pub(super) fn passed(statement: Option<&Statement>) -> Result<Verdict, TextError> {
    Ok(Verdict::Passed { statement: statement.map(StatementRecord::new).transpose()? })
}

/// Records a judgement that needs no facts.
pub(super) fn plain(stage: Stage, config: ConfigRecord, verdict: Verdict) -> Judgement {
    let (facts, not_judged) = (Vec::new(), Vec::new());
    Judgement { stage, config, digest: None, height: None, facts, not_judged, verdict }
}

/// Records the judgement of a payload, by facts of the chain.
pub(super) fn of_payload(
    config: ConfigRecord,
    digest: Option<Digest>,
    facts: &Facts,
    verdict: Verdict,
) -> Judgement {
    let known: &[Fact] = match facts {
        Facts::Evm(_) => &Fact::EVM,
        Facts::Bitcoin(_) => &Fact::BITCOIN,
        Facts::Solana(_) => &Fact::SOLANA,
        Facts::Call(_) => &Fact::CALL,
        Facts::TronCall(_) => &Fact::TRON_CALL,
        Facts::Payment(_) => &Fact::PAYMENT,
        Facts::Transfer(_) => &Fact::SOLANA_TRANSFER,
        Facts::Near(_) => &Fact::NEAR,
    };
    let seen = |fact: &Fact| value(facts, *fact).map(|value| Seen { fact: *fact, value });
    let not_judged = known.iter().copied().filter(|fact| value(facts, *fact).is_none());
    Judgement {
        stage: Stage::Payload,
        config,
        digest,
        height: height(facts),
        facts: known.iter().filter_map(seen).collect(),
        not_judged: not_judged.collect(),
        verdict,
    }
}

/// Returns the height that the facts are of: of Solana, the slot of its lookup tables.
fn height(facts: &Facts) -> Option<u64> {
    match facts {
        Facts::Evm(facts) => facts.block_number,
        Facts::Bitcoin(facts) => facts.height.map(u64::from),
        Facts::Solana(facts) => facts.tables.as_ref().map(|tables| tables.slot),
        Facts::Call(facts) => facts.block_number,
        Facts::TronCall(facts) => facts.call.block_number,
        Facts::Payment(facts) => facts.chain.height.map(u64::from),
        Facts::Transfer(facts) => facts.block_height,
        Facts::Near(_) => None,
    }
}

fn value(facts: &Facts, fact: Fact) -> Option<Note> {
    match facts {
        Facts::Evm(facts) => evm(facts, fact),
        Facts::Bitcoin(facts) => bitcoin(facts, fact),
        Facts::Solana(facts) => solana(facts, fact),
        Facts::Call(facts) => call(facts, fact),
        Facts::TronCall(facts) => tron_call(facts, fact),
        Facts::Payment(facts) => payment(facts, fact),
        Facts::Transfer(facts) => transfer(facts, fact),
        Facts::Near(facts) => near(facts, fact),
    }
}

fn evm(facts: &EvmFacts, fact: Fact) -> Option<Note> {
    let hash = |hash: &[u8; 32]| Note::whole(format_args!("0x{}", hex::encode(hash)));
    match fact {
        Fact::OwnerCode => {
            let count = facts.owner_code.as_ref()?.len();
            Some(Note::whole(format_args!("{count} bytes")))
        }
        Fact::SpenderCodeHash => facts.spender_code_hash.as_ref().map(hash),
        Fact::SpenderImplementation => facts.spender_implementation.map(Note::whole),
        Fact::Balance => facts.balance.map(Note::whole),
        Fact::Allowance => facts.allowance.map(Note::whole),
        Fact::DomainSeparator => facts.domain_separator.as_ref().map(hash),
        Fact::NonceBitmap => facts.nonce_bitmap.map(Note::whole),
        Fact::BlockTime => facts.block_time.map(Note::whole),
        _ => None,
    }
}

fn bitcoin(facts: &BitcoinFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::Coins => {
            let coins = facts.coins.as_ref()?;
            Some(list(coins.iter().map(|coin| format!("{} of {}", coin.id, coin.amount))))
        }
        Fact::Confirmations => {
            let depths = facts.confirmations.as_ref()?;
            Some(list(depths.iter().map(|(coin, depth)| format!("{coin}: {depth}"))))
        }
        Fact::Reserved => Some(list(facts.reserved.as_ref()?.iter().map(ToString::to_string))),
        Fact::Height => facts.height.map(Note::whole),
        _ => None,
    }
}

fn solana(facts: &SolanaFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::Tables => {
            let tables = &facts.tables.as_ref()?.tables;
            let table = |(address, table): (_, &countersign_approval::LookupTable)| {
                format!("{address}: {} addresses", table.addresses.len())
            };
            Some(list(tables.iter().map(table)))
        }
        Fact::Mint => Some(Note::whole(format_args!("{:?}", facts.mint.as_ref()?))),
        Fact::Source => Some(Note::whole(format_args!("{:?}", facts.source.as_ref()?))),
        Fact::Destination => Some(Note::whole(format_args!("{:?}", facts.destination.as_ref()?))),
        Fact::Blockhash => {
            Some(Note::whole(if facts.blockhash? { "recent" } else { "not recent" }))
        }
        Fact::Simulation => {
            let simulation = facts.simulation.as_ref()?;
            let (error, count) = (&simulation.error, simulation.accounts.len());
            let error = error.as_deref().unwrap_or("no error");
            Some(Note::whole(format_args!("{error}; {count} accounts")))
        }
        _ => None,
    }
}

fn call(facts: &CallFacts, fact: Fact) -> Option<Note> {
    let count = |code: &Vec<u8>| Note::whole(format_args!("{} bytes", code.len()));
    match fact {
        Fact::OwnerCode => facts.owner_code.as_ref().map(count),
        Fact::AccountNonce => {
            let counted = facts.account_nonce?;
            let (mined, pending) = (counted.mined, counted.pending);
            Some(Note::whole(format_args!("{mined} mined, {pending} with those that wait")))
        }
        Fact::NativeBalance => facts.native_balance.map(Note::whole),
        Fact::Balance => facts.balance.map(Note::whole),
        Fact::RecipientCode => facts.recipient_code.as_ref().map(count),
        Fact::ContractCode => {
            let hash = facts.contract_code_hash.as_ref()?;
            Some(Note::whole(format_args!("0x{}", hex::encode(hash))))
        }
        Fact::BaseFee => facts.base_fee.map(Note::whole),
        Fact::Gas => facts.gas.map(Note::whole),
        Fact::Simulation => match facts.simulation.as_ref()? {
            CallOutcome::Returned(bytes) => {
                Some(Note::whole(format_args!("returns {} bytes", bytes.len())))
            }
            CallOutcome::Failed(reason) => Some(Note::whole(format_args!("fails: {reason}"))),
        },
        Fact::BlockTime => facts.block_time.map(Note::whole),
        _ => None,
    }
}

fn tron_call(facts: &TronCallFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::Blockhash => {
            let TronBlock { number, id } = facts.reference?;
            Some(Note::whole(format_args!("block {number}, {}", hex::encode(id))))
        }
        Fact::AccountNonce => None,
        fact => call(&facts.call, fact),
    }
}

fn payment(facts: &PaymentFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::MempoolConflict => {
            let conflict = facts.conflict.as_ref()?;
            Some(list(conflict.coins.iter().map(ToString::to_string)))
        }
        fact => bitcoin(&facts.chain, fact),
    }
}

fn transfer(facts: &TransferFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::Balance => Some(Note::whole(format_args!("{:?}", facts.owner.as_ref()?))),
        Fact::Recipient => Some(Note::whole(format_args!("{:?}", facts.recipient.as_ref()?))),
        Fact::Rent => {
            let rent = facts.rent?;
            Some(Note::whole(format_args!("{} for a wallet", rent.wallet)))
        }
        Fact::Height => facts.block_height.map(Note::whole),
        fact => solana(&facts.transaction, fact),
    }
}

fn near(facts: &NearFacts, fact: Fact) -> Option<Note> {
    match fact {
        Fact::IntentSalt => Some(list(facts.salts.as_ref()?.iter().map(hex::encode))),
        Fact::IntentNonce => {
            facts.nonce_used.map(|used| Note::whole(if used { "used" } else { "free" }))
        }
        Fact::IntentKey => {
            facts.key_registered.map(|known| Note::whole(if known { "known" } else { "unknown" }))
        }
        Fact::Balance => facts.balance.map(Note::whole),
        _ => None,
    }
}

/// Writes what is in a list. An empty one is written as such.
fn list(items: impl Iterator<Item = String>) -> Note {
    let items: Vec<_> = items.collect();
    Note::whole(if items.is_empty() { "none".to_owned() } else { items.join(", ") })
}
