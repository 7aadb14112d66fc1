use std::collections::HashSet;

use super::bytes::Bytes;

/// From this many pairs on, keys are compared by a set and not one by one.
const MANY: usize = 16;

/// One of the maps that a PSBT consists of, in the order in which it was written.
pub(crate) struct Map<'a> {
    pairs: Vec<Pair<'a>>,
    end: usize,
}

/// A key, split into its type and its data, and a value.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) kind: u64,
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
}

impl<'a> Map<'a> {
    /// Reads the pairs up to the zero byte that ends a map; says what is wrong otherwise.
    pub(super) fn read(bytes: &mut Bytes<'a>) -> Result<Self, &'static str> {
        let mut pairs = Vec::new();
        loop {
            let end = bytes.position();
            let key = bytes.sized().ok_or("a key that is cut off, or not written shortly")?;
            if key.is_empty() {
                let map = Self { pairs, end };
                return if map.has_twins() { Err("a key twice") } else { Ok(map) };
            }
            let value = bytes.sized().ok_or("a value that is cut off, or not written shortly")?;
            let mut key = Bytes::new(key);
            let kind = key.compact().ok_or("a key type that is not written shortly")?;
            pairs.push(Pair { kind, key: key.rest(), value });
        }
    }

    /// Returns where the zero byte is that ends the map.
    pub(crate) const fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// Returns the value of a field whose key has no data.
    pub(crate) fn value(&self, kind: u64) -> Option<&'a [u8]> {
        self.all(kind).find(|pair| pair.key.is_empty()).map(|pair| pair.value)
    }

    /// Returns the fields of a type.
    pub(crate) fn all(&self, kind: u64) -> impl Iterator<Item = &Pair<'a>> {
        self.pairs.iter().filter(move |pair| pair.kind == kind)
    }

    pub(crate) fn has(&self, kind: u64) -> bool {
        self.all(kind).next().is_some()
    }

    fn has_twins(&self) -> bool {
        if self.pairs.len() >= MANY {
            let mut seen = HashSet::with_capacity(self.pairs.len());
            return !self.pairs.iter().all(|pair| seen.insert((pair.kind, pair.key)));
        }
        let mut rest = self.pairs.as_slice();
        while let [first, others @ ..] = rest {
            if others.iter().any(|other| (other.kind, other.key) == (first.kind, first.key)) {
                return true;
            }
            rest = others;
        }
        false
    }
}
