//! The secrets, and where the program finds them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bitcoin::secp256k1::SecretKey;
use bitcoin::{NetworkKind, PrivateKey};
use countersign::keys::{MnemonicLength, generate_mnemonic};
use countersign_sandbox::{Account, Sandbox};

use crate::derive;
use crate::forms::{Form, of_bytes, of_text};

/// How long lines of PEM are, and how many hold the header and the public half of 2048 bits.
const PEM_LINE: usize = 64;
const PUBLIC_LINES: usize = 8;

/// What becomes of a secret in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// It stays in memory until it is dropped, and is erased then.
    Kept,
    /// It is used and erased at once.
    Passing,
    /// It is sent with each request, through buffers of HTTP libraries, which erase nothing.
    Sent,
}

/// A secret that the program is given, or that follows from one.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    pub(crate) held: Held,
    pub(crate) forms: Vec<Form>,
}

/// All secrets.
#[derive(Default)]
pub(crate) struct Plot {
    pub(crate) secrets: Vec<Planted>,
    files: Vec<(&'static str, String)>,
}

impl Plot {
    /// Makes up secrets, and takes those that the sandboxes take.
    pub(crate) fn new(honest: &Sandbox, hostile: &Sandbox) -> Self {
        let mut plot = Self::default();
        plot.plant_keys(honest);
        plot.plant_seed();
        plot.plant_credentials(honest, hostile);
        plot
    }

    /// Writes the files that the program reads, for its eyes alone.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, text) in &self.files {
            let mut options = fs::File::options();
            let file = options.write(true).create_new(true).mode(0o600).open(folder.join(name));
            file.unwrap().write_all(text.as_bytes()).unwrap();
        }
    }

    fn plant_keys(&mut self, sandbox: &Sandbox) {
        let evm = account(sandbox, "ethereum");
        self.plant_key("evm", &evm, |_, text| text.to_owned());
        let bitcoin = account(sandbox, "bitcoin");
        self.plant_key("bitcoin", &bitcoin, |key, _| wif(key, NetworkKind::Test));
        let solana = account(sandbox, "solana");
        let pair = |key: &[u8; 32], _: &str| {
            let public = bs58::decode(&solana.address).into_vec().unwrap();
            serde_json::to_string(&[key.as_slice(), &public].concat()).unwrap()
        };
        self.plant_key("solana", &solana, pair);
    }

    /// Plants a private key, which the program reads in a form of its chain.
    fn plant_key(
        &mut self,
        name: &'static str,
        account: &Account,
        write: impl Fn(&[u8; 32], &str) -> String,
    ) {
        let key = key_of(account);
        self.files.push((name, write(&key, account.private_key())));
        let mut forms = of_bytes(&key);
        if name != "solana" {
            let wifs = [NetworkKind::Main, NetworkKind::Test].map(|kind| wif(&key, kind));
            forms.extend(wifs.iter().flat_map(|wif| of_text(wif)));
        }
        self.secrets.push(Planted { name, held: Held::Kept, forms });
    }

    fn plant_seed(&mut self) {
        let words = generate_mnemonic(MnemonicLength::TwentyFour).unwrap();
        let seed = derive::seed(&words);
        let child = derive::private_key(&seed, "m/44'/60'/0'/0/1");
        self.plant_text("mnemonic", Held::Passing, words.as_str());
        let planted = |name, held, bytes: &[u8]| Planted { name, held, forms: of_bytes(bytes) };
        self.secrets.push(planted("seed", Held::Kept, &seed));
        self.secrets.push(planted("child", Held::Passing, &child));
    }

    fn plant_credentials(&mut self, honest: &Sandbox, hostile: &Sandbox) {
        let random = || hex::encode(rand::<20>());
        self.plant_text("passphrase", Held::Passing, &format!("pass phrase {}", random()));
        self.plant_text("hmac", Held::Passing, &format!("hmac-{}", random()));
        self.plant_pem("rsa", hostile.rsa_private_key_pem().unwrap());
        self.plant_text("defi", Held::Sent, honest.api_key());
        self.plant_text("oneclick", Held::Sent, &honest.oneclick_key());
        let session = ["header", &random(), &random(), "signature"].join(".");
        self.plant_text("session", Held::Sent, &session);
        self.plant_text("aurora", Held::Sent, &honest.aurora_key());
        self.plant_text("node", Held::Sent, &format!("node-{}", random()));
        self.plant_text("password", Held::Sent, &format!("word-{}", random()));
        self.plant_text("database", Held::Sent, &format!("data-{}", random()));
        self.plant_text("misplaced", Held::Sent, &format!("0x{}", hex::encode(rand::<32>())));
        self.plant_text("xprv", Held::Sent, &derive::extended(&rand::<32>()));
        let audit = rand::<32>();
        self.files.push(("audit", hex::encode(audit)));
        let forms = of_bytes(&audit);
        self.secrets.push(Planted { name: "audit", held: Held::Passing, forms });
    }

    fn plant_text(&mut self, name: &'static str, held: Held, text: &str) {
        self.files.push((name, text.to_owned()));
        self.secrets.push(Planted { name, held, forms: of_text(text) });
    }

    /// Plants a key in PEM. Its first lines hold the public half, and its last one may be short.
    fn plant_pem(&mut self, name: &'static str, pem: &str) {
        self.files.push((name, pem.to_owned()));
        let lines = pem.lines().skip(PUBLIC_LINES).filter(|line| line.len() == PEM_LINE);
        let forms = lines.flat_map(|line| {
            let bytes = BASE64_STANDARD.decode(line).unwrap();
            of_text(line).into_iter().chain(of_bytes(&bytes))
        });
        let forms = forms.collect();
        self.secrets.push(Planted { name, held: Held::Passing, forms });
    }
}

fn account(sandbox: &Sandbox, network: &str) -> Account {
    sandbox.accounts().into_iter().find(|account| account.network == network).unwrap()
}

pub(crate) fn key_of(account: &Account) -> [u8; 32] {
    let mut key = [0; 32];
    hex::decode_to_slice(account.private_key().trim_start_matches("0x"), &mut key).unwrap();
    key
}

fn wif(key: &[u8; 32], network: NetworkKind) -> String {
    let inner = SecretKey::from_slice(key).unwrap();
    PrivateKey { compressed: true, network, inner }.to_wif()
}

fn rand<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fs::File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes
}
