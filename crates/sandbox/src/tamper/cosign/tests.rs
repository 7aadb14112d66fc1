use std::collections::BTreeMap;

use countersign_units::UnixMillis;
use solana_sdk::account::Account;
use solana_sdk::hash::Hash;
use uuid::Uuid;

use super::*;
use crate::answer::Params;
use crate::config::{CosignForm, PayloadForm};
use crate::json::Json;
use crate::market::{Price, TOKENS};
use crate::payload::Style;
use crate::solana::{CosignOrder, NewMint, TokenProgram, deserialize};
use crate::swap::Quote;
use crate::world::Token;

const NOW: UnixSeconds = UnixSeconds::new(1_800_000_000);
const AMOUNT: u64 = 25_000_000;
const HELD: u64 = 100_000_000;
const FORMS: [CosignForm; 3] = CosignForm::ALL;

struct Stage {
    solana: Solana,
    offer: CosignOffer,
}

impl Stage {
    fn new(source: &str, form: CosignForm) -> Self {
        let mut solana = Solana::start(NOW);
        let native = solana.hand_out(2_000_000_000, 5_000_000_000);
        let mut issue = |program| {
            let new = NewMint { program, decimals: 6, user: HELD, resolver: HELD };
            solana.issue(NOW, &new).unwrap()
        };
        let (spl, newer) = (issue(TokenProgram::Spl), issue(TokenProgram::Token2022));
        solana.make_table(NOW).unwrap();
        let asset = match source {
            "USDC@solana" => Asset::Token(spl),
            "PYUSD@solana" => Asset::Token(newer),
            _ => native,
        };
        let (user, sponsor_signs) = (solana.user.pubkey(), SponsorSigns::Before);
        let order = CosignOrder { user, asset, amount: AMOUNT, form, sponsor_signs };
        let offer = CosignOffer::new(&mut solana, NOW, order).unwrap();
        Self { solana, offer }
    }

    fn told(&mut self, tamper: Tamper) -> Answer<CosignParams> {
        let mut answer = self.honest();
        let mut scene = CosignScene { solana: &mut self.solana, offer: &self.offer, now: NOW };
        apply(tamper, &mut answer, &mut scene);
        answer
    }

    fn honest(&self) -> Answer<CosignParams> {
        let listing = TOKENS.iter().find(|listing| listing.key == "SOL").unwrap();
        let token = Token { listing, address: String::new(), contract: None, asset: None };
        let amount = AMOUNT.try_into().unwrap();
        Answer {
            id: Uuid::nil(),
            approval_type: "cosign".to_owned(),
            deadline: Json::from(NOW.value()),
            secret_hash: String::new(),
            approve_to: Json::Null,
            quote: Quote {
                id: Uuid::nil(),
                source: token.clone(),
                target: token,
                amount,
                price: Price { minimum: amount, expected: amount },
                slippage_bps: 50,
                expires_at: UnixMillis::new(0),
            },
            from_address: "from".to_owned(),
            to_address: "to".to_owned(),
            refund_address: "refund".to_owned(),
            payload: CosignParams::honest(&self.offer),
            style: Style { form: PayloadForm::Api, hex_deadline: false },
        }
    }

    /// Reads the accounts that a lie may be about.
    fn accounts(&self) -> Vec<Option<Account>> {
        let mut addresses = vec![self.solana.table.key];
        if let Asset::Token(mint) = self.offer.order.asset {
            let owners = [self.offer.order.user, self.offer.vault];
            addresses.push(mint.address);
            addresses.extend(owners.map(|owner| mint.account_of(&owner)));
        }
        addresses.iter().map(|address| self.solana.engine.account(address)).collect()
    }

    /// Signs whatever a lie asks for, and sends it.
    fn sign_blindly(&mut self, tamper: Tamper) -> Result<(), String> {
        let bytes = self.told(tamper).payload.serialize();
        let mut transaction = deserialize(&bytes).ok_or("unreadable")?;
        sign(&mut transaction, &self.solana.user);
        let done = self.solana.engine.submit(NOW, transaction);
        done.map(drop).map_err(|rejected| rejected.to_string())
    }

    fn held(&self, owner: &Address) -> u64 {
        self.offer.order.asset.balance(&self.solana.engine, owner)
    }
}

fn members(answer: &Answer<CosignParams>) -> BTreeMap<String, String> {
    let mut members = BTreeMap::from([
        ("mechanism".to_owned(), answer.approval_type.clone()),
        ("approve_to".to_owned(), answer.approve_to.to_string()),
        ("owner".to_owned(), answer.from_address.clone()),
        ("minimum".to_owned(), answer.quote.price.minimum.to_string()),
    ]);
    let Json::Object(params) = answer.payload.render(answer.style) else { panic!("no object") };
    members.extend(params.into_iter().map(|(name, value)| (name, value.to_string())));
    members
}

/// Names the members that a lie changes, and says whether it changes accounts.
fn changed(stage: &mut Stage, tamper: Tamper) -> Vec<String> {
    let (honest, accounts) = (members(&stage.honest()), stage.accounts());
    let told = members(&stage.told(tamper)).into_iter();
    let mut changed: Vec<_> = told
        .filter_map(|(name, value)| (honest.get(&name) != Some(&value)).then_some(name))
        .collect();
    if stage.accounts() != accounts {
        changed.push("accounts".to_owned());
    }
    changed
}

/// Says whether a lie is about a lookup table, which only one form has.
fn needs_table(tamper: Tamper) -> bool {
    tamper.name().starts_with("sol-table") || tamper == Tamper::SolProgramFromTable
}

#[test]
fn every_lie_is_told_where_it_says() {
    for form in FORMS {
        for source in ["USDC@solana", "PYUSD@solana"] {
            let mut stage = Stage::new(source, form);
            for tamper in Tamper::SOLANA.iter().filter(|tamper| tamper.source() == source) {
                let changed = changed(&mut stage, *tamper);
                let expected = form == CosignForm::V0WithTable || !needs_table(*tamper);
                // That one brings a table along.
                let brings = *tamper == Tamper::SolTablesMisordered && form == CosignForm::V0;
                assert_eq!(!changed.is_empty(), expected || brings, "{tamper} {form:?}");
                if changed.contains(&"accounts".to_owned()) {
                    stage = Stage::new(source, form);
                }
            }
        }
    }
}

#[test]
fn most_lies_are_told_where_sol_is_swapped_too() {
    let mut stage = Stage::new("SOL@solana", CosignForm::V0WithTable);
    let silent: Vec<_> = Tamper::SOLANA
        .iter()
        .filter(|tamper| {
            // What has been done to the table stays, so that it is changed once.
            let about_accounts = ["table-owner", "table-deactivated", "table-fresh"];
            let about_accounts = about_accounts.iter().any(|name| tamper.name().ends_with(name));
            !about_accounts && changed(&mut stage, **tamper).is_empty()
        })
        .collect();
    let tokens_alone = Tamper::SOLANA.iter().filter(|tamper| tamper.needs_token());
    assert!(silent.iter().eq(&tokens_alone.collect::<Vec<_>>()), "{silent:?}");
}

#[test]
fn a_lie_about_something_else_changes_nothing_but_around_the_transaction() {
    let mut stage = Stage::new("USDC@solana", CosignForm::V0WithTable);
    for (tamper, expected) in [
        (Tamper::Owner, vec!["owner"]),
        (Tamper::ApproveTo, vec!["approve_to"]),
        (Tamper::UnknownMechanism, vec!["mechanism"]),
        (Tamper::QuoteMinOut, vec!["minimum"]),
        (Tamper::Spender, vec![]),
        (Tamper::BtcFee, vec![]),
    ] {
        assert_eq!(changed(&mut stage, tamper), expected, "{tamper}");
    }
}

#[test]
fn an_answer_agrees_with_itself_but_for_the_lie() {
    for (tamper, expected) in [
        (Tamper::SolSetAuthority, vec!["transaction"]),
        (Tamper::SolBlockhash, vec!["transaction"]),
        (Tamper::SolForeignBlockhash, vec!["recent_blockhash", "transaction"]),
        (Tamper::SolDepositAddress, vec!["resolver_deposit_address"]),
        (Tamper::SolOtherEncoding, vec!["transaction_base64", "transaction_hex"]),
        (Tamper::SolTableFresh, vec!["accounts"]),
        (Tamper::SolPermanentDelegate, vec!["accounts"]),
        (Tamper::SolDestinationFrozen, vec!["accounts"]),
    ] {
        let mut stage = Stage::new(tamper.source(), CosignForm::V0WithTable);
        assert_eq!(changed(&mut stage, tamper), expected, "{tamper}");
    }
}

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
