"""Quotes: honest ones, and each way in which one may not be what was asked for.

The text that is signed is written as the API documents it, by a library's own writer of JSON.
"""

import hashlib
import json

from crypto import Ed25519Key, base58
from lines import DEADLINE, INACTIVE, NOW, Lines, Raw, change, write

KEY = Ed25519Key("countersign vectors: the key of the quotes")
OTHER_KEY = Ed25519Key("countersign vectors: a key that nobody pins")
OURS = "0xc62169accce6daf88b36975f4bffd66b0d0057c9"
THEIRS = "0x5047df89e1a7eb370b5f9d7604bb5df2278ca63e"
RECIPIENT = "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q"
THEIR_RECIPIENT = "6rL9mF7KCFZj2SkNUKkyjS4rnKvcS7F43Kwv4rJQWDdL"
DEPOSIT = "0x2cff890f0378a11913b6129b2e97417a2c302680"
THIEF = "0x00000000000000000000000000000000000bad00"
USDC = "nep141:eth-0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48.omft.near"
SOL = "nep141:sol.omft.near"
SOL_ALIAS = "1cs_v1:sol:native:coin"

TERMS = {
    "now": NOW,
    "keys": [KEY.text()],
    "dry": False,
    "depositMode": "SIMPLE",
    "swapType": "EXACT_INPUT",
    "slippageTolerance": 100,
    "originAsset": USDC,
    "depositType": "ORIGIN_CHAIN",
    "destinationAsset": SOL,
    "amount": "100000000",
    "refundTo": OURS,
    "refundType": "ORIGIN_CHAIN",
    "recipient": RECIPIENT,
    "recipientType": "DESTINATION_CHAIN",
    "deadline": DEADLINE,
    "referral": "countersign",
    "appFees": [{"recipient": "ours.near", "fee": 5}],
    "max_app_fee_bps": 30,
    "fee_recipients": ["platform.near"],
    "max_slippage_bps": 100,
    "min_amount_out": "670000000",
    "latest_deadline": NOW + 3600,
    "min_remaining": 60,
    "made_after": NOW - 300,
}
ANSWER = {
    "correlationId": "5d0c8a54-7e1e-4f0a-9a53-6f4f3f1f7a10",
    "timestamp": "2026-11-21T08:00:00.021Z",
    "quoteRequest": {
        "dry": False,
        "depositMode": "SIMPLE",
        "swapType": "EXACT_INPUT",
        "slippageTolerance": 100,
        "originAsset": USDC,
        "depositType": "ORIGIN_CHAIN",
        "destinationAsset": SOL,
        "amount": "100000000",
        "refundTo": OURS,
        "refundType": "ORIGIN_CHAIN",
        "recipient": RECIPIENT,
        "recipientType": "DESTINATION_CHAIN",
        "deadline": DEADLINE,
        "confidentiality": "public",
        "referral": "countersign",
        "quoteWaitingTimeMs": 0,
        "insured": False,
        "appFees": [{"recipient": "platform.near", "fee": 20}, {"recipient": "ours.near", "fee": 5}],
    },
    "quote": {
        "amountIn": "100000000",
        "amountInFormatted": "100.0",
        "amountInUsd": "99.990000000000",
        "minAmountIn": "100000000",
        "amountOut": "678000123",
        "amountOutFormatted": "0.678000123",
        "amountOutUsd": "99.120000000000",
        "minAmountOut": "671220121",
        "timeEstimate": 37,
        "refundFee": "318834",
        "withdrawFee": "32000",
        "deadline": INACTIVE,
        "timeWhenInactive": INACTIVE,
        "depositAddress": DEPOSIT,
    },
}
ASKED = """dry swapType slippageTolerance originAsset depositType destinationAsset amount refundTo
    refundType recipient recipientType deadline""".split()
ASKED_IF_ANY = """quoteWaitingTimeMs referral virtualChainRecipient virtualChainRefundRecipient
    customRecipientMsg""".split()
OFFERED = """amountIn amountInFormatted amountInUsd minAmountIn amountOut amountOutFormatted
    amountOutUsd minAmountOut""".split()
OFFERED_IF_ANY = """depositAddress depositMemo deadline timeWhenInactive timeEstimate
    virtualChainRecipient virtualChainRefundRecipient customRecipientMsg refundFee withdrawFee""".split()


def canonical(answer, whole=True):
    """The text that is signed; `whole` is the one since June 2026, of a quote to be funded."""
    request, quote = answer["quoteRequest"], answer["quote"]
    text = {name: request[name] for name in ASKED if name in request}
    text |= {name: request[name] for name in ASKED_IF_ANY if request.get(name)}
    text |= {name: quote[name] for name in OFFERED if name in quote}
    if whole and not request.get("dry"):
        for name in OFFERED_IF_ANY:
            text.pop(name, None)
        text |= {name: quote[name] for name in OFFERED_IF_ANY if quote.get(name)}
    text["timestamp"] = answer["timestamp"]
    return json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(answer, whole=True):
    return hashlib.sha256(canonical(answer, whole)).digest()


def sign(answer, whole=True, key=KEY):
    message = base58(digest_of(answer, whole)).encode()
    return {**answer, "signature": "ed25519:" + base58(key.sign(message))}


def quoted(**changes):
    """The honest answer with changes, signed as it then stands."""
    return sign(change(ANSWER, **changes))


def honest(lines, name, terms, answer, whole=True):
    inner = answer.get("quoteResponse", answer)
    line = {"terms": terms, "payload": answer}
    return lines.honest(name, line, "0x" + digest_of(inner, whole).hex())


def all_lines():
    lines = Lines("quote")
    honest_quotes(lines)
    unsigned_changes(lines)
    uncovered_members(lines)
    others_quotes(lines)
    offers(lines)
    forms(lines)
    return lines


ALIASED = {**TERMS, "destinationAsset": SOL_ALIAS, "aliases": {SOL_ALIAS: [SOL]}}
MEMO_TERMS = {**TERMS, "depositMode": "MEMO"}
MEMO_CHANGES = {"quoteRequest__depositMode": "MEMO", "quote__depositMemo": "401992"}
VIRTUAL = "0x9d3c1f6ab2e84570c5d1e7f3a6b8092c4e5f6071"
VIRTUAL_TERMS = {**TERMS, "virtualChainRecipient": VIRTUAL, "customRecipientMsg": "{\"to\":\"ü\"}"}
VIRTUAL_CHANGES = {
    f"{part}__{name}": VIRTUAL_TERMS[name]
    for part in ("quoteRequest", "quote")
    for name in ("virtualChainRecipient", "customRecipientMsg")
}
OLD = NOW - 200 * 86400
OLD_TIMES = {
    "timestamp": "2026-05-05T08:00:00.021Z",
    "quoteRequest__deadline": "2026-05-05T08:30:00.000Z",
    "quote__deadline": "2026-05-08T08:30:00.000Z",
    "quote__timeWhenInactive": "2026-05-08T08:30:00.000Z",
}
OLD_TERMS = {
    **TERMS,
    "now": OLD,
    "stored": True,
    "deadline": OLD_TIMES["quoteRequest__deadline"],
    "latest_deadline": OLD + 3600,
    "made_after": OLD - 300,
}


def honest_quotes(lines):
    honest(lines, "honest", TERMS, quoted())
    honest(lines, "honest-alias", ALIASED, quoted())
    honest(lines, "honest-memo", MEMO_TERMS, quoted(**MEMO_CHANGES))
    honest(lines, "honest-virtual-chain", VIRTUAL_TERMS, quoted(**VIRTUAL_CHANGES))
    honest(lines, "honest-deadline-without-milliseconds",
           {**TERMS, "deadline": "2026-11-21T09:30:00+01:00"}, quoted())
    honest(lines, "honest-two-keys", {**TERMS, "keys": [OTHER_KEY.text(), KEY.text()]}, quoted())
    honest(lines, "honest-nothing-in-other-words", TERMS,
           quoted(quoteRequest__sessionId="", quoteRequest__connectedWallets=[],
                  quote__depositMemo="", quote__chainDepositAddresses=[]))
    dry = {"quoteRequest__dry": True, "quote__depositAddress": None, "quote__deadline": None,
           "quote__timeWhenInactive": None, "quote__timeEstimate": 37}
    honest(lines, "honest-dry", {**TERMS, "dry": True}, quoted(**dry))
    out_terms = {**TERMS, "swapType": "EXACT_OUTPUT", "amount": "678000123",
                 "max_amount_in": "101000000", "min_amount_out": "678000123"}
    out = {"quoteRequest__swapType": "EXACT_OUTPUT", "quoteRequest__amount": "678000123",
           "quote__minAmountOut": "678000123"}
    honest(lines, "honest-exact-output", out_terms, quoted(**out))
    lines.refuse("exact-output-costs-more", {"terms": {**out_terms, "max_amount_in": "99999999"},
                 "payload": quoted(**out)}, "quote", "honest-exact-output",
                 "what would be sent is above the cap")
    status = quoted()
    status["quoteRequest"] = {k: v for k, v in status["quoteRequest"].items()
                              if k not in ("quoteWaitingTimeMs", "insured")}
    honest(lines, "honest-in-a-status", TERMS, {"quoteResponse": status, "status": "PENDING_DEPOSIT"})
    waited = quoted(quoteRequest__quoteWaitingTimeMs=3000)
    whole = "0x" + digest_of(waited).hex()
    waited["quoteRequest"].pop("quoteWaitingTimeMs")
    waiting = {"terms": {**TERMS, "quoteWaitingTimeMs": 3000}, "payload": {"quoteResponse": waited}}
    lines.honest("honest-in-a-status-that-says-less", waiting, whole)
    lines.refuse("status-of-another-waiting-time", {**waiting, "terms": TERMS}, "quote_signature",
                 "honest-in-a-status-that-says-less", "what the status leaves out is signed")
    text = write(quoted()).replace('"slippageTolerance":100', '"slippageTolerance":1e2')
    text = text.replace('"timeEstimate":37', '"timeEstimate":37.0')
    lines.honest("honest-numbers-in-other-digits", {"terms": TERMS, "payload": Raw(text)},
                 "0x" + digest_of(ANSWER).hex())
    old = sign(change(ANSWER, **OLD_TIMES), whole=False)
    honest(lines, "honest-stored-before-2026-06-24", OLD_TERMS, old, whole=False)


def unsigned_changes(lines):
    """What a third party changes on the way: no signature fits any more."""
    good, code, twin = quoted(), "quote_signature", "honest"
    changes = {
        "deposit-address": ("quote__depositAddress", THIEF),
        "memo-added": ("quote__depositMemo", "401992"),
        "amount-out": ("quote__amountOut", "678000122"),
        "amount-out-usd": ("quote__amountOutUsd", "99.130000000000"),
        "amount-in-formatted": ("quote__amountInFormatted", "100"),
        "refund-fee": ("quote__refundFee", "318833"),
        "withdraw-fee-gone": ("quote__withdrawFee", None),
        "time-estimate": ("quote__timeEstimate", 38),
        "address-lives-on": ("quote__deadline", "2026-11-25T08:30:00.000Z"),
        "inactive-later": ("quote__timeWhenInactive", "2026-11-25T08:30:00.000Z"),
        "timestamp": ("timestamp", "2026-11-21T08:00:00.022Z"),
        "signature-gone": ("signature", None),
        "signature-of-another-curve": ("signature", good["signature"].replace("ed25519", "secp256k1")),
        "signature-cut": ("signature", good["signature"][:-1]),
    }
    for name, (path, value) in changes.items():
        line = {"terms": TERMS, "payload": change(good, **{path: value})}
        lines.refuse(f"changed-{name}", line, code, twin, "the signature covers this member")
    keyed = {"terms": TERMS, "payload": sign(ANSWER, key=OTHER_KEY)}
    lines.refuse("key-not-pinned", keyed, code, "honest-two-keys", "another key has signed")
    live = {"terms": {k: v for k, v in TERMS.items() if k != "keys"}, "payload": good}
    lines.refuse("key-not-pinned-by-default", live, code, twin, "only the live API's key is pinned")
    raw = {**ANSWER, "signature": "ed25519:" + base58(KEY.sign(canonical(ANSWER)))}
    lines.refuse("signed-the-text-itself", {"terms": TERMS, "payload": raw}, code, twin,
                 "the text is signed, and not its hash in base58")
    legacy = sign(ANSWER, whole=False)
    moved = change(legacy, quote__depositAddress=THIEF)
    lines.refuse("legacy-projection", {"terms": TERMS, "payload": moved}, code,
                 "honest-stored-before-2026-06-24", "the signature covers no deposit address")
    stored = {"terms": {**TERMS, "stored": True}, "payload": moved}
    lines.refuse("legacy-projection-after-its-time", stored, code,
                 "honest-stored-before-2026-06-24", "made after the old text was given up")


def uncovered_members(lines):
    """What nobody signs: the signature still fits, and only the comparison finds it."""
    good, twin = quoted(), "honest"
    changes = {
        "deposit-mode": ("depositMode", "MEMO"),
        "confidentiality": ("confidentiality", "advanced"),
        "insured": ("insured", True),
        "session-id": ("sessionId", "theirs"),
        "connected-wallets": ("connectedWallets", [THEIRS]),
        "rebates": ("rebates", [{"recipient": "thief.near", "share": 50}]),
        "our-fee-redirected": ("appFees__1__recipient", "thief.near"),
        "our-fee-gone": ("appFees", [{"recipient": "platform.near", "fee": 20}]),
        "fee-with-limit-order": ("appFees__0__limitOrderId", "7"),
        "unknown-member": ("beneficiary", THEIRS),
        "deadline-moved": ("deadline", "2026-11-21T08:40:00.000Z"),
        "deadline-is-the-address-own": ("deadline", INACTIVE),
        "custom-recipient-msg": ("customRecipientMsg", "{\"forward\":\"thief.near\"}"),
        "virtual-chain-recipient": ("virtualChainRecipient", THEIRS),
        "virtual-chain-refund-recipient": ("virtualChainRefundRecipient", THEIRS),
    }
    for name, (path, value) in changes.items():
        answer = change(good, **{f"quoteRequest__{path}": value})
        assert canonical(answer) == canonical(good) and answer["signature"] == good["signature"]
        lines.refuse(f"uncovered-{name}", {"terms": TERMS, "payload": answer}, "echo", twin,
                     "no signature covers this member of the request")
    chained = change(good, quote__chainDepositAddresses=[{"chain": "eth", "address": THIEF}])
    lines.refuse("uncovered-chain-deposit-addresses", {"terms": TERMS, "payload": chained},
                 "deposit_address", "honest-nothing-in-other-words", "no signature covers these addresses")
    for name, fee, code in (("too-much", 26, "fees"), ("in-parts", 20.5, "fees"),
                            ("negative", -20, "malformed"), ("as-text", "20", "malformed")):
        answer = change(good, quoteRequest__appFees__0__fee=fee)
        lines.refuse(f"uncovered-fee-{name}", {"terms": TERMS, "payload": answer},
                     code, twin, "application fees beyond what was agreed")
    elsewhere = change(good, quoteRequest__appFees__0__recipient="thief.near")
    lines.refuse("uncovered-fee-redirected", {"terms": TERMS, "payload": elsewhere}, "fees", twin,
                 "a fee as large as was agreed, for somebody whom nobody pinned")
    shared = ANSWER["quoteRequest"]["appFees"] + [{"recipient": "partner.near", "fee": 1}]
    shares = change(good, quoteRequest__appFees=shared)
    pinned = {**TERMS, "fee_recipients": ["platform.near", "partner.near"]}
    honest(lines, "honest-fee-for-a-partner", pinned, shares)
    lines.refuse("uncovered-fee-for-a-partner", {"terms": TERMS, "payload": shares}, "fees",
                 "honest-fee-for-a-partner", "nobody pinned the partner")
    more = change(good, quoteRequest__appFees=ANSWER["quoteRequest"]["appFees"]
                  + [{"recipient": "thief.near", "fee": 10000}])
    lines.refuse("uncovered-fee-added", {"terms": TERMS, "payload": more}, "fees", twin,
                 "a fee of all that is swapped")


def others_quotes(lines):
    """Genuine quotes of requests that we did not make, and offers that overwrite what we asked."""
    theirs = {"quoteRequest__refundTo": THEIRS, "quoteRequest__recipient": THEIR_RECIPIENT}
    twin = "honest"
    genuine = {
        "of-another-user": theirs,
        "refund-to-swapped": {"quoteRequest__refundTo": THEIRS},
        "recipient-swapped": {"quoteRequest__recipient": THEIR_RECIPIENT},
        "of-another-amount": {"quoteRequest__amount": "100000001"},
        "of-another-asset": {"quoteRequest__destinationAsset": "nep141:wrap.near"},
        "of-another-source": {"quoteRequest__originAsset": "nep141:wrap.near"},
        "refund-inside": {"quoteRequest__refundType": "INTENTS"},
        "recipient-inside": {"quoteRequest__recipientType": "INTENTS"},
        "deposit-inside": {"quoteRequest__depositType": "INTENTS"},
        "flexible-input": {"quoteRequest__swapType": "FLEX_INPUT"},
        "more-slippage": {"quoteRequest__slippageTolerance": 1000},
        "dry": {"quoteRequest__dry": True},
        "referral": {"quoteRequest__referral": "somebody"},
        "waiting": {"quoteRequest__quoteWaitingTimeMs": 3000},
        "offer-overwrites-message": {"quote__customRecipientMsg": "{\"forward\":\"thief.near\"}"},
        "offer-overwrites-recipient": {"quote__virtualChainRecipient": THEIRS},
        "offer-overwrites-refund": {"quote__virtualChainRefundRecipient": THEIRS},
    }
    for name, changes in genuine.items():
        line = {"terms": TERMS, "payload": quoted(**changes)}
        lines.refuse(f"genuine-{name}", line, "echo", twin, "rightly signed, and not what was asked")
    kept = quoted(**VIRTUAL_CHANGES)
    lost = quoted(**{**VIRTUAL_CHANGES, "quote__virtualChainRecipient": THEIRS})
    lines.refuse("genuine-virtual-recipient-overwritten", {"terms": VIRTUAL_TERMS, "payload": lost},
                 "echo", "honest-virtual-chain", "the offer's member is signed, the request's shown")
    shown = change(kept, quoteRequest__virtualChainRecipient=THEIRS)
    lines.refuse("virtual-recipient-of-the-request", {"terms": VIRTUAL_TERMS, "payload": shown},
                 "echo", "honest-virtual-chain", "the request's member is not signed")
    wrong = {**ALIASED, "aliases": {SOL_ALIAS: ["nep141:wrap.near"], SOL: [SOL_ALIAS]}}
    lines.refuse("alias-of-another-asset", {"terms": wrong, "payload": quoted()}, "echo",
                 "honest-alias", "no alias of the asset that was asked for")
    alone = {k: v for k, v in ALIASED.items() if k != "aliases"}
    lines.refuse("alias-without-a-table", {"terms": alone, "payload": quoted()}, "echo",
                 "honest-alias", "no alias is known")


def offers(lines):
    """Rightly signed offers beyond what was agreed."""
    twin = "honest"
    cases = {
        "amount-in-more": ({"quote__amountIn": "100000001"}, "quote"),
        "amount-in-less": ({"quote__amountIn": "99999999", "quote__minAmountIn": "1"}, "quote"),
        "min-amount-in-more": ({"quote__minAmountIn": "100000001"}, "quote"),
        "min-amount-out-below-ours": ({"quote__minAmountOut": "669999999"}, "quote"),
        "min-amount-out-above-the-offer": ({"quote__minAmountOut": "678000124"}, "quote"),
        "slips-further": ({"quote__amountOut": "700000000"}, "quote"),
        "stale": ({"timestamp": "2026-11-21T07:54:59.999Z"}, "quote"),
        "dies-before-the-deadline": ({"quote__timeWhenInactive": "2026-11-21T08:29:59.999Z"}, "deadline"),
        "no-address": ({"quote__depositAddress": None}, "deposit_address"),
        "address-is-our-refund": ({"quote__depositAddress": OURS}, "deposit_address"),
        "address-is-our-recipient": ({"quote__depositAddress": RECIPIENT}, "deposit_address"),
        "address-with-a-space": ({"quote__depositAddress": DEPOSIT + " "}, "deposit_address"),
        "address-in-other-letters": ({"quote__depositAddress": DEPOSIT.replace("c", "с")}, "deposit_address"),
        "memo-in-two-lines": ({"quote__depositMemo": "401992\n1"}, "memo"),
        "amount-in-scientific": ({"quote__amountIn": "1e8"}, "encoding"),
        "amount-with-a-sign": ({"quote__amountOut": "+678000123"}, "encoding"),
        "fee-with-a-point": ({"quote__refundFee": "1.5"}, "encoding"),
        "timestamp-is-none": ({"timestamp": "1795248000"}, "encoding"),
    }
    for name, (changes, code) in cases.items():
        line = {"terms": TERMS, "payload": quoted(**changes)}
        lines.refuse(f"offer-{name}", line, code, twin, "rightly signed, and beyond what was agreed")
    no_memo = quoted(**{**MEMO_CHANGES, "quote__depositMemo": None})
    lines.refuse("offer-without-the-memo", {"terms": MEMO_TERMS, "payload": no_memo}, "memo",
                 "honest-memo", "a deposit would not be told from others")
    bounds = {
        "deadline-beyond-policy": ({"latest_deadline": NOW + 1799}, "deadline"),
        "deadline-too-near": ({"min_remaining": 1800}, "deadline"),
        "deadline-passed": ({"now": NOW + 1800, "made_after": NOW - 300}, "deadline"),
        "slippage-beyond-policy": ({"max_slippage_bps": 99}, "fees"),
        "fees-beyond-policy": ({"max_app_fee_bps": 24}, "fees"),
        "fee-for-nobody-pinned": ({"fee_recipients": []}, "fees"),
        "fee-for-another-than-pinned": ({"fee_recipients": ["platform", "xplatform.near"]}, "fees"),
        "dry-with-an-address": ({"dry": True}, "echo"),
    }
    for name, (terms, code) in bounds.items():
        line = {"terms": {**TERMS, **terms}, "payload": quoted()}
        lines.refuse(f"bound-{name}", line, code, twin, "what was agreed does not allow it")


def forms(lines):
    """Answers that can't be read, or not in one way only."""
    good = quoted()
    text, twin = write(good), "honest"
    address = f'"depositAddress":"{DEPOSIT}"'
    assert address in text
    texts = {
        "address-twice": (text.replace(address, f'"depositAddress":"{THIEF}",{address}'), "encoding"),
        "quote-twice": (text.replace('"quote":', '"quote":{},"quote":'), "encoding"),
        "address-twice-in-disguise":
            (text.replace(address, f'{address},"deposit\\u0041ddress":"{THIEF}"'), "encoding"),
        "is-null": ("null", "malformed"),
        "is-a-list": (f"[{text}]", "malformed"),
        "is-text": (json.dumps(text), "malformed"),
        "is-empty": ("{}", "malformed"),
        "amount-is-a-number": (text.replace('"amountIn":"100000000"', '"amountIn":100000000'), "malformed"),
        "slippage-is-text": (text.replace('"slippageTolerance":100', '"slippageTolerance":"100"'), "malformed"),
        "two-quotes": (f'{{"quoteResponse":{text},{text[1:]}', "malformed"),
    }
    for name, (payload, code) in texts.items():
        lines.refuse(f"form-{name}", {"terms": TERMS, "payload": Raw(payload)}, code, twin,
                     "no answer that can be read in one way only")
