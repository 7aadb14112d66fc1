use countersign_approval::{
    CallAction, Permit2Pins, Permit2Terms, Pin, TypedDataStandard, UnpinnedMembers,
};
use countersign_units::{EvmAddress, Lots, U256};

use super::super::{of_call, of_permit};
use super::{network, refused, token};

const OTHER: EvmAddress = EvmAddress::new([0xba; 20]);

fn pins(name: &str) -> Permit2Pins {
    network(name).permit2.unwrap()
}

fn contract(key: &str) -> EvmAddress {
    let token = token(key);
    pins(&token.network).standard.parse_address(&token.address).unwrap()
}

#[test]
fn an_allowance_is_for_the_pinned_permit2_and_of_the_token() {
    for (name, key) in [("ethereum", "USDC"), ("tron", "USDT-tron")] {
        let (pins, asset) = (pins(name), token(key));
        let approve = |token, permit2| {
            let action = CallAction::Approve { token, permit2, amount: Lots::from(7) };
            of_call(&pins, &asset, pins.chain_id, action)
        };
        let (own, permit2) = (contract(key), pins.contract.unwrap());
        approve(own, permit2).unwrap();
        refused(approve(own, OTHER), "permit2");
        refused(approve(own, own), "permit2");
        refused(approve(OTHER, permit2), "token");
        refused(approve(permit2, permit2), "token");
    }
    // A token of the registry, and not the one that the terms are about.
    let (pins, dai) = (pins("ethereum"), contract("DAI"));
    let permit2 = pins.contract.unwrap();
    let action = CallAction::Approve { token: dai, permit2, amount: Lots::from(7) };
    refused(of_call(&pins, &token("USDC"), 31_337, action), "token");
}

#[test]
fn nonces_are_made_useless_at_the_pinned_permit2() {
    for (name, key) in [("ethereum", "USDC"), ("tron", "USDT-tron")] {
        let (pins, asset) = (pins(name), token(key));
        let invalidate = |permit2| {
            let action = CallAction::invalidate(permit2, U256::from(42));
            of_call(&pins, &asset, pins.chain_id, action)
        };
        invalidate(pins.contract.unwrap()).unwrap();
        refused(invalidate(OTHER), "permit2");
        refused(invalidate(contract(key)), "permit2");
    }
    let mut unpinned = pins("ethereum");
    unpinned.contract = None;
    let action = CallAction::invalidate(pins("ethereum").contract.unwrap(), U256::from(42));
    refused(of_call(&unpinned, &token("USDC"), 31_337, action), "permit2");
}

#[test]
fn what_is_paid_is_the_token() {
    for (name, key) in [("ethereum", "USDC"), ("tron", "USDT-tron")] {
        let pins = pins(name);
        let pay = |key: &str, contract| {
            let action =
                CallAction::TransferToken { token: contract, to: OTHER, amount: Lots::from(7) };
            of_call(&pins, &token(key), pins.chain_id, action)
        };
        pay(key, contract(key)).unwrap();
        refused(pay(key, OTHER), "token");
        refused(pay("ETH", contract("ETH")), "token");
        let coin = CallAction::TransferNative { to: OTHER, amount: Lots::from(7) };
        of_call(&pins, &token("ETH"), pins.chain_id, coin).unwrap();
        refused(of_call(&pins, &token(key), pins.chain_id, coin), "token");
    }
}

#[test]
fn each_call_is_on_the_pinned_chain() {
    let (pins, token, own) = (pins("ethereum"), token("USDC"), contract("USDC"));
    let permit2 = pins.contract.unwrap();
    let amount = Lots::from(7);
    for action in [
        CallAction::Approve { token: own, permit2, amount },
        CallAction::invalidate(permit2, U256::from(42)),
        CallAction::TransferToken { token: own, to: OTHER, amount },
        CallAction::ReplaceNonce,
        CallAction::FillNonce,
    ] {
        of_call(&pins, &token, 31_337, action).unwrap();
        refused(of_call(&pins, &token, 31_338, action), "chain_id");
    }
}

#[test]
fn a_permit_says_what_is_pinned_and_nothing_beside_it() {
    let (pins, token) = (pins("ethereum"), token("USDC"));
    let honest = permit(&pins);
    of_permit(&pins, &token, &honest).unwrap();
    let other = |change: &dyn Fn(&mut Permit2Terms)| {
        let mut terms = honest.clone();
        change(&mut terms);
        of_permit(&pins, &token, &terms)
    };
    refused(other(&|terms| terms.chain_id = 1), "chain_id");
    refused(other(&|terms| terms.permit2 = OTHER), "permit2");
    refused(other(&|terms| terms.token = OTHER), "token");
    refused(other(&|terms| terms.token = contract("DAI")), "token");
    refused(other(&|terms| terms.escrows.push(OTHER)), "escrows");
    refused(other(&|terms| terms.resolvers.push(OTHER)), "resolvers");
    refused(other(&|terms| terms.resolvers.clear()), "resolvers");
    refused(other(&|terms| terms.witness_types.push("W(uint256 x)".to_owned())), "witnesses");
    refused(other(&|terms| terms.unpinned_members = UnpinnedMembers::Allow), "unpinned_members");
    // By a pin of its own a caller would name a resolver that the registry does not know.
    let pin = || vec![("resolverDepositAddress".to_owned(), Pin::Text(OTHER.to_string()))];
    refused(other(&|terms| terms.witness = Pin::Struct(pin())), "witness");
}

fn permit(pins: &Permit2Pins) -> Permit2Terms {
    Permit2Terms {
        standard: TypedDataStandard::Eip712,
        owner: EvmAddress::new([1; 20]),
        signer: None,
        chain_id: pins.chain_id,
        permit2: pins.contract.unwrap(),
        escrows: pins.escrows.clone(),
        escrow_code_hash: None,
        escrow_implementation: None,
        token: contract("USDC"),
        amount: Lots::from(7),
        nonce: None,
        used_nonces: Vec::new(),
        deadline: None,
        min_remaining: 0,
        max_deadline: U256::MAX,
        witness_types: pins.witnesses.clone(),
        witness: Pin::nothing(),
        resolvers: pins.resolvers.clone(),
        unpinned_members: UnpinnedMembers::Refuse,
        require_facts: Vec::new(),
        max_allowance: None,
        max_clock_skew: 300,
    }
}
