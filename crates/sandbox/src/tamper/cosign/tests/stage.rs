use countersign_units::UnixMillis;
use solana_sdk::account::Account;
use uuid::Uuid;

use super::*;
use crate::config::PayloadForm;
use crate::market::{Price, TOKENS};
use crate::payload::Style;
use crate::solana::{CosignOrder, NewMint, TokenProgram, deserialize};
use crate::swap::Quote;
use crate::world::Token;

const HELD: u64 = 100_000_000;

/// An offer, and the cluster that it is made on.
pub(super) struct Stage {
    pub(super) solana: Solana,
    pub(super) offer: CosignOffer,
}

impl Stage {
    pub(super) fn new(source: &str, form: CosignForm) -> Self {
        let mut solana = Solana::start(NOW);
        let native = solana.hand_out(2_000_000_000, 5_000_000_000);
        let mut issue = |program| {
            let new = NewMint { program, decimals: 6, user: HELD, resolver: HELD };
            solana.issue(NOW, &new).unwrap()
        };
        let (spl, newer) = (issue(TokenProgram::Spl), issue(TokenProgram::Token2022));
        solana.make_table(NOW).unwrap();
        let asset = match source {
            "USDC@solana" => Asset::Token(spl),
            "PYUSD@solana" => Asset::Token(newer),
            _ => native,
        };
        let (user, sponsor_signs) = (solana.user.pubkey(), SponsorSigns::Before);
        let order = CosignOrder { user, asset, amount: AMOUNT, form, sponsor_signs };
        let offer = CosignOffer::new(&mut solana, NOW, order).unwrap();
        Self { solana, offer }
    }

    pub(super) fn told(&mut self, tamper: Tamper) -> Answer<CosignParams> {
        let mut answer = self.honest();
        let mut scene = CosignScene { solana: &mut self.solana, offer: &self.offer, now: NOW };
        apply(tamper, &mut answer, &mut scene);
        answer
    }

    pub(super) fn honest(&self) -> Answer<CosignParams> {
        let listing = TOKENS.iter().find(|listing| listing.key == "SOL").unwrap();
        let token = Token { listing, address: String::new(), contract: None, asset: None };
        let amount = AMOUNT.try_into().unwrap();
        Answer {
            id: Uuid::nil(),
            approval_type: "cosign".to_owned(),
            deadline: Json::from(NOW.value()),
            secret_hash: String::new(),
            approve_to: Json::Null,
            quote: Quote {
                id: Uuid::nil(),
                source: token.clone(),
                target: token,
                amount,
                price: Price { minimum: amount, expected: amount },
                slippage_bps: 50,
                expires_at: UnixMillis::new(0),
            },
            from_address: "from".to_owned(),
            to_address: "to".to_owned(),
            refund_address: "refund".to_owned(),
            payload: CosignParams::honest(&self.offer),
            style: Style { form: PayloadForm::Api, hex_deadline: false },
        }
    }

    /// Reads the accounts that a lie may be about.
    pub(super) fn accounts(&self) -> Vec<Option<Account>> {
        let mut addresses = vec![self.solana.table.key];
        if let Asset::Token(mint) = self.offer.order.asset {
            let owners = [self.offer.order.user, self.offer.vault];
            addresses.push(mint.address);
            addresses.extend(owners.map(|owner| mint.account_of(&owner)));
        }
        addresses.iter().map(|address| self.solana.engine.account(address)).collect()
    }

    /// Signs whatever a lie asks for, and sends it.
    pub(super) fn sign_blindly(&mut self, tamper: Tamper) -> Result<(), String> {
        let bytes = self.told(tamper).payload.serialize();
        let mut transaction = deserialize(&bytes).ok_or("unreadable")?;
        sign(&mut transaction, &self.solana.user);
        let done = self.solana.engine.submit(NOW, transaction);
        done.map(drop).map_err(|rejected| rejected.to_string())
    }

    pub(super) fn held(&self, owner: &Address) -> u64 {
        self.offer.order.asset.balance(&self.solana.engine, owner)
    }
}
