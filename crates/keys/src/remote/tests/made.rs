//! Evidence of each kind that can be made without another side.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bitcoin::key::CompressedPublicKey;
use bitcoin::{Address, KnownHrp};
use countersign_approval::{
    AccountNonce, AssetAmount, BitcoinDeposit, BitcoinNetwork, CallAction, CallFacts, CallOutcome,
    CallTerms, Coin, CoinId, ConfigDigest, Environment, EvmFacts, FeeRate, PaymentAction,
    PaymentFacts, PaymentFees, PaymentTerms, Permit2Terms, Pin, Sats, SwapId, Terms,
    TransferAction, TransferFacts, TransferTerms, TypedDataStandard, UnpinnedMembers,
};
use countersign_bitcoin::{Refund, VerifiedPayment};
use countersign_evm::{CallDraft, PermitPayload, VerifiedCall, VerifiedPermit};
use countersign_solana::{TransferPlan, VerifiedTransfer};
use countersign_units::{
    EvmAddress, Lots, SolanaAddress, SolanaHash, U256, UnixMillis, UnixSeconds,
};
use serde_json::{Value, json};

use crate::{Key, Keyring, KeyringConfig, MemoryKeys};

pub(super) const CONFIG: ConfigDigest = ConfigDigest { policy: [1; 32], registry: [2; 32] };
const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
const ESCROW: &str = "0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E";
const RESOLVER: &str = "0xFAa2C73d45F573aD2b6a5d83617719F230ED6441";
const USDC: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const WITNESS: &str =
    "DepositWitness(address resolverDepositAddress,bytes32 secretHash,uint256 deadline)";
const KEYRING: &str = r#"
[keys.evm]
source = "SOURCE"
curve = "secp256k1"
chains = ["evm"]
environment = "sandbox"
[keys.btc]
source = "SOURCE"
curve = "secp256k1"
chains = ["bitcoin"]
environment = "sandbox"
[keys.sol]
source = "SOURCE"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"
[keys.treasury]
source = "SOURCE"
curve = "secp256k1"
chains = ["evm", "bitcoin"]
environment = "sandbox"
[keys.sol-treasury]
source = "SOURCE"
curve = "ed25519"
chains = ["solana"]
environment = "sandbox"
"#;

#[expect(clippy::disallowed_methods, reason = "the service under test is asked at this moment")]
pub(super) fn now_ms() -> UnixMillis {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixMillis::new(u64::try_from(passed.as_millis()).unwrap())
}

pub(super) fn now() -> UnixSeconds {
    now_ms().to_seconds()
}

pub(super) fn config(source: &str) -> KeyringConfig {
    KeyringConfig::from_toml(&KEYRING.replace("SOURCE", source)).unwrap()
}

/// The keys of the service, in memory.
pub(super) async fn vault() -> Keyring {
    let keys = MemoryKeys::new("memory").secp256k1("evm", &[7; 32]).unwrap();
    let keys = keys.secp256k1("btc", &[8; 32]).unwrap().ed25519("sol", &[9; 32]);
    let keys = keys.secp256k1("treasury", &[10; 32]).unwrap().ed25519("sol-treasury", &[11; 32]);
    Keyring::new(&config("memory"), [keys.into_source()]).await.unwrap()
}

fn owner(key: &Key) -> EvmAddress {
    crate::EvmKey::new(key.clone()).unwrap().address()
}

fn swap<A>(network: &str, amount: Lots, approval: A) -> Arc<Terms<A>> {
    let asset = |symbol: &str, network: &str, amount| AssetAmount {
        token: symbol.to_owned(),
        symbol: symbol.to_owned(),
        network: network.to_owned(),
        decimals: 6,
        amount,
    };
    Arc::new(Terms {
        swap_id: SwapId::generate(),
        environment: Environment::Sandbox,
        source: asset("USDC", network, amount),
        destination: asset("SOL", "solana", Lots::from(1)),
        recipient: "recipient".to_owned(),
        refund_address: "refund".to_owned(),
        config: CONFIG,
        approval,
    })
}

/// A permit of so many base units.
pub(super) fn permit(key: &Key, amount: u64) -> VerifiedPermit {
    let deadline = now().saturating_add(1_800).value();
    let payload = PermitPayload::new(permit_json(amount, deadline).to_string());
    let terms = swap("ethereum", Lots::from(amount), permit_terms(owner(key), amount));
    countersign_evm::verify(payload, &terms, &EvmFacts::default(), now()).unwrap()
}

fn permit_terms(owner: EvmAddress, amount: u64) -> Permit2Terms {
    Permit2Terms {
        standard: TypedDataStandard::Eip712,
        owner,
        signer: None,
        chain_id: 31_337,
        permit2: PERMIT2.parse().unwrap(),
        escrows: vec![ESCROW.parse().unwrap()],
        escrow_code_hash: None,
        escrow_implementation: None,
        token: USDC.parse().unwrap(),
        amount: Lots::from(amount),
        nonce: None,
        used_nonces: vec![],
        deadline: None,
        min_remaining: 0,
        max_deadline: U256::from(now().saturating_add(3_600).value()),
        witness_types: vec![WITNESS.to_owned()],
        witness: Pin::nothing(),
        resolvers: vec![RESOLVER.parse().unwrap()],
        unpinned_members: UnpinnedMembers::Refuse,
        require_facts: vec![],
        max_allowance: None,
        max_clock_skew: 300,
    }
}

/// A permit in the form in which wallets are handed one.
fn permit_json(amount: u64, deadline: u64) -> Value {
    let members = |members: &[(&str, &str)]| -> Value {
        members.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect()
    };
    let secret_hash = format!("0x{}", hex::encode([7; 32]));
    let deadline = deadline.to_string();
    json!({
        "secret_hash": secret_hash,
        "params": {
            "escrow_contract_address": ESCROW,
            "permit2_contract_address": PERMIT2,
            "resolver_deposit_address": RESOLVER,
            "nonce": "42",
        },
        "typed_data": {
            "types": {
                "PermitWitnessTransferFrom": members(&[
                    ("permitted", "TokenPermissions"), ("spender", "address"),
                    ("nonce", "uint256"), ("deadline", "uint256"), ("witness", "DepositWitness"),
                ]),
                "TokenPermissions": members(&[("token", "address"), ("amount", "uint256")]),
                "DepositWitness": members(&[
                    ("resolverDepositAddress", "address"), ("secretHash", "bytes32"),
                    ("deadline", "uint256"),
                ]),
            },
            "primaryType": "PermitWitnessTransferFrom",
            "domain": {"name": "Permit2", "chainId": "31337", "verifyingContract": PERMIT2},
            "message": {
                "permitted": {"token": USDC, "amount": amount.to_string()},
                "spender": ESCROW,
                "nonce": "42",
                "deadline": deadline,
                "witness": {
                    "resolverDepositAddress": RESOLVER,
                    "secretHash": secret_hash,
                    "deadline": deadline,
                },
            },
        },
    })
}

/// A transaction that moves a token.
pub(super) fn call(key: &Key) -> VerifiedCall {
    let (token, to) = (EvmAddress::new([0x70; 20]), EvmAddress::new([0xde; 20]));
    call_that(key, CallAction::TransferToken { token, to, amount: Lots::from(1_000_000) })
}

/// A transaction that does something.
pub(super) fn call_that(key: &Key, action: CallAction) -> VerifiedCall {
    let owner = owner(key);
    let amount = Lots::from(1_000_000);
    let approval = CallTerms {
        owner,
        signer: Some(owner),
        chain_id: 31_337,
        action,
        account_nonce: 7,
        max_gas: 200_000,
        max_fee_per_gas: u128::from(u64::MAX) + 7,
        max_priority_fee_per_gas: 3_000_000_000,
        max_total_fee: u128::MAX,
        deadline: now().saturating_add(1_800),
        min_remaining: 60,
        max_clock_skew: 300,
        require_facts: vec![],
    };
    let facts = CallFacts {
        account_nonce: Some(AccountNonce { mined: 7, pending: 7 }),
        balance: Some(amount),
        native_balance: Some(Lots::from(u64::MAX)),
        base_fee: Some(20_000_000_000),
        priority_fee: Some(1_000_000_000),
        gas: Some(60_000),
        simulation: Some(CallOutcome::Returned(vec![])),
        ..CallFacts::default()
    };
    let draft = CallDraft::build(&approval, &facts).unwrap();
    let terms = swap("ethereum", amount, approval);
    countersign_evm::verify_call(draft, &terms, &facts, now()).unwrap()
}

/// A payment of two coins, one by ECDSA and one by Schnorr's scheme.
pub(super) fn payment(key: &Key) -> VerifiedPayment {
    paid(key, None)
}

/// A payment whose change goes to another key, which the terms call ours: it has a coin among them.
pub(super) fn payment_with_change(key: &Key, other: [u8; 33]) -> VerifiedPayment {
    paid(key, Some(other))
}

fn paid(key: &Key, other: Option<[u8; 33]>) -> VerifiedPayment {
    let public_key: [u8; 33] = key.public_key().as_bytes().try_into().unwrap();
    let point = CompressedPublicKey::from_slice(&public_key).unwrap();
    let wpkh = Address::p2wpkh(&point, KnownHrp::Regtest);
    let secp = bitcoin::secp256k1::Secp256k1::verification_only();
    let taproot = Address::p2tr(&secp, point.0.x_only_public_key().0, None, KnownHrp::Regtest);
    let coins = [&wpkh, &taproot].into_iter().zip(1..).map(|(address, place)| Coin {
        id: CoinId { txid: [place; 32], vout: 1 },
        amount: Sats::new(300_000).unwrap(),
        script_pubkey: address.script_pubkey().to_bytes(),
        public_key: None,
    });
    let other_script =
        other.map(|other| countersign_bitcoin::scripts_of_key(other).unwrap()[0].clone());
    let other_coin = other_script.clone().map(|script_pubkey| Coin {
        id: CoinId { txid: [9; 32], vout: 1 },
        amount: Sats::new(10_000).unwrap(),
        script_pubkey,
        public_key: other,
    });
    let amount = Sats::new(500_000).unwrap();
    let address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080".to_owned();
    let approval = PaymentTerms {
        network: BitcoinNetwork::Regtest,
        public_key,
        action: PaymentAction::Pay(BitcoinDeposit { address, memo: None, amount }),
        coins: coins.chain(other_coin).collect(),
        change_script: other_script.unwrap_or_else(|| wpkh.script_pubkey().to_bytes()),
        fees: PaymentFees {
            max: Sats::new(100_000).unwrap(),
            max_rate: FeeRate::from_sats_per_vb(100),
            min_rate: FeeRate::from_sats_per_vb(1),
            max_share: None,
        },
        max_inputs: 10,
        replaceable: true,
        current_height: 100,
        min_confirmations: 1,
        deadline: now().saturating_add(3_600),
        min_remaining: 600,
        require_facts: vec![],
    };
    let facts = PaymentFacts::default();
    let rate = FeeRate::from_sats_per_vb(5);
    let draft = countersign_bitcoin::build_payment(&approval, rate, &facts).unwrap();
    let terms = swap("bitcoin", Lots::from(amount), approval);
    countersign_bitcoin::verify_payment(draft, &terms, &facts, now()).unwrap()
}

/// A transfer of lamports.
pub(super) fn transfer(key: &Key) -> VerifiedTransfer {
    let owner = SolanaAddress::new(key.public_key().as_bytes().try_into().unwrap());
    let lamports = 2_500_000;
    let approval = TransferTerms {
        genesis_hash: Some(SolanaHash::new([9; 32])),
        owner,
        action: TransferAction::Native { to: SolanaAddress::new([3; 32]), lamports },
        recent_blockhash: SolanaHash::new([7; 32]),
        last_valid_block_height: 1_150,
        max_compute_unit_limit: 300_000,
        max_compute_unit_price: Some(1_000_000),
        max_lamports_beside: 3_000_000,
        allowed_extensions: vec![],
        not_after: now().saturating_add(600),
        min_remaining: 120,
        require_facts: vec![],
    };
    let facts = TransferFacts::default();
    let plan = TransferPlan::new(&approval, &facts, 5_000);
    let draft = countersign_solana::build_transfer(&approval, &plan).unwrap();
    let terms = swap("solana", Lots::from(lamports), approval);
    countersign_solana::verify_transfer(draft, &terms, &facts, now()).unwrap()
}

/// A refund of 100,000 satoshis to the key that takes them back.
pub(super) fn refund(key: &Key, fee_rate: u64) -> Refund {
    let public_key: [u8; 33] = key.public_key().as_bytes().try_into().unwrap();
    let script = &countersign_bitcoin::scripts_of_key(public_key).unwrap()[0];
    refund_to(key, script, fee_rate)
}

/// A refund of as much to a script.
pub(super) fn refund_to(key: &Key, script: &[u8], fee_rate: u64) -> Refund {
    let public_key: [u8; 33] = key.public_key().as_bytes().try_into().unwrap();
    crate::tests::refunds::planned(&public_key, "regtest", script, fee_rate)
}

/// A refund of as much to the key, by Schnorr's scheme.
pub(super) fn refund_in_a_tree(key: &Key) -> Refund {
    let public_key: [u8; 33] = key.public_key().as_bytes().try_into().unwrap();
    let script = &countersign_bitcoin::scripts_of_key(public_key).unwrap()[0];
    crate::tests::refunds::planned_in_a_tree(&public_key, script)
}
