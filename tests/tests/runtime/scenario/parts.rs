//! What a transaction is made of, and what was agreed about it.

use countersign_approval::{
    AssetTransfer, CosignTerms, DurableNonce, LookupTable, SeenTables, SolanaFacts, TokenTransfer,
};
use countersign_solana::programs;
use countersign_units::{SolanaAddress, SolanaHash, UnixSeconds};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_message::AddressLookupTableAccount;
use solana_sdk::hash::Hash;
use solana_sdk::instruction::Instruction;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signer;
use solana_transaction::versioned::VersionedTransaction;
use spl_associated_token_account_interface::address::get_associated_token_address_with_program_id;
use spl_associated_token_account_interface::instruction as associated;

use super::{Asset, Built, Destination, MAX_FEE, Neutral, Scenario, address, theirs};
use crate::chain::{Chain, DECIMALS, mint};
use crate::door::NOW;

impl Scenario {
    fn transfer(&self) -> AssetTransfer {
        let (destination_owner, amount) = (address(self.key("resolver")), self.amount);
        let Asset::Token(program) = self.asset else {
            return AssetTransfer::Native { destination: destination_owner, lamports: amount };
        };
        let mint = mint(&program).pubkey();
        let account = |owner: &str| {
            address(get_associated_token_address_with_program_id(&self.key(owner), &mint, &program))
        };
        AssetTransfer::Token(TokenTransfer {
            program: address(program),
            mint: address(mint),
            decimals: DECIMALS,
            amount,
            source: account("user"),
            destination: account("resolver"),
            destination_owner,
        })
    }

    /// The transfer, among instructions in any order; what makes its destination stands before it.
    fn instructions(&self) -> Vec<Instruction> {
        let (user, resolver) = (self.user(), self.key("resolver"));
        let transfer = match self.transfer() {
            AssetTransfer::Native { lamports, .. } => {
                solana_system_interface::instruction::transfer(&user, &resolver, lamports)
            }
            AssetTransfer::Token(token) => transfer_checked(&token, &user),
        };
        let mut all = vec![transfer.clone()];
        let mut order = self.order.iter();
        for neutral in self.neutral() {
            let place = order.next().map_or(0, |place| place.index(all.len() + 1));
            all.insert(place, neutral);
        }
        let transfer = all.iter().position(|one| *one == transfer).unwrap();
        let place = order.next().map_or(0, |place| place.index(transfer + 1));
        if let Some(make) = self.make_destination() {
            all.insert(place, make);
        }
        all
    }

    fn neutral(&self) -> Vec<Instruction> {
        let Neutral { unit_limit, unit_price, heap_kib, loaded_mib, memos } = &self.neutral;
        let budgets = [
            unit_limit.map(ComputeBudgetInstruction::set_compute_unit_limit),
            unit_price.map(ComputeBudgetInstruction::set_compute_unit_price),
            heap_kib.map(|kib| ComputeBudgetInstruction::request_heap_frame(kib * 1024)),
            loaded_mib.map(|mib| {
                ComputeBudgetInstruction::set_loaded_accounts_data_size_limit(mib * 1024 * 1024)
            }),
        ];
        let memo = |text: &str, signers: &[&Pubkey]| {
            let program = spl_memo_interface::v3::id();
            spl_memo_interface::instruction::build_memo(&program, text.as_bytes(), signers)
        };
        let mut all: Vec<Instruction> = budgets.into_iter().flatten().collect();
        all.extend(memos.iter().map(|text| memo(text, &[])));
        // Who neither pays nor is paid has something to say.
        let signing = self.others();
        let speakers = signing.iter().filter(|other| **other != self.fee_payer());
        all.extend(speakers.map(|speaker| memo("mine", &[speaker])));
        all
    }

    /// Another than us pays for the destination's account.
    fn make_destination(&self) -> Option<Instruction> {
        let Asset::Token(program) = self.asset else { return None };
        let (payer, resolver) = (*self.others().first()?, self.key("resolver"));
        let mint = mint(&program).pubkey();
        let make = match self.destination {
            Destination::Stands => return None,
            Destination::Made => associated::create_associated_token_account,
            Destination::MadeOrFound { .. } => {
                associated::create_associated_token_account_idempotent
            }
        };
        Some(make(&payer, &resolver, &mint, &program))
    }

    fn tables(&self) -> Vec<AddressLookupTableAccount> {
        let resolver = self.key("resolver");
        let (mint, destination) = match self.transfer() {
            AssetTransfer::Native { .. } => (self.key("noise"), self.key("noise")),
            AssetTransfer::Token(token) => (theirs(token.mint), theirs(token.destination)),
        };
        let contents = match self.tables {
            None | Some(0) => vec![],
            Some(1) => vec![vec![self.key("noise"), resolver, mint, destination]],
            Some(_) => vec![vec![mint, self.key("noise"), resolver], vec![destination]],
        };
        let keys = ["table", "other table"].map(|name| self.key(name));
        let tables = keys.into_iter().zip(contents);
        tables.map(|(key, addresses)| AddressLookupTableAccount { key, addresses }).collect()
    }

    /// Makes it on a chain, where everyone gets what they need.
    pub(crate) fn build_on(mut self, chain: &mut Chain) -> Built {
        self.seed = self.key_seed(&chain.next_case().to_string());
        self.prepare(chain);
        for table in self.tables() {
            chain.put_table(&table);
        }
        self.build_at(chain.blockhash(), chain.slot())
    }

    /// Makes it without a chain.
    pub(crate) fn build(self) -> Built {
        self.build_at(Hash::new_from_array([7; 32]), 100)
    }

    fn build_at(self, blockhash: Hash, slot: u64) -> Built {
        let tables = self.tables();
        let (terms, facts) = (self.terms(&tables, blockhash), self.facts(&tables, slot));
        let mut built = Built {
            instructions: self.instructions(),
            tx: VersionedTransaction::default(),
            terms,
            facts,
            seed: self.key_seed("user"),
            scenario: self,
            tables,
            blockhash,
        };
        built.compile();
        built
    }

    /// Gives everyone what they need.
    fn prepare(&self, chain: &mut Chain) {
        let (user, resolver) = (self.user(), self.key("resolver"));
        for key in self.others().iter().chain([&resolver]) {
            chain.fund(key);
        }
        if self.user_pays || self.asset == Asset::Native {
            chain.fund(&user);
        }
        let (Asset::Token(program), AssetTransfer::Token(token)) = (self.asset, self.transfer())
        else {
            return;
        };
        chain.give(&program, &user, &theirs(token.source), self.amount + 7);
        let made = self.make_destination().is_some();
        if !made || self.destination == (Destination::MadeOrFound { stands: true }) {
            chain.give(&program, &resolver, &theirs(token.destination), 11);
        }
    }

    fn terms(&self, tables: &[AddressLookupTableAccount], blockhash: Hash) -> CosignTerms {
        let mut signers = self.others();
        signers.push(self.user());
        let native = if self.asset == Asset::Native { self.amount } else { 0 };
        let fee = if self.user_pays { MAX_FEE } else { 0 };
        let known = tables.iter().filter(|_| !self.tables_seen);
        CosignTerms {
            genesis_hash: Some(SolanaHash::new([9; 32])),
            user: address(self.user()),
            fee_payer: address(self.fee_payer()),
            required_signers: signers.into_iter().map(address).collect(),
            others_sign: self.others_sign,
            max_lamports_out: native + fee,
            transfer: self.transfer(),
            recent_blockhash: Some(SolanaHash::new(blockhash.to_bytes())),
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
            lookup_tables: known.map(|table| (address(table.key), entries(table))).collect(),
            allowed_extensions: Vec::new(),
            max_compute_unit_price: Some(10_000),
            deadline: None,
            min_remaining: 0,
            max_deadline: UnixSeconds::new(NOW.value() + 3_600),
            require_facts: Vec::new(),
        }
    }

    fn facts(&self, tables: &[AddressLookupTableAccount], slot: u64) -> SolanaFacts {
        let seen = |table: &AddressLookupTableAccount| LookupTable {
            owner: programs::LOOKUP_TABLE,
            deactivation_slot: u64::MAX,
            last_extended_slot: 0,
            last_extended_start_index: 0,
            addresses: entries(table),
        };
        let tables = tables.iter().map(|table| (address(table.key), seen(table))).collect();
        let tables = self.tables_seen.then_some(SeenTables { slot, tables });
        SolanaFacts { tables, ..SolanaFacts::default() }
    }
}

fn transfer_checked(token: &TokenTransfer, user: &Pubkey) -> Instruction {
    spl_token_2022_interface::instruction::transfer_checked(
        &theirs(token.program),
        &theirs(token.source),
        &theirs(token.mint),
        &theirs(token.destination),
        user,
        &[],
        token.amount,
        token.decimals,
    )
    .unwrap()
}

fn entries(table: &AddressLookupTableAccount) -> Vec<SolanaAddress> {
    table.addresses.iter().copied().map(address).collect()
}
