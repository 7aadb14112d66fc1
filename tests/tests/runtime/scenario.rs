//! Honest transactions of every shape.

mod built;
mod parts;

use countersign_approval::OthersSign;
use countersign_units::SolanaAddress;
use proptest::prelude::*;
use proptest::sample::Index;
use sha2::{Digest, Sha256};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};

pub(crate) use built::Built;

/// What our own fee and rent may come to, where we pay it.
const MAX_FEE: u64 = 1_000_000;

/// Which asset moves: SOL, or tokens of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asset {
    Native,
    Token(Pubkey),
}

/// Whether the destination's account is made in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Stands,
    Made,
    MadeOrFound { stands: bool },
}

/// An honest transaction, before there is a chain.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    asset: Asset,
    user_pays: bool,
    others: usize,
    others_sign: OthersSign,
    tables: Option<usize>,
    tables_seen: bool,
    destination: Destination,
    amount: u64,
    neutral: Neutral,
    order: Vec<Index>,
    seed: [u8; 32],
}

/// Instructions that move nothing.
#[derive(Clone, Debug)]
struct Neutral {
    unit_limit: Option<u32>,
    unit_price: Option<u64>,
    heap_kib: Option<u32>,
    loaded_mib: Option<u32>,
    memos: Vec<String>,
}

fn any_neutral() -> impl Strategy<Value = Neutral> {
    (
        prop::option::of(800_000..1_400_000_u32),
        prop::option::of(0..10_000_u64),
        prop::option::of(32..=256_u32),
        prop::option::of(20..=64_u32),
        prop::collection::vec("\\PC{0,8}", 0..2),
    )
        .prop_map(|(unit_limit, unit_price, heap_kib, loaded_mib, memos)| Neutral {
            unit_limit,
            unit_price,
            heap_kib,
            loaded_mib,
            memos,
        })
}

pub(crate) fn any_scenario() -> impl Strategy<Value = Scenario> {
    let asset = prop_oneof![
        Just(Asset::Native),
        Just(Asset::Token(spl_token_interface::ID)),
        Just(Asset::Token(spl_token_2022_interface::ID)),
    ];
    let destination = prop_oneof![
        Just(Destination::Stands),
        Just(Destination::Made),
        any::<bool>().prop_map(|stands| Destination::MadeOrFound { stands }),
    ];
    let who = (asset, any::<bool>(), 0..=3_usize, any::<bool>());
    let shape = (prop::option::of(0..=2_usize), any::<bool>(), destination);
    let rest = (
        1..1_000_000_000_u64,
        any_neutral(),
        prop::collection::vec(any::<Index>(), 16),
        any::<[u8; 32]>(),
    );
    (who, shape, rest).prop_map(
        |(
            (asset, user_pays, others, late),
            (tables, tables_seen, destination),
            (amount, neutral, order, seed),
        )| {
            // A sponsor is one of at most four signers.
            let others = if user_pays { others } else { others.clamp(1, 3) };
            let others_sign = if late { OthersSign::Anytime } else { OthersSign::Before };
            Scenario {
                asset,
                user_pays,
                others,
                others_sign,
                tables,
                tables_seen,
                destination,
                amount,
                neutral,
                order,
                seed,
            }
        },
    )
}

impl Scenario {
    /// A plain one for each asset, by a sponsor.
    pub(crate) fn each_asset() -> Vec<Self> {
        let plain = |asset| Self {
            asset,
            user_pays: false,
            others: 1,
            others_sign: OthersSign::Before,
            tables: Some(1),
            tables_seen: false,
            destination: Destination::Stands,
            amount: 2_500_000,
            neutral: Neutral {
                unit_limit: None,
                unit_price: None,
                heap_kib: None,
                loaded_mib: None,
                memos: Vec::new(),
            },
            order: vec![],
            seed: [3; 32],
        };
        let programs = [spl_token_interface::ID, spl_token_2022_interface::ID];
        [Asset::Native].into_iter().chain(programs.map(Asset::Token)).map(plain).collect()
    }

    /// Lets another sign, before us.
    pub(crate) fn signed_by_others(self) -> Self {
        Self { others: self.others.max(1), others_sign: OthersSign::Before, ..self }
    }

    /// Has us pay the fee, and nobody else sign.
    pub(crate) fn paid_by_us(self) -> Self {
        Self { user_pays: true, others: 0, ..self }
    }

    fn keypair(&self, name: &str) -> Keypair {
        Keypair::new_from_array(self.key_seed(name))
    }

    fn key_seed(&self, name: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.seed).chain_update(name).finalize().into()
    }

    fn key(&self, name: &str) -> Pubkey {
        self.keypair(name).pubkey()
    }

    fn user(&self) -> Pubkey {
        self.key("user")
    }

    fn other_keypairs(&self) -> Vec<Keypair> {
        (0..self.others).map(|number| self.keypair(&format!("other {number}"))).collect()
    }

    fn others(&self) -> Vec<Pubkey> {
        self.other_keypairs().iter().map(Signer::pubkey).collect()
    }

    fn fee_payer(&self) -> Pubkey {
        if self.user_pays { self.user() } else { self.others()[0] }
    }
}

pub(crate) fn address(key: Pubkey) -> SolanaAddress {
    SolanaAddress::new(key.to_bytes())
}

pub(crate) fn theirs(address: SolanaAddress) -> Pubkey {
    Pubkey::new_from_array(*address.as_bytes())
}
