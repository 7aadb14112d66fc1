//! Entries of a journal, in words.

use countersign::approval::Fact;
use countersign::journal::{
    Answer, Asset, CancelStep, Death, IntentRecord, Judgement, Note, OfferRecord, RefundStep,
    Request, Reserved, Stage, Verdict, What,
};
use countersign::units::{Lots, UnixSeconds};

use crate::moment::utc;

/// Says what happened, by what was asked for.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) request: Option<&'a Request>,
}

impl Words<'_> {
    pub(super) fn of(self, what: &What) -> String {
        match what {
            What::Requested(request) => requested(request),
            What::Quoted(offer) => self.quoted(offer),
            What::Creating => "an intent is asked for: from here on there may be one".to_owned(),
            What::Created(intent) => created(intent),
            What::Bound { payload, claims } => {
                let claims = claims.iter().map(|(name, value)| format!("{name} {value}"));
                let claims: Vec<_> = claims.collect();
                let claims = if claims.is_empty() { "nothing".into() } else { claims.join(", ") };
                format!("taken from the counterparty: {claims}; payload sha256:{payload}")
            }
            What::Judged(judgement) => judged(judgement),
            What::Reviewed { by, denied: None, .. } => format!("approved by {by}"),
            What::Reviewed { by, denied: Some(why), .. } => format!("denied by {by}: {why}"),
            What::Reserved(reserved) => self.reserved(reserved),
            What::RefundKept { .. } => "what it takes to get the coins back is here".to_owned(),
            What::Signed { digest, valid_until, intent_id, approval } => {
                let (kind, end) = (approval.mechanism(), end(*valid_until));
                format!("{kind} for intent {intent_id}, digest {digest}, {end}")
            }
            What::Submitted { attempt } => {
                format!("attempt {attempt}: from here on it may have arrived")
            }
            What::Answered(answer) => answered(answer),
            What::Status { status, deposit_tx, payout_tx } => {
                let deposit = deposit_tx.as_ref().map(|tx| format!(", deposit {tx}"));
                let payout = payout_tx.as_ref().map(|tx| format!(", payout {tx}"));
                format!("{status}{}{}", deposit.unwrap_or_default(), payout.unwrap_or_default())
            }
            What::Refund(RefundStep::Sent { txid, .. }) => format!("about to be sent, by {txid}"),
            What::Refund(RefundStep::Seen { txid, height }) => {
                format!("{txid} is in block {height}")
            }
            What::Cancel(step) => cancel(step),
            What::Failed { step, code, message } => format!("{step}: {code}: {message}"),
            What::Dead(death) => dead(death),
            What::Released => "the limits that it took are free again".to_owned(),
            What::Ended { outcome, reason } => {
                format!("{}: {reason}", countersign::journal::State::Ended(*outcome))
            }
        }
    }

    fn quoted(self, offer: &OfferRecord) -> String {
        let OfferRecord { id, min_out, max_out, expires_at, floor, .. } = offer;
        let wanted = self.request.map(|request| &request.destination);
        let most = max_out.map(|most| format!(" to {}", amount(most, wanted)));
        let end = expires_at.map(|end| format!(", until {}", utc(end)));
        let floor = floor.map(|floor| format!("; no less than {} is taken", amount(floor, wanted)));
        let [most, end, floor] = [most, end, floor].map(Option::unwrap_or_default);
        format!("{id}: at least {}{most}{end}{floor}", amount(*min_out, wanted))
    }

    fn reserved(self, reserved: &Reserved) -> String {
        let Reserved { digest, token, amount: lots, valid_until, .. } = reserved;
        let given =
            self.request.map(|request| &request.source).filter(|asset| asset.token == *token);
        let taken = match given {
            Some(_) => amount(*lots, given),
            None => format!("{lots} of {token}"),
        };
        format!("{taken} by digest {digest}, {}", end(*valid_until))
    }
}

fn requested(request: &Request) -> String {
    let Request { source, destination, slippage, owner, recipient, refund_address, .. } = request;
    let (gives, gets) =
        (amount(source.amount, Some(source)), amount(destination.amount, Some(destination)));
    format!(
        "{gives} for at least {gets}, slippage {slippage} bps; paid by {owner}, to {recipient}, \
         back to {refund_address}"
    )
}

fn created(intent: &IntentRecord) -> String {
    let end = intent.deadline.map(|end| format!(", {}", self::end(end))).unwrap_or_default();
    format!("intent {}, to be approved by {}{end}", intent.id, intent.mechanism)
}

fn judged(judgement: &Judgement) -> String {
    let what = match judgement.stage {
        Stage::Offer => "the offer",
        Stage::Intent => "the intent",
        Stage::Payload => "the payload",
        Stage::Limits => "the limits",
    };
    let Judgement { facts, not_judged, height, .. } = judgement;
    let verdict = match &judgement.verdict {
        Verdict::Passed { .. } => "all as agreed".to_owned(),
        Verdict::Refused { findings } => {
            let of = |(code, message): (&Note, &Note)| format!("{code}: {message}");
            let findings = findings.iter().map(|finding| of((&finding.code, &finding.message)));
            format!("refused: {}", findings.collect::<Vec<_>>().join("; "))
        }
    };
    let facts = match facts.len() {
        0 => String::new(),
        count => format!(", by {count} facts"),
    };
    let height = height.map(|height| format!(" at height {height}")).unwrap_or_default();
    let unknown: Vec<_> = not_judged.iter().copied().map(Fact::as_str).collect();
    let unknown = if unknown.is_empty() {
        String::new()
    } else {
        format!("; not judged: {}", unknown.join(", "))
    };
    format!("{what}: {verdict}{facts}{height}{unknown}")
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Taken => "the approval was taken".to_owned(),
        Answer::Declined { code, message } => format!("declined: {code}: {message}"),
        Answer::Lost { code } => format!("no readable answer ({code}): it may have been taken"),
    }
}

fn cancel(step: &CancelStep) -> String {
    match step {
        CancelStep::Asked => "it is to be made useless; it is not sent any more".to_owned(),
        CancelStep::Reserved { digest, resources } => {
            let names: Vec<_> = resources.iter().map(ToString::to_string).collect();
            format!("by digest {digest}, which takes {}", names.join(", "))
        }
        CancelStep::Signed { kind, id, .. } => {
            format!("signed, and about to be sent: {}, by {id}", kind.as_str())
        }
        CancelStep::Mined { id, height } => format!("{id} is in block {height}"),
        CancelStep::Lost { reason } => format!("it has no effect: {reason}"),
        CancelStep::TooLate => "it came too late: the approval was used".to_owned(),
    }
}

fn dead(death: &Death) -> String {
    let (why, height) = match death {
        Death::Deadline => ("its deadline is over".to_owned(), None),
        Death::NonceSpent { nonce, height } => (format!("{nonce} is spent"), *height),
        Death::CoinSpent { coin, height } => (format!("{coin} was spent elsewhere"), *height),
        Death::BlockhashExpired { height } => ("its blockhash has died".to_owned(), *height),
        Death::NeverLetOut => ("it was never signed".to_owned(), None),
    };
    let height = height.map(|height| format!(", seen at height {height}")).unwrap_or_default();
    format!("the approval can't be used any more: {why}{height}")
}

/// Writes an amount with its token, where that is known; else in base units.
fn amount(lots: Lots, asset: Option<&Asset>) -> String {
    match asset {
        Some(Asset { symbol, network, decimals, .. }) => {
            format!("{} {symbol}@{network}", lots.to_decimal(*decimals))
        }
        None => format!("{lots} base units"),
    }
}

/// Says until when something may be used. What is signed on Bitcoin or Solana has no such moment.
fn end(until: UnixSeconds) -> String {
    match until.value() {
        u64::MAX => "whose use no time ends".to_owned(),
        seconds => {
            format!(
                "until {}",
                utc(countersign::units::UnixMillis::new(seconds.saturating_mul(1_000)))
            )
        }
    }
}
