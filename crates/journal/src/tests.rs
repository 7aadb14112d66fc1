//! Entries of all kinds, their bytes and their order.

use countersign_approval::{
    Code, Environment, Fact, Origin, Refusal, Statement, SwapId, Violation,
};
use countersign_units::{Bps, Lots, U256, UnixMillis, UnixSeconds};
use proptest::prelude::*;

use crate::chain::Follower;
use crate::{
    Answer, ApprovalBytes, Asset, ChainError, CoinRecord, ConfigRecord, Digest, Entry, Finding,
    Head, IntentRecord, Judgement, Label, Note, OfferRecord, Outcome, Payload, RefundStep, Request,
    Reserved, Seen, Stage, State, StatementRecord, TextError, Verdict, What, derive,
};

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(crate) fn opening_entries(key: &str) -> Vec<Entry> {
    let asset = Asset {
        token: label("USDC"),
        symbol: label("USDC"),
        network: label("ethereum"),
        decimals: 6,
        amount: Lots::from(100),
    };
    let digest = Digest::of(b"x");
    let request = Request {
        key: label(key),
        digest,
        environment: Environment::Sandbox,
        config: ConfigRecord { policy: digest, registry: digest },
        source: asset.clone(),
        destination: asset,
        slippage: Bps::default(),
        owner: label("owner"),
        recipient: label("recipient"),
        refund_address: label("owner"),
        coins: None,
    };
    vec![Entry::new(UnixMillis::new(0), What::Requested(Box::new(request)))]
}

fn labels() -> impl Strategy<Value = Label> {
    "[!-~]{1,40}".prop_map(|text| Label::new(text).unwrap())
}

fn notes() -> impl Strategy<Value = Note> {
    prop_oneof![".{0,200}".prop_map(Note::new), "(?s).{0,2000}".prop_map(Note::whole)]
}

fn payloads() -> impl Strategy<Value = Payload> {
    "(?s).{0,300}".prop_map(|text| Payload::new(text).unwrap())
}

fn digests() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::new)
}

fn lots() -> impl Strategy<Value = Lots> {
    any::<[u64; 4]>().prop_map(|limbs| Lots::new(U256::from_limbs(limbs)))
}

fn seconds() -> impl Strategy<Value = UnixSeconds> {
    any::<u64>().prop_map(UnixSeconds::new)
}

fn configs() -> impl Strategy<Value = ConfigRecord> {
    (digests(), digests()).prop_map(|(policy, registry)| ConfigRecord { policy, registry })
}

fn assets() -> impl Strategy<Value = Asset> {
    (labels(), labels(), labels(), any::<u8>(), lots()).prop_map(
        |(token, symbol, network, decimals, amount)| Asset {
            token,
            symbol,
            network,
            decimals,
            amount,
        },
    )
}

fn requests() -> impl Strategy<Value = What> {
    let coin = (digests(), any::<u32>(), lots(), payloads(), prop::option::of(labels())).prop_map(
        |(txid, vout, amount, script_pubkey, public_key)| CoinRecord {
            txid,
            vout,
            amount,
            script_pubkey,
            public_key,
        },
    );
    let coins = prop::option::of(prop::collection::vec(coin, 0..3));
    let names = (labels(), labels(), labels(), labels());
    (names, digests(), configs(), assets(), assets(), 0_u16..=10_000, coins).prop_map(
        |(
            (key, owner, recipient, refund_address),
            digest,
            config,
            source,
            destination,
            bps,
            coins,
        )| {
            What::Requested(Box::new(Request {
                key,
                digest,
                environment: Environment::Testnet,
                config,
                source,
                destination,
                slippage: Bps::new(bps).unwrap(),
                owner,
                recipient,
                refund_address,
                coins,
            }))
        },
    )
}

fn offers() -> impl Strategy<Value = OfferRecord> {
    let sides =
        (prop::option::of(notes()), prop::option::of(any::<u64>()), prop::option::of(any::<u8>()));
    (labels(), sides, lots(), prop::option::of(lots()), prop::option::of(any::<u64>())).prop_map(
        |(id, (token, network, decimals), amount, max_out, expires)| OfferRecord {
            id,
            from_token: token.clone(),
            from_network: network,
            from_decimals: decimals,
            from_amount: amount,
            to_token: token,
            to_network: network,
            to_decimals: decimals,
            min_out: amount,
            max_out,
            slippage: None,
            expires_at: expires.map(UnixMillis::new),
        },
    )
}

fn intents() -> impl Strategy<Value = What> {
    let texts = (prop::option::of(notes()), prop::option::of(payloads()));
    (labels(), texts, prop::option::of(offers()), prop::option::of(seconds())).prop_map(
        |(name, (note, payload), offer, deadline)| {
            What::Created(Box::new(IntentRecord {
                id: name.clone(),
                mechanism: name,
                deadline,
                secret_hash: note.clone(),
                approve_to: note.clone(),
                params_to_sign: payload.clone(),
                beside: payload,
                offer,
                from_address: note.clone(),
                to_address: note.clone(),
                refund_address: note,
            }))
        },
    )
}

fn judgements() -> impl Strategy<Value = What> {
    let finding = (notes(), notes()).prop_map(|(code, message)| Finding { code, message });
    let findings = prop::collection::vec(finding, 0..3);
    let statement = (notes(), notes()).prop_map(|(title, value)| {
        let mut statement = Statement::new(title.as_str());
        statement.push("amount", value, Origin::Claimed);
        Some(StatementRecord::new(&statement).unwrap())
    });
    let verdict = prop_oneof![
        findings.prop_map(|findings| Verdict::Refused { findings }),
        statement.prop_map(|statement| Verdict::Passed { statement }),
    ];
    let facts = prop::collection::vec(notes(), 0..3);
    (configs(), prop::option::of(digests()), prop::option::of(any::<u64>()), facts, verdict)
        .prop_map(|(config, digest, height, facts, verdict)| {
            let seen = |value| Seen { fact: Fact::NonceBitmap, value };
            What::Judged(Box::new(Judgement {
                stage: Stage::Limits,
                config,
                digest,
                height,
                facts: facts.into_iter().map(seen).collect(),
                not_judged: vec![Fact::Mint],
                verdict,
            }))
        })
}

fn approvals() -> impl Strategy<Value = ApprovalBytes> {
    prop_oneof![
        labels().prop_map(|signature| ApprovalBytes::Permit2 { signature }),
        payloads().prop_map(|psbt| ApprovalBytes::Htlc { psbt }),
        (payloads(), labels()).prop_map(|(transaction, user_address)| ApprovalBytes::Cosign {
            transaction,
            user_address
        }),
    ]
}

fn reservations() -> impl Strategy<Value = What> {
    let names = prop::collection::vec(labels(), 0..3);
    (digests(), names, labels(), lots(), lots(), seconds()).prop_map(
        |(digest, resources, token, amount, per_day, valid_until)| {
            What::Reserved(Reserved { digest, resources, token, amount, per_day, valid_until })
        },
    )
}

fn whats() -> impl Strategy<Value = What> {
    let named = prop::option::of(labels());
    let signed = (digests(), seconds(), labels(), approvals()).prop_map(
        |(digest, valid_until, intent_id, approval)| What::Signed {
            digest,
            valid_until,
            intent_id,
            approval,
        },
    );
    prop_oneof![
        requests(),
        offers().prop_map(What::Quoted),
        Just(What::Creating),
        intents(),
        (digests(), prop::collection::vec((labels(), notes()), 0..3))
            .prop_map(|(payload, claims)| What::Bound { payload, claims }),
        judgements(),
        (notes(), digests(), prop::option::of(notes()))
            .prop_map(|(by, digest, denied)| What::Reviewed { by, digest, denied }),
        reservations(),
        payloads().prop_map(|recipe| What::RefundKept { recipe }),
        signed,
        any::<u32>().prop_map(|attempt| What::Submitted { attempt }),
        Just(What::Answered(Answer::Taken)),
        (labels(), notes())
            .prop_map(|(code, message)| What::Answered(Answer::Declined { code, message })),
        labels().prop_map(|code| What::Answered(Answer::Lost { code })),
        (labels(), named).prop_map(|(status, tx)| What::Status {
            status,
            deposit_tx: tx.clone(),
            payout_tx: tx
        }),
        (labels(), payloads())
            .prop_map(|(txid, transaction)| What::Refund(RefundStep::Sent { txid, transaction })),
        (labels(), any::<u64>())
            .prop_map(|(txid, height)| What::Refund(RefundStep::Seen { txid, height })),
        (labels(), labels(), notes()).prop_map(|(step, code, message)| What::Failed {
            step,
            code,
            message
        }),
        Just(What::Released),
        notes().prop_map(|reason| What::Ended { outcome: Outcome::Disputed, reason }),
    ]
}

proptest! {
    #[test]
    fn an_entry_has_one_form(at: u64, what in whats()) {
        let entry = Entry::new(UnixMillis::new(at), what);
        let bytes = entry.to_bytes();
        prop_assert_eq!(Entry::from_bytes(&bytes), Ok(entry.clone()));
        // The kind's name is the name it has in the bytes.
        let name = format!("\"what\":{{\"{}\"", entry.what.name());
        let bare = format!("\"what\":\"{}\"", entry.what.name());
        let text = String::from_utf8(bytes.clone()).unwrap();
        prop_assert!(text.contains(&name) || text.contains(&bare), "{}", text);
        // Any other form is refused, and so is any change of the bytes under the same hash.
        for other in [format!(" {text}"), format!("{text}\n"), text.replacen("\"at\":", "\"at\": ", 1)] {
            prop_assert!(Entry::from_bytes(other.as_bytes()).is_err());
        }
        let swap_id = SwapId::generate();
        let head = Head::START.after(swap_id, &bytes);
        let mut changed = bytes;
        changed[0] ^= 1;
        prop_assert_ne!(Head::START.after(swap_id, &changed), head);
        prop_assert_ne!(Head::START.after(SwapId::generate(), text.as_bytes()), head);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, whats in prop::collection::vec(whats(), 0..12)) {
        let _ = Entry::from_bytes(&bytes);
        let _ = Follower::new(SwapId::generate()).take(0, Digest::of(&bytes), &bytes);
        let entries: Vec<_> = whats.into_iter().map(|what| Entry::new(UnixMillis::new(0), what)).collect();
        // Whatever the order: it is refused, or begins with a request and signs at most once.
        if let Ok(Some(_)) = derive(&entries) {
            prop_assert!(matches!(entries[0].what, What::Requested(_)));
            let signed = entries.iter().filter(|entry| matches!(entry.what, What::Signed { .. }));
            prop_assert!(signed.count() <= 1);
        }
    }
}

#[test]
fn states_have_names_of_their_own() {
    for state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    assert!("paused".parse::<State>().is_err());
}

#[test]
fn nothing_is_signed_but_what_was_reserved_and_nothing_twice() {
    let signed = What::Signed {
        digest: Digest::NONE,
        valid_until: UnixSeconds::new(0),
        intent_id: label("intent"),
        approval: ApprovalBytes::Permit2 { signature: label("0x00") },
    };
    let submitted = What::Submitted { attempt: 1 };
    for state in State::ALL {
        let after = |what: &What| State::after(Some(state), what);
        assert_eq!(after(&signed).is_ok(), state == State::Reserved, "{state}");
        let let_out = matches!(state, State::Signed | State::Submitted | State::Settling);
        assert_eq!(after(&submitted).is_ok(), let_out, "{state}");
        for (outcome, possible) in [
            (Outcome::Finished, matches!(state, State::Submitted | State::Settling)),
            (Outcome::Refunded, let_out),
            (Outcome::Refused, !let_out && !state.is_ended()),
            (Outcome::Disputed, !state.is_ended()),
        ] {
            let ended = What::Ended { outcome, reason: Note::new("") };
            assert_eq!(after(&ended).is_ok(), possible, "{state} {outcome:?}");
        }
        assert!(State::after(None, &submitted).is_err());
    }
}

#[test]
fn a_text_keeps_to_its_bounds() {
    let expected = "1 to 256 printable ASCII characters without spaces";
    for text in ["", "a b", "ä", "a\n", &"x".repeat(257)] {
        assert_eq!(Label::new(text), Err(TextError { expected, found: text.len() }));
        assert!(serde_json::from_value::<Label>(text.into()).is_err());
    }
    assert!(Payload::new("x".repeat(1_048_577)).is_err());
    assert!(serde_json::from_value::<Note>("a\u{7}".into()).is_err());
    assert_eq!(Note::new("a\u{202e}\n").as_str(), "a\\u{202e}\\n");
    assert_eq!(Note::whole("a\n".repeat(5_000)).as_str().len(), 512 * 3);
    let violation = Violation::new(Code::Amount, "amount", 1, 2);
    let Verdict::Refused { findings } = Verdict::from(&Refusal::one(violation)) else { panic!() };
    assert_eq!(findings[0].code.as_str(), "amount");
}

#[test]
fn what_is_shown_of_an_approval_is_no_signature() {
    let secret = "0xfeedfacecafebeef";
    for approval in [
        ApprovalBytes::Permit2 { signature: label(secret) },
        ApprovalBytes::Htlc { psbt: Payload::new(secret).unwrap() },
    ] {
        let (digest, valid_until) = (Digest::NONE, UnixSeconds::new(0));
        let intent_id = label("intent");
        let what = What::Signed { digest, valid_until, intent_id, approval };
        assert!(!format!("{:?}", Entry::new(UnixMillis::new(0), what)).contains(secret));
    }
}

#[test]
fn a_chain_is_followed_to_its_first_break() {
    let swap_id = SwapId::generate();
    let entries = opening_entries("order-1");
    let bytes = entries[0].to_bytes();
    let head = Head::START.after(swap_id, &bytes);
    let follow = |number, hash, bytes: &[u8]| Follower::new(swap_id).take(number, hash, bytes);
    assert_eq!(follow(0, head.hash, &bytes).unwrap().entry, entries[0]);
    let wrong = follow(1, head.hash, &bytes);
    assert!(matches!(wrong, Err(ChainError::Sequence { expected: 0, found: 1, .. })), "{wrong:?}");
    let wrong = follow(0, Digest::NONE, &bytes);
    assert!(matches!(wrong, Err(ChainError::Hash { .. })), "{wrong:?}");
    let other = b"{}";
    let wrong = follow(0, Head::START.after(swap_id, other).hash, other);
    assert!(matches!(wrong, Err(ChainError::NotAnEntry { .. })), "{wrong:?}");
    let late = Entry::new(UnixMillis::new(0), What::Creating).to_bytes();
    let wrong = follow(0, Head::START.after(swap_id, &late).hash, &late);
    assert!(matches!(wrong, Err(ChainError::Order { .. })), "{wrong:?}");
    // The form of the bytes and of the hash stays what it is: exports are kept for years.
    assert_eq!(late, br#"{"at":0,"what":"creating"}"#);
    let fixed: SwapId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let hash = Head::START.after(fixed, &late).hash.to_string();
    assert_eq!(hash, "bff85edd93b283283a8713c2156e4ae027835487039ea05199506de928dd8117");
}
