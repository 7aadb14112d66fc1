// Writes keys as other software keeps them, and the addresses that it makes of them:
//   node make.mjs > ../../tests/vectors/keys.json
// Every secret is the hash of a label that stands in here, so it writes the same each time.

import { createHash } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import { BIP32Factory } from 'bip32';
import * as bip39 from 'bip39';
import * as bitcoin from 'bitcoinjs-lib';
import { ECPairFactory } from 'ecpair';
import { derivePath } from 'ed25519-hd-key';
import { HDNodeWallet, Wallet, encryptKeystoreJsonSync } from 'ethers';
import * as curve from 'tiny-secp256k1';

bitcoin.initEccLib(curve);
const bip32 = BIP32Factory(curve);
const ECPair = ECPairFactory(curve);
const { mainnet, testnet, regtest } = { ...bitcoin.networks, mainnet: bitcoin.networks.bitcoin };

const hash = (label) => createHash('sha256').update(`countersign keys: ${label}`).digest();
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// Cheap to open: what it costs does not change how it is read, and tests open all of them.
const costs = [
  { N: 1024, r: 8, p: 1 },
  { N: 4096, r: 8, p: 6 },
  { N: 2048, r: 1, p: 8 },
];
const passphrases = ['correct horse battery staple', '', 'pass word', 'Füße ☂', 'ﬃ'];

function web3(place) {
  const key = hash(`web3 ${place}`);
  const wallet = new Wallet(`0x${hex(key)}`);
  const passphrase = passphrases[place % passphrases.length];
  const uuid = hash(`uuid ${place}`).subarray(0, 16);
  const json = encryptKeystoreJsonSync(
    { address: wallet.address, privateKey: wallet.privateKey },
    passphrase,
    {
      client: 'ethers',
      salt: hash(`salt ${place}`),
      iv: hash(`iv ${place}`).subarray(0, 16),
      uuid,
      scrypt: costs[place % costs.length],
    },
  );
  // ethers writes the time of day into the name of the file that it suggests.
  const file = JSON.parse(json);
  delete file['x-ethers'];
  return { passphrase, key: hex(key), address: wallet.address, json: JSON.stringify(file) };
}

function solana(place) {
  const seed = hash(`solana ${place}`);
  const pair = Keypair.fromSeed(seed);
  const json = JSON.stringify(Array.from(pair.secretKey));
  return { seed: hex(seed), address: pair.publicKey.toBase58(), json };
}

function coinAddress(form, publicKey, network) {
  const pubkey = Buffer.from(publicKey);
  switch (form) {
    case 'p2wpkh':
      return bitcoin.payments.p2wpkh({ pubkey, network }).address;
    case 'p2sh-p2wpkh':
      return bitcoin.payments.p2sh({
        redeem: bitcoin.payments.p2wpkh({ pubkey, network }), network,
      }).address;
    case 'p2tr':
      return bitcoin.payments.p2tr({ internalPubkey: pubkey.subarray(1, 33), network }).address;
  }
}

function wif(place) {
  const test = place % 2 === 1;
  const network = test ? testnet : mainnet;
  const key = hash(`wif ${place}`);
  const pair = ECPair.fromPrivateKey(key, { network, compressed: true });
  const addresses = Object.fromEntries(
    ['p2wpkh', 'p2sh-p2wpkh', 'p2tr'].map((form) => [form, coinAddress(form, pair.publicKey, network)]),
  );
  const uncompressed = ECPair.fromPrivateKey(key, { network, compressed: false }).toWIF();
  return { test, key: hex(key), wif: pair.toWIF(), uncompressed, addresses };
}

const forms = { 49: 'p2sh-p2wpkh', 84: 'p2wpkh', 86: 'p2tr' };

function accounts(root) {
  const all = [];
  for (const [purpose, form] of Object.entries(forms)) {
    for (const [coin, name, network] of [[0, 'mainnet', mainnet], [1, 'testnet', testnet], [1, 'sandbox', regtest]]) {
      const path = `m/${purpose}'/${coin}'/0'`;
      const account = root.derivePath(path);
      const address = (chain, index) =>
        coinAddress(form, account.derive(chain).derive(index).publicKey, network);
      all.push({
        path, form, environment: name,
        xpub: account.neutered().toBase58(),
        receive: [0, 1, 2].map((index) => address(0, index)),
        change: [0, 1].map((index) => address(1, index)),
      });
    }
  }
  return all;
}

function mnemonic(place) {
  const bits = [16, 20, 24, 28, 32][place % 5];
  const words = bip39.entropyToMnemonic(hash(`mnemonic ${place}`).subarray(0, bits));
  const passphrase = ['', 'TREZOR', 'ﬃ Füße'][place % 3];
  const seed = bip39.mnemonicToSeedSync(words, passphrase);
  const root = bip32.fromSeed(seed);
  const evm = HDNodeWallet.fromPhrase(words, passphrase, "m/44'/60'/0'");
  const solanaPaths = [0, 1, 2].map((index) => `m/44'/501'/${index}'/0'`);
  return {
    words, passphrase, seed: hex(seed),
    evm: {
      path: "m/44'/60'/0'",
      xpub: evm.neuter().extendedKey,
      receive: [0, 1, 2, 999].map((index) => evm.derivePath(`0/${index}`).address),
      indices: [0, 1, 2, 999],
    },
    bitcoin: accounts(root),
    solana: solanaPaths.map((path) => ({
      path,
      address: Keypair.fromSeed(derivePath(path, hex(seed)).key).publicKey.toBase58(),
    })),
  };
}

const range = (count) => Array.from({ length: count }, (_, place) => place);
const vectors = {
  web3: range(10).map(web3),
  solana: range(5).map(solana),
  wif: range(6).map(wif),
  mnemonics: range(6).map(mnemonic),
};
process.stdout.write(`${JSON.stringify(vectors, null, 1)}\n`);
