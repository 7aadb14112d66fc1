//! What became of a transaction, and whether its blockhash still lives.

use countersign_approval::{Finality, LifetimeQuery, SeenLifetime, SeenTransaction};

use super::answers::{AsOf, LatestBlock, Stage, Status};
use super::cluster::Cluster;
use super::questions::{BLOCKHASH, EPOCH, Final, HISTORY, STATUSES, history, status};
use crate::rpc::{Call, RpcError, Said, read};

/// Takes one answer after the other.
struct Answers(std::vec::IntoIter<Said>);

impl Answers {
    fn next<T: serde::de::DeserializeOwned>(
        &mut self,
        method: &'static str,
        expected: &str,
    ) -> Result<T, RpcError> {
        let said = self.0.next().ok_or(RpcError::Unanswered { method })?;
        read(&said?, method, expected)
    }
}

/// The answer to `getSignatureStatuses` for one signature.
type Statuses = AsOf<[Option<Status>; 1]>;

impl Cluster {
    /// Asks what became of a transaction.
    ///
    /// First whether its blockhash lives, then where the transaction is: the other way round, it
    /// could get into a block in between. The second answer is of a node that has come as far as the
    /// first, by the slot that the height is of: else a node that lags would not know what ran since.
    /// It is asked for its height too, and the lower one counts; a blockhash that one of the two calls
    /// valid is.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node does not tell.
    pub(super) async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, RpcError> {
        let state = Final { min_slot: 0 };
        let calls = [state.latest(), state.blockhash(query.blockhash)];
        let mut answers = self.answers(query, calls.into()).await?;
        let latest: LatestBlock = answers.next(EPOCH, "a slot and a height")?;
        let blockhash: AsOf<bool> = answers.next(BLOCKHASH, "whether it is valid")?;
        let mut seen = SeenLifetime {
            finalized_height: latest.height,
            blockhash_valid: blockhash.value,
            finalized_slot: latest.slot,
            transaction: None,
            history_from_slot: None,
        };
        if let Some(signature) = &query.signature {
            let min_slot = latest.slot.max(blockhash.slot());
            self.look_for((query, signature), min_slot, &mut seen).await?;
        }
        Ok(seen)
    }

    async fn look_for(
        &self,
        (query, signature): (&LifetimeQuery, &[u8; 64]),
        min_slot: u64,
        seen: &mut SeenLifetime,
    ) -> Result<(), RpcError> {
        let state = Final { min_slot }.blockhash(query.blockhash);
        let latest = Final { min_slot }.latest();
        let questions = vec![status(signature), history(), state, latest];
        let mut answers = self.answers(query, questions).await?;
        let statuses: Statuses = answers.next(STATUSES, "the status of one transaction")?;
        seen.history_from_slot = Some(answers.next(HISTORY, "a slot")?);
        let state: AsOf<bool> = answers.next(BLOCKHASH, "whether it is valid")?;
        let latest: LatestBlock = answers.next(EPOCH, "a slot and a height")?;
        if let Some(slot) =
            [state.slot(), statuses.slot(), latest.slot].into_iter().find(|at| *at < min_slot)
        {
            let expected = format!("answers from slot {min_slot} on");
            return Err(RpcError::value(STATUSES, &expected, format!("one of slot {slot}")));
        }
        seen.blockhash_valid |= state.value;
        seen.finalized_height = seen.finalized_height.min(latest.height);
        let [status] = statuses.value;
        seen.transaction = status.map(|status| self.transaction(&status));
        Ok(())
    }

    fn transaction(&self, status: &Status) -> SeenTransaction {
        let finality = match status.stage {
            Stage::Processed => Finality::Processed,
            Stage::Confirmed => Finality::Confirmed,
            Stage::Finalized => Finality::Finalized,
        };
        let error = status.error().map(|error| self.node.excerpt(&error));
        SeenTransaction { slot: status.slot, finality, error }
    }

    async fn answers(&self, query: &LifetimeQuery, calls: Vec<Call>) -> Result<Answers, RpcError> {
        let answers = self.ask(query.genesis_hash, calls).await?;
        Ok(Answers(answers.into_iter()))
    }
}
