//! What becomes of transactions on the cluster: of the honest ones, and of the lies that are signed.

use super::*;

#[test]
fn whoever_signs_blindly_loses() {
    for tamper in [
        Tamper::SolUserPays,
        Tamper::SolExtraSigner,
        Tamper::SolFeePayer,
        Tamper::SolSystemTransfer,
        Tamper::SolAllocate,
        Tamper::SolCreateAccount,
        Tamper::SolSecondTransfer,
        Tamper::SolSetAuthority,
        Tamper::SolSetAuthorityInstead,
        Tamper::SolSetCloseAuthority,
        Tamper::SolApprove,
        Tamper::SolApproveChecked,
        Tamper::SolRevoke,
        Tamper::SolBurn,
        Tamper::SolBatchSetAuthority,
        Tamper::SolPlainTransfer,
        Tamper::SolAmountMore,
        Tamper::SolDestinationOwn,
        Tamper::SolAccountAtOurCost,
        Tamper::SolMemoSigned,
        Tamper::SolComputePrice,
        Tamper::SolTableSpareEntry,
        Tamper::SolPermanentDelegate,
        Tamper::SolSourceDelegated,
        Tamper::SolSourceCloseAuthority,
        Tamper::SolDestinationOwner,
    ] {
        let mut stage = Stage::new(tamper.source(), CosignForm::V0WithTable);
        assert_eq!(stage.sign_blindly(tamper), Ok(()), "{tamper}");
    }
}

#[test]
fn the_cluster_itself_stops_what_is_no_transaction_or_can_not_run() {
    for (tamper, reason) in [
        (Tamper::SolSponsorUnsigned, "SignatureFailure"),
        (Tamper::SolSponsorSignature, "SignatureFailure"),
        (Tamper::SolForeignBlockhash, "BlockhashNotFound"),
        (Tamper::SolUnknownProgram, "InvalidProgramForExecution"),
        (Tamper::SolTableIndexOutOfRange, "InvalidAddressLookupTableIndex"),
        (Tamper::SolTableUnknown, "AddressLookupTableNotFound"),
        (Tamper::SolTableOwner, "InvalidAddressLookupTableOwner"),
        (Tamper::SolMissingSlot, "SanitizeFailure"),
        (Tamper::SolExtraSlot, "SanitizeFailure"),
        (Tamper::SolProgramIsFeePayer, "SanitizeFailure"),
        (Tamper::SolAccountOutOfRange, "SanitizeFailure"),
        (Tamper::SolHeader, "SanitizeFailure"),
        (Tamper::SolProgramFromTable, "SanitizeFailure"),
        (Tamper::SolDuplicateAccount, "AccountLoadedTwice"),
        (Tamper::SolComputeTwice, "DuplicateInstruction"),
        (Tamper::SolTrailingBytes, "unreadable"),
        (Tamper::SolTruncated, "unreadable"),
        (Tamper::SolEmpty, "unreadable"),
        (Tamper::SolTooLong, "unreadable"),
        (Tamper::SolLongCount, "unreadable"),
        (Tamper::SolSourceFrozen, "Custom(17)"),
        (Tamper::SolDestinationFrozen, "Custom(17)"),
        (Tamper::SolSourceOwner, "Custom(4)"),
        (Tamper::SolDestinationMint, "Custom(3)"),
        (Tamper::SolMintDecimals, "Custom(18)"),
        (Tamper::SolPausable, "Custom(67)"),
        (Tamper::SolUnknownExtension, "InvalidAccountData"),
    ] {
        let mut stage = Stage::new(tamper.source(), CosignForm::V0WithTable);
        let before = stage.held(&stage.offer.order.user);
        let done = stage.sign_blindly(tamper);
        let stopped = done.expect_err(tamper.name());
        assert!(stopped.contains(reason), "{tamper}: {stopped}");
        if tamper != Tamper::SolSourceOwner {
            assert_eq!(stage.held(&stage.offer.order.user), before);
        }
    }
}

#[test]
fn two_tables_pay_the_attacker() {
    let mut stage = Stage::new("SOL@solana", CosignForm::V0WithTable);
    let attacker = stage.solana.attacker.pubkey();
    let before = stage.held(&attacker);
    stage.sign_blindly(Tamper::SolTablesMisordered).unwrap();
    assert_eq!(stage.held(&attacker), before + AMOUNT);
    assert_eq!(stage.solana.table.addresses.len(), 6);
}

#[test]
fn one_place_further_in_the_table_is_another_account() {
    let mut stage = Stage::new("SOL@solana", CosignForm::V0WithTable);
    let resolver = stage.solana.resolver.pubkey();
    let before = stage.held(&resolver);
    stage.sign_blindly(Tamper::SolTableWrongIndex).unwrap();
    assert_eq!(stage.held(&resolver), before + AMOUNT);
}

#[test]
fn an_honest_transaction_runs_once_and_only_whole() {
    for source in ["SOL@solana", "USDC@solana", "PYUSD@solana"] {
        for form in FORMS {
            let mut stage = Stage::new(source, form);
            let (user, vault) = (stage.offer.order.user, stage.offer.vault);
            let (before, kept) = (stage.held(&user), stage.held(&vault));
            let mut transaction = stage.offer.transaction.clone();
            let half = stage.solana.engine.submit(NOW, transaction.clone()).unwrap_err();
            assert_eq!(half.to_string(), "SignatureFailure");
            sign(&mut transaction, &stage.solana.user);
            let done = stage.solana.fund(NOW, &stage.offer, transaction.clone()).unwrap();
            assert_eq!(done.id, transaction.signatures[0]);
            // Two signatures, and the price of the compute units.
            assert_eq!(done.fee, 10_000 + 200);
            assert!(done.compute_units > 0);
            assert_eq!((stage.held(&user), stage.held(&vault)), (before - AMOUNT, kept + AMOUNT));
            let again = stage.solana.engine.submit(NOW, transaction).unwrap_err();
            assert_eq!(again.to_string(), "AlreadyProcessed");
        }
    }
}

#[test]
fn a_transaction_is_valid_for_a_minute() {
    for (seconds, runs) in [(0, true), (30, true), (59, true), (61, false), (3_600, false)] {
        let mut stage = Stage::new("SOL@solana", CosignForm::V0WithTable);
        let mut transaction = stage.offer.transaction.clone();
        sign(&mut transaction, &stage.solana.user);
        let done = stage.solana.engine.submit(NOW.saturating_add(seconds), transaction);
        assert_eq!(done.is_ok(), runs, "{seconds} {done:?}");
    }
    let mut stage = Stage::new("SOL@solana", CosignForm::V0);
    let (first, hash) = (stage.solana.engine.genesis(), stage.offer.draft.blockhash);
    assert_ne!(first, Stage::new("SOL@solana", CosignForm::V0).solana.engine.genesis());
    assert!(stage.solana.engine.recent(&hash).is_some());
    assert!(stage.solana.engine.recent(&Hash::default()).is_none());
    stage.solana.engine.expire_blockhashes(NOW);
    assert!(stage.solana.engine.recent(&hash).is_none());
}
