// Opens what we wrote. Reads one JSON a line, `{"form","text","passphrase"}`, and writes for each the
// private key that other software finds in it and the address that it makes of that.

import { createInterface } from 'node:readline';
import { Keypair } from '@solana/web3.js';
import * as bitcoin from 'bitcoinjs-lib';
import { ECPairFactory } from 'ecpair';
import { Wallet } from 'ethers';
import * as curve from 'tiny-secp256k1';

const ECPair = ECPairFactory(curve);
const { bitcoin: mainnet, testnet } = bitcoin.networks;
const hex = (bytes) => Buffer.from(bytes).toString('hex');

function open({ form, text, passphrase }) {
  switch (form) {
    case 'web3': {
      const wallet = Wallet.fromEncryptedJsonSync(text, passphrase);
      return { key: wallet.privateKey.slice(2), address: wallet.address };
    }
    case 'solana': {
      const pair = Keypair.fromSecretKey(Uint8Array.from(JSON.parse(text)));
      return { key: hex(pair.secretKey.slice(0, 32)), address: pair.publicKey.toBase58() };
    }
    case 'wif': {
      const pair = ECPair.fromWIF(text, [mainnet, testnet]);
      const { address } = bitcoin.payments.p2wpkh({ pubkey: pair.publicKey, network: pair.network });
      return { key: hex(pair.privateKey), address };
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(open(JSON.parse(line)))}\n`);
}
