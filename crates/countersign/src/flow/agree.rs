//! From a request to what is to be signed: an offer, terms, an intent, and what it claims.

use countersign_approval::{Code, Refusal, SwapId, Violation};

use super::Countersign;
use crate::api::AMBIGUOUS;
use crate::choose::raised;
use crate::steps::{Accepted, Bound, Created, Offered};
use crate::{Agreement, FlowError, Intent, Order, Step, SwapRequest};
use crate::{accept, bind};

impl Countersign {
    /// Asks for an offer; the first is the one that the API was
    /// [chosen](crate::CountersignBuilder::chosen) for, and the floor of the choice holds for all.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Request`] if the registry does not hold the tokens, or
    /// [`FlowError::Api`].
    pub async fn quote(&self, request: &SwapRequest) -> Result<Offered, FlowError> {
        let order = Order::new(request, self.config.registry())?;
        let maker = self.maker;
        let (held, floor) = self.held.take(&order);
        let offer = match held {
            Some(offer) => offer,
            None => self.api.quote(&order).await.map_err(FlowError::api(Step::Quote))?,
        };
        Ok(Offered { maker, order: raised(order, floor), offer })
    }

    /// Makes terms of an offer: compares it with the order, the registry and the policy.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation, [`FlowError::NoKey`] if there is no key
    /// of the owner, or [`FlowError::Config`].
    pub fn accept(&self, offered: Offered) -> Result<Accepted, FlowError> {
        self.accept_as(SwapId::generate(), offered)
    }

    /// Makes terms of an offer for a swap that has its id already.
    pub(crate) fn accept_as(
        &self,
        swap_id: SwapId,
        offered: Offered,
    ) -> Result<Accepted, FlowError> {
        let Offered { maker, mut order, offer } = offered;
        self.require_own(maker)?;
        let policy = self.config.policy()?;
        let now = self.clock.now();
        let mut terms = accept::accept(
            &order,
            &offer,
            self.config.registry(),
            &policy,
            (swap_id, self.api.takes(), now),
        )
        .map_err(FlowError::refused(Step::Accept))?;
        match &mut terms.approval {
            Agreement::Permit2(permit2) => permit2.signer = Some(self.signer(permit2)?.address()),
            Agreement::Htlc(htlc) => {
                let key = self.coin_key(&htlc.owner_script, &order.owner)?;
                order.public_key = Some(hex::encode(key.public_key));
                htlc.public_key = Some(key.public_key);
            }
            Agreement::Cosign(cosign) => {
                self.solana_key(cosign.user)?;
            }
            Agreement::Deposit(deposit) => self.find_key(&mut deposit.from, &order.owner)?,
        }
        Ok(Accepted { maker, order, offer, terms })
    }

    /// Makes the step again that a journal holds, as if the offer had been accepted now.
    #[cfg(feature = "journal")]
    pub(crate) fn created_again(
        &self,
        swap_id: SwapId,
        request: &SwapRequest,
        (offer, floor): (crate::Offer, Option<countersign_units::Lots>),
        intent: Intent,
    ) -> Result<Created, FlowError> {
        let order = Order::new(request, self.config.registry())?;
        let order = floor.into_iter().fold(order, raised);
        let accepted = self.accept_as(swap_id, Offered { maker: self.maker, order, offer })?;
        Ok(Created { maker: self.maker, accepted, intent })
    }

    /// Creates the intent.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Api`]. Where its `retry` is `AskFirst` there may be an intent; it is
    /// worth nothing without an approval.
    pub async fn create(&self, accepted: Accepted) -> Result<Created, FlowError> {
        let intent = self.create_intent(&accepted).await.map_err(refuse_ambiguous)?;
        Ok(Created { maker: self.maker, accepted, intent })
    }

    /// Asks for an intent, once.
    pub(crate) async fn create_intent(&self, accepted: &Accepted) -> Result<Intent, FlowError> {
        self.require_own(accepted.maker)?;
        let created = self.api.create(&accepted.order, &accepted.offer).await;
        created.map_err(FlowError::api(Step::Create))
    }

    /// Adds the intent's claims to the terms, after comparing everything that it repeats.
    ///
    /// # Errors
    ///
    /// Returns [`FlowError::Refused`] with every violation.
    pub fn bind(&self, created: Created) -> Result<Bound, FlowError> {
        self.require_own(created.maker)?;
        let Created { maker, accepted, intent } = created;
        let Accepted { order, offer, terms, .. } = accepted;
        let name = terms.source.network.clone();
        let Some(network) = self.config.registry().network(&name) else {
            let token = terms.source.describe();
            return Err(crate::RequestError::UnknownToken { token, known: String::new() }.into());
        };
        let payload = bind::bind(terms, (&order, &offer), &intent, (network, self.now()))
            .map_err(FlowError::refused(Step::Bind))?;
        Ok(Bound { maker, intent_id: intent.id, payload })
    }
}

/// An answer that can be read in two ways is a lie about what is to be signed, not a bad line.
fn refuse_ambiguous(error: FlowError) -> FlowError {
    match error {
        FlowError::Api { step, source } if source.code == AMBIGUOUS => {
            let expected = "JSON that can be read in one way only";
            let violation = Violation::new(Code::Encoding, "answer", expected, source);
            FlowError::Refused { step, refusal: Refusal::one(violation) }
        }
        error => error,
    }
}
