//! Transactions of a client's own, sent to an EVM network's node: signed by alloy, and read back
//! both raw and through the view of a client that verifies.

use alloy::consensus::{SignableTransaction, TxEip1559, TxEnvelope, TxLegacy};
use alloy::eips::eip2718::Encodable2718;
use alloy::primitives::{Address, Bytes, TxKind, U256, keccak256};
use alloy::signers::SignerSync;
use alloy::signers::local::PrivateKeySigner;
use countersign_approval::{
    AccountNonce, BroadcastError, CallChainView, CallFactsQuery, CallOutcome, CallState,
    TypedDataStandard,
};
use countersign_chain_rpc::EvmRpc;
use countersign_sandbox::{ExecutionKind, Sandbox, SandboxConfig};
use countersign_units::{EvmAddress, Lots};
use serde_json::{Value, json};

use crate::client::{Dialect, Wish, account, balance, token, wait_for};
use crate::rpc::{ask, call_data, integer, result, start, word};

const CHAIN_ID: u64 = 910_001;
const GWEI: u128 = 1_000_000_000;
/// What the node charges and what it advises to add, for a unit of gas.
const PRICE: u128 = GWEI + GWEI / 10;
const PLAIN_GAS: u64 = 21_000;
const ETHER: u128 = GWEI * GWEI;

/// A sandbox, and who sends.
struct Bench {
    sandbox: Sandbox,
    signer: PrivateKeySigner,
    recipient: Address,
}

impl Bench {
    async fn new() -> Self {
        let sandbox = start().await;
        let signer = account(&sandbox, "default").private_key().parse().unwrap();
        let recipient = sandbox.new_recipient("ethereum").unwrap().parse().unwrap();
        Self { sandbox, signer, recipient }
    }

    fn view(&self) -> EvmRpc {
        let url = self.sandbox.rpc_url("ethereum").unwrap().parse().unwrap();
        EvmRpc::connect(url, TypedDataStandard::Eip712).unwrap()
    }

    fn owner(&self) -> String {
        self.signer.address().to_string()
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        result(&self.sandbox, "ethereum", method, params).await
    }

    async fn nonce(&self) -> u64 {
        let params = json!([self.owner(), "pending"]);
        integer(&self.ask("eth_getTransactionCount", params).await)
    }

    async fn coins(&self, address: Address) -> U256 {
        let held = self.ask("eth_getBalance", json!([address, "latest"])).await;
        held.as_str().unwrap().parse().unwrap()
    }

    /// Writes a transfer of coins.
    async fn transfer(&self, wei: u128) -> TxEip1559 {
        TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.nonce().await,
            gas_limit: PLAIN_GAS,
            max_fee_per_gas: 2 * GWEI,
            max_priority_fee_per_gas: GWEI / 10,
            to: TxKind::Call(self.recipient),
            value: U256::from(wei),
            ..TxEip1559::default()
        }
    }

    /// Writes a call of a contract.
    async fn call(&self, to: &str, data: &str) -> TxEip1559 {
        let (to, input) = (TxKind::Call(to.parse().unwrap()), data.parse().unwrap());
        TxEip1559 { to, input, gas_limit: 100_000, ..self.transfer(0).await }
    }

    fn sign(&self, transaction: TxEip1559) -> Bytes {
        let signature = self.signer.sign_hash_sync(&transaction.signature_hash()).unwrap();
        TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
    }

    async fn send(&self, bytes: &Bytes) -> Value {
        ask(&self.sandbox, "ethereum", "eth_sendRawTransaction", json!([bytes])).await
    }

    async fn taken(&self, transaction: TxEip1559) -> Value {
        let bytes = self.sign(transaction);
        let answer = self.send(&bytes).await;
        assert_eq!(answer["result"], keccak256(&bytes).to_string(), "{answer}");
        self.ask("eth_getTransactionReceipt", json!([answer["result"]])).await
    }

    /// Returns what the node says of a transaction that it refuses.
    async fn refused(&self, bytes: &Bytes) -> String {
        let (before, answer) = (self.nonce().await, self.send(bytes).await);
        assert_eq!(answer["error"]["code"], -32_000, "{answer}");
        assert_eq!(self.nonce().await, before);
        answer["error"]["message"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_transfer_of_coins_moves_them_and_pays_for_gas() {
    let bench = Bench::new().await;
    let (owner, recipient) = (bench.signer.address(), bench.recipient);
    let (before, nonce) = (bench.coins(owner).await, bench.nonce().await);
    let receipt = bench.taken(bench.transfer(3 * ETHER).await).await;

    let paid = U256::from(3 * ETHER) + U256::from(u128::from(PLAIN_GAS) * PRICE);
    assert_eq!(bench.coins(owner).await, before - paid);
    assert_eq!(bench.coins(recipient).await, U256::from(3 * ETHER));
    assert_eq!(balance(&bench.sandbox, &recipient.to_string(), "ETH"), (3 * ETHER).to_string());
    assert_eq!(bench.nonce().await, nonce + 1);
    assert_eq!((&receipt["status"], integer(&receipt["gasUsed"])), (&json!("0x1"), PLAIN_GAS));
    assert_eq!(u128::from(integer(&receipt["effectiveGasPrice"])), PRICE);
    assert_eq!(receipt["logs"], json!([]));

    let hash = &receipt["transactionHash"];
    let [received] = &bench.sandbox.received(&recipient.to_string())[..] else { panic!("once") };
    assert_eq!((received.token.as_str(), json!(received.id)), ("ETH", hash.clone()));
    assert_eq!(received.amount.to_string(), (3 * ETHER).to_string());
    let [ran] = &bench.sandbox.executions()[..] else { panic!("ran once") };
    assert_eq!((ran.kind, ran.token.as_str()), (ExecutionKind::Transfer, "ETH"));
    assert_eq!((&ran.from, &ran.to), (&owner.to_string(), &recipient.to_string()));
}

#[tokio::test]
async fn a_transaction_is_found_by_its_hash_and_in_its_block() {
    let bench = Bench::new().await;
    let sent = bench.transfer(1).await;
    let nonce = sent.nonce;
    let receipt = bench.taken(sent).await;
    let hash = &receipt["transactionHash"];
    let found = bench.ask("eth_getTransactionByHash", json!([hash])).await;
    assert_eq!((integer(&found["nonce"]), integer(&found["value"])), (nonce, 1));
    for member in ["blockHash", "blockNumber", "from", "to", "transactionIndex"] {
        assert_eq!(found[member], receipt[member], "{member}");
    }
    let block = bench.ask("eth_getBlockByHash", json!([receipt["blockHash"], false])).await;
    assert_eq!(block["transactions"], json!([hash]));
    assert_eq!(u128::from(integer(&block["baseFeePerGas"])), GWEI);
    assert_eq!(integer(&block["gasUsed"]), PLAIN_GAS);
    let whole = bench.ask("eth_getBlockByHash", json!([receipt["blockHash"], true])).await;
    assert_eq!(whole["transactions"], json!([found]));
    for method in ["eth_getTransactionByHash", "eth_getTransactionReceipt"] {
        let unknown = json!([format!("0x{:064x}", 7)]);
        assert_eq!(bench.ask(method, unknown).await, Value::Null);
    }
}

#[tokio::test]
async fn a_transfer_of_tokens_is_logged_and_received() {
    let bench = Bench::new().await;
    let usdc = token(&bench.sandbox, "USDC");
    let recipient = bench.recipient.to_string();
    let data = call_data("transfer(address,uint256)", &[word(&recipient), U256::from(2_500_000)]);
    let receipt = bench.taken(bench.call(&usdc, &data).await).await;
    assert_eq!(balance(&bench.sandbox, &recipient, "USDC"), "2500000");
    let [log] = &receipt["logs"].as_array().unwrap()[..] else { panic!("{receipt}") };
    let topic = keccak256("Transfer(address,address,uint256)");
    assert_eq!(log["topics"][0], topic.to_string());
    assert_eq!(log["transactionHash"], receipt["transactionHash"]);
    let bloom = receipt["logsBloom"].as_str().unwrap();
    assert!(bloom.len() == 2 + 512 && bloom.contains(|bit| !"0x".contains(bit)));
    let [received] = &bench.sandbox.received(&recipient)[..] else { panic!("once") };
    assert_eq!(
        (received.token.as_str(), received.amount.to_string().as_str()),
        ("USDC", "2500000")
    );
    assert_eq!(bench.sandbox.executions()[0].call, "transfer");
}

#[tokio::test]
async fn one_that_fails_is_mined_and_paid_for() {
    let bench = Bench::new().await;
    let owner = bench.signer.address();
    let (before, nonce) = (bench.coins(owner).await, bench.nonce().await);
    let usdc = token(&bench.sandbox, "USDC");
    let too_much = [word(&bench.recipient.to_string()), U256::from(u128::MAX)];
    let data = call_data("transfer(address,uint256)", &too_much);
    let receipt = bench.taken(bench.call(&usdc, &data).await).await;
    assert_eq!((&receipt["status"], &receipt["logs"]), (&json!("0x0"), &json!([])));
    let fee = U256::from(u128::from(integer(&receipt["gasUsed"])) * PRICE);
    assert_eq!((bench.coins(owner).await, bench.nonce().await), (before - fee, nonce + 1));
    assert_eq!(bench.sandbox.executions(), []);
    assert_eq!(bench.sandbox.received(&bench.recipient.to_string()), []);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    let bench = Bench::new().await;
    let fair = bench.transfer(1).await;
    let nonce = fair.nonce;
    for (transaction, said) in [
        (TxEip1559 { nonce: nonce - 1, ..fair.clone() }, "nonce too low"),
        (TxEip1559 { nonce: nonce + 1, ..fair.clone() }, "nonce too high"),
        (TxEip1559 { chain_id: 1, ..fair.clone() }, "invalid chain id for signer"),
        (
            TxEip1559 { max_fee_per_gas: GWEI - 1, max_priority_fee_per_gas: 0, ..fair.clone() },
            "max fee per gas less than block base fee",
        ),
        (
            TxEip1559 { max_priority_fee_per_gas: 3 * GWEI, ..fair.clone() },
            "max priority fee per gas higher than max fee per gas",
        ),
        (TxEip1559 { value: U256::from(10 * ETHER), ..fair.clone() }, "insufficient funds"),
        (TxEip1559 { gas_limit: PLAIN_GAS - 1, ..fair.clone() }, "intrinsic gas too low"),
        (TxEip1559 { gas_limit: 30_000_001, ..fair.clone() }, "exceeds block gas limit"),
    ] {
        let found = bench.refused(&bench.sign(transaction)).await;
        assert!(found.starts_with(said), "{found}");
    }
    assert_eq!(bench.sandbox.executions(), []);
    bench.taken(fair).await;
}

#[tokio::test]
async fn bytes_that_are_no_such_transaction_are_refused() {
    let bench = Bench::new().await;
    let bytes = bench.sign(bench.transfer(1).await);
    let legacy = TxLegacy { chain_id: Some(CHAIN_ID), gas_limit: PLAIN_GAS, ..TxLegacy::default() };
    let signature = bench.signer.sign_hash_sync(&legacy.signature_hash()).unwrap();
    let legacy = TxEnvelope::from(legacy.into_signed(signature)).encoded_2718();
    let longer = [&bytes[..], &[0]].concat();
    for (bytes, said) in [
        (legacy, "transaction type not supported"),
        (longer, "rlp"),
        (bytes[..bytes.len() - 1].to_vec(), "rlp"),
        (Vec::new(), "rlp"),
    ] {
        let found = bench.refused(&bytes.into()).await;
        assert!(found.starts_with(said), "{found}");
    }
    // The signature of somebody else is that of an account without coins.
    let mut other = bytes.to_vec();
    let middle = other.len() - 40;
    other[middle] ^= 1;
    bench.refused(&other.into()).await;
}

#[tokio::test]
async fn the_same_bytes_are_taken_once() {
    let bench = Bench::new().await;
    let bytes = bench.sign(bench.transfer(ETHER).await);
    assert!(bench.send(&bytes).await.get("result").is_some());
    assert_eq!(bench.refused(&bytes).await, "already known");
    assert_eq!(bench.coins(bench.recipient).await, U256::from(ETHER));
    assert_eq!(bench.sandbox.executions().len(), 1);
}

#[tokio::test]
async fn gas_has_a_price_and_is_estimated() {
    let bench = Bench::new().await;
    let price = bench.ask("eth_gasPrice", json!([])).await;
    let tip = bench.ask("eth_maxPriorityFeePerGas", json!([])).await;
    assert_eq!((u128::from(integer(&price)), u128::from(integer(&tip))), (PRICE, GWEI / 10));
    let fees = bench.ask("eth_feeHistory", json!(["0x3", "latest", [25.0, 75.0]])).await;
    assert_eq!(fees["baseFeePerGas"].as_array().unwrap().len(), 4);
    assert_eq!(fees["reward"].as_array().unwrap().len(), 3);
    assert_eq!(fees["reward"][0].as_array().unwrap().len(), 2);
    assert_eq!(fees["gasUsedRatio"].as_array().unwrap().len(), 3);

    let owner = bench.owner();
    let plain = json!([{ "from": owner, "to": bench.recipient, "value": "0x1" }]);
    assert_eq!(integer(&bench.ask("eth_estimateGas", plain).await), PLAIN_GAS);
    let usdc = token(&bench.sandbox, "USDC");
    let to = word(&bench.recipient.to_string());
    let data = call_data("transfer(address,uint256)", &[to, U256::from(5)]);
    let call = json!([{ "from": owner, "to": usdc, "data": data }, "latest"]);
    let gas = integer(&bench.ask("eth_estimateGas", call).await);
    let call = bench.call(&usdc, &data).await;
    let little = TxEip1559 { gas_limit: gas - 1, ..call.clone() };
    assert_eq!(bench.taken(little).await["status"], "0x0");
    let enough = TxEip1559 { gas_limit: gas, nonce: bench.nonce().await, ..call };
    assert_eq!(bench.taken(enough).await["status"], "0x1");

    let too_rich =
        json!([{ "from": owner, "to": bench.recipient, "value": "0xffffffffffffffffff" }]);
    for method in ["eth_estimateGas", "eth_call"] {
        let answer = ask(&bench.sandbox, "ethereum", method, too_rich.clone()).await;
        let said = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(said.starts_with("insufficient funds"), "{answer}");
    }
    let data = call_data("transfer(address,uint256)", &[to, U256::from(u128::MAX)]);
    let call = json!([{ "from": owner, "to": usdc, "data": data }]);
    assert_eq!(ask(&bench.sandbox, "ethereum", "eth_estimateGas", call).await["error"]["code"], 3);
}

#[tokio::test]
async fn a_client_that_verifies_learns_all_that_it_asks() {
    let bench = Bench::new().await;
    let view = bench.view();
    let owner: EvmAddress = bench.owner().parse().unwrap();
    let recipient: EvmAddress = bench.recipient.to_string().parse().unwrap();
    let usdc: EvmAddress = token(&bench.sandbox, "USDC").parse().unwrap();
    let nonce = bench.nonce().await;
    let counted = AccountNonce { mined: nonce, pending: nonce };
    assert_eq!(view.account_nonce(CHAIN_ID, owner).await, Ok(counted));

    let words = [word(&bench.recipient.to_string()), U256::from(1_000_000)];
    let data = call_data("transfer(address,uint256)", &words);
    let query = CallFactsQuery {
        chain_id: CHAIN_ID,
        owner,
        to: usdc,
        value: Lots::new(countersign_units::U256::ZERO),
        data: hex::decode(&data[2..]).unwrap(),
        token: Some(usdc),
        recipient: Some(recipient),
    };
    let facts = view.call_facts(&query).await.unwrap();
    assert_eq!((facts.owner_code, facts.account_nonce), (Some(Vec::new()), Some(counted)));
    assert_eq!(facts.base_fee, Some(GWEI));
    assert_eq!(facts.priority_fee, Some(GWEI / 10));
    assert_eq!(facts.balance.unwrap().to_string(), "100000000000");
    assert_eq!(facts.native_balance.unwrap().to_string(), (10 * ETHER).to_string());
    assert!(matches!(facts.simulation, Some(CallOutcome::Returned(_))));
    let gas = facts.gas.unwrap();

    let call = bench.call(&usdc.to_string(), &data).await;
    let bytes = bench.sign(TxEip1559 { gas_limit: gas, ..call.clone() });
    let hash = keccak256(&bytes).0;
    assert_eq!(view.call_state(CHAIN_ID, hash).await, Ok(CallState::Unknown));
    assert_eq!(view.broadcast(CHAIN_ID, &bytes).await, Ok(()));
    let state = view.call_state(CHAIN_ID, hash).await.unwrap();
    assert!(matches!(state, CallState::Mined { succeeded: true, .. }), "{state:?}");
    assert_eq!(view.broadcast(CHAIN_ID, &bytes).await, Ok(()), "it may be passed on again");
    let other = bench.sign(TxEip1559 { gas_limit: gas + 1, ..call });
    assert_eq!(view.broadcast(CHAIN_ID, &other).await, Err(BroadcastError::NonceTooLow));

    let poor = CallFactsQuery {
        value: Lots::new(countersign_units::U256::from(11 * ETHER)),
        to: recipient,
        data: Vec::new(),
        token: None,
        ..query
    };
    let facts = view.call_facts(&poor).await.unwrap();
    assert_eq!(facts.gas, None);
    assert!(matches!(facts.simulation, Some(CallOutcome::Failed(_))));
}

#[tokio::test]
async fn coins_are_swapped_to_and_not_from_by_a_signature() {
    let bench = Bench::new().await;
    let (usdc, eth) = (token(&bench.sandbox, "USDC"), token(&bench.sandbox, "ETH"));
    assert_eq!(eth, format!("0x{:040x}", 0));
    let user = account(&bench.sandbox, "default");
    let recipient = bench.recipient.to_string();
    let wish = Wish {
        dialect: Dialect::G2,
        from: (1, &usdc),
        to: (1, &eth),
        amount: "300",
        owner: &user.address,
        recipient: &recipient,
    };
    let intent = wish.open(&bench.sandbox).await;
    wish.approve(&bench.sandbox, &intent, &wish.sign(&user, &intent, "300000000")).await;
    wait_for(&bench.sandbox, &intent, "Finished").await;
    assert_eq!(bench.coins(bench.recipient).await, U256::from(ETHER / 10));

    let back = Wish { from: (1, &eth), to: (1, &usdc), ..wish };
    let answer = back.quote(&bench.sandbox).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("Permit2 moves no native token"), "{}", answer.body);
}

#[tokio::test]
async fn accounts_have_something_to_pay_with_on_each_network() {
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    for (network, name) in [
        ("ethereum", "default"),
        ("base", "default"),
        ("base", "no-allowance"),
        ("tron", "default"),
    ] {
        let address = account(&sandbox, name).address;
        let held = result(&sandbox, network, "eth_getBalance", json!([address, "latest"])).await;
        assert!(integer(&held) >= 10_000_000_000, "{network} {held}");
    }
    let answer = ask(&sandbox, "tron", "eth_sendRawTransaction", json!(["0x02"])).await;
    assert_eq!(answer["error"]["code"], -32_601);
}
