//! Several APIs, asked for the same swap: what each offers, and which is the best.

mod best;
mod held;
mod proof;

use std::time::Duration;

use countersign_approval::{Policy, Refusal, Registry, SwapId, Violation};
use countersign_units::Lots;
use futures::future::join_all;
use tokio::time::timeout;

use crate::{
    ApiError, Clock, Countersign, FlowError, Offer, Order, SwapApi, SwapRequest, SystemClock,
    Takes, accept,
};

pub use best::{Choice, Reason, best};
pub(crate) use held::{Held, raised};

/// How long an API may take to answer, where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks several APIs for one order at the same time.
///
/// Nothing is begun by it. An API that fails, lies or takes too long is an entry of its own, and
/// takes nothing from the others.
pub struct Chooser<'a> {
    registry: &'a Registry,
    policy: Option<&'a Policy>,
    patience: Duration,
    clock: &'a dyn Clock,
}

/// What an API answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Quoted {
    /// The API's name.
    pub api: &'static str,
    /// What it takes for the funds.
    pub takes: Takes,
    /// What it offers, or why that is nothing to choose.
    pub answer: Result<Priced, QuoteFailure>,
}

/// An offer that was compared with the order, and with the policy where there is one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Priced {
    /// What is offered.
    pub offer: Offer,
    /// What stands behind it.
    pub backing: Backing,
}

/// What stands behind an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backing {
    /// The API's word alone.
    Promise,
    /// A signature over the amounts, by a key that the registry pins. It is still the API's word, but
    /// one that can be shown to others.
    Signed {
        /// The Ed25519 key.
        key: [u8; 32],
        /// SHA-256 of the text that was signed.
        digest: [u8; 32],
    },
}

/// Why there is nothing to choose.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuoteFailure {
    /// The API did not answer, or not with an offer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The API took too long.
    #[error("no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// What it offers is not what was asked for, or not within policy.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The order can't be made at all: a file of ours.
    #[error("{0}")]
    Order(String),
}

impl QuoteFailure {
    /// Returns a stable name of the cause: the first violation's code, where something was refused.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Api(error) => error.code,
            Self::Late(_) => "late",
            Self::Refused(refusal) => {
                refusal.violations().first().map_or("refused", |first| first.code.as_str())
            }
            Self::Order(_) => "order",
        }
    }

    /// Returns what was refused; empty where something else failed.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused(refusal) => refusal.violations(),
            _ => &[],
        }
    }
}

impl Priced {
    /// Returns what we get at least.
    pub const fn least(&self) -> Lots {
        self.offer.min_out
    }

    /// Returns what we get if the price stays; the least where the API says no more.
    pub fn expected(&self) -> Lots {
        self.offer.max_out.unwrap_or(self.offer.min_out)
    }
}

impl<'a> Chooser<'a> {
    /// Judges offers by what a registry pins.
    pub const fn new(registry: &'a Registry) -> Self {
        Self { registry, policy: None, patience: PATIENCE, clock: &SystemClock }
    }

    /// Judges offers by a policy as well, as the flow does when it accepts one: what it would refuse
    /// is not chosen.
    #[must_use]
    pub const fn policy(mut self, policy: &'a Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Sets how long each API may take; ten seconds if this isn't called.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the clock; the host's if this isn't called.
    #[must_use]
    pub const fn clock(mut self, clock: &'a dyn Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Asks all at once, and returns their answers in the order of the APIs.
    pub async fn quotes(&self, apis: &[&dyn SwapApi], order: &Order) -> Vec<Quoted> {
        join_all(apis.iter().map(|api| self.quote(*api, order))).await
    }

    /// Asks one.
    pub async fn quote(&self, api: &dyn SwapApi, order: &Order) -> Quoted {
        let answer = match timeout(self.patience, api.quote(order)).await {
            Ok(Ok(offer)) => self.judge(api.takes(), offer, order).map_err(QuoteFailure::Refused),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(QuoteFailure::Late(self.patience)),
        };
        Quoted { api: api.name(), takes: api.takes(), answer }
    }

    fn judge(&self, takes: Takes, offer: Offer, order: &Order) -> Result<Priced, Refusal> {
        let now = self.clock.now();
        match self.policy {
            Some(policy) => {
                let by = (SwapId::generate(), takes, now);
                accept::accept(order, &offer, self.registry, policy, by).map(drop)?;
            }
            None => offer.check(order, now)?,
        }
        let backing = proof::prove(&offer, order, (self.registry, self.policy), now)?;
        Ok(Priced { offer, backing })
    }
}

impl std::fmt::Debug for Chooser<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let patience = self.patience;
        formatter.debug_struct("Chooser").field("patience", &patience).finish_non_exhaustive()
    }
}

/// Asks the APIs of several flows for the same swap, each judged by its own flow's registry and
/// policy, and returns their answers in the order of the flows.
pub async fn quotes(
    flows: &[&Countersign],
    request: &SwapRequest,
    patience: Duration,
) -> Vec<Quoted> {
    join_all(flows.iter().map(|flow| quote_of(flow, request, patience))).await
}

async fn quote_of(flow: &Countersign, request: &SwapRequest, patience: Duration) -> Quoted {
    let (api, config) = (flow.api(), flow.config());
    let failed = |error: &FlowError| Quoted {
        api: api.name(),
        takes: api.takes(),
        answer: Err(QuoteFailure::Order(error.to_string())),
    };
    let order = match Order::new(request, config.registry()) {
        Ok(order) => order,
        Err(error) => return failed(&error.into()),
    };
    let policy = match config.policy() {
        Ok(policy) => policy,
        Err(error) => return failed(&error.into()),
    };
    let chooser = Chooser::new(config.registry()).policy(&policy).patience(patience);
    chooser.clock(flow.clock()).quote(api, &order).await
}
