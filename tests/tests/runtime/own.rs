//! Transfers of our own, as they fund deposit addresses.

use std::cell::RefCell;
use std::collections::BTreeSet;

use countersign_approval::{
    Code, Fact, MemoryLedger, MintFacts, Rent, SolanaFacts, TokenPayment, TransferAction,
    TransferFacts, TransferTerms, reserve,
};
use countersign_solana::{
    LocalCosignSigner, SignedTransfer, TransferDraft, TransferPlan, VerifiedTransfer, VerifyError,
    associated_token_account, build_transfer, sign_transfer, transfer_facts_query, verify_transfer,
};
use countersign_units::{SolanaAddress, SolanaHash};
use futures::executor::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};
use solana_transaction::versioned::VersionedTransaction;

use crate::chain::{Chain, DECIMALS, mint};
use crate::door::{NOW, policy, swap_of};
use crate::opaque::simulation::{now, run};
use crate::scenario::{address, theirs};

const FUNDS: u64 = 2_000_000_000;

/// A deposit that we owe.
#[derive(Clone, Debug)]
struct Deposit {
    /// Of tokens of a program, else of SOL.
    program: Option<Pubkey>,
    /// Whether the deposit address was used before.
    stands: bool,
    /// How much we keep.
    keeps: u64,
    amount: u64,
    recent_price: u64,
    seed: [u8; 32],
}

fn any_deposit() -> impl Strategy<Value = Deposit> {
    let programs = [None, Some(spl_token_interface::ID), Some(spl_token_2022_interface::ID)];
    let program = prop::sample::select(programs.to_vec());
    // A new account of SOL has to keep its rent.
    let amount = prop_oneof![890_880_u64..=900_000, 890_880_u64..=1_000_000_000];
    let price = prop_oneof![Just(0), 0_u64..2_000_000, Just(u64::MAX)];
    (program, any::<bool>(), 0_u64..1_000_000, amount, price, any::<[u8; 32]>()).prop_map(
        |(program, stands, keeps, amount, recent_price, seed)| Deposit {
            program,
            stands,
            keeps,
            amount,
            recent_price,
            seed,
        },
    )
}

/// A deposit on a chain, with what was agreed and what the chain says.
struct Owed {
    owner: Keypair,
    terms: TransferTerms,
    facts: TransferFacts,
    draft: TransferDraft,
    plan: TransferPlan,
    destination: Pubkey,
}

impl Deposit {
    fn keys(&self, chain: &mut Chain) -> (Keypair, Pubkey) {
        let case = chain.next_case().to_le_bytes();
        let key = |what: u8| {
            let mut seed = self.seed;
            seed[..8].copy_from_slice(&case);
            seed[8] = what;
            Keypair::new_from_array(seed)
        };
        (key(0), key(1).pubkey())
    }

    fn terms(&self, chain: &Chain, owner: SolanaAddress, to: SolanaAddress) -> TransferTerms {
        let action = match self.program {
            None => TransferAction::Native { to, lamports: self.amount },
            Some(program) => {
                let (mint, program) = (address(mint(&program).pubkey()), address(program));
                let source = associated_token_account(owner, mint, program).unwrap();
                let (decimals, amount) = (DECIMALS, self.amount);
                TransferAction::Token(TokenPayment { program, mint, decimals, amount, source, to })
            }
        };
        TransferTerms {
            genesis_hash: Some(SolanaHash::new([3; 32])),
            owner,
            action,
            recent_blockhash: SolanaHash::new(chain.blockhash().to_bytes()),
            last_valid_block_height: chain.slot() + 150,
            max_compute_unit_limit: 400_000,
            max_compute_unit_price: None,
            max_lamports_beside: 4_000_000,
            allowed_extensions: Vec::new(),
            not_after: NOW.saturating_add(600),
            min_remaining: 120,
            require_facts: Fact::SOLANA_TRANSFER.to_vec(),
        }
    }

    /// Brings the deposit onto a chain, and asks that for all facts.
    fn build_on(&self, chain: &mut Chain) -> Owed {
        let (owner, to) = self.keys(chain);
        chain.fund(&owner.pubkey());
        let terms = self.terms(chain, address(owner.pubkey()), address(to));
        let mut destination = to;
        if let (Some(program), TransferAction::Token(payment)) = (self.program, &terms.action) {
            let (held, source) = (self.amount + self.keeps, theirs(payment.source));
            chain.give(&program, &owner.pubkey(), &source, held);
            let account = associated_token_account(payment.to, payment.mint, payment.program);
            destination = theirs(account.unwrap());
            if self.stands {
                chain.give(&program, &to, &destination, 5);
            }
        } else if self.stands {
            chain.fund(&to);
        }
        // Each of these made a block.
        let blockhash = SolanaHash::new(chain.blockhash().to_bytes());
        let terms = TransferTerms { recent_blockhash: blockhash, ..terms };
        let mut facts = self.facts(chain, &terms, &destination);
        let plan = TransferPlan::new(&terms, &facts, self.recent_price);
        let draft = build_transfer(&terms, &plan).unwrap();
        let query = transfer_facts_query(&draft, &terms).unwrap().transaction;
        facts.transaction.simulation = Some(run(chain, &query, &query.writable));
        Owed { owner, terms, facts, draft, plan, destination }
    }

    fn facts(&self, chain: &Chain, terms: &TransferTerms, destination: &Pubkey) -> TransferFacts {
        let mut transaction = SolanaFacts { blockhash: Some(true), ..SolanaFacts::default() };
        let held = |key: SolanaAddress| now(chain, key).map(|account| account.token.unwrap());
        if let TransferAction::Token(payment) = &terms.action {
            let (program, decimals) = (Some(payment.program), Some(DECIMALS));
            transaction.mint = Some(MintFacts { program, decimals, ..MintFacts::default() });
            transaction.source = Some(held(payment.source));
            transaction.destination = Some(held(address(*destination)));
        }
        let token_account = self.program.map(|program| chain.rent(bytes_of_account(program)));
        TransferFacts {
            transaction,
            owner: Some(now(chain, terms.owner)),
            recipient: Some(now(chain, terms.action.to())),
            rent: Some(Rent { wallet: chain.rent(0), token_account }),
            block_height: Some(chain.slot()),
        }
    }
}

/// Token-2022 marks each associated account as one whose owner can't change.
fn bytes_of_account(program: Pubkey) -> usize {
    if program == spl_token_interface::ID { 165 } else { 170 }
}

impl Owed {
    fn verify(&self) -> Result<VerifiedTransfer, VerifyError> {
        self.verify_draft(&self.draft)
    }

    fn verify_draft(&self, draft: &TransferDraft) -> Result<VerifiedTransfer, VerifyError> {
        let swap = swap_of(self.terms.action.amount(), self.terms.clone());
        verify_transfer(draft.clone(), &swap, &self.facts, NOW)
    }

    fn sign(&self) -> SignedTransfer {
        let transfer = self.verify().unwrap();
        let seed = hex::encode(self.owner.secret_bytes());
        let signer = LocalCosignSigner::from_seed_hex(&seed).unwrap();
        let policy = policy();
        block_on(async {
            let ledger = MemoryLedger::new();
            let reservation = reserve(&ledger, transfer.claim(), &policy, NOW).await.unwrap();
            sign_transfer(&transfer, &reservation, &policy, &signer, NOW).await.unwrap()
        })
    }

    /// Signs a draft as somebody does who signs blindly.
    fn signed_blindly(&self, draft: &TransferDraft) -> VersionedTransaction {
        let mut tx: VersionedTransaction = wincode::deserialize_exact(draft.as_wire()).unwrap();
        tx.signatures[0] = self.owner.sign_message(&tx.message.serialize());
        tx
    }
}

/// Signs a deposit and executes it: what was agreed moves, and we pay what was foreseen.
fn executes(chain: &mut Chain, deposit: &Deposit) {
    let owed = deposit.build_on(chain);
    let signed = owed.sign();
    let tx: VersionedTransaction = wincode::deserialize_exact(signed.wire()).unwrap();
    assert_eq!(tx.verify_with_results(), [true]);
    let of_sol = deposit.program.is_none();
    let before = chain.holds(&owed.destination, of_sol);
    chain.execute(tx);
    assert_eq!(chain.holds(&owed.destination, of_sol), before + deposit.amount);
    let (limit, price) = (u128::from(owed.plan.unit_limit), u128::from(owed.plan.unit_price));
    let fee = 5_000 + u64::try_from((limit * price).div_ceil(1_000_000)).unwrap();
    let makes = deposit.program.filter(|_| !deposit.stands).map(bytes_of_account);
    let rent = makes.map_or(0, |bytes| chain.rent(bytes));
    assert!(fee + rent <= owed.terms.max_lamports_beside);
    let moved = if of_sol { deposit.amount } else { 0 };
    assert_eq!(chain.lamports(&owed.owner.pubkey()), FUNDS - moved - fee - rent);
    if let TransferAction::Token(payment) = &owed.terms.action {
        assert_eq!(chain.tokens(&theirs(payment.source)), deposit.keeps);
    }
}

#[test]
fn what_is_owed_is_deposited_exactly() {
    let chain = RefCell::new(Chain::start());
    let config = Config { failure_persistence: None, ..Config::with_cases(64) };
    let run = TestRunner::new(config).run(&any_deposit(), |deposit| {
        executes(&mut chain.borrow_mut(), &deposit);
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
}

fn each_deposit() -> impl Iterator<Item = Deposit> {
    let programs = [None, Some(spl_token_interface::ID), Some(spl_token_2022_interface::ID)];
    programs.into_iter().flat_map(|program| {
        [true, false].map(|stands| Deposit {
            program,
            stands,
            keeps: 7_000_000,
            amount: 5_000_000,
            recent_price: 1_000,
            seed: [6; 32],
        })
    })
}

#[test]
fn each_kind_of_deposit_is_executed() {
    let mut chain = Chain::start();
    for deposit in each_deposit() {
        executes(&mut chain, &deposit);
    }
}

fn assert_refused(owed: &Owed, draft: &TransferDraft, code: Code) {
    match owed.verify_draft(draft) {
        Err(VerifyError::Refused(refusal)) => assert!(refusal.has(code), "{code}: {refusal}"),
        other => panic!("{code}: {other:?}"),
    }
}

/// What is refused is no phantom: a key that signs blindly loses by it.
#[test]
fn what_is_refused_would_be_executed() {
    let mut chain = Chain::start();
    for deposit in each_deposit() {
        let mut take = |change: &dyn Fn(&mut TransferTerms), code| {
            let owed = deposit.build_on(&mut chain);
            let _ = owed.verify().unwrap();
            let mut other = owed.terms.clone();
            change(&mut other);
            let plan = TransferPlan { create_destination: deposit.program.is_some(), ..owed.plan };
            let draft = build_transfer(&other, &TransferPlan { unit_limit: 350_000, ..plan });
            let draft = draft.unwrap();
            assert_refused(&owed, &draft, code);
            assert!(chain.takes(owed.signed_blindly(&draft)), "{code}: {deposit:?}");
        };
        take(
            &|terms| match &mut terms.action {
                TransferAction::Native { to, .. } => *to = SolanaAddress::new([99; 32]),
                TransferAction::Token(payment) => payment.to = SolanaAddress::new([99; 32]),
            },
            Code::To,
        );
        take(
            &|terms| match &mut terms.action {
                TransferAction::Native { lamports, .. } => *lamports += 1,
                TransferAction::Token(payment) => payment.amount += 1,
            },
            Code::Amount,
        );
    }
}

#[test]
fn one_more_instruction_would_be_executed_and_is_refused() {
    let mut chain = Chain::start();
    for deposit in each_deposit() {
        let owed = deposit.build_on(&mut chain);
        let (user, thief) = (owed.owner.pubkey(), chain.faucet());
        let give = solana_system_interface::instruction::transfer(&user, &thief, 1_000_000);
        let mut more = vec![(give, Code::ExtraInstruction)];
        if let TransferAction::Token(payment) = &owed.terms.action {
            let (program, source) = (theirs(payment.program), theirs(payment.source));
            let approve = spl_token_2022_interface::instruction::approve(
                &program,
                &source,
                &thief,
                &user,
                &[],
                u64::MAX,
            );
            more.push((approve.unwrap(), Code::TokenDelegate));
        }
        for (more, code) in more {
            let draft = with(&owed.draft, &user, &more);
            assert_refused(&owed, &draft, code);
            assert!(chain.fork().takes(owed.signed_blindly(&draft)), "{code}: {deposit:?}");
        }
    }
}

/// Adds an instruction to a draft whose keys are all in use.
fn with(draft: &TransferDraft, payer: &Pubkey, more: &Instruction) -> TransferDraft {
    const NONE: Option<&BTreeSet<Pubkey>> = None;
    let tx: VersionedTransaction = wincode::deserialize_exact(draft.as_wire()).unwrap();
    let message = &tx.message;
    let mut all: Vec<Instruction> = Vec::new();
    for call in message.instructions() {
        let keys = message.static_account_keys();
        let accounts = call.accounts.iter().map(|at| {
            let at = usize::from(*at);
            solana_sdk::instruction::AccountMeta {
                pubkey: keys[at],
                is_signer: message.is_signer(at),
                is_writable: message.is_maybe_writable_with_reserved_addresses(at, NONE),
            }
        });
        all.push(Instruction {
            program_id: keys[usize::from(call.program_id_index)],
            accounts: accounts.collect(),
            data: call.data.clone(),
        });
    }
    all.push(more.clone());
    let blockhash = *message.recent_blockhash();
    let message = solana_message::v0::Message::try_compile(payer, &all, &[], blockhash).unwrap();
    let message = solana_message::VersionedMessage::V0(message);
    TransferDraft::from_message(&message.serialize())
}

/// The chain keeps no account with less than its rent: what is refused for that would fail.
#[test]
fn less_than_the_rent_is_refused_and_would_fail() {
    let mut chain = Chain::start();
    for (amount, is_enough) in [(890_880, true), (890_879, false)] {
        let deposit = Deposit {
            program: None,
            stands: false,
            keeps: 0,
            amount,
            recent_price: 0,
            seed: [8; 32],
        };
        let owed = deposit.build_on(&mut chain);
        assert_eq!(owed.verify().is_ok(), is_enough, "{amount}");
        assert_eq!(chain.takes(owed.signed_blindly(&owed.draft)), is_enough, "{amount}");
    }
}

/// A transfer that was waited out is never executed.
#[test]
fn a_blockhash_that_is_too_old_executes_nothing() {
    let mut chain = Chain::start();
    for deposit in each_deposit() {
        let owed = deposit.build_on(&mut chain);
        let tx = wincode::deserialize_exact(owed.sign().wire()).unwrap();
        let before = chain.lamports(&owed.owner.pubkey());
        chain.move_on();
        assert!(!chain.takes(tx));
        assert_eq!(chain.lamports(&owed.owner.pubkey()), before);
    }
}
