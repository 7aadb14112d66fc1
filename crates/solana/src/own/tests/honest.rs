//! Honest transfers, and drafts that say one thing else.

use countersign_approval::{Code, TokenPayment, TransferAction, TransferFacts, TransferTerms};
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};
use solana_message::{Message, VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;

use crate::own::agreed::Agreed;
use crate::tests::honest::{key, ours, theirs};
use crate::{
    TransferDraft, TransferJudgement, TransferPlan, VerifyError, build_transfer, judge_transfer,
    programs,
};

pub(super) const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);
pub(super) const AMOUNT: u64 = 2_500_000;
pub(super) const LAST_HEIGHT: u64 = 1_150;

/// What moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Native,
    Token(SolanaAddress),
}

pub(super) const KINDS: [Kind; 3] =
    [Kind::Native, Kind::Token(programs::SPL_TOKEN), Kind::Token(programs::TOKEN_2022)];

pub(super) fn payment(program: SolanaAddress) -> TokenPayment {
    TokenPayment {
        program,
        mint: ours(key("mint")),
        decimals: 6,
        amount: AMOUNT,
        source: ours(key("source")),
        to: ours(key("deposit")),
    }
}

pub(super) fn terms(kind: Kind) -> TransferTerms {
    TransferTerms {
        genesis_hash: Some(SolanaHash::new([9; 32])),
        owner: ours(key("user")),
        action: match kind {
            Kind::Native => TransferAction::Native { to: ours(key("deposit")), lamports: AMOUNT },
            Kind::Token(program) => TransferAction::Token(payment(program)),
        },
        recent_blockhash: SolanaHash::new([7; 32]),
        last_valid_block_height: LAST_HEIGHT,
        max_compute_unit_limit: 300_000,
        max_compute_unit_price: Some(1_000_000),
        max_lamports_beside: 3_000_000,
        allowed_extensions: vec!["metadata_pointer".to_owned()],
        not_after: NOW.saturating_add(600),
        min_remaining: 120,
        require_facts: Vec::new(),
    }
}

pub(super) fn plan(terms: &TransferTerms) -> TransferPlan {
    TransferPlan::new(terms, &TransferFacts::default(), 5_000)
}

pub(super) fn draft(terms: &TransferTerms) -> TransferDraft {
    build_transfer(terms, &plan(terms)).unwrap()
}

pub(super) fn judge(
    terms: &TransferTerms,
    draft: &TransferDraft,
) -> Result<TransferJudgement, VerifyError> {
    judge_transfer(draft, terms, &TransferFacts::default(), NOW)
}

/// Returns the codes under which something is refused; none where it is taken.
pub(super) fn codes(judged: Result<TransferJudgement, VerifyError>) -> Vec<Code> {
    match judged {
        Ok(_) => Vec::new(),
        Err(VerifyError::Refused(refusal)) => {
            let mut codes: Vec<_> = refusal.violations().iter().map(|found| found.code).collect();
            codes.sort_unstable();
            codes.dedup();
            codes
        }
        Err(VerifyError::Terms(error)) => panic!("{error}"),
    }
}

/// Asserts that a draft is refused by these codes alone.
#[track_caller]
pub(super) fn assert_refused(terms: &TransferTerms, draft: &TransferDraft, expected: &[Code]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(codes(judge(terms, draft)), expected);
}

/// The instructions of an honest draft: a limit, a price, and what moves.
pub(super) fn instructions(terms: &TransferTerms) -> Vec<Instruction> {
    let decoded = draft(terms).decode().unwrap();
    let resolved = crate::resolve::Resolved::new(&decoded, &[], &[]).unwrap();
    let all = resolved.instructions(&decoded).map(|instruction| {
        let meta = |used: &crate::instruction::AccountUse| AccountMeta {
            pubkey: theirs(used.address),
            is_signer: used.signer,
            is_writable: used.writable,
        };
        Instruction {
            program_id: theirs(instruction.program),
            accounts: instruction.accounts.iter().map(meta).collect(),
            data: instruction.data.to_vec(),
        }
    });
    all.collect()
}

/// Writes a draft of instructions.
pub(super) fn draft_of(terms: &TransferTerms, instructions: &[Instruction]) -> TransferDraft {
    draft_paid_by(&theirs(terms.owner), terms, instructions)
}

pub(super) fn draft_paid_by(
    payer: &Pubkey,
    terms: &TransferTerms,
    instructions: &[Instruction],
) -> TransferDraft {
    let blockhash = Hash::new_from_array(*terms.recent_blockhash.as_bytes());
    let message = v0::Message::try_compile(payer, instructions, &[], blockhash).unwrap();
    let message = VersionedMessage::V0(message);
    let slots = usize::from(message.header().num_required_signatures);
    let signatures = vec![solana_sdk::signature::Signature::default(); slots];
    let tx = solana_transaction::versioned::VersionedTransaction { signatures, message };
    TransferDraft::from_transaction(wincode::serialize(&tx).unwrap())
}

pub(super) fn destination(terms: &TransferTerms) -> SolanaAddress {
    let agreed = Agreed::new(terms).unwrap();
    agreed.deal(&[]).ends().1
}

#[test]
fn what_is_built_is_what_was_agreed() {
    for kind in KINDS {
        let terms = terms(kind);
        for create_destination in [true, false] {
            let plan = TransferPlan { create_destination, ..plan(&terms) };
            let draft = build_transfer(&terms, &plan).unwrap();
            let judgement = judge(&terms, &draft).unwrap();
            let statement = judgement.statement().to_string();
            assert!(statement.contains(&terms.action.to().to_string()), "{statement}");
            assert!(statement.contains(&AMOUNT.to_string()), "{statement}");
            assert!(statement.contains("up to the height 1150"), "{statement}");
            let makes = kind != Kind::Native && create_destination;
            assert_eq!(statement.contains("CreateAssociatedTokenAccountIdempotent"), makes);
            assert_eq!(judgement.cost().rent > 0, makes);
        }
    }
}

#[test]
fn drafts_that_others_made_are_taken_too() {
    for kind in KINDS {
        let terms = terms(kind);
        let instructions = instructions(&terms);
        assert_refused(&terms, &draft_of(&terms, &instructions), &[]);
        // Without a limit or a price of computing, and in the old form.
        let bare = &instructions[2..];
        assert_refused(&terms, &draft_of(&terms, bare), &[]);
        let blockhash = Hash::new_from_array([7; 32]);
        let payer = theirs(terms.owner);
        let legacy = Message::new_with_blockhash(bare, Some(&payer), &blockhash);
        let legacy = TransferDraft::from_message(&legacy.serialize());
        assert_refused(&terms, &legacy, &[]);
        for text in [hex::encode(legacy.as_wire()), base64(legacy.as_wire())] {
            assert_eq!(TransferDraft::from_text(&text).unwrap(), legacy);
        }
    }
    assert!(TransferDraft::from_text("0x00").is_err());
    assert!(TransferDraft::from_text(&"00".repeat(1_233)).is_err());
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_plan_keeps_to_its_bounds() {
    for kind in KINDS {
        let mut terms = terms(kind);
        for (most, recent) in [(Some(7), 1_000), (None, u64::MAX), (Some(u64::MAX), u64::MAX)] {
            terms.max_compute_unit_price = most;
            let plan = TransferPlan::new(&terms, &TransferFacts::default(), recent);
            let judgement = judge(&terms, &build_transfer(&terms, &plan).unwrap()).unwrap();
            assert!(judgement.cost().total() <= terms.max_lamports_beside);
        }
    }
}
