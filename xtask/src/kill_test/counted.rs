use std::fmt;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(super) kills: u64,
    swaps: u64,
    lost: u64,
    doubled: u64,
}

impl Counted {
    /// Reads a line of the test: numbers, each before its name, among others.
    pub(super) fn read(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let number = |name: &str| {
            let mut pairs = words.iter().zip(words.iter().skip(1));
            let (number, _) = pairs.find(|(_, word)| **word == name)?;
            number.parse().ok()
        };
        Some(Self {
            kills: number("kills")?,
            swaps: number("swaps")?,
            lost: number("lost")?,
            doubled: number("doubled")?,
        })
    }

    pub(super) const fn plus(self, more: Self) -> Self {
        Self {
            kills: self.kills.saturating_add(more.kills),
            swaps: self.swaps.saturating_add(more.swaps),
            lost: self.lost.saturating_add(more.lost),
            doubled: self.doubled.saturating_add(more.doubled),
        }
    }

    /// Says whether nothing was lost, and nothing done twice.
    pub(super) const fn is_sound(self) -> bool {
        self.lost == 0 && self.doubled == 0
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, swaps, lost, doubled } = self;
        write!(formatter, "{kills} kills, {swaps} swaps, {lost} lost, {doubled} doubled")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_test_counts_and_adds_it_up() {
        let line = "sqlite, seed 7: 50 kills, 421 swaps, 60 finished, 2 lost, 1 doubled (9 ms)";
        let counted = Counted::read(line).unwrap();
        assert_eq!(counted.to_string(), "50 kills, 421 swaps, 2 lost, 1 doubled");
        let sum = counted.plus(counted).plus(Counted::default());
        assert_eq!(sum.to_string(), "100 kills, 842 swaps, 4 lost, 2 doubled");
        assert!(!sum.is_sound() && Counted::default().is_sound());
        for line in ["", "50 kills, 421 swaps, 0 lost", "x kills, 1 swaps, 0 lost, 0 doubled"] {
            assert_eq!(Counted::read(line), None, "{line}");
        }
    }
}
