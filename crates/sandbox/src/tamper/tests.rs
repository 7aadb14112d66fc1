//! What each lie changes, and that it changes nothing else.

use std::collections::{BTreeMap, BTreeSet};

use alloy::dyn_abi::TypedData;
use alloy::primitives::{Address, B256, U256};
use uuid::Uuid;

use super::{Scene, Tamper, apply};
use crate::address::AddressForm;
use crate::answer::{Answer, Params};
use crate::api::{Dialect, render};
use crate::config::PayloadForm;
use crate::json::Json;
use crate::market::{Price, TOKENS};
use crate::network::{ETHEREUM, Network, TRON};
use crate::payload::{Payload, Permit, Style};
use crate::swap::Quote;
use crate::world::Token;

const DEADLINE: u64 = 1_800_001_800;

fn address(byte: u8) -> Address {
    Address::repeat_byte(byte)
}

fn permit(network: &Network) -> Permit {
    Permit {
        form: network.addresses().unwrap(),
        chain_id: network.wire_chain_id().unwrap(),
        escrow: address(0xe5),
        token: address(0xc0),
        amount: U256::from(100_000_000),
        nonce: 499,
        deadline: DEADLINE,
        resolver: address(0x5e),
        secret_hash: B256::repeat_byte(0x33),
    }
}

fn scene(network: &Network) -> Scene {
    Scene {
        form: network.addresses().unwrap(),
        owner: address(0x0a),
        attacker: address(0xba),
        token: address(0xc0),
        other_token: address(0xc1),
        amount: U256::from(100_000_000),
        decimals: 6,
        chain_id: network.wire_chain_id().unwrap(),
        other_chain_id: 910_002,
        nonce: 499,
        now: 1_800_000_000,
        deadline: DEADLINE,
    }
}

fn honest(network: &Network, form: PayloadForm) -> Answer {
    let permit = permit(network);
    let owner = permit.form.write(address(0x0a));
    let token = |index: usize| Token {
        listing: &TOKENS[index],
        address: String::new(),
        contract: None,
        asset: None,
    };
    let amount = U256::from(100_000_000);
    let price = Price { minimum: U256::from(90), expected: U256::from(100) };
    let quote = Quote {
        id: Uuid::nil(),
        source: token(0),
        target: token(5),
        amount,
        price,
        slippage_bps: 50,
        expires_at: countersign_units::UnixMillis::new(DEADLINE * 1_000),
    };
    Answer {
        id: Uuid::nil(),
        approval_type: "permit2".to_owned(),
        deadline: Json::from(DEADLINE),
        secret_hash: permit.secret_hash.to_string(),
        approve_to: Json::Null,
        quote,
        from_address: owner.clone(),
        to_address: String::new(),
        refund_address: owner,
        payload: Payload::honest(&permit),
        style: Style { form, hex_deadline: false },
    }
}

fn written(answer: &Answer) -> serde_json::Value {
    // Numbers of 256 bits are beyond the reader, so they become texts first.
    let mut json = Json::object([
        ("approval_type", Json::text(&answer.approval_type)),
        ("secret_hash", Json::text(&answer.secret_hash)),
        ("approve_to", answer.approve_to.clone()),
        ("minimum", Json::text(answer.quote.price.minimum)),
        ("from", Json::text(&answer.from_address)),
        ("params", answer.payload.render(answer.style)),
    ]);
    json.push("deadline", Json::text(answer.deadline.as_text().unwrap()));
    serde_json::from_str(&json.to_string()).unwrap()
}

/// Lists where two values differ: the deepest objects' members, lists as a whole.
fn differences(left: &serde_json::Value, right: &serde_json::Value) -> BTreeSet<String> {
    let (serde_json::Value::Object(one), serde_json::Value::Object(other)) = (left, right) else {
        return if left == right { BTreeSet::new() } else { BTreeSet::from([String::new()]) };
    };
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let null = serde_json::Value::Null;
    let below = |key: &String| {
        differences(one.get(key).unwrap_or(&null), other.get(key).unwrap_or(&null))
            .into_iter()
            .map(|rest| format!("{key}.{rest}").trim_end_matches('.').to_owned())
            .collect::<Vec<_>>()
    };
    keys.into_iter().flat_map(below).collect()
}

/// Tells a lie in one form, and lists what it changed, without the way to the payload.
fn changed(network: &Network, tamper: Tamper, form: PayloadForm) -> BTreeSet<String> {
    let mut answer = honest(network, form);
    apply(tamper, &mut answer, &scene(network));
    let twin = honest(network, answer.style.form);
    let strip = |path: String| {
        let path = path.trim_start_matches("params.");
        path.trim_start_matches("additional_data.").trim_start_matches("typed_data.").to_owned()
    };
    differences(&written(&twin), &written(&answer)).into_iter().map(strip).collect()
}

fn settings() -> impl Iterator<Item = (&'static Network, PayloadForm)> {
    let forms = [PayloadForm::Api, PayloadForm::TypedData];
    [&ETHEREUM, &TRON].into_iter().flat_map(move |network| forms.map(|form| (network, form)))
}

/// The lies that change one place, whatever the form, and that place.
fn places() -> BTreeMap<&'static str, Vec<Tamper>> {
    use Tamper as T;
    BTreeMap::from([
        ("domain.chainId", vec![T::ChainIdMissing, T::ChainIdOther, T::ChainIdTruncates]),
        ("domain.name", vec![T::DomainName]),
        ("domain.salt", vec![T::DomainSalt]),
        ("permit2_contract_address", vec![T::VerifyingContractOnlyParams]),
        ("message.spender", vec![T::SpenderZeroAddress, T::SpenderOnlyMessage]),
        ("message.permitted.token", vec![T::Token]),
        (
            "message.permitted.amount",
            vec![
                T::Amount,
                T::Amount18DecimalsConfusion,
                T::AmountBelowIntent,
                T::AmountHexStringAmbiguity,
                T::AmountFloat,
            ],
        ),
        ("message.deadline", vec![T::DeadlineMax, T::DeadlineInMilliseconds, T::Deadline2Pow64]),
        ("message.nonce", vec![T::NonceOther]),
        ("from", vec![T::Owner]),
        ("types.TokenPermissions", vec![T::TokenPermissionsRedefined, T::TokenPermissionsNarrowed]),
        ("types.PermitWitnessTransferFrom", vec![T::PrimaryTypeSpenderDropped]),
        ("types.DepositWitness", vec![T::WitnessTypeNarrowedDeadline]),
        ("types.PermitBatchTransferFrom", vec![T::UnreferencedExtraType]),
        ("types.EIP712Domain", vec![T::TypeDomainShort, T::TypeDomainSalted]),
        ("witness_hash", vec![T::WitnessHash, T::WitnessHashZero, T::WitnessHashWrongLength]),
        (
            "witness_type_string",
            vec![
                T::WitnessTypeStringHidesOtherStruct,
                T::WitnessTypeStringExtraStruct,
                T::WitnessTypeStringSpaceAfterComma,
                T::WitnessTypeStringNarrow,
                T::WitnessTypeStringEmpty,
            ],
        ),
        ("minimum", vec![T::QuoteMinOut]),
        ("approve_to", vec![T::ApproveTo]),
        ("approval_type", vec![T::UnknownMechanism]),
    ])
}

#[test]
fn a_lie_about_one_place_changes_that_place() {
    for (place, lies) in places() {
        for lie in lies {
            for (network, form) in settings() {
                assert_eq!(
                    changed(network, lie, form),
                    BTreeSet::from([place.to_owned()]),
                    "{lie} {form:?} {}",
                    network.name
                );
            }
        }
    }
}

/// Lies, and the places that each of them changes.
type Spread = (&'static [Tamper], &'static [&'static str]);

/// The lies that change several values, with their places in the API form.
fn spread_values() -> Vec<Spread> {
    use Tamper as T;
    vec![
        (
            &[T::VerifyingContract, T::LookalikePermit2Address],
            &["permit2_contract_address", "domain.verifyingContract"],
        ),
        (&[T::DomainNameOfAToken], &["domain.name", "domain.version", "domain.verifyingContract"]),
        (
            &[
                T::Spender,
                T::Escrow,
                T::EscrowChecksum,
                T::EscrowIsOwner,
                T::EscrowIsResolver,
                T::EscrowZero,
            ],
            &["escrow_contract_address"],
        ),
        (&[T::DeadlineZero, T::DeadlinePast, T::DeadlineOver], &["deadline"]),
        (&[T::TokenPermissionsExtraField], &["types.TokenPermissions"]),
        (&[T::WitnessResolver], &["witness.resolverDepositAddress", "witness_hash"]),
        (
            &[T::ResolverEverywhere],
            &["resolver_deposit_address", "witness.resolverDepositAddress", "witness_hash"],
        ),
        (
            &[T::WitnessSecretHash, T::WitnessSecretHashZero],
            &["witness.secretHash", "witness_hash"],
        ),
        (&[T::WitnessSecretHashShort], &["witness.secretHash"]),
        (&[T::WitnessDeadline], &["witness.deadline", "witness_hash"]),
        (&[T::WitnessExtraMember], &["witness.refund"]),
    ]
}

/// The lies that change several types, with their places in the API form.
fn spread_types() -> Vec<Spread> {
    use Tamper as T;
    const WITHOUT: [&str; 3] =
        ["types.DepositWitness", "types.PermitWitnessTransferFrom", "witness"];
    vec![
        (
            &[T::TypeNarrowed, T::TypeReordered],
            &["types.DepositWitness", "witness_hash", "witness_type_string"],
        ),
        (
            &[T::TypeExtraMember],
            &["types.DepositWitness", "witness.payTo", "witness_hash", "witness_type_string"],
        ),
        (
            &[T::TypeRenamed],
            &[
                "types.DepositWitness",
                "witness.hash",
                "witness.secretHash",
                "witness_hash",
                "witness_type_string",
            ],
        ),
        (
            &[T::TypeNameWithBrackets],
            &[
                "types.DepositWitness",
                "types.DepositWitness witness)Evil(address a",
                "types.PermitWitnessTransferFrom",
            ],
        ),
        (
            &[T::PermitBatchInstead],
            &["types.PermitBatchWitnessTransferFrom", "types.PermitWitnessTransferFrom"],
        ),
        (&[T::PermitArrayUnderHonestName], &["types.PermitWitnessTransferFrom"]),
        (
            &[T::PermitWithoutWitness],
            &[WITHOUT[0], WITHOUT[1], WITHOUT[2], "types.PermitTransferFrom"],
        ),
    ]
}

#[test]
fn a_lie_about_several_places_changes_those() {
    for (lies, places) in spread_values().into_iter().chain(spread_types()) {
        for lie in lies {
            let expected: BTreeSet<_> = places.iter().map(|place| (*place).to_owned()).collect();
            for network in [&ETHEREUM, &TRON] {
                assert_eq!(changed(network, *lie, PayloadForm::Api), expected, "{lie}");
            }
        }
    }
}

#[test]
fn another_permission_replaces_the_whole_message() {
    for (lie, primary) in [
        (Tamper::AllowancePermitSingle, "PermitSingle"),
        (Tamper::Eip2612Permit, "Permit"),
        (Tamper::Erc3009Transfer, "TransferWithAuthorization"),
        (Tamper::PermitBatchInstead, "PermitBatchWitnessTransferFrom"),
        (Tamper::PermitWithoutWitness, "PermitTransferFrom"),
    ] {
        let mut answer = honest(&ETHEREUM, PayloadForm::TypedData);
        apply(lie, &mut answer, &scene(&ETHEREUM));
        // A blind signer would sign it: the message is well-formed.
        let typed: TypedData =
            serde_json::from_str(&answer.payload.typed_data().to_string()).unwrap();
        assert_eq!(typed.primary_type, primary);
        typed.eip712_signing_hash().unwrap();
    }
}

#[test]
fn every_lie_is_told_somewhere() {
    let before_the_answer = [Tamper::NonceAlreadyUsed, Tamper::QuoteAmount, Tamper::QuoteExpired];
    for tamper in Tamper::ALL {
        for (network, form) in settings() {
            let told = !changed(network, *tamper, form).is_empty();
            assert_eq!(told, !before_the_answer.contains(tamper), "{tamper} {form:?}");
        }
    }
}

#[test]
fn every_lie_shows_in_every_dialect() {
    for tamper in Tamper::ALL {
        let mut answer = honest(&TRON, PayloadForm::Api);
        apply(*tamper, &mut answer, &scene(&TRON));
        let twin = honest(&TRON, answer.style.form);
        let told = !changed(&TRON, *tamper, PayloadForm::Api).is_empty();
        for dialect in [Dialect::G0, Dialect::G1, Dialect::G2, Dialect::G3] {
            let differs = render::intent(dialect, &answer) != render::intent(dialect, &twin);
            assert_eq!(differs, told, "{tamper} {dialect:?}");
        }
    }
}

#[test]
fn a_wrong_checksum_is_in_mixed_case_and_the_same_address() {
    let mut answer = honest(&ETHEREUM, PayloadForm::Api);
    answer.payload.escrow = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".to_owned();
    let right = answer.payload.escrow.clone();
    apply(Tamper::EscrowChecksum, &mut answer, &scene(&ETHEREUM));
    assert_ne!(answer.payload.escrow, right);
    assert_eq!(answer.payload.escrow.to_lowercase(), right.to_lowercase());
    assert!(Address::parse_checksummed(&answer.payload.escrow, None).is_err());
}

#[test]
fn a_wrong_checksum_on_tron_is_all_that_is_wrong() {
    let right = honest(&TRON, PayloadForm::Api).payload.escrow;
    let mut answer = honest(&TRON, PayloadForm::Api);
    apply(Tamper::EscrowChecksum, &mut answer, &scene(&TRON));
    let wrong = answer.payload.escrow;
    let bytes = |text: &str| bs58::decode(text).into_vec().unwrap();
    assert_eq!(bytes(&wrong)[..21], bytes(&right)[..21]);
    assert_eq!(AddressForm::Base58Check.read(&wrong), None);
}

#[test]
fn the_payload_on_tron_is_in_its_own_form_and_hashes_alike() {
    let [evm, tron] = [&ETHEREUM, &TRON].map(|network| honest(network, PayloadForm::Api).payload);
    assert_eq!(tron.witness_hash, evm.witness_hash);
    assert_eq!(tron.witness_type_string, evm.witness_type_string);
    assert_eq!(tron.permit2, "T9yD14NjG6wxkArbchsTBKawgUVqYww3tQ");
    for text in [
        tron.escrow.as_str(),
        &tron.resolver,
        tron.domain.get("verifyingContract").unwrap().as_text().unwrap(),
        tron.message.get("spender").unwrap().as_text().unwrap(),
        tron.message.get("permitted").unwrap().get("token").unwrap().as_text().unwrap(),
    ] {
        assert!(AddressForm::Base58Check.read(text).is_some(), "{text}");
    }
}

#[test]
fn no_lie_about_the_chain_id_is_hashed_as_the_honest_one() {
    for lie in [Tamper::ChainIdOther, Tamper::ChainIdTruncates] {
        let mut answer = honest(&TRON, PayloadForm::Api);
        apply(lie, &mut answer, &scene(&TRON));
        let sent = answer.payload.domain.get("chainId").unwrap().as_text().unwrap().to_owned();
        let masked = U256::from_str_radix(&sent, 10).unwrap() & U256::from(u32::MAX);
        assert_ne!(masked, U256::from(TRON.chain_id().unwrap()), "{lie}");
    }
}

#[test]
fn an_honest_payload_is_the_documented_one() {
    let vector = Permit {
        form: AddressForm::Hex,
        chain_id: 1,
        escrow: address(0x11),
        token: "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2".parse().unwrap(),
        amount: U256::from(1_000_000_000_000_000_u64),
        nonce: 499,
        deadline: 1_772_124_002,
        resolver: address(0x22),
        secret_hash: B256::repeat_byte(0x33),
    };
    let payload = Payload::honest(&vector);
    assert_eq!(
        payload.witness_hash,
        "0xeb3992c912999f175fa19982b464261ad41a96f7c4d70f80d06b5e5816fb6ae5"
    );
    assert_eq!(
        payload.witness_type_string,
        "DepositWitness witness)DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)\
         TokenPermissions(address token,uint256 amount)"
    );
    let typed: TypedData = serde_json::from_str(&payload.typed_data().to_string()).unwrap();
    let digest = typed.eip712_signing_hash().unwrap().to_string();
    assert_eq!(digest, "0x9a2d92d7202333e9fa734495ee811ccfae982e1e8531e1e68fa76879fc990b8e");
}

#[test]
fn names_round_trip_and_are_unique() {
    let names: BTreeSet<_> = Tamper::EVERY.iter().map(|tamper| tamper.name()).collect();
    assert_eq!(names.len(), Tamper::EVERY.len());
    assert_eq!(
        [Tamper::ALL, Tamper::BITCOIN, Tamper::SOLANA, Tamper::QUOTED].concat(),
        Tamper::EVERY
    );
    for tamper in Tamper::EVERY {
        assert_eq!(tamper.name().starts_with("btc-"), Tamper::BITCOIN.contains(tamper));
        assert_eq!(tamper.name().starts_with("sol-"), Tamper::SOLANA.contains(tamper));
        assert_eq!(tamper.is_of_quotes(), Tamper::QUOTED.contains(tamper));
        let has_codes = tamper.is_of_quotes() || Tamper::SOLANA.contains(tamper);
        assert_eq!(tamper.codes().is_empty(), !has_codes);
        assert_eq!(tamper.name().parse(), Ok(*tamper));
        assert!(!tamper.description().is_empty());
    }
    assert!("nothing".parse::<Tamper>().is_err());
}

#[test]
fn stands_for_each_kind_of_refused_vector() {
    let vectors = include_str!("../../../../tests/vectors/refuse.jsonl");
    let needed = |chain| vectors.lines().filter_map(move |line| refused_kind(line, chain));
    for (tampers, chain) in
        [(Tamper::ALL, "evm-"), (Tamper::BITCOIN, "btc-"), (Tamper::SOLANA, "sol-")]
    {
        let kinds: Vec<_> = tampers.iter().flat_map(|tamper| tamper.vector_kinds()).collect();
        let unique: BTreeSet<_> = kinds.iter().map(|kind| (**kind).to_owned()).collect();
        assert_eq!(kinds.len(), unique.len());
        let mut needed: BTreeSet<_> = needed(chain).collect();
        // Nothing in the answer contradicts it, as the type's documentation says.
        assert_eq!(needed.remove("secret-hash-everywhere"), chain == "evm-");
        assert_eq!(unique, needed);
    }
}

/// Takes the kind out of a refused vector's id: what follows its number, or its chain.
fn refused_kind(line: &str, chain: &str) -> Option<String> {
    let vector: serde_json::Value = serde_json::from_str(line).unwrap();
    let id = vector["id"].as_str().unwrap().strip_prefix(chain)?;
    let refused = vector["expect"] == "refuse";
    let kind = id.split_once("-x-").map_or(id, |(_, kind)| kind).trim_end_matches("-api");
    refused.then(|| kind.to_owned())
}

#[test]
fn a_lie_says_where_it_is_told() {
    for lie in Tamper::EVERY {
        let (symbol, network) = lie.source().split_once('@').unwrap();
        assert!(lie.is_told_from(symbol, network), "{lie}");
    }
    for (lie, symbol, network, told) in [
        (Tamper::Spender, "USDT", "tron", true),
        (Tamper::Spender, "SOL", "solana", false),
        (Tamper::ApproveTo, "SOL", "solana", true),
        (Tamper::SolAmountMore, "SOL", "solana", true),
        (Tamper::SolMint, "SOL", "solana", false),
        (Tamper::SolMint, "PYUSD", "solana", true),
        (Tamper::SolTransferHook, "USDC", "solana", false),
        (Tamper::BtcFee, "BTC", "bitcoin", true),
        (Tamper::QuoteMemo, "BTC", "bitcoin", true),
        (Tamper::IntentAmount, "USDT", "tron", true),
        (Tamper::BtcFee, "USDC", "ethereum", false),
    ] {
        assert_eq!(lie.is_told_from(symbol, network), told, "{lie} {symbol}@{network}");
    }
}
