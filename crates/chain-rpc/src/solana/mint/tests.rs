use proptest::prelude::*;

use super::*;

/// All that the official type knows, by their numbers from 1 on.
const NAMES: [&str; 28] = [
    "transfer_fee_config",
    "transfer_fee_amount",
    "mint_close_authority",
    "confidential_transfer_mint",
    "confidential_transfer_account",
    "default_account_state",
    "immutable_owner",
    "memo_transfer",
    "non_transferable",
    "interest_bearing_config",
    "cpi_guard",
    "permanent_delegate",
    "non_transferable_account",
    "transfer_hook",
    "transfer_hook_account",
    "confidential_transfer_fee_config",
    "confidential_transfer_fee_amount",
    "metadata_pointer",
    "token_metadata",
    "group_pointer",
    "token_group",
    "group_member_pointer",
    "token_group_member",
    "confidential_mint_burn",
    "scaled_ui_amount",
    "pausable",
    "pausable_account",
    "permissioned_burn",
];

/// A mint with a list of extensions behind it.
fn extended(list: &[u8]) -> Account {
    let mut data = vec![0; Mint::LEN];
    Mint { is_initialized: true, ..Mint::default() }.pack_into_slice(&mut data);
    data.resize(165, 0);
    data.push(1);
    data.extend(list);
    Account { lamports: 1, owner: TOKEN_2022, data }
}

#[test]
fn each_extension_has_its_name() {
    for (kind, expected) in (1_u16..).zip(NAMES) {
        assert_eq!(name(kind), expected);
    }
    assert_eq!(name(29), "unknown_29");
    assert_eq!(name(u16::MAX), "unknown_65535");
}

#[test]
fn a_list_ends_where_nothing_follows() {
    for (list, expected) in [
        (&[][..], Some(vec![])),
        (&[1], Some(vec![])),
        (&[0, 0], Some(vec![])),
        (&[0, 0, 9, 0, 0, 0], Some(vec![])),
        (&[9, 0, 0, 0], Some(vec![9])),
        (&[9, 0, 1, 0, 5, 8, 1, 0, 0], Some(vec![9, 264])),
        (&[9, 0, 1, 0, 5, 8], Some(vec![9])),
        (&[9, 0], None),
        (&[9, 0, 0], None),
        (&[9, 0, 1, 0], None),
        (&[9, 0, 0, 1, 5], None),
        (&[9, 0, 0, 0, 9, 0, 0, 0], None),
    ] {
        assert_eq!(kinds(list), expected, "{list:?}");
    }
}

/// Lists of extensions, most of them well formed.
fn lists() -> impl Strategy<Value = Vec<u8>> {
    let extension = (0_u8..31, 0_u8..12, prop::collection::vec(any::<u8>(), 0..12));
    prop::collection::vec(extension, 0..6).prop_map(|list| {
        let bytes = |(kind, length, mut value): (u8, u8, Vec<u8>)| {
            // One in three is cut off or too long.
            value.resize(if length % 3 == 0 { value.len() } else { length.into() }, 0);
            [vec![kind, 0, length, 0], value].concat()
        };
        list.into_iter().flat_map(bytes).collect()
    })
}

proptest! {
    #[test]
    fn a_list_is_read_as_the_official_reader_reads_it(list in lists()) {
        let account = extended(&list);
        prop_assume!(account.data.len() != 355);
        let mint = StateWithExtensions::<Mint>::unpack(&account.data).unwrap();
        let official = mint.get_extension_types().ok();
        let official: Option<Vec<u16>> =
            official.map(|kinds| kinds.into_iter().map(u16::from).collect());
        let twice = official.iter().flatten().any(|kind| {
            official.iter().flatten().filter(|other| *other == kind).count() > 1
        });
        let ours = kinds(&list);
        let known = |kind: &u16| *kind <= 28;
        if ours.iter().flatten().all(known) && !twice {
            prop_assert_eq!(ours, official);
        } else {
            // It knows no others, and reads one twice.
            prop_assert!(official.is_none() || ours.is_none());
        }
    }

    #[test]
    fn no_bytes_panic(list: Vec<u8>, data: Vec<u8>, of_the_old: bool) {
        let owner = if of_the_old { TOKEN } else { TOKEN_2022 };
        let _ = facts(Some(&Account { owner, ..extended(&list) }));
        let _ = facts(Some(&Account { lamports: 1, owner, data }));
    }
}
