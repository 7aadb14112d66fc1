//! A custodian's key service. It stands for a process of its own: whoever asks it sends what is to
//! be signed, and gets a signature or a reason. The key stays here.

use std::sync::Arc;

use countersign::approval::{EvmFacts, Permit2Terms, Terms};
use countersign::evm::{PermitPayload, UncheckedSignature, VerifiedPermit, VerifyError, verify};
use countersign::units::Lots;
use countersign::{Clock, SystemClock};
use k256::ecdsa::SigningKey;
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

/// How many orders may wait.
const QUEUE: usize = 16;

/// What is to be signed. The service believes none of it: it verifies the payload by itself.
pub(crate) struct Order {
    /// The payload, as the API sent it.
    pub(crate) payload: String,
    /// What was agreed.
    pub(crate) terms: Terms<Permit2Terms>,
    /// The digest that the caller computed.
    pub(crate) digest: [u8; 32],
}

/// Why the service does not sign.
#[derive(Debug)]
pub(crate) enum Decline {
    /// The payload is not what was agreed.
    Unverified(VerifyError),
    /// The caller wants another digest signed than the payload's.
    OtherDigest,
    /// More than the service signs at once, whatever the caller's policy says.
    AboveLimit { asked: Lots, limit: Lots },
    /// The crypto failed.
    Crypto,
}

type Answer = Result<UncheckedSignature, Decline>;

/// A line to the service.
#[derive(Clone)]
pub(crate) struct KeyService {
    orders: Sender<(Order, oneshot::Sender<Answer>)>,
}

/// The key and the rules by which it is used.
pub(crate) struct Vault {
    key: SigningKey,
    limit: Lots,
    conduct: Conduct,
}

/// How the service behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// It signs what it was asked to sign.
    Honest,
    /// It was taken over, or is broken: it signs something else.
    SignsAnotherDigest,
}

/// The service has ended.
#[derive(Debug)]
pub(crate) struct Gone;

impl KeyService {
    /// Starts the service. Returns the line to it, and its log.
    pub(crate) fn start(vault: Vault) -> (Self, UnboundedReceiver<String>) {
        let (orders, incoming) = mpsc::channel(QUEUE);
        let (log, lines) = mpsc::unbounded_channel();
        tokio::spawn(serve(vault, incoming, log));
        (Self { orders }, lines)
    }

    /// Asks for a signature and waits for the answer.
    pub(crate) async fn ask(&self, order: Order) -> Result<Answer, Gone> {
        let (answer, answered) = oneshot::channel();
        self.orders.send((order, answer)).await.map_err(|_| Gone)?;
        answered.await.map_err(|_| Gone)
    }
}

#[cfg(test)]
impl KeyService {
    /// Returns a line to a service that has ended.
    pub(crate) fn ended() -> Self {
        Self { orders: mpsc::channel(QUEUE).0 }
    }
}

impl Vault {
    /// Puts a key into the vault.
    pub(crate) fn open(
        key: &str,
        limit: Lots,
        conduct: Conduct,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let bytes = hex::decode(key.trim_start_matches("0x"))?;
        Ok(Self { key: SigningKey::from_slice(&bytes)?, limit, conduct })
    }

    fn answer(&self, order: Order, log: &UnboundedSender<String>) -> Answer {
        let claimed = order.digest;
        let permit = verify_again(order).map_err(Decline::Unverified)?;
        let (digest, asked) = (permit.digest(), permit.permit().amount());
        // Whoever keeps the log is not needed for signing.
        let _ = log.send(format!("asked for {asked} base units, digest {digest}"));
        if *digest.as_bytes() != claimed {
            return Err(Decline::OtherDigest);
        }
        if asked > self.limit {
            return Err(Decline::AboveLimit { asked, limit: self.limit });
        }
        let mut signed = claimed;
        if self.conduct == Conduct::SignsAnotherDigest {
            signed.reverse();
        }
        let signature = self.sign(&signed)?;
        let _ = log.send(format!("signed 0x{}", hex::encode(signed)));
        Ok(signature)
    }

    fn sign(&self, digest: &[u8; 32]) -> Answer {
        let signed = self.key.sign_prehash_recoverable(digest);
        let (signature, recovery) = signed.map_err(|_| Decline::Crypto)?;
        let compact: [u8; 64] = signature.to_bytes().into();
        Ok(UncheckedSignature::from_compact(&compact, recovery.is_y_odd()))
    }
}

/// Verifies the payload with the terms that came along, and so computes the digest again.
///
/// The facts of the chain were judged where the chain can be reached; the vault has no network.
fn verify_again(order: Order) -> Result<VerifiedPermit, VerifyError> {
    let Order { payload, mut terms, .. } = order;
    terms.approval.require_facts.clear();
    let now = SystemClock.now().to_seconds();
    verify(PermitPayload::new(payload), &Arc::new(terms), &EvmFacts::default(), now)
}

/// Answers orders until nobody can send one any more.
async fn serve(
    vault: Vault,
    mut orders: Receiver<(Order, oneshot::Sender<Answer>)>,
    log: UnboundedSender<String>,
) {
    while let Some((order, answer)) = orders.recv().await {
        // Whoever asked may have given up.
        let _ = answer.send(vault.answer(order, &log));
    }
}

impl std::fmt::Display for Decline {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unverified(error) => write!(formatter, "{error}"),
            Self::OtherDigest => formatter.write_str("the digest is not the payload's"),
            Self::AboveLimit { asked, limit } => {
                write!(formatter, "{asked} base units are more than the {limit} it signs at once")
            }
            Self::Crypto => formatter.write_str("the key could not sign"),
        }
    }
}
