use std::path::PathBuf;

/// A file with a key, and the network that it is for.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile {
    /// None where the text does not begin with one.
    pub(crate) network: Option<String>,
    pub(crate) path: PathBuf,
}

impl From<&str> for KeyFile {
    fn from(text: &str) -> Self {
        let is_name = |name: &str| !name.is_empty() && !name.contains(['/', '.', '~']);
        match text.split_once('=').filter(|(network, _)| is_name(network)) {
            Some((network, path)) => Self { network: Some(network.to_owned()), path: path.into() },
            None => Self { network: None, path: text.into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_stands_before_the_path() {
        for (text, network, path) in [
            ("bitcoin=/run/key", Some("bitcoin"), "/run/key"),
            ("bitcoin=a=b", Some("bitcoin"), "a=b"),
            ("/run/key", None, "/run/key"),
            ("./a=b", None, "./a=b"),
            ("=key", None, "=key"),
        ] {
            let file = KeyFile::from(text);
            assert_eq!(file.network.as_deref(), network, "{text}");
            assert_eq!(file.path.to_str(), Some(path), "{text}");
        }
    }
}
