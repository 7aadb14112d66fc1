//! The chain layer by itself: deposits, claims and refunds, and each way they fail.

use alloy::primitives::{Address, B256, U256};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use alloy::sol;
use alloy::sol_types::{SolStruct, eip712_domain};
use countersign_units::UnixSeconds;
use tempo_contracts::PERMIT2_ADDRESS;

use super::{Chain, ChainError, Deposit, NewToken, Rules};
use crate::swap::hash_secret;

const CHAIN_ID: u64 = 910_001;
const START: u64 = 1_800_000_000;

sol! {
    struct TokenPermissions { address token; uint256 amount; }
    struct DepositWitness { address resolverDepositAddress; bytes32 secretHash; uint256 deadline; }
    struct PermitWitnessTransferFrom {
        TokenPermissions permitted;
        address spender;
        uint256 nonce;
        uint256 deadline;
        DepositWitness witness;
    }
}

struct Bench {
    chain: Chain,
    token: Address,
    owner: PrivateKeySigner,
    resolver: Address,
    secret: B256,
}

impl Bench {
    fn new(allowance: u64) -> Self {
        let now = UnixSeconds::new(START);
        let mut chain =
            Chain::start(Rules { chain_id: CHAIN_ID, ..Rules::default() }, now).unwrap();
        let token = chain
            .deploy_token(now, &NewToken { name: "Token", symbol: "TKN", decimals: 6 })
            .unwrap();
        let owner = PrivateKeySigner::random();
        chain.mint(now, token, owner.address(), U256::from(1_000)).unwrap();
        chain.approve_permit2(now, token, owner.address(), U256::from(allowance)).unwrap();
        let (resolver, secret) = (Address::repeat_byte(0x22), B256::repeat_byte(0x33));
        Self { chain, token, owner, resolver, secret }
    }

    fn deposit(&self, nonce: u64, amount: u64) -> Deposit {
        Deposit {
            owner: self.owner.address(),
            token: self.token,
            amount: U256::from(amount),
            nonce: U256::from(nonce),
            deadline: U256::from(START + 100),
            resolver: self.resolver,
            secret_hash: hash_secret(self.secret),
        }
    }

    fn sign(&self, deposit: &Deposit) -> Vec<u8> {
        let message = PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: deposit.token, amount: deposit.amount },
            spender: self.chain.escrow(),
            nonce: deposit.nonce,
            deadline: deposit.deadline,
            witness: DepositWitness {
                resolverDepositAddress: deposit.resolver,
                secretHash: deposit.secret_hash,
                deadline: deposit.deadline,
            },
        };
        let domain = eip712_domain! { name: "Permit2", chain_id: CHAIN_ID, verifying_contract: PERMIT2_ADDRESS, };
        let hash = message.eip712_signing_hash(&domain);
        self.owner.sign_hash_sync(&hash).unwrap().as_bytes().to_vec()
    }

    fn run(&mut self, at: u64, deposit: &Deposit, signature: &[u8]) -> Result<(), ChainError> {
        let operator = Address::repeat_byte(0x11);
        self.chain.deposit(UnixSeconds::new(at), operator, deposit, signature).map(drop)
    }

    fn balance(&mut self, account: Address) -> u64 {
        self.chain.balance(Some(self.token), account).unwrap().to()
    }
}

fn reverted(name: &str) -> Result<(), ChainError> {
    Err(ChainError::Reverted(name.to_owned()))
}

#[test]
fn a_deposit_moves_tokens_and_the_secret_pays_the_resolver() {
    let mut bench = Bench::new(400);
    let (owner, escrow, resolver) = (bench.owner.address(), bench.chain.escrow(), bench.resolver);
    let deposit = bench.deposit(7, 400);
    let signature = bench.sign(&deposit);
    assert!(!bench.chain.nonce_used(owner, U256::from(7)).unwrap());
    bench.run(START, &deposit, &signature).unwrap();
    assert_eq!((bench.balance(owner), bench.balance(escrow)), (600, 400));
    assert!(bench.chain.nonce_used(owner, U256::from(7)).unwrap());
    assert!(!bench.chain.nonce_used(owner, U256::from(8)).unwrap());

    let now = UnixSeconds::new(START + 100);
    let wrong = bench.chain.claim(now, resolver, B256::ZERO).map(drop);
    assert_eq!(wrong, reverted("UnknownSecret"));
    bench.chain.claim(now, resolver, bench.secret).unwrap();
    assert_eq!((bench.balance(escrow), bench.balance(resolver)), (0, 400));
    assert_eq!(bench.chain.claim(now, resolver, bench.secret).map(drop), reverted("UnknownSecret"));
}

#[test]
fn a_deposit_is_refunded_after_the_deadline_and_not_before() {
    let mut bench = Bench::new(400);
    let (owner, escrow) = (bench.owner.address(), bench.chain.escrow());
    let deposit = bench.deposit(7, 400);
    let signature = bench.sign(&deposit);
    bench.run(START, &deposit, &signature).unwrap();
    let refund = |bench: &mut Bench, at| {
        bench.chain.refund(UnixSeconds::new(at), Address::ZERO, deposit.secret_hash).map(drop)
    };
    assert_eq!(refund(&mut bench, START + 100), reverted("RefundTooEarly"));
    assert_eq!(refund(&mut bench, START + 101), Ok(()));
    assert_eq!((bench.balance(owner), bench.balance(escrow)), (1_000, 0));
    assert_eq!(refund(&mut bench, START + 102), reverted("NothingHeld"));
    let late = bench.chain.try_claim(UnixSeconds::new(START + 102), Address::ZERO, bench.secret);
    assert_eq!(late, reverted("UnknownSecret"));
}

#[test]
fn a_claim_after_the_deadline_fails() {
    let mut bench = Bench::new(400);
    let deposit = bench.deposit(7, 400);
    let signature = bench.sign(&deposit);
    bench.run(START, &deposit, &signature).unwrap();
    let late = bench.chain.try_claim(UnixSeconds::new(START + 101), Address::ZERO, bench.secret);
    assert_eq!(late, reverted("ClaimTooLate"));
}

#[test]
fn the_chain_names_what_is_wrong_with_a_deposit() {
    let mut bench = Bench::new(400);
    let deposit = bench.deposit(7, 400);
    let signature = bench.sign(&deposit);

    let mut tampered = deposit.clone();
    tampered.resolver = Address::repeat_byte(0x66);
    assert_eq!(bench.run(START, &tampered, &signature), reverted("InvalidSigner"));
    assert_eq!(bench.run(START, &deposit, &signature[..60]), reverted("InvalidSignatureLength"));
    assert_eq!(bench.run(START + 101, &deposit, &signature), reverted("SignatureExpired"));
}

#[test]
fn a_nonce_and_a_secret_are_good_for_one_deposit() {
    let mut bench = Bench::new(400);
    let deposit = bench.deposit(7, 100);
    let signature = bench.sign(&deposit);
    bench.run(START, &deposit, &signature).unwrap();
    assert_eq!(bench.run(START, &deposit, &signature), reverted("Taken"));

    let mut replayed = bench.deposit(7, 100);
    replayed.secret_hash = B256::repeat_byte(0x44);
    let signature = bench.sign(&replayed);
    assert_eq!(bench.run(START, &replayed, &signature), reverted("InvalidNonce"));
}

#[test]
fn an_allowance_and_a_balance_are_needed() {
    for (allowance, amount) in [(0, 100), (99, 100), (5_000, 2_000)] {
        let mut bench = Bench::new(allowance);
        let deposit = bench.deposit(7, amount);
        let signature = bench.sign(&deposit);
        assert_eq!(bench.run(START, &deposit, &signature), reverted("TRANSFER_FROM_FAILED"));
        assert_eq!(bench.balance(bench.owner.address()), 1_000);
    }
}

#[test]
fn only_the_deployer_mints_and_nobody_spends_more_than_it_has() {
    let mut bench = Bench::new(0);
    let now = UnixSeconds::new(START);
    let poor = Address::repeat_byte(0x77);
    bench.chain.deployer = poor;
    assert_eq!(
        bench.chain.mint(now, bench.token, poor, U256::from(1)).map(drop),
        reverted("NotMinter")
    );
    let sent = bench
        .chain
        .transfer(now, Some(bench.token), (poor, bench.resolver), U256::from(1))
        .map(drop);
    assert_eq!(sent, reverted("InsufficientBalance"));
}
