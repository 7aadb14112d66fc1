//! Any transaction of Solana, against honest terms: what is accepted moves what was agreed, once,
//! and our account signs for nothing else.
//!
//! The highest bit of the first byte picks SOL or a token.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::approval::{
    AssetTransfer, CosignTerms, DurableNonce, OthersSign, SolanaFacts, TokenTransfer,
};
use countersign::solana::{CosignPayload, judge, programs};
use countersign::units::{SolanaAddress, UnixSeconds};
use libfuzzer_sys::fuzz_target;
use solana_sdk::transaction::VersionedTransaction;

const NOW: UnixSeconds = UnixSeconds::new(1_760_000_000);
const USER: &str = "BCPxXXCLJY5Foc5EJxjX1pmwRaT1goLLp2zeWg914Tji";
const SPONSOR: &str = "3ePf5MZcoS8cVZRH6Z3aXipCFatQ8p27woE3rMvcSrRc";
const OWNER: &str = "4XNMvsQsNzeeQRZpjhrqHHQ666KkbzUrSTwpdKfv5HRP";
const MINT: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
const SOURCE: &str = "Fg9XM5kPCfrNhxegLAAiuBb9m9iCsUkCZEuBCjYtqLMV";
const DESTINATION: &str = "E9GadtiKjxENUoKixf3QdQNf6tt698JnVo2D1Ae9AUnr";
const TABLE: &str = "7N2HjtDHJHGehrwuQ8PspzkQrYcsnSfRp9oqhqtE3B1c";
const LAMPORTS: u64 = 50_000_000;
const UNITS: u64 = 2_500_000;

static NATIVE: LazyLock<CosignTerms> = LazyLock::new(|| {
    terms(AssetTransfer::Native { destination: address(OWNER), lamports: LAMPORTS }, LAMPORTS)
});
static TOKEN: LazyLock<CosignTerms> = LazyLock::new(|| {
    let transfer = TokenTransfer {
        program: programs::SPL_TOKEN,
        mint: address(MINT),
        decimals: 6,
        amount: UNITS,
        source: address(SOURCE),
        destination: address(DESTINATION),
        destination_owner: address(OWNER),
    };
    terms(AssetTransfer::Token(transfer), 0)
});

fn address(text: &str) -> SolanaAddress {
    text.parse().expect("a constant")
}

fn terms(transfer: AssetTransfer, max_lamports_out: u64) -> CosignTerms {
    CosignTerms {
        genesis_hash: None,
        user: address(USER),
        fee_payer: address(SPONSOR),
        required_signers: vec![address(SPONSOR), address(USER)],
        // Whose signature a mutation breaks would hide everything behind it.
        others_sign: OthersSign::Anytime,
        max_lamports_out,
        transfer,
        recent_blockhash: None,
        durable_nonce: DurableNonce::Refuse,
        allowed_programs: vec![
            programs::SYSTEM,
            programs::COMPUTE_BUDGET,
            programs::SPL_TOKEN,
            programs::ASSOCIATED_TOKEN,
            programs::MEMO,
        ],
        opaque_programs: vec![],
        lookup_tables: BTreeMap::from([(
            address(TABLE),
            vec![address(MINT), address(DESTINATION), address(OWNER)],
        )]),
        allowed_extensions: vec![],
        max_compute_unit_price: None,
        deadline: None,
        min_remaining: 0,
        max_deadline: UnixSeconds::new(2_000_000_000),
        require_facts: vec![],
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((bits, wire)) = data.split_first() else { return };
    let terms = if bits >> 7 == 1 { &*NATIVE } else { &*TOKEN };
    let mut wire = wire.to_vec();
    // Signatures are no concern here: without them more is reached.
    let signatures = usize::from(wire.first().copied().unwrap_or_default());
    wire.iter_mut().skip(1).take(signatures.saturating_mul(64)).for_each(|byte| *byte = 0);
    let payload = format!(r#"{{"transaction":"{}"}}"#, STANDARD.encode(&wire));
    let facts = SolanaFacts::default();
    let Ok(judgement) = judge(&CosignPayload::new(payload), terms, &facts, NOW) else { return };
    let _ = judgement.statement().to_string();
    check(&wire, terms);
});

/// Looks at what was accepted with another decoder, and by another rule than the judge's.
fn check(wire: &[u8], terms: &CosignTerms) {
    let transaction: VersionedTransaction = bincode::deserialize(wire).expect("accepted");
    let message = &transaction.message;
    let mut keys: Vec<[u8; 32]> =
        message.static_account_keys().iter().map(|key| key.to_bytes()).collect();
    let lookups = message.address_table_lookups().unwrap_or_default();
    let entries = &terms.lookup_tables[&address(TABLE)];
    for indexes in lookups.iter().map(|lookup| &lookup.writable_indexes) {
        keys.extend(indexes.iter().map(|index| *entries[usize::from(*index)].as_bytes()));
    }
    for indexes in lookups.iter().map(|lookup| &lookup.readonly_indexes) {
        keys.extend(indexes.iter().map(|index| *entries[usize::from(*index)].as_bytes()));
    }
    assert_eq!(keys[0], *terms.fee_payer.as_bytes());
    let (moving, by): (&[u8], _) = match &terms.transfer {
        AssetTransfer::Native { .. } => (&[2, 0, 0, 0], programs::SYSTEM),
        AssetTransfer::Token(_) => (&[12], programs::SPL_TOKEN),
    };
    let amount = u64::try_from(terms.transfer.amount().value()).expect("an amount of 64 bits");
    let (mut transfers, mut uses) = (0, 0);
    for instruction in message.instructions() {
        let program = keys[usize::from(instruction.program_id_index)];
        assert!(terms.allowed_programs.iter().any(|known| *known.as_bytes() == program));
        let accounts = instruction.accounts.iter().map(|index| keys[usize::from(*index)]);
        uses += accounts.filter(|key| key == terms.user.as_bytes()).count();
        if program == *by.as_bytes() {
            assert!(instruction.data.starts_with(moving));
            let rest = &instruction.data[moving.len()..];
            assert_eq!(rest[..8], amount.to_le_bytes());
            transfers += 1;
        }
    }
    assert_eq!((transfers, uses), (1, 1));
}
