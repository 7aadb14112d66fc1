//! A person between the policy and the key.
//!
//! The worker hands over the statement of what would be signed, and waits. Here a task answers; in
//! a real service the case stands on a screen of somebody else than who asked for the swap.

use std::time::Duration;

use async_trait::async_trait;
use countersign::approval::{Decision, ReviewRequest, Reviewer};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// How long a person takes to read a page.
const READS_FOR: Duration = Duration::from_millis(300);

/// Where cases are left for a person.
#[derive(Clone)]
pub(crate) struct Desk(mpsc::Sender<Case>);

/// What is to be decided.
struct Case {
    statement: String,
    answer: oneshot::Sender<Decision>,
}

/// Who decides.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    /// Nothing is paid to this address.
    pub(crate) watched: String,
}

/// Opens a desk. The future is the person's work, which ends when nobody can leave a case any more,
/// and returns what was decided.
pub(crate) fn desk(person: Person) -> (Desk, impl Future<Output = Vec<Decision>>) {
    let (desk, cases) = mpsc::channel(16);
    (Desk(desk), person.work(cases))
}

#[async_trait]
impl Reviewer for Desk {
    async fn review(&self, request: &ReviewRequest<'_>) -> Decision {
        let (answer, answered) = oneshot::channel();
        let case = Case { statement: request.statement.to_string(), answer };
        // A desk that nobody sits at denies.
        let nobody = || Decision::Deny { by: "nobody".into(), reason: "nobody is there".into() };
        if self.0.send(case).await.is_err() {
            return nobody();
        }
        answered.await.unwrap_or_else(|_| nobody())
    }
}

impl Person {
    async fn work(self, mut cases: mpsc::Receiver<Case>) -> Vec<Decision> {
        let mut decisions = Vec::new();
        while let Some(Case { statement, answer }) = cases.recv().await {
            sleep(READS_FOR).await;
            let decision = self.decide(&statement);
            decisions.push(decision.clone());
            // Whoever asked may be gone, and asks again then.
            let _ = answer.send(decision);
        }
        decisions
    }

    fn decide(&self, statement: &str) -> Decision {
        let by = self.name.to_owned();
        if statement.contains(&self.watched) {
            return Decision::Deny { by, reason: "the recipient is on our watch list".into() };
        }
        Decision::Approve { by }
    }
}
