use std::collections::BTreeSet;

use crate::rpc::RpcError;

/// How many different scripts are asked about at once.
const MOST: usize = 1_000;

/// Returns each script once.
///
/// # Errors
///
/// Returns [`RpcError::Malformed`] if there are too many to ask about.
pub(super) fn distinct(scripts: &[Vec<u8>]) -> Result<BTreeSet<&[u8]>, RpcError> {
    let distinct: BTreeSet<&[u8]> = scripts.iter().map(Vec::as_slice).collect();
    if distinct.len() <= MOST {
        return Ok(distinct);
    }
    let found = format!("{} scripts", distinct.len());
    Err(RpcError::Malformed { expected: "at most 1000 scripts", found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_asked_about_once() {
        let scripts = [vec![1], vec![0, 2], vec![1]];
        assert_eq!(distinct(&scripts).unwrap(), BTreeSet::from([&[1][..], &[0, 2][..]]));
    }

    #[test]
    fn too_many_scripts_are_refused() {
        let mut scripts: Vec<Vec<u8>> = (0..1_000_u16).map(|n| n.to_be_bytes().into()).collect();
        scripts.push(scripts[0].clone());
        assert_eq!(distinct(&scripts).unwrap().len(), 1_000);
        scripts.push(vec![1]);
        assert!(distinct(&scripts).unwrap_err().to_string().contains("1001"));
    }
}
