"""NEAR intents as they are generated to be signed: the one transfer, and each other thing."""

import base64
import hashlib
import json
import struct

import quotes
from crypto import Ed25519Key, keccak256
from lines import DEADLINE, DEADLINE_SECONDS, INACTIVE, NOW, Lines, Raw, change, write

KEY = Ed25519Key("countersign vectors: a key of our own inside the contract")
EVM = quotes.OURS
DEPOSIT = "9d3c1f6ab2e84570c5d1e7f3a6b8092c4e5f60718293a4b5c6d7e8f901234567"
THIEF = "bad00000000000000000000000000000000000000000000000000000000bad00"
USDC, SALT = quotes.USDC, "252812b3"
CONTRACT = "intents.near"
ACCOUNTS = {"nep413": KEY.public.hex(), "raw_ed25519": KEY.public.hex(), "erc191": EVM, "tip191": EVM}
KEYS = {"nep413": KEY.text(), "raw_ed25519": KEY.text(), "erc191": EVM, "tip191": EVM}


def nonce(salt=SALT, seconds=DEADLINE_SECONDS, mark="5628f6c6", version=0):
    head = bytes.fromhex(mark) + bytes([version]) + bytes.fromhex(salt)
    data = head + struct.pack("<q", seconds * 10**9) + bytes(range(1, 16))
    return base64.b64encode(data).decode()


def terms(standard, **more):
    return {
        "now": NOW,
        "standard": standard,
        "key": KEYS[standard],
        "signer_id": ACCOUNTS[standard],
        "verifying_contract": CONTRACT,
        "salts": [SALT],
        "receiver_id": DEPOSIT,
        "tokens": [USDC],
        "amount": "100000000",
        "deadline": DEADLINE_SECONDS,
        "min_remaining": 60,
        **more,
    }


def message(standard):
    return {
        "signer_id": ACCOUNTS[standard],
        "verifying_contract": CONTRACT,
        "deadline": DEADLINE,
        "nonce": nonce(),
        "intents": [{"intent": "transfer", "receiver_id": DEPOSIT, "tokens": {USDC: "100000000"}}],
    }


def generated(standard, message, payload=None, text=None):
    """The answer in its standard's form; `text` stands for a message of its own."""
    if standard != "nep413":
        whole = write(message) if text is None else text
        return {"intent": {"standard": standard, "payload": whole}, "correlationId": "c0ffee"}
    inner = {k: v for k, v in message.items() if k not in ("verifying_contract", "nonce")}
    members = {"message": write(inner) if text is None else text, "nonce": message["nonce"],
               "recipient": message["verifying_contract"], **(payload or {})}
    return {"intent": {"standard": standard, "payload": members}, "correlationId": "c0ffee"}


def digest(standard, answer):
    payload = answer["intent"]["payload"]
    if standard == "nep413":
        borsh = lambda text: struct.pack("<I", len(text.encode())) + text.encode()
        data = struct.pack("<I", 2**31 + 413) + borsh(payload["message"])
        data += base64.b64decode(payload["nonce"]) + borsh(payload["recipient"]) + b"\0"
        return "0x" + hashlib.sha256(data).hexdigest()
    text = payload.encode()
    if standard == "raw_ed25519":
        return "0x" + hashlib.sha256(text).hexdigest()
    chain = {"erc191": "Ethereum", "tip191": "TRON"}[standard]
    prefix = f"\x19{chain} Signed Message:\n{len(text)}".encode()
    return "0x" + keccak256(prefix + text).hex()


def all_lines():
    lines = Lines("near")
    for standard in ACCOUNTS:
        answer = generated(standard, message(standard))
        lines.honest(f"honest-{standard}", {"terms": terms(standard), "payload": answer},
                     digest(standard, answer))
    for standard in ("nep413", "erc191"):
        changed_messages(lines, standard)
    forms(lines)
    facts(lines)
    beside_quotes(lines)
    return lines


def changed_messages(lines, standard):
    first = "intents__0"
    transfer = message(standard)["intents"][0]
    two = {USDC: "100000000", "nep141:wrap.near": "1"}
    later = DEADLINE_SECONDS + 3600
    cases = {
        "no-action": ({"intents": []}, "intent_kind"),
        "extra-action": ({"intents": [transfer, {"intent": "ft_withdraw", "token": "wrap.near",
                          "receiver_id": "thief.near", "amount": "1"}]}, "intent_kind"),
        "twice": ({"intents": [transfer, transfer]}, "intent_kind"),
        "token-diff": ({"intents": [{"intent": "token_diff", "diff": {USDC: "-100000000"}}]}, "intent_kind"),
        "adds-a-key": ({"intents": [{"intent": "add_public_key", "public_key": quotes.OTHER_KEY.text()}]},
                       "intent_kind"),
        "authorises-another": ({"intents": [{"intent": "set_auth_by_predecessor_id", "enabled": True}]},
                               "intent_kind"),
        "memo": ({f"{first}__memo": "note"}, "intent_kind"),
        "msg": ({f"{first}__msg": "{\"receiver_id\":\"thief.near\"}"}, "intent_kind"),
        "state-init": ({f"{first}__state_init": {"code": "x", "data": {}}}, "intent_kind"),
        "unknown-member-of-the-transfer": ({f"{first}__notification": {"msg": ""}}, "intent_kind"),
        "unknown-member": ({"valid_after": "2026-11-21T08:00:00Z"}, "malformed"),
        "two-tokens": ({f"{first}__tokens": two}, "intent_kind"),
        "other-token": ({f"{first}__tokens": {"nep141:wrap.near": "100000000"}}, "token"),
        "more": ({f"{first}__tokens": {USDC: "100000001"}}, "amount"),
        "less": ({f"{first}__tokens": {USDC: "99999999"}}, "amount"),
        "amount-in-scientific": ({f"{first}__tokens": {USDC: "1e8"}}, "encoding"),
        "other-receiver": ({f"{first}__receiver_id": THIEF}, "deposit_address"),
        "other-signer": ({"signer_id": "other.near"}, "signer"),
        "other-contract": ({"verifying_contract": "intents2.near"}, "verifying_contract"),
        "deadline-later": ({"deadline": "2026-11-21T09:30:00.000Z", "nonce": nonce(seconds=later)}, "deadline"),
        "deadline-passed": ({"deadline": "2026-11-21T07:59:59.000Z", "nonce": nonce(seconds=NOW - 1)}, "deadline"),
        "nonce-lives-longer": ({"nonce": nonce(seconds=later)}, "nonce"),
        "nonce-of-another-salt": ({"nonce": nonce(salt="00000000")}, "nonce"),
        "nonce-of-another-version": ({"nonce": nonce(version=1)}, "nonce"),
        "nonce-of-no-form": ({"nonce": base64.b64encode(bytes(32)).decode()}, "nonce"),
        "nonce-too-short": ({"nonce": base64.b64encode(bytes(31)).decode()}, "encoding"),
    }
    for name, (changes, code) in cases.items():
        answer = generated(standard, change(message(standard), **changes))
        lines.refuse(f"{standard}-{name}", {"terms": terms(standard), "payload": answer}, code,
                     f"honest-{standard}", "not the one transfer that was agreed")
    text = write(message(standard) if standard != "nep413" else
                 {k: v for k, v in message(standard).items() if k not in ("verifying_contract", "nonce")})
    twice = text.replace('"signer_id":', f'"signer_id":"thief.near","signer_id":')
    doubled = text.replace('"receiver_id":', f'"receiver_id":"{THIEF}","receiver_id":')
    for name, wrong, code in (("signer-twice", twice, "encoding"), ("receiver-twice", doubled, "encoding"),
                              ("no-json", text[:-1], "malformed")):
        answer = generated(standard, message(standard), text=wrong)
        lines.refuse(f"{standard}-{name}", {"terms": terms(standard), "payload": answer}, code,
                     f"honest-{standard}", "the signed text can't be read in one way only")


def forms(lines):
    good, twin = generated("nep413", message("nep413")), "honest-nep413"
    called = generated("nep413", message("nep413"), {"callbackUrl": "https://thief.example/"})
    lines.refuse("callback", {"terms": terms("nep413"), "payload": called}, "intent_kind", twin,
                 "the signature would be sent there")
    extra = generated("nep413", message("nep413"), {"network": "testnet"})
    lines.refuse("unknown-member-of-the-payload", {"terms": terms("nep413"), "payload": extra},
                 "malformed", twin, "a member that nobody knows")
    for asked, answered in (("erc191", "tip191"), ("tip191", "erc191"), ("nep413", "raw_ed25519"),
                            ("raw_ed25519", "nep413"), ("raw_ed25519", "erc191")):
        answer = generated(answered, change(message(answered), signer_id=ACCOUNTS[asked]))
        lines.refuse(f"{answered}-instead-of-{asked}", {"terms": terms(asked), "payload": answer},
                     "standard", f"honest-{asked}", "another standard than was asked for")
    text = write(good)
    texts = {
        "is-null": ("null", "malformed"),
        "is-empty": ("{}", "malformed"),
        "standard-twice": (text.replace('"standard":', '"standard":"erc191","standard":'), "encoding"),
        "two-intents": (text.replace('"correlationId":"c0ffee"', '"payload":{}'), "malformed"),
        "signed-already": (text.replace('"standard":', '"signature":"ed25519:1","standard":'), "malformed"),
    }
    for name, (payload, code) in texts.items():
        lines.refuse(f"form-{name}", {"terms": terms("nep413"), "payload": Raw(payload)}, code, twin,
                     "no payload that can be read in one way only")


def facts(lines):
    answer = generated("nep413", message("nep413"))
    line = {"terms": terms("nep413"), "payload": answer}
    seen = {"intent_salt": ["00000001", SALT], "intent_nonce": False, "intent_key": True,
            "balance": "100000000"}
    lines.honest("honest-with-facts", {**line, "facts": seen, "require_facts": list(seen)},
                 digest("nep413", answer))
    for name, fact, code in (("salt-given-up", {"intent_salt": ["00000001"]}, "nonce"),
                             ("nonce-used", {"intent_nonce": True}, "nonce"),
                             ("key-not-ours", {"intent_key": False}, "signer"),
                             ("balance-too-low", {"balance": "99999999"}, "amount")):
        lines.refuse(f"fact-{name}", {**line, "facts": {**seen, **fact}}, code, "honest-with-facts",
                     "the contract says otherwise")
    lines.refuse("fact-required", {**line, "require_facts": ["intent_key"]}, "unavailable",
                 "honest-with-facts", "the fact was not given")
    unknown = terms("nep413", salts=[])
    lines.refuse("salt-unknown", {"terms": unknown, "payload": answer}, "unavailable",
                 "honest-with-facts", "nobody has said which salts the contract takes")
    lines.honest("honest-salt-by-the-contract", {"terms": unknown, "payload": answer, "facts": seen},
                 digest("nep413", answer))


def beside_quotes(lines):
    """The receiver, the amount and the deadline come from a quote that is proven."""
    inside = {"depositType": "INTENTS", "refundType": "INTENTS", "refundTo": ACCOUNTS["erc191"]}
    asked = {**quotes.TERMS, **inside}
    echoed = {f"quoteRequest__{name}": value for name, value in inside.items()}
    offer = quotes.quoted(**echoed, quote__depositAddress=DEPOSIT)
    own = {k: v for k, v in terms("erc191").items()
           if k not in ("receiver_id", "tokens", "amount", "deadline")}
    until = change(message("erc191"), deadline=INACTIVE, nonce=nonce(seconds=DEADLINE_SECONDS + 72 * 3600))
    answer = generated("erc191", until)
    line = {"terms": own, "quote": {"terms": asked, "answer": offer}, "payload": answer}
    twin = "honest-by-a-quote"
    lines.honest(twin, line, digest("erc191", answer))
    other = generated("erc191", change(until, intents__0__receiver_id=THIEF))
    lines.refuse("quote-pays-another", {**line, "payload": other}, "deposit_address", twin,
                 "not the deposit address of the quote")
    bounded = {**line, "terms": {**own, "latest_deadline": DEADLINE_SECONDS}}
    lines.refuse("quote-deadline-beyond-policy", bounded, "deadline", twin,
                 "the intent would live longer than policy allows")
    cases = {
        "changed-address": (change(offer, quote__depositAddress=THIEF), "quote_signature"),
        "of-another-user": (quotes.quoted(**{**echoed, "quoteRequest__refundTo": "thief.near"},
                                          quote__depositAddress=DEPOSIT), "echo"),
        "with-a-memo": (quotes.quoted(**echoed, quote__depositAddress=DEPOSIT, quote__depositMemo="7"), "memo"),
        "with-an-address-twice": (Raw(write(offer).replace('"depositAddress":',
                                  f'"depositAddress":"{THIEF}","depositAddress":')), "encoding"),
    }
    for name, (wrong, code) in cases.items():
        beside = {"terms": asked, "answer": wrong}
        lines.refuse(f"quote-{name}", {**line, "quote": beside}, code, twin, "the quote is not proven")
    chain = {"terms": quotes.TERMS, "answer": quotes.quoted()}
    lines.refuse("quote-to-be-paid-on-a-chain", {**line, "quote": chain}, "mechanism", twin,
                 "no intent funds this quote")
