//! Instructions of Token-2022 that hide how many tokens there are.

#![expect(
    clippy::default_trait_access,
    reason = "the types are of a crate that nothing else needs"
)]

use spl_token_2022_interface::ID;
use spl_token_2022_interface::extension::confidential_mint_burn::instruction as mint_burn;
use spl_token_2022_interface::extension::permissioned_burn::instruction as permissioned;
use spl_token_confidential_transfer_proof_extraction::instruction::ProofLocation::ContextStateAccount as Proof;

use super::*;

fn cases(values: &Values) -> Vec<Case> {
    let mut cases = supplies(values);
    cases.extend(made_and_burnt(values));
    cases
}

fn powerful<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::TokenAuthority, detail)
}

fn set_up<E: std::fmt::Debug>(built: Result<Built, E>, detail: String) -> Case {
    other(built.unwrap(), Code::ExtraInstruction, detail)
}

fn supplies(values: &Values) -> Vec<Case> {
    let [mint, owner, one, ..] = &values.keys;
    let supply = Default::default();
    let rotated = mint_burn::rotate_supply_elgamal_pubkey(
        &ID,
        mint,
        owner,
        &[],
        &Default::default(),
        Proof(one),
    );
    let by = format!("mint {mint}, authority {owner}");
    vec![
        set_up(
            mint_burn::initialize_mint(&ID, mint, &Default::default(), &supply),
            format!("ConfidentialMintBurnInitializeMint: mint {mint}"),
        ),
        powerful(
            rotated.map(|mut built| built.remove(0)),
            format!("RotateSupplyElGamalPubkey: mint {mint}, proof {one}, authority {owner}"),
        ),
        powerful(
            mint_burn::update_decryptable_supply(&ID, mint, owner, &[], &supply),
            format!("UpdateDecryptableSupply: {by}"),
        ),
        powerful(
            mint_burn::apply_pending_burn(&ID, mint, owner, &[]),
            format!("ApplyPendingBurn: {by}"),
        ),
    ]
}

fn made_and_burnt(values: &Values) -> Vec<Case> {
    let [mint, account, owner, one, two, three, ..] = &values.keys;
    let (supply, hidden) = (Default::default(), Default::default());
    let made = mint_burn::inner_confidential_mint(
        &ID,
        account,
        mint,
        &hidden,
        &hidden,
        owner,
        &[],
        Proof(one),
        Proof(two),
        Proof(three),
        &supply,
    );
    let burnt = mint_burn::inner_confidential_burn(
        &ID,
        account,
        mint,
        &supply,
        &hidden,
        &hidden,
        owner,
        &[],
        Proof(one),
        Proof(two),
        Proof(three),
    );
    let permitted = permissioned::confidential_burn_with_split_proofs(
        &ID,
        account,
        mint,
        owner,
        &supply,
        &hidden,
        &hidden,
        owner,
        &[],
        Proof(one),
        Proof(two),
        Proof(three),
    );
    let proofs = format!(
        "account {account}, mint {mint}, with {one}, with {two}, with {three}, with {owner}"
    );
    vec![
        powerful(made, format!("ConfidentialMint: {proofs}")).more().fewer(),
        powerful(burnt, format!("ConfidentialBurn: {proofs}")).more().fewer(),
        powerful(
            permitted.map(|mut built| built.remove(0)),
            format!("PermissionedConfidentialBurn: {proofs}, with {owner}"),
        )
        .more()
        .fewer(),
    ]
}

hold!(cases);
