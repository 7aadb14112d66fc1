//! What became of swaps, by the chains' own state, the journal and the signatures: whether one was
//! lost, or done twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use countersign::journal::{
    Anchor, AuditKey, History, Outcome, Page, State, Store, Summary, What, Which, audit,
};
use countersign::units::{Lots, UnixMillis};
use countersign::{Clock as _, SystemClock};
use countersign_sandbox::ExecutionKind;

use crate::bed::Bed;
use crate::deals::Deal;
use crate::process::Said;
use crate::site::{Ask, By};

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Swaps in the journal.
    pub(crate) swaps: usize,
    /// Those that finished.
    pub(crate) finished: usize,
    /// Those that ended as failed, as what was not signed before a crash does, and as refused.
    pub(crate) given_up: [usize; 2],
    /// What was executed on chain.
    pub(crate) executed: usize,
    /// Those whose approval was sent more than once, the same bytes.
    pub(crate) sent_again: usize,
    /// Those that are open because their approvals, which did not arrive, can still be used.
    pub(crate) live: usize,
    /// Swaps that were acknowledged or paid for and have not the end that follows, and why that is
    /// said.
    pub(crate) lost: BTreeMap<String, String>,
    /// Swaps of which something was done twice.
    pub(crate) doubled: BTreeMap<String, String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lost, doubled) = (self.lost.len(), self.doubled.len());
        let Self { swaps, finished, executed, sent_again, live, .. } = self;
        let [failed, refused] = self.given_up;
        write!(formatter, "{swaps} swaps, {finished} finished, {failed} failed, ")?;
        write!(formatter, "{refused} refused, {executed} executed, ")?;
        write!(formatter, "{sent_again} sent again, {live} live, {lost} lost, {doubled} doubled")
    }
}

impl Tally {
    /// Requires that nothing was lost and nothing done twice.
    pub(crate) fn require_sound(&self, what: &str) {
        let Self { lost, doubled, .. } = self;
        let sound = lost.is_empty() && doubled.is_empty();
        assert!(sound, "{what}: {self}: lost {lost:#?}, doubled {doubled:#?}");
    }
}

/// Everything there is to compare.
pub(crate) struct Evidence {
    pub(crate) swaps: BTreeMap<String, (Summary, History)>,
    pub(crate) by: By,
    pub(crate) deals: Vec<Deal>,
    said: Vec<Said>,
    pub(crate) tally: Tally,
}

/// Compares what was asked for and what was said with what is there.
pub(crate) async fn judge(bed: &Bed, asks: &[Ask], said: Vec<Said>) -> Tally {
    judge_since(bed, asks, said, None).await
}

/// The same, with a commitment to what was there before.
pub(crate) async fn judge_since(
    bed: &Bed,
    asks: &[Ask],
    said: Vec<Said>,
    known: Option<Anchor>,
) -> Tally {
    let mut evidence = Evidence::gather(bed, said).await;
    evidence.judge(bed, asks);
    evidence.judge_audit(bed.store().await.as_ref(), known).await;
    evidence.tally
}

/// Reads all swaps, by their keys.
async fn read(store: &dyn Store) -> BTreeMap<String, (Summary, History)> {
    let (mut swaps, mut after) = (BTreeMap::new(), None);
    loop {
        let page = Page { which: Which::All, after, most: 256 };
        let summaries = store.list(page).await.unwrap();
        let Some(last) = summaries.last() else { return swaps };
        after = Some(last.swap_id);
        for summary in summaries {
            let history = store.load(summary.swap_id).await.unwrap();
            swaps.insert(summary.key.as_str().to_owned(), (summary, history));
        }
    }
}

impl Evidence {
    /// Reads the journal, and what the sandbox knows.
    pub(crate) async fn gather(bed: &Bed, said: Vec<Said>) -> Self {
        let swaps = read(bed.store().await.as_ref()).await;
        let tally = Tally { swaps: swaps.len(), ..Tally::default() };
        Self { swaps, by: bed.by, deals: Deal::all(bed), said, tally }
    }

    /// Compares all but the audit.
    pub(crate) fn judge(&mut self, bed: &Bed, asks: &[Ask]) {
        self.judge_words();
        self.judge_ends();
        for ask in asks {
            self.judge_ask(bed, ask);
        }
        self.judge_signatures(&bed.signatures());
        self.judge_intents(asks);
        self.judge_deposits(bed);
    }

    pub(crate) fn lost(&mut self, key: &str, why: impl fmt::Display) {
        let why = format!("{why}: {}", self.story(key));
        self.tally.lost.entry(key.to_owned()).or_insert(why);
    }

    pub(crate) fn doubled(&mut self, key: &str, why: impl fmt::Display) {
        let why = format!("{why}: {}", self.story(key));
        self.tally.doubled.entry(key.to_owned()).or_insert(why);
    }

    /// What a process acknowledged is in the journal, and what it said to be the end is the end.
    fn judge_words(&mut self) {
        for said in std::mem::take(&mut self.said) {
            match &said {
                Said::Opened { key, swap_id } => {
                    let found = self.swaps.get(key).map(|(it, _)| it.swap_id.to_string());
                    if found.as_ref() != Some(swap_id) {
                        self.lost(key, format_args!("{said:?}, found {found:?}"));
                    }
                }
                Said::Ended { key, state } => {
                    let found = self.swaps.get(key).map(|(_, it)| it.state.to_string());
                    if found.as_ref() != Some(state) {
                        self.lost(key, format_args!("{said:?}, found {found:?}"));
                    }
                }
                Said::Signed { key } => self.judge_word_of_signature(key),
                Said::Began | Said::Other(_) => {}
            }
        }
    }

    /// A signature that was let out is in the journal.
    fn judge_word_of_signature(&mut self, key: &str) {
        if self.swaps.get(key).and_then(|(_, history)| approved(history)).is_none() {
            self.lost(key, "it was signed, and is not");
        }
    }

    /// Each swap is at an end, and at none that a person must look at: nobody lies here.
    fn judge_ends(&mut self) {
        let ends: Vec<_> =
            self.swaps.iter().map(|(key, (_, it))| (key.clone(), it.state)).collect();
        let again = |what: &What| matches!(what, What::Submitted { attempt: 2.. });
        let mut stories = self.swaps.values().map(|(_, it)| it.links.iter());
        let sent_again =
            stories.by_ref().filter(|links| links.clone().any(|it| again(&it.entry.what))).count();
        self.tally.sent_again = sent_again;
        for (key, state) in ends {
            let live = self.is_live(&key);
            self.tally.live += usize::from(live);
            if (!state.is_ended() && !live) || state == State::Ended(Outcome::Disputed) {
                let intent = self.swaps.get(&key).and_then(|(_, history)| approved(history));
                let of_it = |deal: &&Deal| Some(&deal.id) == intent.as_ref();
                let deal = self.deals.iter().find(of_it).cloned();
                self.lost(&key, format_args!("it is {state}, and {deal:?}"));
            }
            self.tally.finished += usize::from(state == State::Ended(Outcome::Finished));
            let [failed, refused] = &mut self.tally.given_up;
            *failed += usize::from(state == State::Ended(Outcome::Failed));
            *refused += usize::from(state == State::Ended(Outcome::Refused));
        }
    }

    /// One key was executed once at most, and paid for if and only if the journal says so.
    fn judge_ask(&mut self, bed: &Bed, ask: &Ask) {
        let Ask { key, recipient, .. } = ask;
        let of_key = |deal: &&Deal| deal.recipient == *recipient;
        let deals: Vec<_> = self.deals.iter().filter(of_key).cloned().collect();
        let sum = |count: fn(&Deal) -> u64| deals.iter().map(count).sum::<u64>();
        let deposits = sum(|deal| deal.deposits);
        let (payouts, refunds) = (sum(|deal| deal.payouts), sum(|deal| deal.refunds));
        self.tally.executed += usize::try_from(deposits).unwrap();
        if deposits > 1 || payouts > 1 || sum(|it| it.approvals) > 1 {
            self.doubled(key, format_args!("{deals:?}"));
        }
        let finished = self.state(key) == Some(State::Ended(Outcome::Finished));
        let paid = (deposits, payouts, refunds) == (1, 1, 0);
        let unpaid = payouts == 0 && deposits == refunds;
        if (finished && !paid) || (!finished && !unpaid) {
            self.lost(key, format_args!("{deals:?}"));
        }
        self.judge_payment(bed, ask, finished);
    }

    /// The recipient has what was paid once, or nothing.
    fn judge_payment(&mut self, bed: &Bed, ask: &Ask, finished: bool) {
        let executions = bed.sandbox.executions();
        let mut payouts = executions
            .iter()
            .filter(|ran| ran.kind == ExecutionKind::Payout && ran.to == ask.recipient);
        let paid = payouts.next().map_or(Lots::ZERO, |ran| ran.amount);
        let held = bed.sandbox.balances(&ask.recipient);
        let held = held.into_iter().map(|held| held.lots).find(|lots| !lots.is_zero());
        if held.unwrap_or(Lots::ZERO) != paid || finished == paid.is_zero() {
            let why = format!("{} holds {held:?}, was paid {paid}", ask.recipient);
            self.lost(&ask.key, why);
        }
    }

    /// No digest was signed twice, no swap has two, and what the journal holds is what was signed.
    fn judge_signatures(&mut self, lines: &[String]) {
        let by_approval = self.by == By::Approval;
        let refunded = by_approval && self.deals.iter().any(|deal| deal.refunds > 0);
        let (mut seen, mut signed) = (BTreeSet::new(), BTreeMap::new());
        for line in lines {
            // The transaction of a refund is made again from the same parts, which is no approval.
            let of_refund = refunded && line.starts_with("input ");
            let known = !seen.insert(line) && !of_refund;
            let words: Vec<_> = line.split(' ').collect();
            let second = match words.as_slice() {
                ["approval", swap_id, digest] => {
                    signed.insert((*swap_id).to_owned(), (*digest).to_owned()).is_some()
                }
                _ => false,
            };
            if known || second {
                let key = words.get(1).and_then(|swap_id| self.key_of(swap_id));
                self.doubled(&key.unwrap_or_else(|| line.clone()), "it was signed once more");
            }
        }
        self.judge_signed(&signed);
    }

    fn judge_signed(&mut self, signed: &BTreeMap<String, String>) {
        let mut wrong = Vec::new();
        for (key, (summary, history)) in &self.swaps {
            let digests = history.links.iter().filter_map(|link| match &link.entry.what {
                What::Signed { digest, .. } => Some(digest.to_string()),
                _ => None,
            });
            let digests: Vec<_> = digests.collect();
            let noted = signed.get(&summary.swap_id.to_string());
            let (on_bitcoin, one) = (is_on_bitcoin(history), digests.first());
            let same = on_bitcoin || noted.is_none_or(|it| one.is_none_or(|one| one == it));
            // What pays out of coins of our own is named by its inputs alone.
            let is_noted = noted.is_some() || (on_bitcoin && self.by == By::Deposit);
            if digests.len() > 1 || digests.len() > usize::from(is_noted) || !same {
                let why = format!("{digests:?} in the journal, {noted:?} was signed");
                wrong.push((key.clone(), why));
            }
        }
        for (key, why) in wrong {
            self.doubled(&key, why);
        }
    }

    /// What was approved is what the journal says was approved, by one approval.
    fn judge_intents(&mut self, asks: &[Ask]) {
        let signed = self.swaps.values().filter_map(|(_, history)| approved(history));
        let signed: BTreeSet<_> = signed.collect();
        let keys: BTreeMap<_, _> = asks.iter().map(|ask| (&ask.recipient, &ask.key)).collect();
        for deal in self.deals.clone() {
            let key = keys.get(&deal.recipient).map_or("nobody's", |key| key.as_str());
            let touched = deal.approvals + deal.deposits + deal.payouts > 0;
            if touched && !signed.contains(&deal.id) {
                self.lost(key, format_args!("approved, and not in the journal: {deal:?}"));
            }
            // One that came too late was refused, too.
            if deal.refused > 0 && deal.approvals > 0 {
                self.doubled(key, format_args!("approved in two ways: {deal:?}"));
            }
        }
    }

    /// The whole journal verifies by the audit key alone, up to its last entry.
    async fn judge_audit(&mut self, store: &dyn Store, known: Option<Anchor>) {
        let key = AuditKey::from_seed(&AUDIT).unwrap();
        store.checkpoint(&key, now()).await.unwrap();
        let mut export = Vec::new();
        audit::export(store, &mut export).await.unwrap();
        let audited = audit::verify(&mut export.as_slice(), &key.public_key(), known).unwrap();
        let swaps = u64::try_from(self.swaps.len()).unwrap();
        if audited.swaps != swaps || audited.committed != audited.entries {
            self.lost("the journal", format_args!("the audit has {audited:?} of {swaps} swaps"));
        }
    }

    /// Says whether an approval can still be used that was not: nothing is over before its time.
    fn is_live(&self, key: &str) -> bool {
        let Some((_, history)) = self.swaps.get(key) else { return false };
        let intent = approved(history);
        let mut deals = self.deals.iter();
        let deal = deals.find(|deal| Some(&deal.id) == intent.as_ref());
        let until = history.links.iter().find_map(|link| match &link.entry.what {
            What::Signed { valid_until, .. } => Some(*valid_until),
            _ => None,
        });
        let unused = deal.is_some_and(|deal| deal.approvals == 0);
        !history.state.is_ended() && unused && until.is_some_and(|it| it >= now().to_seconds())
    }

    fn key_of(&self, swap_id: &str) -> Option<String> {
        let mut swaps = self.swaps.iter();
        swaps.find(|(_, (it, _))| it.swap_id.to_string() == swap_id).map(|(key, _)| key.clone())
    }

    fn state(&self, key: &str) -> Option<State> {
        self.swaps.get(key).map(|(_, history)| history.state)
    }

    /// Returns what happened in a swap, for people.
    fn story(&self, key: &str) -> String {
        let links = self.swaps.get(key).map(|(_, history)| history.links.as_slice());
        let line = |link: &countersign::journal::Link| match &link.entry.what {
            What::Requested(_) | What::Created(_) | What::Quoted(_) | What::Judged(_) => {
                format!("{} {}", link.entry.at.value(), link.entry.what.name())
            }
            what => format!("{} {what:?}", link.entry.at.value()),
        };
        links.unwrap_or_default().iter().map(line).collect::<Vec<_>>().join("\n    ")
    }
}

/// Commits to what a journal holds so far.
pub(crate) async fn commit(bed: &Bed) -> Option<Anchor> {
    let key = AuditKey::from_seed(&AUDIT).unwrap();
    let checkpoint = bed.store().await.checkpoint(&key, now()).await.unwrap();
    checkpoint.map(|checkpoint| checkpoint.anchor())
}

/// The secret of the audit key, which commits to journals of tests alone.
pub(crate) const AUDIT: [u8; 32] = [7; 32];

pub(crate) fn now() -> UnixMillis {
    SystemClock.now()
}

/// Returns the intent that a swap has a signature for.
fn approved(history: &History) -> Option<String> {
    history.links.iter().find_map(|link| match &link.entry.what {
        What::Signed { intent_id, .. } => Some(intent_id.as_str().to_owned()),
        _ => None,
    })
}

fn is_on_bitcoin(history: &History) -> bool {
    let mut whats = history.links.iter().map(|link| &link.entry.what);
    whats.any(|what| match what {
        What::RefundKept { .. } => true,
        What::Requested(request) => request.source.network.as_str() == "bitcoin",
        _ => false,
    })
}
