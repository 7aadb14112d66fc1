//! How far a batch is, on standard error.

use std::io::IsTerminal as _;

use countersign::journal::Label;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A bar on a terminal, and lines elsewhere.
pub(super) struct Meter {
    bar: Option<ProgressBar>,
    done: usize,
    all: usize,
}

impl Meter {
    pub(super) fn new(all: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(all));
        Self { bar, done: 0, all }
    }

    /// Counts a swap that was driven.
    pub(super) fn count(&mut self, key: &Label, state: &str, sum: &str) {
        self.done = self.done.saturating_add(1);
        match &self.bar {
            Some(bar) => {
                bar.set_message(sum.to_owned());
                bar.inc(1);
            }
            None => output::say(format_args!("{}/{}  {state:<9}  {key}", self.done, self.all)),
        }
    }

    /// Says whether all were driven.
    pub(super) const fn is_full(&self) -> bool {
        self.done == self.all
    }

    /// Writes something else, without the bar in between.
    pub(super) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(all: usize) -> ProgressBar {
    let length = u64::try_from(all).ok();
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let form = "{bar:30} {pos}/{len}  {msg}  {elapsed} passed, {eta} left";
    let style = ProgressStyle::with_template(form);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
