use super::*;
use crate::programs;

const PROGRAMS: [SolanaAddress; 14] = [
    programs::SYSTEM,
    programs::COMPUTE_BUDGET,
    programs::SPL_TOKEN,
    programs::TOKEN_2022,
    programs::ASSOCIATED_TOKEN,
    programs::MEMO,
    programs::MEMO_V1,
    programs::LOOKUP_TABLE,
    programs::STAKE,
    programs::VOTE,
    programs::LOADER_V1,
    programs::LOADER_V2,
    programs::LOADER_V3,
    programs::LOADER_V4,
];

/// Data that often begin as an instruction does.
fn any_data() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop_oneof![(0_u8..50).boxed(), Just(255).boxed(), any::<u8>().boxed()];
    let short = (tag.clone(), any::<bool>(), prop_oneof![0_u8..6, any::<u8>()]);
    let rest = prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..300);
    let begun = (short, rest).prop_map(|((tag, word, sub), rest)| {
        let begin = if word { vec![tag, 0, 0, 0] } else { vec![tag, sub] };
        [begin, rest].concat()
    });
    prop_oneof![3 => begun, 1 => prop::collection::vec(any::<u8>(), 0..1232)]
}

fn any_accounts() -> impl Strategy<Value = Vec<AccountUse>> {
    let account =
        (any::<[u8; 32]>(), any::<bool>(), any::<bool>()).prop_map(|(bytes, signer, writable)| {
            AccountUse { address: SolanaAddress::new(bytes), signer, writable }
        });
    prop::collection::vec(account, 0..16)
}

fn read_all(accounts: &[AccountUse], data: &[u8]) {
    for program in PROGRAMS {
        match read(&Instruction { program, accounts, data }) {
            Ok(effect) => assert!(effect.describe().starts_with(effect.name())),
            Err(error) => assert_ne!(error, Unreadable::Program),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_and_no_accounts_panic(data in any_data(), accounts in any_accounts()) {
        read_all(&accounts, &data);
    }
}

#[test]
fn no_number_of_bytes_or_accounts_panics() {
    let account = AccountUse { address: SolanaAddress::new([1; 32]), signer: true, writable: true };
    for tag in 0..=255 {
        for length in 0..12 {
            let data = vec![tag; length];
            read_all(&vec![account; length], &data);
            read_all(&[account], &data);
        }
    }
}
