"""Deposits from coins on Bitcoin: transactions and the hashes of BIP 143, written here."""

import hashlib
import struct

import quotes
from crypto import bech32
from lines import DEADLINE_SECONDS, NOW, change

PRIME = 2**256 - 2**32 - 977
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def add(first, second):
    if first is None or second is None:
        return first or second
    (x1, y1), (x2, y2) = first, second
    if x1 == x2 and (y1 + y2) % PRIME == 0:
        return None
    slope = 3 * x1 * x1 * pow(2 * y1, -1, PRIME) if first == second else (y2 - y1) * pow(x2 - x1, -1, PRIME)
    x = (slope * slope - x1 - x2) % PRIME
    return (x, (slope * (x1 - x) - y1) % PRIME)


def public_key(label):
    """The key whose secret is the hash of a label that anybody can read."""
    scalar = int.from_bytes(hashlib.sha256(label.encode()).digest(), "big") % ORDER
    point, result = BASE, None
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return bytes([2 + result[1] % 2]) + result[0].to_bytes(32, "big")


def double(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def program(label):
    return hashlib.sha256(label.encode()).digest()[:20]


def hash160(data):
    return hashlib.new("ripemd160", hashlib.sha256(data).digest()).digest()


def p2wpkh(program):
    return b"\0\x14" + program


KEY = public_key("countersign vectors: a key of our own on Bitcoin")
OURS = p2wpkh(hash160(KEY))
PAYEE = program("countersign vectors: a deposit address on Bitcoin")
TO = bech32("bc", 0, PAYEE)
THIEF = p2wpkh(program("countersign vectors: a thief on Bitcoin"))
COINS = [(hashlib.sha256(b"first").digest(), 1, 1_500_000), (hashlib.sha256(b"second").digest(), 0, 700_000)]
FOREIGN = (hashlib.sha256(b"foreign").digest(), 0, 700_000)
AMOUNT, FEE, HEIGHT = 1_000_000, 1_410, 920_000
TERMS = {
    "now": NOW,
    "network": "bitcoin",
    "bitcoin_network": "mainnet",
    "public_key": KEY.hex(),
    "coins": [{"txid": txid[::-1].hex(), "vout": vout, "amount": amount, "script_pubkey": OURS.hex()}
              for txid, vout, amount in COINS],
    "change_script": OURS.hex(),
    "to": TO,
    "amount": AMOUNT,
    "max_fee_sats": 5_000,
    "max_fee_rate": 30,
    "min_fee_rate": 2,
    "current_height": HEIGHT,
    "deadline": DEADLINE_SECONDS,
    "min_remaining": 60,
}
HONEST = {"version": 2, "inputs": [COINS[0]], "lock": HEIGHT,
          "outputs": [(AMOUNT, p2wpkh(PAYEE)), (COINS[0][2] - AMOUNT - FEE, OURS)]}
SEQUENCE = 0xFFFFFFFE


def draft(tx, witness=False):
    data = struct.pack("<i", tx["version"]) + (b"\0\1" if witness else b"") + bytes([len(tx["inputs"])])
    for txid, vout, _ in tx["inputs"]:
        data += txid + struct.pack("<I", vout) + b"\0" + struct.pack("<I", tx.get("sequence", SEQUENCE))
    data += bytes([len(tx["outputs"])]) + b"".join(map(output, tx["outputs"]))
    data += b"\1\1\7" * len(tx["inputs"]) if witness else b""
    return data + struct.pack("<I", tx["lock"])


def output(output):
    amount, script = output
    return struct.pack("<Q", amount) + bytes([len(script)]) + script


def sighashes(tx):
    sequence = struct.pack("<I", tx.get("sequence", SEQUENCE))
    outpoints = [txid + struct.pack("<I", vout) for txid, vout, _ in tx["inputs"]]
    first = struct.pack("<i", tx["version"]) + double(b"".join(outpoints)) + double(sequence * len(outpoints))
    last = sequence + double(b"".join(map(output, tx["outputs"]))) + struct.pack("<II", tx["lock"], 1)
    code = b"\x19\x76\xa9\x14" + OURS[2:] + b"\x88\xac"
    return ["0x" + double(first + outpoint + code + struct.pack("<Q", coin[2]) + last).hex()
            for outpoint, coin in zip(outpoints, tx["inputs"])]


def line(terms, data):
    return {"terms": terms, "payload": {"transaction": data.hex()}}


def add_lines(lines):
    honest(lines)
    outputs(lines)
    inputs(lines)
    bounds(lines)
    facts(lines)
    beside_a_quote(lines)


def honest(lines):
    lines.honest("bitcoin-honest", line(TERMS, draft(HONEST)), sighashes(HONEST))
    both = {**HONEST, "inputs": COINS, "outputs": [(2_000_000, p2wpkh(PAYEE)), (197_910, OURS)]}
    lines.honest("bitcoin-honest-two-coins", line({**TERMS, "amount": 2_000_000}, draft(both)), sighashes(both))
    alone = {**HONEST, "outputs": [(1_498_890, p2wpkh(PAYEE))]}
    lines.honest("bitcoin-honest-without-change", line({**TERMS, "amount": 1_498_890}, draft(alone)),
                 sighashes(alone))
    replaceable = {**HONEST, "sequence": 0xFFFFFFFD}
    lines.honest("bitcoin-honest-replaceable", line({**TERMS, "replaceable": True}, draft(replaceable)),
                 sighashes(replaceable))


def outputs(lines):
    deposit, change = HONEST["outputs"]
    left = change[0]
    cases = {
        "other-to": ([(AMOUNT, THIEF), change], "to"),
        "more": ([(AMOUNT + 1, deposit[1]), (left - 1, OURS)], "amount"),
        "less": ([(AMOUNT - 1, deposit[1]), (left + 1, OURS)], "amount"),
        "fee-taken-off-the-deposit": ([(AMOUNT - FEE, deposit[1]), (left + FEE, OURS)], "amount"),
        "deposit-twice": ([deposit, (AMOUNT // 4, deposit[1]), (left - AMOUNT // 4, OURS)], "extra_output"),
        "extra-output": ([deposit, (10_000, THIEF), (left - 10_000, OURS)], "extra_output"),
        "data-output": ([deposit, (0, b"\x6a\x04memo"), change], "extra_output"),
        "change-elsewhere": ([deposit, (left, THIEF)], "change"),
        "change-in-two": ([deposit, (left // 2, OURS), (left - left // 2, OURS)], "change"),
        "fee-too-high": ([deposit, (left - 4_000, OURS)], "fee"),
        "fee-is-the-change": ([deposit], "fee"),
        "fee-too-low": ([deposit, (left + FEE - 281, OURS)], "fee"),
        "pays-more-than-it-has": ([deposit, (600_000, OURS)], "amount"),
        "amounts-beyond-all": ([deposit, (2**63, OURS)], "amount"),
    }
    for case, (outputs, code) in cases.items():
        lines.refuse(f"bitcoin-{case}", line(TERMS, draft({**HONEST, "outputs": outputs})), code,
                     "bitcoin-honest", "not the one agreed output beside our change")
    dust = {**HONEST, "outputs": [(1_498_400, deposit[1]), (190, OURS)]}
    lines.refuse("bitcoin-change-is-dust", line({**TERMS, "amount": 1_498_400}, draft(dust)), "change",
                 "bitcoin-honest-without-change", "nodes would not pass it on")


def inputs(lines):
    cases = {
        "foreign-coin": ({"inputs": [COINS[0], FOREIGN]}, "unexpected_input"),
        "foreign-coin-alone": ({"inputs": [FOREIGN]}, "unexpected_input"),
        "coin-twice": ({"inputs": [COINS[0], COINS[0]]}, "inputs"),
        "lock-time-ahead": ({"lock": HEIGHT + 1}, "locktime"),
        "lock-time-by-the-clock": ({"lock": NOW - 1}, "locktime"),
        "final": ({"sequence": 0xFFFFFFFF}, "locktime"),
        "replaceable": ({"sequence": 0xFFFFFFFD}, "locktime"),
        "waits-for-blocks": ({"sequence": 10}, "locktime"),
        "version": ({"version": 1}, "malformed"),
    }
    for case, (changes, code) in cases.items():
        lines.refuse(f"bitcoin-{case}", line(TERMS, draft({**HONEST, **changes})), code, "bitcoin-honest",
                     "not our coins alone, or not to be mined now")
    good = draft(HONEST)
    for case, data, code in (("bytes-behind", good + b"\0", "malformed"), ("cut", good[:-1], "malformed"),
                             ("empty", b"", "malformed"),
                             ("signed-already", draft(HONEST, witness=True), "malformed"),
                             ("no-input", draft({**HONEST, "inputs": []}), "inputs")):
        lines.refuse(f"bitcoin-form-{case}", line(TERMS, data), code, "bitcoin-honest",
                     "no unsigned transaction")


def bounds(lines):
    cases = {
        "testnet-address": ({"to": bech32("tb", 0, PAYEE)}, "deposit_address"),
        "regtest-address": ({"to": bech32("bcrt", 0, PAYEE)}, "deposit_address"),
        "mistyped-address": ({"to": TO[:-1] + ("q" if TO[-1] != "q" else "p")}, "deposit_address"),
        "address-of-a-later-version": ({"to": bech32("bc", 2, PAYEE)}, "deposit_address"),
        "address-of-another-chain": ({"to": "0x2cff890f0378a11913b6129b2e97417a2c302680"}, "deposit_address"),
        "address-is-ours": ({"to": bech32("bc", 0, OURS[2:])}, "deposit_address"),
        "memo": ({"memo": "401992"}, "memo"),
        "dust": ({"amount": 293}, "amount"),
        "more-than-there-is": ({"amount": "2100000000000001"}, "amount"),
        "deadline-passed": ({"now": DEADLINE_SECONDS}, "deadline"),
        "fee-share": ({"max_fee_share_bps": 14}, "fee"),
        "change-script-is-anothers": ({"change_script": THIEF.hex()}, "change"),
        "too-many-inputs": ({"max_inputs": 0}, "inputs"),
        "address-used-before": ({"used_deposit_addresses": [TO.upper()]}, "deposit_address"),
    }
    for case, (changes, code) in cases.items():
        lines.refuse(f"bitcoin-bound-{case}", line({**TERMS, **changes}, draft(HONEST)), code, "bitcoin-honest",
                     "what was agreed does not allow it")


def facts(lines):
    good, twin = line(TERMS, draft(HONEST)), "bitcoin-honest-with-facts"
    seen = {"coins": TERMS["coins"], "confirmations": 3, "reserved": [], "height": HEIGHT,
            "mempool_conflict": {"coins": []}}
    lines.honest(twin, {**good, "facts": seen, "require_facts": list(seen)}, sighashes(HONEST))
    first = f"{COINS[0][0][::-1].hex()}:{COINS[0][1]}"
    cases = {
        "coin-is-spent": ({"coins": TERMS["coins"][1:]}, "utxo"),
        "coin-has-less": ({"coins": [{**TERMS["coins"][0], "amount": 1_400_000}]}, "utxo"),
        "unconfirmed": ({"confirmations": 0}, "utxo"),
        "reserved": ({"reserved": [first]}, "replay"),
        "lock-time-ahead": ({"height": HEIGHT - 1}, "locktime"),
        "waits-already": ({"mempool_conflict": {"coins": [first], "fees": 200, "fee_rate": 1}}, "utxo"),
    }
    for case, (fact, code) in cases.items():
        lines.refuse(f"bitcoin-fact-{case}", {**good, "facts": {**seen, **fact}}, code, twin,
                     "the chain, or our own books, say otherwise")
    lines.refuse("bitcoin-fact-required", {**good, "require_facts": ["coins"]}, "unavailable", twin,
                 "the fact was not given")


def beside_a_quote(lines):
    btc = {"originAsset": "nep141:btc.omft.near", "amount": str(AMOUNT)}
    refund = {"refundTo": bech32("bc", 0, OURS[2:])}
    asked = {**quotes.TERMS, **btc, **refund}
    echoed = {f"quoteRequest__{name}": value for name, value in {**btc, **refund}.items()}
    offered = {"quote__amountIn": str(AMOUNT), "quote__minAmountIn": "990000", "quote__depositAddress": TO}
    answer = quotes.quoted(**echoed, **offered)
    own = {k: v for k, v in TERMS.items() if k not in ("to", "amount", "deadline")}
    good = {**line(own, draft(HONEST)), "quote": {"terms": asked, "answer": answer}}
    twin = "bitcoin-honest-by-a-quote"
    lines.honest(twin, good, sighashes(HONEST))
    less = {**HONEST, "outputs": [(990_000, p2wpkh(PAYEE)), (508_590, OURS)]}
    lines.refuse("bitcoin-quote-least-amount", {**good, **line(own, draft(less))}, "amount", twin,
                 "less than what was quoted, if no less than what may arrive")
    cases = {
        "testnet-address": (quotes.quoted(**echoed, **{**offered, "quote__depositAddress": bech32("tb", 0, PAYEE)}),
                            "deposit_address"),
        "changed-address": (change(answer, quote__depositAddress=bech32("bc", 0, THIEF[2:])), "quote_signature"),
        "refund-to-swapped": (quotes.quoted(**{**echoed, "quoteRequest__refundTo": bech32("bc", 0, THIEF[2:])},
                                            **offered), "echo"),
        "address-is-our-refund": (quotes.quoted(**echoed, **{**offered, "quote__depositAddress":
                                                             refund["refundTo"]}), "deposit_address"),
    }
    for case, (wrong, code) in cases.items():
        lines.refuse(f"bitcoin-quote-{case}", {**good, "quote": {"terms": asked, "answer": wrong}}, code, twin,
                     "the quote is not proven, or can't be paid")
