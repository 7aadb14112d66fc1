//! Each type that holds a secret, as its `Debug` form shows it.

use countersign::bitcoin::LocalCoinSigner;
use countersign::evm::LocalSigner;
use countersign::keys::{ChainKind, MemoryKeys};
use countersign::near::{LocalEd25519Signer, LocalSecp256k1Signer};
use countersign::solana::LocalCosignSigner;

use super::notes::Notes;
use super::secrets::Secrets;
use super::setting::Setting;

pub(crate) fn all(setting: &Setting, secrets: &Secrets, notes: &mut Notes) {
    notes.debug("keyring", &setting.keyring);
    notes.debug("keystore", &setting.keystore);
    notes.debug("source", &setting.keystore.source());
    notes.debug("journal", &setting.store);
    notes.debug("audit key", &setting.audit);
    notes.debug("client", &setting.clients.defi);
    notes.debug("client of 1Click", &setting.clients.oneclick);
    notes.debug("client of Aurora", &setting.clients.aurora);
    notes.debug("client that signs", &setting.clients.signed);
    notes.debug("flow", &setting.flow(setting.defi(), &setting.honest).build());
    handles(setting, notes);
    local(secrets, notes);
}

fn handles(setting: &Setting, notes: &mut Notes) {
    for key in setting.keyring.keys().chain(setting.served.keys()) {
        notes.debug("key", &key);
        let chains = [ChainKind::Evm, ChainKind::Bitcoin, ChainKind::Solana, ChainKind::Tron];
        for address in chains.into_iter().filter_map(|chain| key.address(chain)) {
            notes.debug("found", &setting.keyring.find(&address));
        }
    }
    let owners = &setting.honest.owners;
    notes.debug("evm key", &setting.keyring.evm(owners["ethereum"].parse().unwrap()));
    notes.debug("tron key", &setting.served.tron(owners["tron"].parse().unwrap()));
    notes.debug("solana key", &setting.keyring.solana(owners["solana"].parse().unwrap()));
}

/// Keys that are held without a keyring.
fn local(secrets: &Secrets, notes: &mut Notes) {
    let (evm, pair) = (secrets.text("evm"), secrets.text("solana"));
    notes.debug("local", &LocalSigner::from_hex(&evm).unwrap());
    notes.debug("local", &LocalCoinSigner::from_hex(&evm).unwrap());
    notes.debug("local", &LocalSecp256k1Signer::from_hex(&evm).unwrap());
    notes.debug("local", &LocalEd25519Signer::from_seed_hex(&evm).unwrap());
    notes.debug("local", &LocalCosignSigner::from_keypair_json(pair.as_bytes()).unwrap());
    let mut key = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(evm.trim_start_matches("0x"), key.as_mut_slice()).unwrap();
    let memory = MemoryKeys::new("memory").secp256k1("evm", &key).unwrap().ed25519("evm", &key);
    notes.debug("memory", &memory.seed("seed", key.as_slice()).unwrap());
}
