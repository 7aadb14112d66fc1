//! A transfer of an account of Solana that pays in.

use std::sync::Arc;

use countersign_approval::{TransferFacts, TransferTerms};
use countersign_solana::{
    TransferDraft, TransferPlan, VerifiedTransfer, build_transfer, transfer_facts_query,
    verify_transfer,
};

use crate::deposit::{BoundDeposit, Draft, transfer_terms};
use crate::flow::Countersign;
use crate::flow::chain::in_time;
use crate::{Facts, FlowError, SolanaSource};

impl Countersign {
    pub(super) async fn draft_transfer(
        &self,
        deposit: &BoundDeposit,
        source: &SolanaSource,
    ) -> Result<(Draft, Facts), FlowError> {
        let network = &deposit.terms.source.network;
        let view = self.transfer_chain(network)?;
        let latest = in_time(network, view.latest_blockhash(source.genesis_hash)).await?;
        let terms = transfer_terms(deposit, source, latest)?;
        let writable = [source.owner, terms.approval.action.to()];
        let price = view.compute_unit_price(source.genesis_hash, &writable);
        let price = in_time(network, price).await?;
        // What has to be made and what it costs is seen by a first draft.
        let first = TransferPlan::new(&terms.approval, &TransferFacts::default(), price);
        let first = build_transfer(&terms.approval, &first)?;
        let facts = self.transfer_facts(network, &first, &terms.approval).await?;
        let plan = TransferPlan::new(&terms.approval, &facts, price);
        let draft = build_transfer(&terms.approval, &plan)?;
        let facts = if draft.as_wire() == first.as_wire() {
            facts
        } else {
            self.transfer_facts(network, &draft, &terms.approval).await?
        };
        Ok((Draft::Transfer { terms, draft }, Facts::Transfer(Box::new(facts))))
    }

    pub(in crate::flow) async fn transfer_facts(
        &self,
        network: &str,
        draft: &TransferDraft,
        terms: &TransferTerms,
    ) -> Result<TransferFacts, FlowError> {
        let view = self.transfer_chain(network)?;
        let Some(query) = transfer_facts_query(draft, terms) else {
            return Ok(TransferFacts::default());
        };
        in_time(network, view.transfer_facts(&query)).await
    }

    pub(in crate::flow) async fn judge_transfer_again(
        &self,
        transfer: &VerifiedTransfer,
    ) -> Result<(), FlowError> {
        let terms = Arc::new(transfer.terms().clone());
        let (network, draft) = (&terms.source.network, transfer.draft());
        let facts = self.transfer_facts(network, draft, &terms.approval).await?;
        Ok(verify_transfer(draft.clone(), &terms, &facts, self.now()).map(drop)?)
    }
}
