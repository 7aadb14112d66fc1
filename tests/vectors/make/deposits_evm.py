"""Deposits from an account of an EVM chain: transactions by EIP-1559, in RLP written here."""

import quotes
from crypto import keccak256
from lines import DEADLINE_SECONDS, NOW, Raw, change

OWNER = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9"
TO = "0x2cff890f0378a11913b6129b2e97417a2c302680"
THIEF = "0x00000000000000000000000000000000000bad00"
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
DAI = "0x6B175474E89094C44Da98b954EedeAC495271d0F"
GWEI = 10**9


def rlp(value):
    if isinstance(value, list):
        return head(b"".join(map(rlp, value)), 0xC0)
    if isinstance(value, int):
        value = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if isinstance(value, str):
        value = bytes.fromhex(value.removeprefix("0x"))
    return value if len(value) == 1 and value[0] < 0x80 else head(value, 0x80)


def head(data, base):
    if len(data) < 56:
        return bytes([base + len(data)]) + data
    length = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(length)]) + length + data


def word(value):
    return (value if isinstance(value, int) else int(value, 16)).to_bytes(32, "big")


def transfer(to=TO, amount=100_000_000, selector="a9059cbb"):
    return bytes.fromhex(selector) + word(to) + word(amount)


NATIVE = {"chain_id": 1, "nonce": 7, "tip": GWEI, "price": 30 * GWEI, "gas": 21_000, "to": TO,
          "value": 25 * 10**16, "data": b"", "access": []}
TOKEN = {**NATIVE, "gas": 65_000, "to": USDC, "value": 0, "data": transfer()}


def draft(tx, more=()):
    names = ("chain_id", "nonce", "tip", "price", "gas", "to", "value", "data", "access")
    return b"\x02" + rlp([tx[name] for name in names] + list(more))


TERMS = {
    "now": NOW,
    "network": "evm",
    "chain_id": 1,
    "owner": OWNER,
    "signer": OWNER,
    "to": TO,
    "amount": "250000000000000000",
    "account_nonce": 7,
    "max_gas": 100_000,
    "max_fee_per_gas": str(60 * GWEI),
    "max_priority_fee_per_gas": str(2 * GWEI),
    "max_total_fee": str(3 * 10**15),
    "deadline": DEADLINE_SECONDS,
    "min_remaining": 60,
}
TOKEN_TERMS = {**TERMS, "token": USDC, "amount": "100000000"}


def line(terms, data):
    return {"terms": terms, "payload": {"transaction": "0x" + data.hex()}}


def add_lines(lines):
    for name, terms, tx in (("native", TERMS, NATIVE), ("token", TOKEN_TERMS, TOKEN)):
        data = draft(tx)
        digest = "0x" + keccak256(data).hex()
        lines.honest(f"evm-honest-{name}", line(terms, data), digest)
        both(lines, name, terms, tx)
    native(lines)
    token(lines)
    encodings(lines)
    facts(lines)
    beside_quotes(lines)


def both(lines, name, terms, tx):
    twin = f"evm-honest-{name}"
    cases = {
        "chain-id": ({"chain_id": 56}, "chain_id"),
        "nonce": ({"nonce": 8}, "nonce"),
        "nonce-used": ({"nonce": 6}, "nonce"),
        "gas": ({"gas": 100_001}, "gas"),
        "gas-below-any": ({"gas": 20_999}, "gas"),
        "gas-price": ({"price": 60 * GWEI + 1, "gas": 22_000}, "gas"),
        "tip": ({"tip": 2 * GWEI + 1}, "gas"),
        "tip-above-the-price": ({"price": GWEI - 1}, "gas"),
        "fee-in-all": ({"gas": 100_000, "price": 30 * GWEI + 1}, "fee"),
        "access-list": ({"access": [[DAI, [word(1)]]]}, "to"),
        "creates-a-contract": ({"to": b""}, "to"),
        "amount-beyond-all": ({"value": 2**255}, "amount"),
    }
    for case, (changes, code) in cases.items():
        lines.refuse(f"evm-{name}-{case}", line(terms, draft({**tx, **changes})), code, twin,
                     "not what was agreed")
    bounds = {
        "deadline-passed": ({"now": DEADLINE_SECONDS}, "deadline"),
        "deadline-too-near": ({"now": DEADLINE_SECONDS - 59}, "deadline"),
        "signer-is-another": ({"signer": THIEF}, "owner"),
        "address-used-before": ({"used_deposit_addresses": [DAI, TO.upper().replace("X", "x")]},
                                "deposit_address"),
        "memo": ({"memo": "401992"}, "memo"),
        "address-of-another-chain": ({"to": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"}, "deposit_address"),
    }
    for case, (changes, code) in bounds.items():
        lines.refuse(f"evm-{name}-{case}", line({**terms, **changes}, draft(tx)), code, twin,
                     "what was agreed does not allow it")


def native(lines):
    cases = {
        "other-to": ({"to": THIEF}, "to"),
        "more": ({"value": NATIVE["value"] + 1}, "amount"),
        "less": ({"value": NATIVE["value"] - 1}, "amount"),
        "nothing-to-ourselves": ({"value": 0, "to": OWNER}, "to"),
        "with-data": ({"data": b"\0"}, "to"),
        "token-instead": ({"to": USDC, "value": 0, "data": transfer()}, "to"),
    }
    for case, (changes, code) in cases.items():
        lines.refuse(f"evm-native-{case}", line(TERMS, draft({**NATIVE, **changes})), code,
                     "evm-honest-native", "not the agreed transfer of the chain's coin")
    ours = line({**TERMS, "to": OWNER}, draft({**NATIVE, "to": OWNER}))
    lines.refuse("evm-native-to-ourselves", ours, "deposit_address", "evm-honest-native", "the deposit address is ours")


def token(lines):
    dirty = bytes.fromhex("a9059cbb") + b"\1" + word(TO)[1:] + word(100_000_000)
    cases = {
        "other-to": ({"data": transfer(to=THIEF)}, "to"),
        "to-the-token": ({"data": transfer(to=USDC)}, "to"),
        "more": ({"data": transfer(amount=100_000_001)}, "amount"),
        "less": ({"data": transfer(amount=99_999_999)}, "amount"),
        "other-token": ({"to": DAI}, "token"),
        "with-coin": ({"value": 1}, "amount"),
        "extra-calldata": ({"data": transfer() + word(1)}, "encoding"),
        "cut-calldata": ({"data": transfer()[:-1]}, "encoding"),
        "dirty-address": ({"data": dirty}, "encoding"),
        "approves": ({"data": transfer(selector="095ea7b3")}, "to"),
        "transfers-from": ({"data": bytes.fromhex("23b872dd") + word(OWNER) + word(TO) + word(10**8)},
                           "to"),
        "unknown-call": ({"data": transfer(selector="deadbeef")}, "to"),
        "coin-instead": ({"to": TO, "data": b"", "value": 100_000_000}, "amount"),
    }
    for case, (changes, code) in cases.items():
        lines.refuse(f"evm-token-{case}", line(TOKEN_TERMS, draft({**TOKEN, **changes})), code,
                     "evm-honest-token", "not the agreed transfer of the token")


def encodings(lines):
    good, twin = draft(NATIVE), "evm-honest-native"
    body = good[1:]
    padded = b"\x02" + rlp([NATIVE[n] for n in ("chain_id",)] + [b"\0\7"]
                           + [NATIVE[n] for n in ("tip", "price", "gas", "to", "value", "data", "access")])
    legacy = rlp([7, 30 * GWEI, 21_000, TO, NATIVE["value"], b"", 1, b"", b""])
    cases = {
        "signed-already": (draft(NATIVE, (0, word(5), word(6))), "malformed"),
        "legacy": (legacy, "malformed"),
        "blob": (b"\x03" + body, "malformed"),
        "sets-code": (b"\x04" + body, "malformed"),
        "bytes-behind": (good + b"\0", "malformed"),
        "cut": (good[:-1], "malformed"),
        "nonce-with-a-leading-zero": (padded, "encoding"),
        "empty": (b"", "malformed"),
    }
    for case, (data, code) in cases.items():
        lines.refuse(f"evm-form-{case}", line(TERMS, data), code, twin, "no draft of EIP-1559")
    texts = {
        "no-text": ('{"transaction":7}', "malformed"),
        "no-member": ("{}", "malformed"),
        "null": ("null", "malformed"),
        "one-more-member": (f'{{"transaction":"0x{good.hex()}","raw":""}}', "malformed"),
        "transaction-twice": (f'{{"transaction":"0x","transaction":"0x{good.hex()}"}}', "encoding"),
        "odd-digits": (f'{{"transaction":"0x{good.hex()[:-1]}"}}', "encoding"),
        "neither-hex-nor-base64": ('{"transaction":"0x02?"}', "encoding"),
    }
    for case, (payload, code) in texts.items():
        lines.refuse(f"evm-form-{case}", {"terms": TERMS, "payload": Raw(payload)}, code, twin,
                     "no payload that holds one transaction")


FACTS = {
    "owner_code": "0x",
    "account_nonce": {"mined": 7, "pending": 7},
    "native_balance": str(10**18),
    "recipient_code": "0x",
    "base_fee": str(20 * GWEI),
    "gas": 21_000,
    "simulation": {"returned": "0x"},
    "block_time": NOW - 6,
}


def facts(lines):
    good = line(TERMS, draft(NATIVE))
    lines.honest("evm-honest-with-facts", {**good, "facts": FACTS, "require_facts": ["native_balance"]},
                 "0x" + keccak256(draft(NATIVE)).hex())
    token = {**FACTS, "gas": 52_000, "balance": "100000000", "contract_code": "0x" + "11" * 32,
             "simulation": {"returned": "0x" + word(1).hex()}}
    call = line(TOKEN_TERMS, draft(TOKEN))
    lines.honest("evm-honest-token-with-facts", {**call, "facts": token},
                 "0x" + keccak256(draft(TOKEN)).hex())
    cases = {
        "owner-has-code": (good, FACTS, {"owner_code": "0xef0100" + "11" * 20}, "owner"),
        "nonce-was-used": (good, FACTS, {"account_nonce": 8}, "nonce"),
        "nonce-leaves-a-gap": (good, FACTS, {"account_nonce": 6}, "nonce"),
        "coin-is-missing": (good, FACTS, {"native_balance": "1"}, "amount"),
        "fee-is-missing": (good, FACTS, {"native_balance": str(25 * 10**16)}, "fee"),
        "recipient-is-a-contract": (good, FACTS, {"recipient_code": "0x6000"}, "to"),
        "gas-is-too-little": (good, FACTS, {"gas": 21_001}, "gas"),
        "price-is-too-low": (good, FACTS, {"base_fee": str(31 * GWEI)}, "gas"),
        "clock": (good, FACTS, {"block_time": NOW - 3600}, "clock"),
        "token-is-missing": (call, token, {"balance": "99999999"}, "amount"),
        "token-is-no-contract": (call, token, {"contract_code": "0x" + keccak256(b"").hex()}, "token"),
        "token-returns-false": (call, token, {"simulation": {"returned": "0x" + word(0).hex()}}, "simulation"),
        "token-reverts": (call, token, {"simulation": {"error": "paused"}}, "simulation"),
    }
    for case, (which, known, change, code) in cases.items():
        twin = "evm-honest-with-facts" if known is FACTS else "evm-honest-token-with-facts"
        lines.refuse(f"evm-fact-{case}", {**which, "facts": {**known, **change}}, code, twin,
                     "the chain says otherwise")
    lines.refuse("evm-fact-required", {**good, "require_facts": ["owner_code"]}, "unavailable",
                 "evm-honest-with-facts", "the fact was not given")


def beside_quotes(lines):
    """To, amount and deadline come from a quote that is proven."""
    own = {k: v for k, v in TOKEN_TERMS.items() if k not in ("to", "amount", "deadline")}
    offer = {"terms": quotes.TERMS, "answer": quotes.quoted()}
    good = {**line(own, draft(TOKEN)), "quote": offer}
    twin = "evm-honest-by-a-quote"
    lines.honest(twin, good, "0x" + keccak256(draft(TOKEN)).hex())
    # What the terms say of these is not looked at where a quote is there.
    other = {**good, "terms": {**TOKEN_TERMS, "to": THIEF, "amount": "1", "deadline": 1}}
    lines.honest("evm-honest-by-a-quote-alone", other, "0x" + keccak256(draft(TOKEN)).hex())
    elsewhere = {**other, **{"payload": line(own, draft({**TOKEN, "data": transfer(to=THIEF)}))["payload"]}}
    lines.refuse("evm-quote-pays-another", elsewhere, "to", twin, "not the deposit address of the quote")
    late = {**good, "terms": {**own, "min_remaining": 1801}}
    lines.refuse("evm-quote-too-late", late, "deadline", twin, "the deposit would come too late")
    cases = {
        "changed-address": (change(offer["answer"], quote__depositAddress=THIEF), "quote_signature"),
        "of-another-user": (quotes.quoted(quoteRequest__refundTo=quotes.THEIRS), "echo"),
        "with-a-memo": (quotes.quoted(quote__depositMemo="401992"), "memo"),
        "without-an-address": (quotes.quoted(quote__depositAddress=None), "deposit_address"),
        "to-another-chain": (quotes.quoted(quote__depositAddress=quotes.THEIR_RECIPIENT), "deposit_address"),
    }
    for case, (answer, code) in cases.items():
        lines.refuse(f"evm-quote-{case}", {**good, "quote": {**offer, "answer": answer}}, code, twin,
                     "the quote is not proven, or can't be paid")
    dry_terms = {**quotes.TERMS, "dry": True}
    dry = quotes.quoted(quoteRequest__dry=True, quote__depositAddress=None)
    lines.refuse("evm-quote-of-a-price-alone", {**good, "quote": {"terms": dry_terms, "answer": dry}},
                 "deposit_address", twin, "a price alone has no address")
    inside = {"depositType": "INTENTS"}
    within = {"terms": {**quotes.TERMS, **inside}, "answer": quotes.quoted(quoteRequest__depositType="INTENTS")}
    lines.refuse("evm-quote-to-be-paid-inside", {**good, "quote": within}, "mechanism", twin,
                 "no transaction on the chain funds this quote")
    used = {**good, "terms": {**own, "used_deposit_addresses": [TO]}}
    lines.refuse("evm-quote-address-used-before", used, "deposit_address", twin,
                 "another swap has used the address")
