"""Deposits from an account of Tron: protocol buffers, written here."""

import hashlib

import quotes
from crypto import base58
from deposits_evm import transfer
from lines import DEADLINE_SECONDS, NOW


def address(hexed):
    data = b"\x41" + bytes.fromhex(hexed.removeprefix("0x"))
    check = hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    return base58(data + check)


OWNER = "c62169accce6daf88b36975f4bffd66b0d0057c9"
TO, THIEF, USDT, OTHER = (hashlib.sha256(f"{who} on Tron".encode()).hexdigest()[:40]
                          for who in ("deposit", "thief", "USDT", "other token"))
BLOCK = {"number": 78_000_123, "id": f"{78_000_123:016x}" + hashlib.sha256(b"block").hexdigest()[:48]}


def varint(number):
    number &= 2**64 - 1
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def field(tag, value):
    """A member; one that is empty or zero is left out."""
    if isinstance(value, int):
        return varint(tag << 3) + varint(value) if value else b""
    return varint(tag << 3 | 2) + varint(len(value)) + value if value else b""


def account(hexed):
    return b"\x41" + bytes.fromhex(hexed)


def coin(to=TO, amount=25_000_000, owner=OWNER):
    return (1, "TransferContract", field(1, account(owner)) + field(2, account(to)) + field(3, amount))


def call(data=transfer(TO), token=USDT, value=0, token_value=0):
    body = field(1, account(OWNER)) + field(2, account(token)) + field(3, value) + field(4, data)
    return (31, "TriggerSmartContract", body + field(5, token_value))


def contract(kind, name, body, permission=0):
    any_ = field(1, f"type.googleapis.com/protocol.{name}".encode()) + field(2, body)
    return field(1, kind) + field(2, any_) + field(5, permission)


MILLIS = 1000


def raw(parts, expiration=(NOW + 300) * MILLIS, timestamp=NOW * MILLIS, fee=0, memo=b"", permission=0,
        bytes_=BLOCK["id"][12:16], hash_=BLOCK["id"][16:32], scripts=b""):
    data = field(1, bytes.fromhex(bytes_)) + field(4, bytes.fromhex(hash_)) + field(8, expiration)
    data += field(10, memo) + b"".join(field(11, contract(*part, permission)) for part in parts)
    return data + field(12, scripts) + field(14, timestamp) + field(18, fee)


TERMS = {
    "now": NOW,
    "network": "tron",
    "chain_id": 728126428,
    "owner": address(OWNER),
    "to": address(TO),
    "amount": "25000000",
    "max_fee_limit": 30_000_000,
    "max_expiration_seconds": 600,
    "deadline": DEADLINE_SECONDS,
    "min_remaining": 60,
}
TOKEN_TERMS = {**TERMS, "token": address(USDT), "amount": "100000000"}
FEE = 30_000_000


def line(terms, data):
    return {"terms": terms, "payload": {"transaction": data.hex()}}


def digest(data):
    return "0x" + hashlib.sha256(data).hexdigest()


def add_lines(lines):
    for name, terms, part, fee in (("native", TERMS, coin(), 0), ("token", TOKEN_TERMS, call(), FEE)):
        good = raw([part], fee=fee)
        lines.honest(f"tron-honest-{name}", line(terms, good), digest(good))
        seen = {**line(terms, good), "facts": {"blockhash": BLOCK, "native_balance": 10**9}}
        lines.honest(f"tron-honest-{name}-with-facts", seen, digest(good))
        both(lines, name, terms, part, fee)
    cases = {
        "native-other-to": (TERMS, raw([coin(to=THIEF)]), "to"),
        "native-more": (TERMS, raw([coin(amount=25_000_001)]), "amount"),
        "native-negative": (TERMS, raw([coin(amount=-25_000_000)]), "amount"),
        "native-from-another": (TERMS, raw([coin(owner=THIEF)]), "owner"),
        "native-with-a-fee": (TERMS, raw([coin()], fee=1), "fee"),
        "token-other-to": (TOKEN_TERMS, raw([call(transfer(THIEF))], fee=FEE), "to"),
        "token-more": (TOKEN_TERMS, raw([call(transfer(TO, 100_000_001))], fee=FEE), "amount"),
        "token-other": (TOKEN_TERMS, raw([call(token=OTHER)], fee=FEE), "token"),
        "token-approves": (TOKEN_TERMS, raw([call(transfer(TO, selector="095ea7b3"))], fee=FEE), "to"),
        "token-with-coin": (TOKEN_TERMS, raw([call(value=1)], fee=FEE), "amount"),
        "token-with-a-token": (TOKEN_TERMS, raw([call(token_value=1)], fee=FEE), "amount"),
        "token-fee": (TOKEN_TERMS, raw([call()], fee=FEE + 1), "fee"),
        "token-without-fee": (TOKEN_TERMS, raw([call()]), "fee"),
    }
    for case, (terms, data, code) in cases.items():
        twin = "tron-honest-native" if terms is TERMS else "tron-honest-token"
        lines.refuse(f"tron-{case}", line(terms, data), code, twin, "not the agreed transfer")
    beside_a_quote(lines)


def both(lines, name, terms, part, fee):
    kind, word, body = part
    good = raw([part], fee=fee)
    cases = {
        "memo": (raw([part], fee=fee, memo=b"401992"), "memo"),
        "scripts": (raw([part], fee=fee, scripts=b"\1"), "to"),
        "two-contracts": (raw([part, part], fee=fee), "to"),
        "no-contract": (raw([], fee=fee), "to"),
        "another-permission": (raw([part], fee=fee, permission=2), "signers"),
        "hands-the-account-over": (raw([(46, "AccountPermissionUpdateContract", body)], fee=fee), "mechanism"),
        "kind-that-is-not-its-name": (raw([(kind, "FreezeBalanceContract", body)], fee=fee), "mechanism"),
        "expires-late": (raw([part], fee=fee, expiration=(NOW + 601) * MILLIS), "deadline"),
        "expires-in-seconds": (raw([part], fee=fee, expiration=NOW + 300), "deadline"),
        "made-long-ago": (raw([part], fee=fee, timestamp=(NOW - 301) * MILLIS), "clock"),
        "unknown-member": (good + field(99, 1), "encoding"),
        "member-twice": (good + field(14, NOW * MILLIS), "encoding"),
        "cut": (good[:-1], "malformed"),
    }
    for case, (data, code) in cases.items():
        lines.refuse(f"tron-{name}-{case}", line(terms, data), code, f"tron-honest-{name}",
                     "more than the agreed transfer, or not now")
    bounds = {
        "deadline-too-near": ({"min_remaining": 301}, "deadline"),
        "signer-is-another": ({"signer": address(THIEF)}, "owner"),
        "address-mistyped": ({"to": address(TO)[:-1] + ("1" if address(TO)[-1] != "1" else "2")},
                             "deposit_address"),
    }
    for case, (changes, code) in bounds.items():
        lines.refuse(f"tron-{name}-bound-{case}", line({**terms, **changes}, good), code,
                     f"tron-honest-{name}", "what was agreed does not allow it")
    known = {"blockhash": {"number": 78_000_124, "id": f"{78_000_124:016x}" + BLOCK["id"][16:]}}
    lines.refuse(f"tron-{name}-fact-another-chain", {**line(terms, good), "facts": known}, "blockhash",
                 f"tron-honest-{name}-with-facts", "another block names the chain")


def beside_a_quote(lines):
    own = {k: v for k, v in TOKEN_TERMS.items() if k not in ("to", "amount", "deadline")}
    quote = lambda to: {"terms": quotes.TERMS, "answer": quotes.quoted(quote__depositAddress=to)}
    data = raw([call()], fee=FEE)
    good = {**line(own, data), "quote": quote(address(TO))}
    lines.honest("tron-honest-by-a-quote", good, digest(data))
    other = {**good, "quote": quote(address(THIEF))}
    lines.refuse("tron-quote-of-another-address", other, "to", "tron-honest-by-a-quote",
                 "the transaction pays another than the quote says")
    lines.refuse("tron-quote-of-an-evm-address", {**good, "quote": quote("0x" + TO)}, "deposit_address",
                 "tron-honest-by-a-quote", "the quote is for another chain")
