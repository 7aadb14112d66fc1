//! What a benchmark of our own measured, from what it writes: a name and a number on each line.

use std::collections::HashMap;

use super::BenchError;

/// The measurements of a run by their names.
#[derive(Debug)]
pub(super) struct Medians(HashMap<String, f64>);

impl Medians {
    /// Reads lines of `p2tr approve 100 3500000`; each name must be there once, and no other.
    ///
    /// # Errors
    ///
    /// Returns [`BenchError::Line`] for another line, and [`BenchError::NoLine`] for a missing one.
    pub(super) fn read(text: &str, names: &[String]) -> Result<Self, BenchError> {
        let mut medians = HashMap::new();
        for line in text.lines() {
            let (name, median) =
                read(line, names).ok_or_else(|| BenchError::Line(line.to_owned()))?;
            if medians.insert(name, median).is_some() {
                return Err(BenchError::Line(line.to_owned()));
            }
        }
        match names.iter().find(|name| !medians.contains_key(*name)) {
            Some(name) => Err(BenchError::NoLine { name: name.clone() }),
            None => Ok(Self(medians)),
        }
    }

    /// Returns a measurement; NaN, which meets no target, where there is none of this name.
    pub(super) fn get(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(f64::NAN)
    }
}

fn read(line: &str, names: &[String]) -> Option<(String, f64)> {
    let (name, median) = line.rsplit_once(' ')?;
    let median: f64 = median.parse().ok()?;
    let known = names.iter().any(|known| known == name);
    (known && median.is_finite() && median > 0.0).then(|| (name.to_owned(), median))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_name_once_and_nothing_else() {
        let names = ["a b".to_owned(), "c".to_owned()];
        let medians = Medians::read("c 2.5\na b 1\n", &names).unwrap();
        assert_eq!((medians.get("a b"), medians.get("c")), (1.0, 2.5));
        assert!(medians.get("d").is_nan());
        for line in ["a b 1", "d 1", "c", "c 0", "c -1", "c NaN", "c inf", "c one", ""] {
            let text = format!("a b 1\n{line}\n");
            let error = Medians::read(&text, &names).unwrap_err();
            assert!(matches!(error, BenchError::Line(found) if found == line), "{line}");
        }
        let error = Medians::read("a b 1\n", &names).unwrap_err();
        assert_eq!(error.to_string(), "expected a measurement of c, found none");
    }
}
