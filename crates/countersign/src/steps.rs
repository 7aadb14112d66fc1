use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{Reservation, Statement, SwapId, Terms};
use countersign_units::UnixSeconds;

use crate::bind::BoundPayload;
use crate::deposit::BoundDeposit;
use crate::{Agreement, Evidence, Intent, LiveApproval, Offer, Order, Signature};

/// Which [`Countersign`](crate::Countersign) a step was made by: no other one carries it on, so that
/// nobody's limits, review or environment are passed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Maker(u64);

impl Maker {
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// An order and what the API offers for it.
#[derive(Debug)]
#[must_use = "an offer does nothing until it is accepted"]
pub struct Offered {
    pub(crate) maker: Maker,
    pub(crate) order: Order,
    pub(crate) offer: Offer,
}

/// An offer that was found to be what was asked for, and the terms that follow from it.
#[derive(Debug)]
#[must_use = "accepted terms do nothing until an intent is created"]
pub struct Accepted {
    pub(crate) maker: Maker,
    pub(crate) order: Order,
    pub(crate) offer: Offer,
    pub(crate) terms: Terms<Agreement>,
}

/// An intent, as the API created it.
#[derive(Debug)]
#[must_use = "an intent does nothing until it is approved"]
pub struct Created {
    pub(crate) maker: Maker,
    pub(crate) accepted: Accepted,
    pub(crate) intent: Intent,
}

/// Terms with the intent's claims, and the payload that is to be compared with them.
#[derive(Debug)]
#[must_use = "a payload does nothing until it is verified"]
pub struct Bound {
    pub(crate) maker: Maker,
    pub(crate) intent_id: String,
    pub(crate) payload: BoundPayload,
}

/// A payload that is what was agreed.
#[derive(Debug)]
#[must_use = "evidence does nothing until it is signed"]
pub struct Verified {
    pub(crate) maker: Maker,
    pub(crate) intent_id: String,
    pub(crate) evidence: Evidence,
    /// The proven quote that a deposit or an intent is for.
    pub(crate) deposit: Option<Box<BoundDeposit>>,
    /// When the facts were read.
    pub(crate) judged_at: UnixSeconds,
}

/// A verified payload that needed no review, or passed it.
#[derive(Debug)]
#[must_use = "evidence does nothing until it is signed"]
pub struct Reviewed {
    pub(crate) verified: Verified,
}

/// A reviewed payload with the right to sign it, once.
#[derive(Debug)]
#[must_use = "a reservation that is dropped blocks its swap until it expires"]
pub struct Reserved {
    pub(crate) verified: Verified,
    pub(crate) reservation: Reservation,
}

/// A signed approval. It may be submitted again: the same bytes spend the same nonce.
#[derive(Debug)]
#[must_use = "a signature that is not submitted can still be used by whoever holds it"]
pub struct Signed {
    pub(crate) maker: Maker,
    pub(crate) intent_id: String,
    pub(crate) evidence: Evidence,
    pub(crate) signature: Signature,
    /// The quote's deadline: what is let out later is swapped by nobody.
    pub(crate) fund_by: Option<UnixSeconds>,
}

impl Offered {
    /// Returns the order.
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// Returns the offer.
    pub const fn offer(&self) -> &Offer {
        &self.offer
    }
}

impl Bound {
    /// Copies a permit that is to be verified, so that it can be verified again.
    pub(crate) fn permit_again(&self) -> Option<Self> {
        let BoundPayload::Permit2 { terms, payload } = &self.payload else { return None };
        let payload = BoundPayload::Permit2 { terms: terms.clone(), payload: payload.clone() };
        Some(Self { maker: self.maker, intent_id: self.intent_id.clone(), payload })
    }
}

impl Accepted {
    /// Returns the terms, without the claims that an intent adds.
    pub const fn terms(&self) -> &Terms<Agreement> {
        &self.terms
    }
}

impl Created {
    /// Returns the intent. Nothing about it has been checked.
    pub const fn intent(&self) -> &Intent {
        &self.intent
    }
}

impl Bound {
    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        match &self.payload {
            BoundPayload::Permit2 { terms, .. } => terms.swap_id,
            BoundPayload::Cosign { terms, .. } => terms.swap_id,
            BoundPayload::Htlc(psbt) => psbt.terms.swap_id,
            BoundPayload::Deposit(deposit) => deposit.terms.swap_id,
        }
    }

    /// Returns the payload as JSON. Nothing about it has been checked.
    pub fn payload(&self) -> &str {
        match &self.payload {
            BoundPayload::Permit2 { payload, .. } => payload.as_json(),
            BoundPayload::Cosign { payload, .. } => payload.as_json(),
            BoundPayload::Htlc(psbt) => psbt.payload.as_json(),
            BoundPayload::Deposit(deposit) => deposit.quote.answer().as_json(),
        }
    }
}

impl Verified {
    /// Returns the evidence.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Says in words what a signature would allow.
    pub fn statement(&self) -> Statement {
        self.evidence.statement()
    }

    /// Returns what a person approves: the digest that is signed, and of a deposit SHA-256 of its terms.
    /// Its transaction is drafted anew after a review, by what the chain says then.
    pub fn review_digest(&self) -> [u8; 32] {
        let terms = match (&self.deposit, &self.evidence) {
            (_, Evidence::Intent(_)) | (None, _) => None,
            (Some(deposit), _) => deposit.review_digest(),
        };
        terms.unwrap_or_else(|| self.evidence.digest())
    }
}

impl Reviewed {
    /// Returns the evidence.
    pub const fn evidence(&self) -> &Evidence {
        &self.verified.evidence
    }
}

impl Reserved {
    /// Returns the evidence.
    pub const fn evidence(&self) -> &Evidence {
        &self.verified.evidence
    }
}

impl Signed {
    /// Returns our own id of the swap.
    pub fn swap_id(&self) -> SwapId {
        self.evidence.swap_id()
    }

    /// Returns the API's id of the intent.
    pub fn intent_id(&self) -> &str {
        &self.intent_id
    }

    /// Returns the evidence.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Returns what has to be known of an approval that may be live.
    pub fn live(&self) -> LiveApproval {
        let claim = self.evidence.claim();
        LiveApproval {
            swap_id: claim.swap_id,
            intent_id: self.intent_id.clone(),
            digest: claim.digest,
            valid_until: claim.valid_until,
        }
    }

    /// Returns the signature.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }
}
