//! The interfaces for metadata and groups, of which Token-2022 has its own.

use spl_token_2022_interface::ID;
use spl_token_group_interface::instruction as group;
use spl_token_metadata_interface::instruction as metadata;
use spl_token_metadata_interface::state::Field;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = metadata_cases(values);
    cases.extend(group_cases(values));
    cases
}

fn powerful(built: Built, detail: String) -> Case {
    other(built, Code::TokenAuthority, detail)
}

fn set_up(built: Built, detail: String) -> Case {
    other(built, Code::ExtraInstruction, detail)
}

fn metadata_cases(values: &Values) -> Vec<Case> {
    let Values { keys: [at, owner, mint, new, ..], amount, text, .. } = values;
    let by = format!("metadata {at}, authority {owner}");
    let (text, key) = (text.clone(), Field::Key("key".to_owned()));
    let (name, uri) = ("n".to_owned(), "u".to_owned());
    let no_authority = None.try_into().unwrap();
    vec![
        set_up(
            metadata::initialize(&ID, at, new, mint, owner, name, text.clone(), uri),
            format!(
                "InitializeTokenMetadata: \"n\", {text:?}, \"u\", metadata {at}, update authority {new}, mint {mint}, authority {owner}"
            ),
        ),
        powerful(
            metadata::update_field(&ID, at, owner, Field::Uri, text.clone()),
            format!("UpdateTokenMetadataField: Uri is {text:?}, {by}"),
        ),
        powerful(
            metadata::update_field(&ID, at, owner, key, text.clone()),
            format!("UpdateTokenMetadataField: Key(\"key\") is {text:?}, {by}"),
        ),
        powerful(
            metadata::remove_key(&ID, at, owner, text.clone(), true),
            format!("RemoveTokenMetadataKey: {text:?}, {by}"),
        ),
        powerful(
            metadata::update_authority(&ID, at, owner, Some(*new).try_into().unwrap()),
            format!("UpdateTokenMetadataAuthority: hands {at} to {new}, authority {owner}"),
        ),
        powerful(
            metadata::update_authority(&ID, at, owner, no_authority),
            format!("UpdateTokenMetadataAuthority: hands {at} to nobody, authority {owner}"),
        ),
        set_up(
            metadata::emit(&ID, at, Some(*amount), None),
            format!("EmitTokenMetadata: metadata {at}"),
        ),
    ]
}

fn group_cases(values: &Values) -> Vec<Case> {
    let Values { keys: [at, owner, mint, new, member, ..], amount, .. } = values;
    vec![
        set_up(
            group::initialize_group(&ID, at, mint, owner, Some(*new), *amount),
            format!(
                "InitializeTokenGroup: update authority {new}, at most {amount}, group {at}, mint {mint}, authority {owner}"
            ),
        ),
        powerful(
            group::update_group_max_size(&ID, at, owner, *amount),
            format!("UpdateTokenGroupMaxSize: at most {amount}, group {at}, authority {owner}"),
        ),
        powerful(
            group::update_group_authority(&ID, at, owner, Some(*new)),
            format!("UpdateTokenGroupAuthority: hands {at} to {new}, authority {owner}"),
        ),
        powerful(
            group::initialize_member(&ID, member, mint, owner, at, new),
            format!(
                "InitializeTokenGroupMember: member {member}, mint {mint}, authority {owner}, group {at}, group authority {new}"
            ),
        ),
    ]
}

hold!(cases);

#[test]
fn texts_that_are_longer_than_the_data() {
    let [at, owner, ..] = Values::some().keys;
    let mut built = metadata::remove_key(&ID, &at, &owner, "key".to_owned(), true);
    built.data[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
    refused(&built);
}
