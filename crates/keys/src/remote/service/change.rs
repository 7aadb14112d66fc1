//! Where what is left of coins goes: to keys of this service, whatever the terms say.

use countersign_approval::HtlcKey;

use crate::{Key, KeyEvidence, Keyring};

/// Requires change, and the coins that are locked, to come back to keys of the same environment. The
/// terms name both, and they are the caller's.
pub(super) fn require_own_change(
    evidence: &KeyEvidence<'_>,
    key: &Key,
    keyring: &Keyring,
) -> Result<(), &'static str> {
    match evidence {
        KeyEvidence::Psbt(psbt) => {
            let terms = &psbt.terms().approval;
            require_own(keyring, key, &terms.change_script, Some(&terms.htlc.refund_key))
        }
        KeyEvidence::Payment(payment) => {
            require_own(keyring, key, &payment.terms().approval.change_script, None)
        }
        _ => Ok(()),
    }
}

fn require_own(
    keyring: &Keyring,
    key: &Key,
    change: &[u8],
    taken_back_by: Option<&HtlcKey>,
) -> Result<(), &'static str> {
    let environment = key.scope().environment;
    let to = keyring.bitcoin(change).filter(|to| to.key().scope().environment == environment);
    let to = to.ok_or("the change goes to no key of this service")?;
    let own = [to.public_key().as_slice(), key.public_key().as_bytes()];
    // As the script has it: a key with the other sign is another one there.
    let is_own = |taker: &HtlcKey| match taker {
        HtlcKey::Compressed(key) => own.contains(&key.as_slice()),
        HtlcKey::XOnly(x) => own.iter().any(|own| own.ends_with(x)),
    };
    if taken_back_by.is_none_or(is_own) {
        return Ok(());
    }
    Err("the coins are taken back by no key of this service")
}

#[cfg(test)]
mod tests {
    use countersign_bitcoin::scripts_of_key;

    use super::*;
    use crate::{KeyringConfig, MemoryKeys};

    const KEYS: &str = r#"
[keys.coins]
source = "memory"
curve = "secp256k1"
chains = ["bitcoin"]
environment = "sandbox"
[keys.others]
source = "memory"
curve = "secp256k1"
chains = ["bitcoin"]
environment = "sandbox"
[keys.live]
source = "memory"
curve = "secp256k1"
chains = ["bitcoin"]
environment = "mainnet"
"#;

    fn point(key: &Key) -> [u8; 33] {
        key.public_key().as_bytes().try_into().unwrap()
    }

    #[tokio::test]
    async fn change_and_refund_come_back_to_the_service() {
        let keys = MemoryKeys::new("memory").secp256k1("coins", &[8; 32]).unwrap();
        let keys = keys.secp256k1("others", &[9; 32]).unwrap();
        let keys = keys.secp256k1("live", &[10; 32]).unwrap().into_source();
        let ring = Keyring::new(&KeyringConfig::from_toml(KEYS).unwrap(), [keys]).await.unwrap();
        let [coins, others, live] =
            ["coins", "others", "live"].map(|name| ring.named(name).unwrap());
        let judged = |change: &Key, by: Option<HtlcKey>| {
            let scripts = scripts_of_key(point(change)).unwrap();
            let judged: Vec<_> = scripts
                .iter()
                .map(|script| require_own(&ring, &coins, script, by.as_ref()).err())
                .collect();
            assert!(judged.iter().all(|one| *one == judged[0]));
            judged[0]
        };
        let [_, x @ ..] = point(&coins);
        for own in [None, Some(HtlcKey::Compressed(point(&coins))), Some(HtlcKey::XOnly(x))] {
            assert_eq!(judged(&coins, own), None);
            assert_eq!(judged(&others, own), None);
        }
        let [sign, own @ ..] = point(&coins);
        let other_sign =
            std::array::from_fn(|place| place.checked_sub(1).map_or(sign ^ 1, |place| own[place]));
        let [_, x @ ..] = point(&live);
        let others = [HtlcKey::Compressed(point(&live)), HtlcKey::Compressed(other_sign)];
        for stolen in others.into_iter().chain([HtlcKey::XOnly(x)]) {
            let why = judged(&coins, Some(stolen)).unwrap();
            assert!(why.contains("taken back by no key"), "{why}");
        }
        let away = "the change goes to no key of this service";
        assert_eq!(judged(&live, None), Some(away));
        let nobodys = [[0, 20].as_slice(), &[0xab; 20]].concat();
        assert_eq!(require_own(&ring, &coins, &nobodys, None), Err(away));
    }
}
