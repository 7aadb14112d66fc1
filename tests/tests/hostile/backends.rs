//! Key backends, ledgers and clocks that fail or lie: no wrong signature is let out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::approval::{AssetLimits, Claim, Code, Ledger, LedgerError, SwapId, Taken};
use countersign::evm::{PermitSigner, SignError, SignPermit, SignerError, UncheckedSignature};
use countersign::units::{EvmAddress, U256, UnixSeconds};
use countersign::{Countersign, FlowError, Signed, Status, Step, Verified};
use countersign_tests::{
    CountingSigner, SHORT, Scene, SetClock, assert_refused, until_reserved, until_verified,
};

type Forge =
    fn(usize, Result<UncheckedSignature, SignerError>) -> Result<UncheckedSignature, SignerError>;

/// A backend that says it holds the owner's key, and returns something else. Its clones count
/// together.
#[derive(Clone)]
struct Forger {
    owner: EvmAddress,
    key: Arc<CountingSigner>,
    forge: Forge,
    asked: Arc<AtomicUsize>,
}

impl Forger {
    fn new(owner: EvmAddress, key: CountingSigner, forge: Forge) -> Self {
        Self { owner, key: Arc::new(key), forge, asked: Arc::default() }
    }
}

#[async_trait]
impl PermitSigner for Forger {
    fn address(&self) -> EvmAddress {
        self.owner
    }

    async fn sign_permit(
        &self,
        request: &SignPermit<'_>,
    ) -> Result<UncheckedSignature, SignerError> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        (self.forge)(before, self.key.sign_permit(request).await)
    }
}

/// Ways to return a signature that is not the owner's over the digest, in its one form.
const FORGERIES: [(&str, Forge); 6] = [
    ("another r", |_, signed| signed.map(|it| UncheckedSignature { r: flip(it.r), ..it })),
    ("another s", |_, signed| signed.map(|it| UncheckedSignature { s: flip(it.s), ..it })),
    ("the other parity", |_, signed| {
        signed.map(|it| UncheckedSignature { y_parity: !it.y_parity, ..it })
    }),
    ("the upper s", |_, signed| {
        signed.map(|it| UncheckedSignature { s: upper(it.s), y_parity: !it.y_parity, ..it })
    }),
    ("zeros", |_, _| Ok(UncheckedSignature { r: [0; 32], s: [0; 32], y_parity: false })),
    ("ones", |_, _| Ok(UncheckedSignature { r: [0xff; 32], s: [0x7f; 32], y_parity: true })),
];

const fn flip(mut scalar: [u8; 32]) -> [u8; 32] {
    scalar[31] ^= 1;
    scalar
}

/// Returns the order of secp256k1 less the scalar.
fn upper(s: [u8; 32]) -> [u8; 32] {
    const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let order = U256::from_str_radix(ORDER, 16).unwrap();
    order.checked_sub(U256::from_be_bytes(s)).unwrap().to_be_bytes()
}

fn over(scene: &Scene, forger: &Forger) -> Countersign {
    let builder = Countersign::builder(scene.api(), scene.config()).signer(forger.clone());
    scene.with_view(builder).build()
}

#[tokio::test]
async fn a_signature_that_is_not_the_owners_is_not_let_out() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let owner = scene.signer().address();
    for (what, forge) in FORGERIES {
        let forger = Forger::new(owner, scene.signer(), forge);
        let result = over(&scene, &forger).swap(&scene.request(), SHORT, |_| {}).await;
        let signature = matches!(result, Err(FlowError::Sign(SignError::Signature(_))));
        assert!(signature, "{what}: {result:?}");
        scene.assert_unmoved(&before, what);
    }
    let stranger = Scene::honest().await;
    let forger = Forger::new(owner, stranger.signer(), |_, signed| signed);
    let result = over(&scene, &forger).swap(&scene.request(), SHORT, |_| {}).await;
    let signature = matches!(result, Err(FlowError::Sign(SignError::Signature(_))));
    assert!(signature, "another key: {result:?}");
    scene.assert_unmoved(&before, "another key");

    let honest = Forger::new(owner, scene.signer(), |_, signed| signed);
    let outcome = over(&scene, &honest).swap(&scene.request(), SHORT, |_| {}).await.unwrap();
    assert_eq!(outcome.status.status, Status::Finished);
}

#[tokio::test]
async fn a_backend_that_failed_is_asked_again_with_the_same_reservation() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let forger =
        Forger::new(scene.signer().address(), scene.signer(), |asked, signed| match asked {
            0 => Err(SignerError::Unavailable("no line".to_owned())),
            1 => Err(SignerError::Declined("not now".to_owned())),
            _ => signed,
        });
    let countersign = over(&scene, &forger);
    let reserved = until_reserved(&countersign, &scene.request()).await.unwrap();
    for _ in 0..2 {
        let result = countersign.sign(&reserved).await;
        assert!(matches!(result, Err(FlowError::Sign(SignError::Backend(_)))), "{result:?}");
        scene.assert_unmoved(&before, "no signature");
    }
    let signed = countersign.sign(&reserved).await.unwrap();
    countersign.approve(&signed).await.unwrap();
}

/// A ledger that cannot be written.
struct Broken;

#[async_trait]
impl Ledger for Broken {
    async fn record(&self, _: &Claim, _: AssetLimits, _: UnixSeconds) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("the disk is full"))
    }

    async fn release(&self, _: SwapId, _: UnixSeconds) -> Result<(), LedgerError> {
        Err(LedgerError::Unavailable("the disk is full"))
    }

    async fn taken(&self, _: &[String]) -> Result<Vec<Taken>, LedgerError> {
        Err(LedgerError::Unavailable("the disk is full"))
    }
}

#[tokio::test]
async fn without_a_ledger_nothing_is_signed() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    let countersign = scene.builder(scene.config()).ledger(Broken).build();
    let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
    let Err(FlowError::Ledger(error)) = result else { panic!("{result:?}") };
    assert_eq!(error, LedgerError::Unavailable("the disk is full"));
    scene.assert_untouched(&before, "no ledger");
    scene.countersign().swap(&scene.request(), SHORT, |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_wrong_refuses_and_signs_nothing() {
    let scene = Scene::honest().await;
    let before = scene.funds();
    for (moved, step, code) in [
        (-7_200, Step::Verify, Code::Clock),
        (-1_700_000_000, Step::Verify, Code::Deadline),
        (7_200, Step::Accept, Code::Quote),
    ] {
        let clock = SetClock::default();
        clock.advance(moved);
        let countersign = scene.builder(scene.config()).clock(clock).build();
        let result = countersign.swap(&scene.request(), SHORT, |_| {}).await;
        assert_refused(result, step, code, &format!("{moved} seconds"));
        scene.assert_untouched(&before, "a wrong clock");
    }
}

#[tokio::test]
async fn evidence_that_waited_too_long_is_not_signed() {
    let scene = Scene::honest().await;
    let (clock, before) = (SetClock::default(), scene.funds());
    let countersign = scene.builder(scene.config()).clock(clock.clone()).build();
    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    clock.advance(1_801);
    let result = finish(&countersign, verified).await;
    assert!(matches!(result, Err(FlowError::Sign(_) | FlowError::Refused { .. })), "{result:?}");
    scene.assert_untouched(&before, "waited too long");
    let countersign = scene.countersign();
    let verified = until_verified(&countersign, &scene.request()).await.unwrap();
    let _signed = finish(&countersign, verified).await.unwrap();
}

async fn finish(countersign: &Countersign, verified: Verified) -> Result<Signed, FlowError> {
    let reserved = countersign.reserve(countersign.review(verified).await?).await?;
    countersign.sign(&reserved).await
}
