"""Deposits from an account of Solana: messages in their wire form, written here."""

import base64
import hashlib
import struct

import quotes
from crypto import Ed25519Key, base58, is_on_curve, unbase58
from lines import DEADLINE_SECONDS, NOW, change

SYSTEM = bytes(32)
BUDGET = unbase58("ComputeBudget111111111111111111111111111111")
TOKENS = unbase58("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKENS_2022 = unbase58("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ASSOCIATED = unbase58("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
MEMO = unbase58("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
RECENT = unbase58("SysvarRecentB1ockHashes11111111111111111111")
USDC = unbase58("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")


def key(label):
    return Ed25519Key(f"countersign vectors: {label} on Solana").public


def hashed(label):
    return hashlib.sha256(label.encode()).digest()


OWNER, TO, THIEF, OTHER = key("our key"), key("a deposit address"), key("a thief"), key("another signer")
BLOCKHASH = hashed("a recent block")


def account_of(owner, mint=USDC, program=TOKENS):
    """The associated token account: the first address off the curve, from 255 downwards."""
    for bump in range(255, -1, -1):
        seeds = owner + program + mint + bytes([bump])
        address = hashlib.sha256(seeds + ASSOCIATED + b"ProgramDerivedAddress").digest()
        if not is_on_curve(address):
            return address


# An account is its address, and whether it signs (s) and is written to (w).
def system(data, *accounts):
    return (SYSTEM, data, accounts)


def pay(lamports=10**8, to=TO, source=OWNER):
    return system(struct.pack("<IQ", 2, lamports), (source, "sw"), (to, "w"))


def pay_tokens(amount=10**8, to=TO, mint=USDC, program=TOKENS, decimals=6, source=None, account=None):
    source = source or account_of(OWNER)
    account = account or account_of(to)
    accounts = ((source, "w"), (mint, ""), (account, "w"), (OWNER, "s"))
    return (program, struct.pack("<BQB", 12, amount, decimals), accounts)


def create(owner=TO, payer=OWNER, mint=USDC, instruction=b"\1"):
    accounts = ((payer, "sw"), (account_of(owner), "w"), (owner, ""), (mint, ""), (SYSTEM, ""), (TOKENS, ""))
    return (ASSOCIATED, instruction, accounts)


def limit(units=60_000):
    return (BUDGET, struct.pack("<BI", 2, units), ())


def price(micro=5_000):
    return (BUDGET, struct.pack("<BQ", 3, micro), ())


def count(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])


def message(instructions, payer=OWNER, blockhash=BLOCKHASH, version=None, lookups=b"\0", beside=()):
    flags = {payer: {"s", "w"}}
    for program, _, accounts in instructions:
        for address, flag in accounts:
            flags.setdefault(address, set()).update(flag)
    for program, _, _ in instructions:
        flags.setdefault(program, set())
    for address in beside:
        flags.setdefault(address, set())
    order = lambda address: ("s" not in flags[address], "w" not in flags[address])
    addresses = [payer] + sorted((a for a in flags if a != payer), key=order)
    counts = [sum(map(which, flags.values())) for which in
              (lambda f: "s" in f, lambda f: "s" in f and "w" not in f, lambda f: "s" not in f and "w" not in f)]
    data = b"" if version is None else bytes([128 + version])
    data += bytes(counts) + count(len(addresses)) + b"".join(addresses) + blockhash + count(len(instructions))
    for program, body, accounts in instructions:
        data += bytes([addresses.index(program)]) + count(len(accounts))
        data += bytes(addresses.index(address) for address, _ in accounts) + count(len(body)) + body
    return data if version is None else data + lookups


def wire(message):
    signers = message[1] if message[0] & 128 else message[0]
    return count(signers) + bytes(64 * signers) + message


TERMS = {
    "now": NOW,
    "network": "solana",
    "owner": base58(OWNER),
    "to": base58(TO),
    "amount": "100000000",
    "recent_blockhash": base58(BLOCKHASH),
    "last_valid_block_height": 350_000_150,
    "max_compute_unit_limit": 100_000,
    "max_compute_unit_price": 10_000,
    "max_lamports_beside": 3_000_000,
    "deadline": DEADLINE_SECONDS,
    "min_remaining": 120,
}
TOKEN_TERMS = {**TERMS, "mint": base58(USDC), "decimals": 6, "token_program": base58(TOKENS)}
NATIVE, TOKEN = [limit(), price(), pay()], [limit(), price(), create(), pay_tokens()]


def line(terms, message):
    return {"terms": terms, "payload": {"transaction": base64.b64encode(wire(message)).decode()}}


def digest(message):
    return "0x" + hashlib.sha256(message).hexdigest()


def add_lines(lines):
    honest(lines)
    for name, terms, good in (("native", TERMS, NATIVE), ("token", TOKEN_TERMS, TOKEN)):
        both(lines, name, terms, good)
    native(lines)
    token(lines)
    forms(lines)
    facts(lines)
    beside_a_quote(lines)


def honest(lines):
    cases = {
        "native": (TERMS, message(NATIVE)),
        "token": (TOKEN_TERMS, message(TOKEN)),
        "native-bare": (TERMS, message([pay()])),
        "token-bare": (TOKEN_TERMS, message([pay_tokens()])),
        "native-version-0": (TERMS, message(NATIVE, version=0)),
    }
    for name, (terms, data) in cases.items():
        lines.honest(f"solana-honest-{name}", line(terms, data), digest(data))
    text = {"terms": TERMS, "payload": {"transaction": wire(message(NATIVE)).hex()}}
    lines.honest("solana-honest-in-hex", text, digest(message(NATIVE)))


def both(lines, name, terms, good):
    nonce = hashed("an account of a nonce")
    advance = system(struct.pack("<I", 4), (nonce, "w"), (RECENT, ""), (OWNER, "s"))
    cases = {
        "durable-nonce": (message([advance] + good), "durable_nonce"),
        "other-blockhash": (message(good, blockhash=hashed("another block")), "blockhash"),
        "no-blockhash": (message(good, blockhash=bytes(32)), "blockhash"),
        "extra-payment": (message(good + [pay(1, THIEF)]), "extra_instruction"),
        "again": (message(good + good[-1:]), "extra_instruction"),
        "memo": (message(good + [(MEMO, b"401992", ())]), "extra_instruction"),
        "unknown-program": (message(good + [(THIEF, b"\0", ((OWNER, "s"),))]), "unknown_program"),
        "assigns-our-account": (message(good + [system(struct.pack("<I", 1) + THIEF, (OWNER, "sw"))]), "system"),
        "foreign-signer": (message(good[:-1] + [with_signer(good[-1])]), "signers"),
        "other-payer": (message(good, payer=OTHER), "fee_payer"),
        "too-many-units": (message([limit(100_001)] + good[1:]), "gas"),
        "price-of-a-unit": (message([limit(), price(10_001)] + good[2:]), "gas"),
        "limit-twice": (message([limit()] + good), "extra_instruction"),
        "lookup-table": (message(good, version=0, lookups=b"\1" + hashed("a table") + b"\0\1\0"), "lookup_table"),
        "account-that-nothing-uses": (message(good, beside=[THIEF]), "malformed"),
        "nothing": (message(good[:2]), "extra_instruction"),
    }
    for case, (data, code) in cases.items():
        lines.refuse(f"solana-{name}-{case}", line(terms, data), code, f"solana-honest-{name}",
                     "more than the agreed transfer, or another's")
    bounds = {
        "deadline-passed": ({"now": DEADLINE_SECONDS}, "deadline"),
        "deadline-too-near": ({"now": DEADLINE_SECONDS - 119}, "deadline"),
        "fee": ({"max_lamports_beside": 5_299}, "fee"),
        "memo-wanted": ({"memo": "401992"}, "memo"),
        "address-used-before": ({"used_deposit_addresses": [base58(TO)]}, "deposit_address"),
        "address-of-another-chain": ({"to": quotes.DEPOSIT}, "deposit_address"),
        "address-is-ours": ({"to": base58(OWNER)}, "deposit_address"),
        "address-is-a-program": ({"to": base58(TOKENS)}, "deposit_address"),
        "amount-beyond-64-bits": ({"amount": str(2**64 + 10**8)}, "amount"),
    }
    for case, (changes, code) in bounds.items():
        lines.refuse(f"solana-{name}-bound-{case}", line({**terms, **changes}, message(good)), code,
                     f"solana-honest-{name}", "what was agreed does not allow it")


def with_signer(instruction):
    program, data, accounts = instruction
    return (program, data, (*accounts, (OTHER, "s")))


def native(lines):
    seed = struct.pack("<IQ", 11, 10**8) + struct.pack("<Q", 1) + b"x" + SYSTEM
    cases = {
        "other-to": ([pay(to=THIEF)], "to"),
        "more": ([pay(10**8 + 1)], "amount"),
        "less": ([pay(10**8 - 1)], "amount"),
        "from-another": ([pay(source=OTHER)], "signers"),
        "with-seed": ([system(seed, (OTHER, "w"), (OWNER, "s"), (TO, "w"))], "system"),
        "tokens-instead": ([pay_tokens()], "extra_instruction"),
        "bytes-behind": ([system(pay()[1] + b"\0", *pay()[2])], "extra_instruction"),
    }
    for case, (instructions, code) in cases.items():
        lines.refuse(f"solana-native-{case}", line(TERMS, message(instructions)), code,
                     "solana-honest-native-bare", "not the agreed transfer of SOL")


def token(lines):
    other = hashed("another mint")
    source, target = account_of(OWNER), account_of(TO)
    plain = (TOKENS, struct.pack("<BQ", 3, 10**8), ((source, "w"), (target, "w"), (OWNER, "s")))
    approve = (TOKENS, struct.pack("<BQ", 4, 2**64 - 1), ((source, "w"), (THIEF, ""), (OWNER, "s")))
    close = (TOKENS, b"\x09", ((source, "w"), (THIEF, "w"), (OWNER, "s")))
    authority = (TOKENS, b"\x06\x02\x01" + THIEF, ((source, "w"), (OWNER, "s")))
    batch = (TOKENS, b"\xff" + bytes([3, len(approve[1])]) + approve[1], approve[2])
    cases = {
        "other-to": ([pay_tokens(to=THIEF)], "to"),
        "to-the-wallet-itself": ([pay_tokens(account=TO)], "to"),
        "more": ([pay_tokens(10**8 + 1)], "amount"),
        "less": ([pay_tokens(10**8 - 1)], "amount"),
        "other-decimals": ([pay_tokens(decimals=9)], "amount"),
        "other-mint": ([pay_tokens(mint=other)], "token"),
        "mint-unsaid": ([plain], "token"),
        "other-program": ([pay_tokens(program=TOKENS_2022)], "token_program"),
        "from-another-account": ([pay_tokens(source=hashed("another account"))], "source"),
        "approves-too": ([pay_tokens(), approve], "token_delegate"),
        "closes-too": ([pay_tokens(), close], "token_authority"),
        "gives-the-account-away": ([pay_tokens(), authority], "token_authority"),
        "account-for-another": ([create(THIEF), pay_tokens()], "extra_instruction"),
        "account-afterwards": ([pay_tokens(), create()], "extra_instruction"),
        "account-that-may-not-be-there": ([create(instruction=b"\0"), pay_tokens()], "extra_instruction"),
        "coin-instead": ([pay()], "extra_instruction"),
        "hidden-in-a-batch": ([pay_tokens(), batch], "token_delegate"),
        "closes-into-a-thief": ([(TOKENS, b"\x26", ((source, "w"), (THIEF, "w"), (OWNER, "s"))), pay_tokens()],
                                "token_authority"),
        "by-a-multisig": ([(TOKENS, pay_tokens()[1], (*pay_tokens()[2][:3], (THIEF, ""), (OWNER, "s")))],
                          "source"),
        "with-a-fee": ([(TOKENS, b"\x1a\1" + struct.pack("<QBQ", 10**8, 6, 10**6), pay_tokens()[2])],
                       "extra_instruction"),
    }
    for case, (instructions, code) in cases.items():
        lines.refuse(f"solana-token-{case}", line(TOKEN_TERMS, message(instructions)), code,
                     "solana-honest-token-bare", "not the agreed transfer of the token")
    rent = {**TOKEN_TERMS, "max_lamports_beside": 2_000_000}
    lines.refuse("solana-token-rent", line(rent, message(TOKEN)), "fee", "solana-honest-token",
                 "the rent of a new account is more than may leave beside the amount")


def forms(lines):
    good, twin = wire(message(NATIVE)), "solana-honest-native"
    signed = Ed25519Key("countersign vectors: a thief on Solana").sign(message(NATIVE))
    cases = {
        "bytes-behind": good + b"\0",
        "cut": good[:-1],
        "empty": b"",
        "version-1": wire(message(NATIVE))[:65] + b"\x81" + message(NATIVE) + b"\0",
        "two-slots-for-one": b"\2" + bytes(128) + message(NATIVE),
    }
    for case, data in cases.items():
        payload = {"transaction": base64.b64encode(data).decode()}
        lines.refuse(f"solana-form-{case}", {"terms": TERMS, "payload": payload}, "malformed",
                     twin, "no transaction in its one form")
    wrong = {"transaction": base64.b64encode(b"\1" + signed + message(NATIVE)).decode()}
    lines.refuse("solana-form-signed-wrongly", {"terms": TERMS, "payload": wrong}, "signers", twin,
                 "a signature that is not ours")
    bare = {"transaction": base64.b64encode(good).decode().rstrip("=") + "?"}
    lines.refuse("solana-form-no-base64", {"terms": TERMS, "payload": bare}, "encoding", twin, "no base64")


def facts(lines):
    program = base58(SYSTEM)
    seen = {"balance": {"program": program, "lamports": 200_000_000, "space": 0}, "recipient": None,
            "rent": {"wallet": 890_880}, "blockhash": True, "height": 350_000_000}
    good, twin = line(TERMS, message(NATIVE)), "solana-honest-with-facts"
    lines.honest(twin, {**good, "facts": seen, "require_facts": list(seen)}, digest(message(NATIVE)))
    cases = {
        "balance-too-low": ({"balance": {**seen["balance"], "lamports": 100_000_000}}, "source"),
        "blockhash-unknown": ({"blockhash": False}, "blockhash"),
        "blockhash-too-old": ({"height": 350_000_151}, "blockhash"),
        "recipient-below-rent": ({"rent": {"wallet": 100_000_001},
                                  "balance": {**seen["balance"], "lamports": 300_000_000}}, "destination"),
        "recipient-is-a-program's": ({"recipient": {"program": base58(TOKENS), "lamports": 2_039_280,
                                      "space": 165}}, "destination"),
    }
    for case, (fact, code) in cases.items():
        lines.refuse(f"solana-fact-{case}", {**good, "facts": {**seen, **fact}}, code, twin,
                     "the cluster says otherwise")
    lines.refuse("solana-fact-required", {**good, "require_facts": ["blockhash"]}, "unavailable", twin,
                 "the fact was not given")
    token_facts(lines)


def token_facts(lines):
    held = {"program": base58(TOKENS), "mint": base58(USDC), "state": "initialized"}
    seen = {
        "mint": {"program": base58(TOKENS), "decimals": 6, "extensions": []},
        "source": {**held, "owner": base58(OWNER), "amount": "100000000"},
        "destination": {**held, "owner": base58(TO), "amount": "0"},
    }
    good, twin = line(TOKEN_TERMS, message(TOKEN)), "solana-honest-token-with-facts"
    lines.honest(twin, {**good, "facts": seen}, digest(message(TOKEN)))
    lines.honest("solana-honest-token-to-a-new-account", {**good, "facts": {**seen, "destination": None}},
                 digest(message(TOKEN)))
    cases = {
        "mint-of-another-program": ({"mint": {**seen["mint"], "program": base58(TOKENS_2022)}}, "mint"),
        "mint-of-other-decimals": ({"mint": {**seen["mint"], "decimals": 9}}, "mint"),
        "mint-with-a-hook": ({"mint": {**seen["mint"], "extensions": ["transferHook"]}}, "mint"),
        "mint-with-a-delegate": ({"mint": {**seen["mint"], "extensions": ["permanent_delegate"]}}, "mint"),
        "mint-stands-still": ({"mint": {**seen["mint"], "paused": True}}, "mint"),
        "mint-takes-a-fee": ({"mint": {**seen["mint"], "transfer_fee_bps": 100}}, "mint"),
        "source-is-anothers": ({"source": {**seen["source"], "owner": base58(THIEF)}}, "source"),
        "source-has-a-delegate": ({"source": {**seen["source"], "delegate": base58(THIEF)}}, "source"),
        "source-can-be-closed": ({"source": {**seen["source"], "close_authority": base58(THIEF)}}, "source"),
        "source-has-less": ({"source": {**seen["source"], "amount": "99999999"}}, "source"),
        "source-is-frozen": ({"source": {**seen["source"], "state": "frozen"}}, "source"),
        "destination-is-anothers": ({"destination": {**seen["destination"], "owner": base58(THIEF)}}, "destination"),
        "destination-is-frozen": ({"destination": {**seen["destination"], "state": "frozen"}}, "destination"),
    }
    for case, (fact, code) in cases.items():
        lines.refuse(f"solana-fact-{case}", {**good, "facts": {**seen, **fact}}, code, twin,
                     "the cluster says otherwise")
    bare = {**line(TOKEN_TERMS, message([pay_tokens()])), "facts": {**seen, "destination": None}}
    lines.refuse("solana-fact-destination-is-not-there", bare, "destination",
                 "solana-honest-token-to-a-new-account", "nobody makes the account")


def beside_a_quote(lines):
    address = {"quote__depositAddress": base58(TO)}
    offer = {"terms": quotes.TERMS, "answer": quotes.quoted(**address)}
    own = {k: v for k, v in TOKEN_TERMS.items() if k not in ("to", "amount", "deadline")}
    good = {**line(own, message(TOKEN)), "quote": offer}
    lines.honest("solana-honest-by-a-quote", good, digest(message(TOKEN)))
    moved = [*TOKEN[:-1], pay_tokens(to=THIEF)]
    wrong = {**good, "payload": line(own, message(moved))["payload"]}
    lines.refuse("solana-quote-pays-another", wrong, "to", "solana-honest-by-a-quote",
                 "not the deposit address of the quote")
    forged = {**good, "quote": {**offer, "answer": change(offer["answer"], quote__depositAddress=base58(THIEF))}}
    lines.refuse("solana-quote-changed-address", forged, "quote_signature", "solana-honest-by-a-quote",
                 "the quote is not proven")
