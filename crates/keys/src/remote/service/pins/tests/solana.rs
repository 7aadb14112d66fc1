use std::collections::BTreeMap;

use countersign_approval::{
    AssetTransfer, CosignPins, CosignTerms, DurableNonce, OthersSign, TokenPayment, TokenTransfer,
    TransferAction, TransferTerms,
};
use countersign_solana::programs;
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};

use super::super::{of_cluster, of_cosign, of_transfer};
use super::{network, refused, token};

const OTHER: SolanaAddress = SolanaAddress::new([0xba; 32]);
const USER: SolanaAddress = SolanaAddress::new([0x11; 32]);

fn pins() -> CosignPins {
    network("solana").cosign.unwrap()
}

fn mint() -> SolanaAddress {
    token("USDC-solana").address.parse().unwrap()
}

#[test]
fn a_transaction_is_of_the_pinned_cluster() {
    of_cluster(&pins(), Some(pins().genesis_hash)).unwrap();
    refused(of_cluster(&pins(), Some(SolanaHash::new([0xba; 32]))), "genesis_hash");
    refused(of_cluster(&pins(), None), "genesis_hash");
}

#[test]
fn what_is_cosigned_names_pinned_accounts_alone() {
    let pins = pins();
    let honest = cosign(&pins);
    let usdc = token("USDC-solana");
    of_cosign(&pins, &usdc, &honest).unwrap();
    let other = |change: &dyn Fn(&mut CosignTerms)| {
        let mut terms = honest.clone();
        change(&mut terms);
        of_cosign(&pins, &usdc, &terms)
    };
    refused(other(&|terms| terms.genesis_hash = None), "genesis_hash");
    refused(other(&|terms| terms.required_signers.push(OTHER)), "cosigners");
    refused(other(&|terms| terms.others_sign = OthersSign::Anytime), "others_sign");
    for payer in [OTHER, USER] {
        let pays = |terms: &mut CosignTerms| {
            (terms.fee_payer, terms.required_signers) = (payer, vec![payer, USER]);
        };
        refused(other(&pays), "fee_payers");
    }
    refused(other(&|terms| terms.allowed_programs.push(OTHER)), "programs");
    let known = pins.programs[0];
    refused(other(&|terms| terms.opaque_programs.push(known)), "opaque_programs");
    let nonce = |account| {
        move |terms: &mut CosignTerms| {
            terms.durable_nonce = DurableNonce::Pinned(account);
        }
    };
    other(&nonce(pins.nonce_accounts[0])).unwrap();
    refused(other(&nonce(OTHER)), "nonce_accounts");
    let mut anytime = pins.clone();
    anytime.others_sign = OthersSign::Anytime;
    of_cosign(&anytime, &usdc, &honest).unwrap();
}

#[test]
fn what_is_cosigned_moves_the_token_to_a_pinned_destination() {
    let pins = pins();
    let moved = |key: &str, change: &dyn Fn(&mut TokenTransfer)| {
        let mut transfer = transfer(&pins);
        change(&mut transfer);
        let terms = CosignTerms { transfer: AssetTransfer::Token(transfer), ..cosign(&pins) };
        of_cosign(&pins, &token(key), &terms)
    };
    moved("USDC-solana", &|_| {}).unwrap();
    refused(moved("USDC-solana", &|moved| moved.destination_owner = OTHER), "destinations");
    refused(moved("USDC-solana", &|moved| moved.mint = OTHER), "token");
    refused(moved("USDC-solana", &|moved| moved.program = programs::TOKEN_2022), "token's program");
    refused(moved("USDC-solana", &|moved| moved.decimals = 9), "decimals");
    refused(moved("SOL", &|_| {}), "token");
    let lamports = |key: &str, destination| {
        let transfer = AssetTransfer::Native { destination, lamports: 7 };
        of_cosign(&pins, &token(key), &CosignTerms { transfer, ..cosign(&pins) })
    };
    lamports("SOL", pins.destinations[0]).unwrap();
    refused(lamports("SOL", OTHER), "destinations");
    refused(lamports("USDC-solana", pins.destinations[0]), "token");
}

#[test]
fn a_transfer_of_our_own_moves_the_token() {
    let pins = pins();
    let paid = |key: &str, change: &dyn Fn(&mut TransferTerms)| {
        let mut terms = payment(&pins);
        change(&mut terms);
        of_transfer(&pins, &token(key), &terms)
    };
    paid("USDC-solana", &|_| {}).unwrap();
    refused(paid("USDC-solana", &|terms| terms.genesis_hash = None), "genesis_hash");
    refused(paid("SOL", &|_| {}), "token");
    let mut tokens = TokenPayment { mint: OTHER, ..tokens() };
    let action = TransferAction::Token(tokens.clone());
    refused(paid("USDC-solana", &|terms| terms.action = action.clone()), "token");
    tokens = TokenPayment { mint: mint(), program: programs::TOKEN_2022, ..tokens };
    let action = TransferAction::Token(tokens);
    refused(paid("USDC-solana", &|terms| terms.action = action.clone()), "token's program");
    let coin = |terms: &mut TransferTerms| {
        terms.action = TransferAction::Native { to: OTHER, lamports: 7 };
    };
    paid("SOL", &coin).unwrap();
    refused(paid("USDC-solana", &coin), "token");
}

fn transfer(pins: &CosignPins) -> TokenTransfer {
    TokenTransfer {
        program: programs::SPL_TOKEN,
        mint: mint(),
        decimals: 6,
        amount: 7,
        source: SolanaAddress::new([0x12; 32]),
        destination: SolanaAddress::new([0x13; 32]),
        destination_owner: pins.destinations[0],
    }
}

fn cosign(pins: &CosignPins) -> CosignTerms {
    CosignTerms {
        genesis_hash: Some(pins.genesis_hash),
        user: USER,
        fee_payer: pins.fee_payers[0],
        required_signers: vec![pins.fee_payers[0], pins.cosigners[0], USER],
        others_sign: OthersSign::Before,
        max_lamports_out: 0,
        transfer: AssetTransfer::Token(transfer(pins)),
        recent_blockhash: None,
        durable_nonce: DurableNonce::Refuse,
        allowed_programs: pins.programs.clone(),
        opaque_programs: pins.opaque_programs.clone(),
        lookup_tables: BTreeMap::new(),
        allowed_extensions: Vec::new(),
        max_compute_unit_price: None,
        deadline: None,
        min_remaining: 0,
        max_deadline: UnixSeconds::new(2_000_000_000),
        require_facts: Vec::new(),
    }
}

fn tokens() -> TokenPayment {
    TokenPayment {
        program: programs::SPL_TOKEN,
        mint: mint(),
        decimals: 6,
        amount: 7,
        source: SolanaAddress::new([0x12; 32]),
        to: OTHER,
    }
}

fn payment(pins: &CosignPins) -> TransferTerms {
    TransferTerms {
        genesis_hash: Some(pins.genesis_hash),
        owner: USER,
        action: TransferAction::Token(tokens()),
        recent_blockhash: SolanaHash::new([7; 32]),
        last_valid_block_height: 1_000,
        max_compute_unit_limit: 300_000,
        max_compute_unit_price: None,
        max_lamports_beside: 0,
        allowed_extensions: Vec::new(),
        not_after: UnixSeconds::new(2_000_000_000),
        min_remaining: 0,
        require_facts: Vec::new(),
    }
}
