//! Swaps whose process ended at a point where it can't be known what was done.

use countersign_approval::excerpt;
use countersign_journal::{Death, Outcome, Request, State, What};
use countersign_units::UnixMillis;

use super::drive::{Drive, Next};
use super::{WorkError, records};
use crate::{ApiError, Order, Step};

/// How much a counterparty's clock may be behind ours, in milliseconds.
const CLOCKS_DIFFER: u64 = 60_000;
/// How many intents a reason names.
const NAMED: usize = 5;

impl Drive<'_> {
    /// Ends a swap that has no intent. What may have been created has no approval, so it is worth
    /// nothing; which ones there are is asked, and written down.
    pub(super) async fn abandon_create(&mut self) -> Result<Next, WorkError> {
        if self.known.state != State::Creating {
            return self.end(Outcome::Failed, "given up before an intent was created").await;
        }
        match self.listed().await? {
            Ok(Some(ids)) if ids.is_empty() => {
                let reason = "the answer to create was lost; the list of intents has none of it";
                self.end(Outcome::Failed, reason).await
            }
            Ok(Some(ids)) => {
                let named: Vec<_> = ids.iter().take(NAMED).map(|id| excerpt(id)).collect();
                let (count, named) = (ids.len(), named.join(", "));
                let reason = format!(
                    "the answer to create was lost; of the {count} intents that the list has \
                     since, none was approved by this swap: {named}"
                );
                self.end(Outcome::Failed, reason).await
            }
            Ok(None) => {
                let reason = "the answer to create was lost; there may be an intent without an \
                              approval, and there is no list to ask";
                self.end(Outcome::Failed, reason).await
            }
            Err(error) => self.list_again(&error).await,
        }
    }

    async fn listed(&self) -> Result<Result<Option<Vec<String>>, ApiError>, WorkError> {
        // The list is of tokens and accounts: coins that can't be read don't matter to it.
        let request = Request { coins: None, ..self.known.request.clone() };
        let request = records::asked(&request)?;
        // A registry that does not hold the tokens any more can't name them to the API.
        let Ok(order) = Order::new(&request, self.flow().config().registry()) else {
            return Ok(Ok(None));
        };
        let since = self.known.opened_at.value().saturating_sub(CLOCKS_DIFFER);
        Ok(self.flow().api().created_since(&order, UnixMillis::new(since)).await)
    }

    async fn list_again(&mut self, error: &ApiError) -> Result<Next, WorkError> {
        let (now, opened) = (self.now().value(), self.known.opened_at.value());
        let patience = self.worker.options.grace.as_millis();
        if u128::from(now.saturating_sub(opened)) < patience {
            return Ok(self.after_miss());
        }
        self.note_failure(Step::Create, error.code, error)?;
        let reason = "the answer to create was lost, and the list of intents can't be asked";
        self.end(Outcome::Failed, reason).await
    }

    /// Ends a swap that was reserved and not written down as signed: it may have been signed, so it
    /// is not signed again. Nobody has that signature, since it is let out only after it is stored.
    pub(super) async fn abandon_reserved(&mut self) -> Result<Next, WorkError> {
        self.note(What::Dead(Death::NeverLetOut))?;
        let reason = self.known.failures.last().map_or_else(
            || "the process ended while it signed; nothing was let out".to_owned(),
            |message| format!("not signed, and nothing was let out: {}", message.as_str()),
        );
        self.end_and_release(Outcome::Failed, reason).await
    }
}
