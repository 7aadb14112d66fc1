//! What became of a transaction, and whether its blockhash still lives.

use countersign_approval::{Finality, LifetimeQuery, SeenLifetime, SeenTransaction};

use super::answers::{AsOf, Stage, Status};
use super::cluster::Cluster;
use super::questions::{BLOCKHASH, Final, HEIGHT, HISTORY, STATUSES, history, status};
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
    /// first: it is asked for its height too, and the lower one counts.
    ///
    /// # Errors
    ///
    /// Returns an [`RpcError`] if the node does not tell.
    pub(super) async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, RpcError> {
        let state = Final { min_slot: 0 };
        // The slot belongs to what comes second, so the height is not above it.
        let calls = [state.height(), state.blockhash(query.blockhash)];
        let mut answers = self.answers(query, calls.into()).await?;
        let finalized_height = answers.next(HEIGHT, "a height")?;
        let blockhash: AsOf<bool> = answers.next(BLOCKHASH, "whether it is valid")?;
        let mut seen = SeenLifetime {
            finalized_height,
            blockhash_valid: blockhash.value,
            finalized_slot: blockhash.slot(),
            transaction: None,
            history_from_slot: None,
        };
        if let Some(signature) = &query.signature {
            self.look_for(query, signature, &mut seen).await?;
        }
        Ok(seen)
    }

    async fn look_for(
        &self,
        query: &LifetimeQuery,
        signature: &[u8; 64],
        seen: &mut SeenLifetime,
    ) -> Result<(), RpcError> {
        let min_slot = seen.finalized_slot;
        let state = Final { min_slot }.blockhash(query.blockhash);
        let height = Final { min_slot }.height();
        let questions = vec![status(signature), history(), state, height];
        let mut answers = self.answers(query, questions).await?;
        let statuses: Statuses = answers.next(STATUSES, "the status of one transaction")?;
        seen.history_from_slot = Some(answers.next(HISTORY, "a slot")?);
        let state: AsOf<bool> = answers.next(BLOCKHASH, "whether it is valid")?;
        if let Some(slot) = [state.slot(), statuses.slot()].into_iter().find(|at| *at < min_slot) {
            let expected = format!("answers from slot {min_slot} on");
            return Err(RpcError::value(STATUSES, &expected, format!("one of slot {slot}")));
        }
        let height = answers.next(HEIGHT, "a height")?;
        seen.finalized_height = seen.finalized_height.min(height);
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
