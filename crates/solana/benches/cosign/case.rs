//! Honest transactions, with everything that verifying and signing them takes.

use std::sync::Arc;

use countersign_approval::{
    AssetAmount, ConfigDigest, CosignTerms, DurableNonce, Environment, Fact, MemoryLedger,
    OthersSign, Policy, Registry, Reservation, SolanaFacts, SwapId, Terms, reserve,
};
use countersign_solana::{
    CosignPayload, LocalCosignSigner, VerifiedCosign, programs, sign, verify,
};
use countersign_units::{Lots, SolanaHash, UnixSeconds};
use futures::executor::block_on;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::draft::{AMOUNT, DECIMALS, Kind, SPONSOR, USER, address, wire};
use crate::{USER_SEED, facts};

pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_795_248_000);

const REGISTRY: &str = r#"
environment = "sandbox"
[networks.solana]
kind = "solana"
api_network_id = 4
[tokens.TOKEN]
network = "solana"
address = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
decimals = 6
"#;
const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = []
[limits.TOKEN]
per_swap = "1000000"
per_day = "1000000"
"#;

/// Transactions of one kind, and what the cluster says of each of them.
pub(crate) struct Suite {
    facts: SolanaFacts,
    policy: Policy,
    signer: LocalCosignSigner,
    pub(crate) cases: Vec<Case>,
}

/// One swap's transaction, in the two ways in which it may come.
pub(crate) struct Case {
    /// Before the sponsor has signed it.
    unsigned: Sent,
    /// With the sponsor's signature.
    signed: Sent,
    reservation: Reservation,
    /// What both sign.
    pub(crate) message: Vec<u8>,
}

struct Sent {
    /// The payload's JSON, with the transaction in hex.
    payload: String,
    terms: Arc<Terms<CosignTerms>>,
}

impl Suite {
    /// Builds as many transactions, each with a blockhash, and so a message, of its own.
    pub(crate) fn new(kind: Kind, with_facts: bool, count: u32) -> Self {
        let facts = if with_facts { facts::facts(kind) } else { SolanaFacts::default() };
        let policy = Policy::from_toml(POLICY, &Registry::from_toml(REGISTRY).unwrap()).unwrap();
        let signer = LocalCosignSigner::from_seed_hex(USER_SEED).unwrap();
        let terms = terms(kind, with_facts);
        let cases = (0..count).map(|seed| Case::new(kind, &terms, &facts, &policy, seed)).collect();
        Self { facts, policy, signer, cases }
    }

    /// Text in, evidence out; the sponsor signs later, so there is no signature to verify.
    pub(crate) fn verify(&self, case: &Case) -> VerifiedCosign {
        case.unsigned.verify(&self.facts)
    }

    /// The whole way of one approval, as the flow goes it: text in, text out.
    pub(crate) fn approve(&self, case: &Case) -> String {
        let cosign = case.signed.verify(&self.facts);
        let signed =
            block_on(sign(&cosign, &case.reservation, &self.policy, &self.signer, NOW)).unwrap();
        let (transaction, user) = (signed.in_form_it_came(), signed.user_address());
        format!(r#"{{"transaction":"{transaction}","user_address":"{user}"}}"#)
    }
}

impl Case {
    fn new(
        kind: Kind,
        terms: &Terms<CosignTerms>,
        facts: &SolanaFacts,
        policy: &Policy,
        seed: u32,
    ) -> Self {
        let blockhash = SolanaHash::new(Sha256::digest(seed.to_le_bytes()).into());
        let message = kind.message(&terms.approval.transfer, blockhash);
        let sent = |others_sign| {
            let mut terms = terms.clone();
            terms.swap_id = SwapId::generate();
            terms.approval.recent_blockhash = Some(blockhash);
            terms.approval.others_sign = others_sign;
            Sent::new(wire(&message, others_sign == OthersSign::Before), terms)
        };
        let (unsigned, signed) = (sent(OthersSign::Anytime), sent(OthersSign::Before));
        // Recorded once, outside of what is measured: a ledger's speed is its own.
        let claim = signed.verify(facts).claim();
        let reservation = block_on(reserve(&MemoryLedger::new(), claim, policy, NOW)).unwrap();
        Self { unsigned, signed, reservation, message: message.serialize() }
    }
}

impl Sent {
    fn new(wire: Vec<u8>, terms: Terms<CosignTerms>) -> Self {
        let payload = json!({
            "transaction": hex::encode(wire),
            "recent_blockhash": terms.approval.recent_blockhash.unwrap().to_string(),
            "resolver_deposit_address": terms.approval.transfer.destination_owner().to_string(),
        });
        Self { payload: payload.to_string(), terms: Arc::new(terms) }
    }

    fn verify(&self, facts: &SolanaFacts) -> VerifiedCosign {
        verify(CosignPayload::new(self.payload.as_str()), &self.terms, facts, NOW).unwrap()
    }
}

fn terms(kind: Kind, require_facts: bool) -> Terms<CosignTerms> {
    let asset = |token: &str, amount| AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "solana".to_owned(),
        decimals: DECIMALS,
        amount: Lots::from(amount),
    };
    Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: asset("TOKEN", AMOUNT),
        destination: asset("OTHER", 1),
        recipient: "recipient".to_owned(),
        refund_address: "refund".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval: approval(kind, require_facts),
    }
}

fn approval(kind: Kind, require_facts: bool) -> CosignTerms {
    let (user, fee_payer) = (address(&USER), address(&SPONSOR));
    CosignTerms {
        genesis_hash: Some(SolanaHash::new([8; 32])),
        user,
        fee_payer,
        required_signers: vec![fee_payer, user],
        others_sign: OthersSign::Anytime,
        max_lamports_out: if kind == Kind::Native { AMOUNT } else { 0 },
        transfer: kind.transfer(),
        recent_blockhash: None,
        durable_nonce: DurableNonce::Refuse,
        allowed_programs: vec![
            programs::COMPUTE_BUDGET,
            programs::SYSTEM,
            programs::SPL_TOKEN,
            programs::TOKEN_2022,
            programs::ASSOCIATED_TOKEN,
            programs::MEMO,
        ],
        opaque_programs: vec![],
        lookup_tables: kind.tables(),
        allowed_extensions: vec![],
        max_compute_unit_price: Some(1_000_000),
        deadline: Some(UnixSeconds::new(NOW.value() + 600)),
        min_remaining: 60,
        max_deadline: UnixSeconds::new(NOW.value() + 3_600),
        require_facts: if require_facts { Fact::SOLANA.to_vec() } else { vec![] },
    }
}
