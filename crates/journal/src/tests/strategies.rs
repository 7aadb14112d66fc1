//! Any entry.

use countersign_approval::{Environment, Fact, Origin, Statement};
use countersign_units::{Bps, Lots, U256, UnixMillis, UnixSeconds};
use proptest::prelude::*;

use crate::{
    Answer, ApprovalBytes, Asset, CancelKind, CancelStep, CoinRecord, ConfigRecord, Death, Digest,
    Finding, IntentRecord, Judgement, Label, Note, OfferRecord, Outcome, Payload, RefundStep,
    Request, Reserved, Seen, Stage, StatementRecord, Verdict, What,
};

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
    let names = (labels(), labels(), labels(), labels(), prop::option::of(labels()));
    (names, digests(), configs(), assets(), assets(), 0_u16..=10_000, coins).prop_map(
        |(
            (key, owner, recipient, refund_address, api),
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
                api,
            }))
        },
    )
}

fn offers() -> impl Strategy<Value = OfferRecord> {
    let sides =
        (prop::option::of(notes()), prop::option::of(any::<u64>()), prop::option::of(any::<u8>()));
    let more = (prop::option::of(lots()), prop::option::of(lots()));
    (labels(), sides, lots(), more, prop::option::of(any::<u64>())).prop_map(
        |(id, (token, network, decimals), amount, (max_out, floor), expires)| OfferRecord {
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
            floor,
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
        (payloads(), labels(), any::<Option<u64>>()).prop_map(
            |(transaction, user_address, last)| {
                ApprovalBytes::Cosign { transaction, user_address, last_valid_block_height: last }
            }
        ),
        (payloads(), labels(), any::<Option<u64>>()).prop_map(|(transaction, id, last)| {
            ApprovalBytes::Deposit { transaction, id, last_valid_block_height: last }
        }),
        (payloads(), labels()).prop_map(|(signed, hash)| ApprovalBytes::Intent { signed, hash }),
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

fn deaths() -> impl Strategy<Value = What> {
    let heights = || prop::option::of(any::<u64>());
    prop_oneof![
        Just(Death::Deadline),
        Just(Death::NeverLetOut),
        heights().prop_map(|height| Death::BlockhashExpired { height }),
        (labels(), heights()).prop_map(|(nonce, height)| Death::NonceSpent { nonce, height }),
        (labels(), heights()).prop_map(|(coin, height)| Death::CoinSpent { coin, height }),
    ]
    .prop_map(What::Dead)
}

fn cancels() -> impl Strategy<Value = CancelStep> {
    let kinds =
        [CancelKind::PermitNonce, CancelKind::AccountNonce, CancelKind::Coins, CancelKind::Gap];
    prop_oneof![
        Just(CancelStep::Asked),
        (digests(), prop::collection::vec(labels(), 0..3))
            .prop_map(|(digest, resources)| CancelStep::Reserved { digest, resources }),
        (prop::sample::select(kinds.to_vec()), digests(), labels(), payloads()).prop_map(
            |(kind, digest, id, transaction)| CancelStep::Signed { kind, digest, id, transaction }
        ),
        (labels(), any::<u64>()).prop_map(|(id, height)| CancelStep::Mined { id, height }),
        notes().prop_map(|reason| CancelStep::Lost { reason }),
        Just(CancelStep::TooLate),
    ]
}

pub(super) fn whats() -> impl Strategy<Value = What> {
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
        cancels().prop_map(What::Cancel),
        (labels(), labels(), notes()).prop_map(|(step, code, message)| What::Failed {
            step,
            code,
            message
        }),
        deaths(),
        Just(What::Released),
        notes().prop_map(|reason| What::Ended { outcome: Outcome::Disputed, reason }),
    ]
}
