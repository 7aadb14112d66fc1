//! Builds honest transactions with the ecosystem's own types, and lets a test change one thing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_approval::{
    AssetTransfer, CosignTerms, DurableNonce, OthersSign, SolanaFacts, TokenTransfer,
};
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};
use serde_json::{Value, json};
use solana_message::v0;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage};
use solana_sdk::hash::Hash;
use solana_sdk::instruction::{AccountMeta, Instruction};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::{Keypair, Signer};
use solana_transaction::versioned::VersionedTransaction;

use super::terms::NOW;
use crate::{CosignPayload, Judgement, VerifyError, judge, programs};

pub(super) const AMOUNT: u64 = 2_500_000;
pub(super) const DECIMALS: u8 = 6;

/// A key of its own for each name.
pub(crate) fn keypair(name: &str) -> Keypair {
    Keypair::new_from_array(seed(name))
}

pub(crate) fn seed(name: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(name).into()
}

pub(crate) fn key(name: &str) -> Pubkey {
    keypair(name).pubkey()
}

pub(crate) fn ours(key: Pubkey) -> SolanaAddress {
    SolanaAddress::new(key.to_bytes())
}

pub(crate) fn theirs(address: SolanaAddress) -> Pubkey {
    Pubkey::new_from_array(*address.as_bytes())
}

/// Which asset moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    Native,
    Token(SolanaAddress),
}

/// A transaction that a custodian signs, and what may be changed about it.
#[derive(Clone)]
pub(crate) struct Honest {
    pub(super) asset: Asset,
    pub(super) fee_payer: &'static str,
    pub(super) legacy: bool,
    pub(super) with_table: bool,
    /// Stands before the transfer.
    pub(super) before: Vec<Instruction>,
    /// Stands after it.
    pub(super) after: Vec<Instruction>,
    /// Stands in the place of it.
    pub(super) instead: Option<Vec<Instruction>>,
    pub(super) blockhash: [u8; 32],
}

impl Default for Honest {
    fn default() -> Self {
        Self {
            asset: Asset::Token(programs::SPL_TOKEN),
            fee_payer: "sponsor",
            legacy: false,
            with_table: false,
            before: Vec::new(),
            after: Vec::new(),
            instead: None,
            blockhash: [7; 32],
        }
    }
}

/// A transaction with its terms.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) tx: VersionedTransaction,
    pub(super) terms: CosignTerms,
    pub(super) facts: SolanaFacts,
}

pub(super) fn token_transfer(program: SolanaAddress) -> TokenTransfer {
    TokenTransfer {
        program,
        mint: ours(key("mint")),
        decimals: DECIMALS,
        amount: AMOUNT,
        source: ours(key("source")),
        destination: ours(key("destination")),
        destination_owner: ours(key("resolver")),
    }
}

/// The agreed transfer of tokens, with other numbers or accounts where a test wants them.
pub(super) fn transfer_of(token: &TokenTransfer) -> Instruction {
    let mut instruction = spl_token_2022_interface::instruction::transfer_checked(
        &theirs(token.program),
        &theirs(token.source),
        &theirs(token.mint),
        &theirs(token.destination),
        &key("user"),
        &[],
        token.amount,
        token.decimals,
    )
    .unwrap();
    instruction.program_id = theirs(token.program);
    instruction
}

pub(super) fn lamports_of(lamports: u64) -> Instruction {
    solana_system_interface::instruction::transfer(&key("user"), &key("resolver"), lamports)
}

/// A memo that these sign.
pub(crate) fn memo(signers: &[&str]) -> Instruction {
    let accounts = signers.iter().map(|name| AccountMeta::new_readonly(key(name), true));
    Instruction {
        program_id: theirs(programs::MEMO),
        accounts: accounts.collect(),
        data: b"order 7".to_vec(),
    }
}

pub(crate) fn unit_limit(units: u32) -> Instruction {
    solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_limit(units)
}

pub(crate) fn unit_price(price: u64) -> Instruction {
    solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_price(price)
}

impl Honest {
    pub(super) fn native() -> Self {
        Self { asset: Asset::Native, ..Self::default() }
    }

    fn transfer(&self) -> AssetTransfer {
        match self.asset {
            Asset::Native => {
                AssetTransfer::Native { destination: ours(key("resolver")), lamports: AMOUNT }
            }
            Asset::Token(program) => AssetTransfer::Token(token_transfer(program)),
        }
    }

    fn instructions(&self) -> Vec<Instruction> {
        let transfer = match (&self.instead, self.transfer()) {
            (Some(instead), _) => instead.clone(),
            (None, AssetTransfer::Native { lamports, .. }) => vec![lamports_of(lamports)],
            (None, AssetTransfer::Token(token)) => vec![transfer_of(&token)],
        };
        [self.before.clone(), transfer, self.after.clone()].concat()
    }

    pub(crate) fn build(&self) -> Built {
        let instructions = self.instructions();
        let payer = key(self.fee_payer);
        let table = AddressLookupTableAccount {
            key: key("table"),
            addresses: vec![key("mint"), key("destination"), key("resolver")],
        };
        let hash = Hash::new_from_array(self.blockhash);
        let message = if self.legacy {
            VersionedMessage::Legacy(Message::new_with_blockhash(
                &instructions,
                Some(&payer),
                &hash,
            ))
        } else {
            let tables = if self.with_table { vec![table.clone()] } else { Vec::new() };
            let message = v0::Message::try_compile(&payer, &instructions, &tables, hash);
            VersionedMessage::V0(message.unwrap())
        };
        let mut built = Built {
            tx: VersionedTransaction { signatures: Vec::new(), message },
            terms: self.terms(&table),
            facts: SolanaFacts::default(),
        };
        built.sign_as_others();
        built
    }

    fn terms(&self, table: &AddressLookupTableAccount) -> CosignTerms {
        let user = ours(key("user"));
        let fee_payer = ours(key(self.fee_payer));
        let mut required_signers = vec![fee_payer, user];
        required_signers.dedup();
        let entries = table.addresses.iter().map(|address| ours(*address)).collect();
        let native = self.asset == Asset::Native;
        CosignTerms {
            genesis_hash: Some(SolanaHash::new([9; 32])),
            user,
            fee_payer,
            required_signers,
            others_sign: OthersSign::Before,
            max_lamports_out: if native { AMOUNT } else { 0 },
            transfer: self.transfer(),
            recent_blockhash: Some(SolanaHash::new(self.blockhash)),
            durable_nonce: DurableNonce::Refuse,
            allowed_programs: vec![
                programs::COMPUTE_BUDGET,
                programs::SYSTEM,
                programs::SPL_TOKEN,
                programs::TOKEN_2022,
                programs::ASSOCIATED_TOKEN,
                programs::MEMO,
            ],
            opaque_programs: Vec::new(),
            lookup_tables: [(ours(table.key), entries)].into(),
            allowed_extensions: vec!["metadata_pointer".to_owned()],
            max_compute_unit_price: None,
            deadline: None,
            min_remaining: 0,
            max_deadline: UnixSeconds::new(NOW.value() + 3_600),
            require_facts: Vec::new(),
        }
    }
}

impl Built {
    /// Fills each slot but ours.
    pub(super) fn sign_as_others(&mut self) {
        let message = self.tx.message.serialize();
        let signers = usize::from(self.tx.message.header().num_required_signatures);
        let known = ["sponsor", "second", "resolver", "user", "stranger"].map(keypair);
        let keys = self.tx.message.static_account_keys().iter().take(signers);
        let sign = |key: &Pubkey| {
            let found = known.iter().find(|known| known.pubkey() == *key);
            let others = found.filter(|found| found.pubkey() != self::key("user"));
            others.map(|key| key.sign_message(&message)).unwrap_or_default()
        };
        self.tx.signatures = keys.map(sign).collect();
    }

    pub(crate) fn wire(&self) -> Vec<u8> {
        wincode::serialize(&self.tx).unwrap()
    }

    pub(super) fn payload(&self) -> Value {
        let wire = self.wire();
        let AssetTransfer::Native { .. } = self.terms.transfer else {
            return json!({
                "transaction_hex": hex::encode(&wire),
                "transaction_base64": STANDARD.encode(&wire),
                "recent_blockhash": self.tx.message.recent_blockhash().to_string(),
                "resolver_deposit_address": key("resolver").to_string(),
            });
        };
        json!({"transaction": hex::encode(&wire)})
    }

    pub(super) fn judge(&self) -> Result<Judgement, VerifyError> {
        judge_json(&self.payload(), self)
    }
}

pub(super) fn judge_json(payload: &Value, built: &Built) -> Result<Judgement, VerifyError> {
    judge(&CosignPayload::new(payload.to_string()), &built.terms, &built.facts, NOW)
}
