//! Our side: a PSBT over our coins as the counterparty would send it, verified, reserved and signed.

use std::sync::Arc;

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::psbt::Psbt;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid};
use countersign_approval::{
    AssetAmount, BitcoinFacts, Coin, ConfigDigest, DerivedHtlc, Environment, Fact, ForeignInputs,
    HtlcKey, HtlcSpec, HtlcTerms, MemoryLedger, Policy, Registry, Sats, SeenCoins, SighashKind,
    SwapId, Terms, reserve,
};
use countersign_bitcoin::{
    LocalCoinSigner, PsbtForm, PsbtPayload, VerifiedPsbt, VerifyError, sign, verify,
};
use countersign_units::{Lots, UnixSeconds};
use serde_json::json;

use crate::counterparty::{Template, secret_hash};
use crate::keys::{CLAIMER, OURS};
use crate::scene::REGTEST;

/// When everything is signed.
pub(crate) const NOW: UnixSeconds = UnixSeconds::new(1_795_000_000);
const FEE: u64 = 2_000;
const CHANGE: u64 = 700_000;
const REGISTRY: &str = r#"
environment = "sandbox"
[networks.bitcoin]
kind = "bitcoin"
api_network_id = 5
network = "regtest"
htlc_templates = ["htlc-p2wsh-v1", "htlc-p2tr-v1"]
claim_keys = []
[tokens.BTC]
network = "bitcoin"
address = "btc"
decimals = 8
"#;
const POLICY: &str = r#"
paused = false
max_deadline_seconds = 3600
max_slippage_bps = 100
require_facts = []
[limits.BTC]
per_swap = "21000000"
per_day = "21000000"
"#;

/// A funding of one output out of our coins.
pub(crate) struct Funding {
    pub(crate) template: Template,
    pub(crate) locktime: u32,
    pub(crate) seen: SeenCoins,
    pub(crate) fee: u64,
}

/// A signed transaction that funds an output, with the evidence that it was made from.
pub(crate) struct Funded {
    pub(crate) evidence: VerifiedPsbt,
    pub(crate) tx: Transaction,
}

impl Funding {
    /// Spends all coins that the node tells of.
    pub(crate) const fn new(template: Template, locktime: u32, seen: SeenCoins) -> Self {
        Self { template, locktime, seen, fee: FEE }
    }

    /// Compares the PSBT with the terms, by facts that may be newer than the terms.
    pub(crate) fn verify(&self, facts: &SeenCoins) -> Result<VerifiedPsbt, VerifyError> {
        let psbt = self.psbt();
        let inputs: Vec<usize> = (0..psbt.inputs.len()).collect();
        let payload = json!({"psbt": psbt.to_string(), "inputs": inputs}).to_string();
        verify(PsbtPayload::new(payload), &Arc::new(self.terms()), &self::facts(facts), NOW)
    }

    /// Verifies, reserves, signs and takes the transaction out.
    pub(crate) async fn sign(&self) -> Funded {
        let evidence = self.verify(&self.seen).unwrap();
        let policy = policy();
        let reservation =
            reserve(&MemoryLedger::new(), evidence.claim(), &policy, NOW).await.unwrap();
        let signed = sign(&evidence, &reservation, &policy, &signer(), NOW).await.unwrap();
        let signed = Psbt::deserialize(&signed.to_bytes(PsbtForm::Finalised)).unwrap();
        Funded { evidence, tx: signed.extract_tx().unwrap() }
    }

    fn amount(&self) -> u64 {
        let coins = self.seen.coins.iter().map(|(coin, _)| coin.amount.value());
        coins.sum::<u64>() - CHANGE - self.fee
    }

    /// Builds the PSBT, as whoever wants the output funded does.
    fn psbt(&self) -> Psbt {
        let input = |coin: &Coin| TxIn {
            previous_output: outpoint(coin),
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            ..TxIn::default()
        };
        let pays = |sats, script_pubkey| TxOut { value: Amount::from_sat(sats), script_pubkey };
        let coins: Vec<&Coin> = self.seen.coins.iter().map(|(coin, _)| coin).collect();
        let tx = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: coins.iter().map(|coin| input(coin)).collect(),
            output: vec![
                pays(CHANGE, OURS.p2wpkh()),
                pays(self.amount(), self.template.script_pubkey(self.locktime)),
            ],
        };
        let mut psbt = Psbt::from_unsigned_tx(tx).unwrap();
        for (map, coin) in psbt.inputs.iter_mut().zip(coins) {
            let script = ScriptBuf::from_bytes(coin.script_pubkey.clone());
            map.redeem_script = script.is_p2sh().then(|| OURS.p2wpkh());
            map.tap_internal_key = script.is_p2tr().then(|| OURS.public().x_only_public_key().0);
            map.witness_utxo = Some(pays(coin.amount.value(), script));
        }
        psbt
    }

    fn terms(&self) -> Terms<HtlcTerms> {
        let amount = Sats::new(self.amount()).unwrap();
        Terms {
            swap_id: SwapId::generate(),
            environment: Environment::Sandbox,
            source: asset("BTC", amount.into()),
            destination: asset("USDC", Lots::from(1)),
            recipient: "someone".to_owned(),
            refund_address: OURS.address(),
            config: ConfigDigest { policy: [1; 32], registry: [2; 32] },
            approval: self.approval(amount),
        }
    }

    fn approval(&self, amount: Sats) -> HtlcTerms {
        HtlcTerms {
            network: REGTEST,
            public_key: OURS.public().serialize(),
            coins: self.seen.coins.iter().map(|(coin, _)| coin.clone()).collect(),
            htlc: self.spec(amount),
            change_script: OURS.p2wpkh().to_bytes(),
            max_fee: Sats::new(self.fee).unwrap(),
            max_fee_rate: Some(100),
            stressed_fee_rate: 50,
            max_locktime: self.locktime,
            current_height: self.seen.height,
            allowed_sighash: vec![SighashKind::All, SighashKind::Default],
            foreign_inputs: ForeignInputs::Refuse,
            min_confirmations: 1,
            deadline: None,
            max_deadline: UnixSeconds::new(2_000_000_000),
            require_facts: vec![Fact::Coins, Fact::Confirmations, Fact::Reserved, Fact::Height],
        }
    }

    fn spec(&self, amount: Sats) -> HtlcSpec {
        let (claim_key, refund_key) = match self.template {
            Template::P2wsh => (
                HtlcKey::Compressed(CLAIMER.public().serialize()),
                HtlcKey::Compressed(OURS.public().serialize()),
            ),
            Template::P2tr => (HtlcKey::XOnly(CLAIMER.x_only()), HtlcKey::XOnly(OURS.x_only())),
        };
        HtlcSpec {
            template: self.template.name().to_owned(),
            amount,
            secret_hash: secret_hash(),
            locktime: self.locktime,
            claim_key,
            refund_key,
            internal_key: None,
            derived: DerivedHtlc::default(),
        }
    }
}

impl Funded {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serialize(&self.tx)
    }

    /// Returns the funded output and where it is, by its script.
    pub(crate) fn output(&self) -> (OutPoint, &TxOut) {
        let recipe = self.evidence.refund_recipe();
        let ours = |output: &TxOut| output.script_pubkey.as_bytes() == recipe.script_pubkey();
        let vout = self.tx.output.iter().position(ours).unwrap();
        let outpoint = OutPoint { txid: self.tx.compute_txid(), vout: vout.try_into().unwrap() };
        (outpoint, self.tx.output.get(vout).unwrap())
    }
}

pub(crate) fn policy() -> Policy {
    Policy::from_toml(POLICY, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

pub(crate) fn signer() -> LocalCoinSigner {
    LocalCoinSigner::from_hex(&OURS.secret_hex()).unwrap()
}

fn facts(seen: &SeenCoins) -> BitcoinFacts {
    BitcoinFacts {
        coins: Some(seen.coins.iter().map(|(coin, _)| coin.clone()).collect()),
        confirmations: Some(
            seen.coins.iter().map(|(coin, confirmations)| (coin.id, *confirmations)).collect(),
        ),
        reserved: Some(Vec::new()),
        height: Some(seen.height),
    }
}

fn outpoint(coin: &Coin) -> OutPoint {
    OutPoint { txid: Txid::from_byte_array(coin.id.txid), vout: coin.id.vout }
}

pub(crate) fn asset(token: &str, amount: Lots) -> AssetAmount {
    AssetAmount {
        token: token.to_owned(),
        symbol: token.to_owned(),
        network: "bitcoin".to_owned(),
        decimals: 8,
        amount,
    }
}
