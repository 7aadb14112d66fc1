//! Terms of payments, with coins of any kind.

use std::sync::Arc;

use bitcoin::consensus::encode::serialize;
use bitcoin::{Address, Amount, ScriptBuf, Transaction, TxOut};
use countersign_approval::{
    AssetAmount, BitcoinDeposit, BitcoinNetwork, Coin, CoinId, ConfigDigest, Environment, FeeRate,
    MemoryLedger, PaymentAction, PaymentFacts, PaymentFees, PaymentTerms, Sats, SwapId, Terms,
    reserve,
};
use countersign_units::{Lots, UnixSeconds};
use futures::executor::block_on;

use crate::tests::honest::{HEIGHT, Kind, our_key, script, secret_key};
use crate::tests::signing::{policy, signer};
use crate::tests::terms::NOW;
use crate::{
    PaymentDraft, SignedPayment, VerifiedPayment, VerifyError, build_payment, decode, sign_payment,
    verify_payment,
};

/// Seconds that a deadline must leave.
pub(super) const REMAINING: u64 = 600;

#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) coins: Vec<(Kind, u64)>,
    pub(super) amount: u64,
    pub(super) payee: ScriptBuf,
    pub(super) change: Kind,
    /// Satoshis for a thousand virtual bytes.
    pub(super) rate: u64,
    pub(super) max_inputs: usize,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            coins: vec![(Kind::Wpkh, 300_000), (Kind::Tr, 250_000), (Kind::Sh, 90_000)],
            amount: 500_000,
            payee: payee(0),
            change: Kind::Wpkh,
            rate: 5_000,
            max_inputs: 50,
        }
    }
}

/// Returns the script of a deposit address of each kind.
pub(super) fn payee(kind: usize) -> ScriptBuf {
    let key = secret_key(0x44).public_key(crate::secp::secp());
    let inner = ScriptBuf::from_bytes(vec![0x51]);
    match kind % 5 {
        0 => script(Kind::Wpkh, key),
        1 => script(Kind::Tr, key),
        2 => script(Kind::Sh, key),
        3 => inner.to_p2wsh(),
        _ => ScriptBuf::new_p2pkh(&bitcoin::PublicKey::new(key).pubkey_hash()),
    }
}

pub(super) fn address(script: &ScriptBuf) -> String {
    Address::from_script(script, bitcoin::Network::Regtest).unwrap().to_string()
}

pub(super) fn sats(value: u64) -> Sats {
    Sats::new(value).unwrap()
}

impl Scene {
    pub(super) fn terms(&self) -> PaymentTerms {
        let coin = |(place, (kind, value)): (usize, &(Kind, u64))| Coin {
            id: CoinId { txid: [u8::try_from(place).unwrap() + 1; 32], vout: 1 },
            amount: sats(*value),
            script_pubkey: script(*kind, our_key()).to_bytes(),
            public_key: None,
        };
        PaymentTerms {
            network: BitcoinNetwork::Regtest,
            public_key: our_key().serialize(),
            action: PaymentAction::Pay(BitcoinDeposit {
                address: address(&self.payee),
                memo: None,
                amount: sats(self.amount),
            }),
            coins: self.coins.iter().enumerate().map(coin).collect(),
            change_script: script(self.change, our_key()).to_bytes(),
            fees: PaymentFees {
                max: sats(100_000),
                max_rate: FeeRate::from_sats_per_vb(100),
                min_rate: FeeRate::from_sats_per_vb(1),
                max_share: None,
            },
            max_inputs: self.max_inputs,
            replaceable: true,
            current_height: HEIGHT,
            min_confirmations: 1,
            deadline: UnixSeconds::new(NOW.value() + 3_600),
            min_remaining: REMAINING,
            require_facts: Vec::new(),
        }
    }

    pub(super) fn self_spend(&self) -> PaymentTerms {
        PaymentTerms { action: PaymentAction::SelfSpend, ..self.terms() }
    }

    pub(super) fn build(&self, terms: &PaymentTerms) -> PaymentDraft {
        let rate = FeeRate::from_sats_per_kvb(self.rate);
        build_payment(terms, rate, &PaymentFacts::default()).unwrap()
    }
}

pub(super) fn swap(approval: PaymentTerms) -> Arc<Terms<PaymentTerms>> {
    let asset = |token: &str, amount: Lots| AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "bitcoin".to_owned(),
        decimals: 8,
        amount,
    };
    let amount = match &approval.action {
        PaymentAction::Pay(deposit) => deposit.amount,
        PaymentAction::SelfSpend => Sats::ZERO,
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Testnet,
        source: asset("BTC", amount.into()),
        destination: asset("USDC", Lots::from(1)),
        recipient: "someone".to_owned(),
        refund_address: "us".to_owned(),
        config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
        approval,
    })
}

pub(super) fn verify_with(
    draft: PaymentDraft,
    terms: &PaymentTerms,
    facts: &PaymentFacts,
) -> Result<VerifiedPayment, VerifyError> {
    verify_payment(draft, &swap(terms.clone()), facts, NOW)
}

pub(super) fn verified(draft: PaymentDraft, terms: &PaymentTerms) -> VerifiedPayment {
    verify_with(draft, terms, &PaymentFacts::default()).unwrap()
}

pub(super) fn signed(payment: &VerifiedPayment) -> SignedPayment {
    let policy = policy(false);
    let reservation = block_on(reserve(&MemoryLedger::new(), payment.claim(), &policy, NOW));
    block_on(sign_payment(payment, &reservation.unwrap(), &policy, &signer(), NOW)).unwrap()
}

pub(super) fn read(draft: &PaymentDraft) -> Transaction {
    decode::read_unsigned(draft.as_bytes(), "draft").unwrap()
}

pub(super) fn write(tx: &Transaction) -> PaymentDraft {
    PaymentDraft::from_bytes(serialize(tx))
}

/// Returns what each input of a transaction spends.
pub(super) fn spent(tx: &Transaction, terms: &PaymentTerms) -> Vec<TxOut> {
    use bitcoin::hashes::Hash;
    let coin = |input: &bitcoin::TxIn| {
        let txid = input.previous_output.txid.to_byte_array();
        let coin = terms.coins.iter().find(|coin| coin.id.txid == txid).unwrap();
        TxOut {
            value: Amount::from_sat(coin.amount.value()),
            script_pubkey: ScriptBuf::from_bytes(coin.script_pubkey.clone()),
        }
    };
    tx.input.iter().map(coin).collect()
}
