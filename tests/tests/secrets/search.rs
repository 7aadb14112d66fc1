//! Looks for all forms of all secrets at once.

use std::collections::HashMap;

use crate::findings::Finding;
use crate::forms::Form;
use crate::planted::Planted;

/// How many bytes a form is recognised by.
const HEAD: usize = 4;

/// What is looked for.
pub(crate) struct Search<'a> {
    /// Whether a form begins with two bytes.
    begins: Vec<bool>,
    forms: HashMap<[u8; HEAD], Vec<(&'a str, &'a Form)>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(secrets: impl IntoIterator<Item = &'a Planted>) -> Self {
        let mut search = Self { begins: vec![false; 1 << 16], forms: HashMap::new() };
        for secret in secrets {
            for form in &secret.forms {
                let head = head(&form.bytes).unwrap();
                search.begins[two(head)] = true;
                search.forms.entry(head).or_default().push((secret.name, form));
            }
        }
        search
    }

    /// Returns what is found in bytes.
    pub(crate) fn look(&self, place: &'static str, bytes: &[u8]) -> Vec<Finding> {
        let mut found = Vec::new();
        for at in 0..bytes.len().saturating_sub(HEAD - 1) {
            let head = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            if !self.begins[two(head)] {
                continue;
            }
            let forms = self.forms.get(&head).into_iter().flatten();
            let here = forms.filter(|(_, form)| bytes[at..].starts_with(&form.bytes));
            found.extend(here.map(|(secret, form)| Finding::new(place, secret, &form.name)));
        }
        found
    }
}

fn head(bytes: &[u8]) -> Option<[u8; HEAD]> {
    bytes.first_chunk().copied()
}

fn two(head: [u8; HEAD]) -> usize {
    usize::from(u16::from_le_bytes([head[0], head[1]]))
}
