use solana_loader_v3_interface::instruction as v3;
use solana_loader_v4_interface::instruction as v4;
use solana_sdk::bpf_loader;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = deprecated(values);
    cases.extend(upgradeable(values));
    cases.extend(closed(values));
    cases.extend(fourth(values));
    cases
}

fn extra(built: Built, detail: String) -> Case {
    other(built, Code::ExtraInstruction, detail)
}

/// Built by hand: a number, then where to write, how much and what.
fn deprecated(values: &Values) -> Vec<Case> {
    let Values { keys: [program, ..], word, .. } = values;
    let signs = AccountMeta::new(*program, true);
    let rent = AccountMeta::new_readonly(solana_sdk::sysvar::rent::ID, false);
    let offset = word.to_le_bytes();
    let write = [&[0; 4][..], &offset, &3_u64.to_le_bytes(), b"elf"].concat();
    let mut cases = Vec::new();
    for program_id in [solana_sdk::bpf_loader_deprecated::ID, bpf_loader::ID] {
        let built = Built { program_id, accounts: vec![signs.clone()], data: write.clone() };
        cases.push(extra(built, format!("Write: 3 bytes at {word}, program {program}")));
        let accounts = vec![signs.clone(), rent.clone()];
        let built = Built { program_id, accounts, data: vec![1, 0, 0, 0] };
        cases.push(extra(built, format!("Finalize: program {program}")));
    }
    cases
}

fn upgradeable(values: &Values) -> Vec<Case> {
    let Values { keys: [payer, program, buffer, authority, to, ..], word, .. } = values;
    let data = solana_loader_v3_interface::get_program_data_address(program);
    let buffer_made = v3::create_buffer(payer, buffer, authority, 5, 9).unwrap().remove(1);
    let deployed =
        v3::deploy_with_max_program_len(payer, program, buffer, authority, 5, 9, false).unwrap();
    vec![
        extra(
            buffer_made,
            format!("InitializeBuffer: buffer {buffer}, authority {authority}"),
        )
        .fewer(),
        extra(
            v3::write(buffer, authority, *word, b"elf".to_vec()),
            format!("Write: 3 bytes at {word}, buffer {buffer}, authority {authority}"),
        ),
        // Whether the buffer is closed may be left out.
        extra(
            deployed[1].clone(),
            format!(
                "DeployWithMaxDataLen: at most 9 bytes, payer {payer}, program {program}, buffer {buffer}, authority {authority}"
            ),
        )
        .shorter(),
        extra(
            v3::upgrade(program, buffer, authority, to, true),
            format!(
                "Upgrade: data {data}, program {program}, buffer {buffer}, lamports to {to}, authority {authority}"
            ),
        )
        .shorter(),
        extra(
            v3::extend_program(program, Some(payer), *word),
            format!("ExtendProgram: by {word} bytes, data {data}, program {program}, payer {payer}"),
        )
        .fewer(),
        extra(
            v3::extend_program(program, None, *word),
            format!("ExtendProgram: by {word} bytes, data {data}, program {program}"),
        )
        .more(),
    ]
}

fn closed(values: &Values) -> Vec<Case> {
    let [buffer, program, authority, to, ..] = &values.keys;
    let data = solana_loader_v3_interface::get_program_data_address(program);
    let hands = |of: &Pubkey| format!("of {of}, authority {authority}, to {to}");
    let closes = format!("Close: closes {buffer}, its lamports go to {to}");
    vec![
        extra(
            v3::set_buffer_authority(buffer, authority, to),
            format!("SetAuthority: {}", hands(buffer)),
        )
        .fewer(),
        extra(
            v3::set_upgrade_authority(program, authority, None),
            format!("SetAuthority: of {data}, authority {authority}"),
        )
        .more(),
        extra(
            v3::set_buffer_authority_checked(buffer, authority, to),
            format!("SetAuthorityChecked: {}", hands(buffer)),
        ),
        extra(
            v3::set_upgrade_authority_checked(program, authority, to),
            format!("SetAuthorityChecked: {}", hands(&data)),
        ),
        // Who closes what, and whether for good, may be left out.
        extra(v3::close(buffer, to, authority, false), format!("{closes}, authority {authority}"))
            .shorter()
            .more()
            .fewer(),
        extra(
            v3::close_any(buffer, to, Some(authority), Some(program), true),
            format!("{closes}, authority {authority}, program {program}"),
        )
        .shorter()
        .fewer(),
        extra(v3::close_any(buffer, to, None, None, true), closes).shorter().more(),
    ]
}

fn fourth(values: &Values) -> Vec<Case> {
    let Values { keys: [program, authority, to, ..], word, .. } = values;
    let by = format!("program {program}, authority {authority}");
    vec![
        extra(
            v4::write(program, authority, *word, b"elf".to_vec()),
            format!("Write: 3 bytes at {word}, {by}"),
        ),
        extra(
            v4::copy(program, authority, to, *word, 5, 6),
            format!("Copy: 6 bytes at {word} from 5, {by}, of {to}"),
        ),
        extra(
            v4::set_program_length(program, authority, *word, to),
            format!("SetProgramLength: {word} bytes, {by}, lamports to {to}"),
        )
        .fewer(),
        extra(v4::deploy(program, authority), format!("Deploy: {by}")).more(),
        extra(v4::deploy_from_source(program, authority, to), format!("Deploy: {by}, from {to}"))
            .fewer(),
        extra(v4::retract(program, authority), format!("Retract: {by}")),
        extra(
            v4::transfer_authority(program, authority, to),
            format!("TransferAuthority: {by}, to {to}"),
        ),
        extra(v4::finalize(program, authority, to), format!("Finalize: {by}, next {to}")),
    ]
}

hold!(cases);

#[test]
fn a_choice_that_is_left_out_is_the_only_thing_that_may_be() {
    let [program, buffer, authority, to, ..] = Values::some().keys;
    let mut built = v3::upgrade(&program, &buffer, &authority, &to, true);
    built.data.pop();
    with_read(&built, |read| assert_eq!(read.unwrap().name(), "Upgrade"));
    built.data.pop();
    refused(&built);
    built.data = vec![3, 0, 0, 0, 2];
    refused(&built);
    built.data = vec![3, 0, 0, 0, 1, 1];
    refused(&built);
}
