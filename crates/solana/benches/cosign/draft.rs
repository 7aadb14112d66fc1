//! Transactions as a sponsor writes them, and what moves in each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_approval::{AssetTransfer, TokenTransfer};
use countersign_solana::{associated_token_account, programs};
use countersign_units::{SolanaAddress, SolanaHash};
use ed25519_dalek::{Signer as _, SigningKey};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use spl_memo_interface::instruction::build_memo;

use crate::USER_SEED;

pub(crate) const AMOUNT: u64 = 2_500_000;
pub(crate) const DECIMALS: u8 = 6;

pub(crate) static SPONSOR: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_bytes(&[3; 32]));
pub(crate) static USER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_bytes(&hex::decode(USER_SEED).unwrap().try_into().unwrap()));

const RESOLVER: SolanaAddress = SolanaAddress::new([5; 32]);
const MINT: SolanaAddress = SolanaAddress::new([6; 32]);
const TABLE: SolanaAddress = SolanaAddress::new([7; 32]);

/// What kind of transaction it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An SPL token, in a v0 message with a lookup table, bounds of computing and a memo.
    Spl,
    /// SOL, in a legacy message.
    Native,
    /// A token of Token-2022, in a v0 message with a lookup table and bounds of computing.
    Token2022,
}

pub(crate) fn address(key: &SigningKey) -> SolanaAddress {
    SolanaAddress::new(key.verifying_key().to_bytes())
}

impl Kind {
    /// Returns what moves.
    pub(crate) fn transfer(self) -> AssetTransfer {
        let program = match self {
            Self::Native => {
                return AssetTransfer::Native { destination: RESOLVER, lamports: AMOUNT };
            }
            Self::Spl => programs::SPL_TOKEN,
            Self::Token2022 => programs::TOKEN_2022,
        };
        let account = |owner| associated_token_account(owner, MINT, program).unwrap();
        AssetTransfer::Token(TokenTransfer {
            program,
            mint: MINT,
            decimals: DECIMALS,
            amount: AMOUNT,
            source: account(address(&USER)),
            destination: account(RESOLVER),
            destination_owner: RESOLVER,
        })
    }

    /// Returns the lookup table that it uses, with entries that it does not use around those.
    pub(crate) fn tables(self) -> BTreeMap<SolanaAddress, Vec<SolanaAddress>> {
        let AssetTransfer::Token(token) = self.transfer() else { return BTreeMap::new() };
        let others = |from: u8| (from..from + 14).map(|byte| SolanaAddress::new([byte; 32]));
        let entries = others(100).chain([token.mint, token.destination]).chain(others(200));
        BTreeMap::from([(TABLE, entries.collect())])
    }

    /// Writes a message of which no two are alike, unless their blockhashes are.
    pub(crate) fn message(
        self,
        transfer: &AssetTransfer,
        blockhash: SolanaHash,
    ) -> VersionedMessage {
        let (payer, blockhash) = (key(address(&SPONSOR)), Hash::from(*blockhash.as_bytes()));
        let mut instructions = vec![
            ComputeBudgetInstruction::set_compute_unit_limit(60_000),
            ComputeBudgetInstruction::set_compute_unit_price(1_000),
            moving(transfer),
        ];
        if self == Self::Spl {
            instructions.push(build_memo(&key(programs::MEMO), b"swap", &[]));
        }
        if self == Self::Native {
            let message = Message::new_with_blockhash(&instructions, Some(&payer), &blockhash);
            return VersionedMessage::Legacy(message);
        }
        let tables = self.tables().into_iter().map(|(table, entries)| AddressLookupTableAccount {
            key: key(table),
            addresses: entries.into_iter().map(key).collect(),
        });
        let tables: Vec<_> = tables.collect();
        let message = v0::Message::try_compile(&payer, &instructions, &tables, blockhash).unwrap();
        let looked_up = message.address_table_lookups.iter();
        let looked_up =
            looked_up.map(|table| table.writable_indexes.len() + table.readonly_indexes.len());
        assert_eq!(looked_up.sum::<usize>(), 2, "the mint and the destination are looked up");
        VersionedMessage::V0(message)
    }
}

/// Writes a transaction with the sponsor's signature, or with an empty slot in its place.
pub(crate) fn wire(message: &VersionedMessage, sponsor_signs: bool) -> Vec<u8> {
    let sponsor = sponsor_signs.then(|| SPONSOR.sign(&message.serialize()).to_bytes().into());
    let signatures = vec![sponsor.unwrap_or_default(), Signature::default()];
    wincode::serialize(&VersionedTransaction { signatures, message: message.clone() }).unwrap()
}

fn moving(transfer: &AssetTransfer) -> Instruction {
    let user = key(address(&USER));
    match transfer {
        AssetTransfer::Native { destination, lamports } => {
            solana_system_interface::instruction::transfer(&user, &key(*destination), *lamports)
        }
        AssetTransfer::Token(token) => {
            let TokenTransfer { program, mint, source, destination, .. } = token;
            spl_token_2022_interface::instruction::transfer_checked(
                &key(*program),
                &key(*source),
                &key(*mint),
                &key(*destination),
                &user,
                &[],
                token.amount,
                token.decimals,
            )
            .unwrap()
        }
    }
}

const fn key(address: SolanaAddress) -> Pubkey {
    Pubkey::new_from_array(*address.as_bytes())
}
