"""Lines of the format of `countersign check`, and what each expects."""

import copy
import json

NOW = 1795248000  # 2026-11-21T08:00:00Z
DEADLINE = "2026-11-21T08:30:00.000Z"
DEADLINE_SECONDS = 1795249800
INACTIVE = "2026-11-24T08:30:00.000Z"


class Raw(str):
    """JSON that is written as it stands."""


def change(value, **members):
    """A copy with members set by their paths, dots written as two underscores."""
    value = copy.deepcopy(value)
    for path, member in members.items():
        *way, last = path.split("__")
        place = value
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        if member is None:
            place.pop(last, None)
        else:
            place[int(last) if last.isdigit() else last] = member
    return value


class Lines:
    def __init__(self, chain):
        self.chain, self.lines = chain, []

    def honest(self, name, line, digest=None):
        self.add(name, line, {"expect": "sign", **({"digest": digest} if digest else {})})
        return name

    def refuse(self, name, line, code, twin, why):
        twin = f"{self.chain}-{twin}"
        self.add(name, line, {"expect": "refuse", "reason_code": code, "honest_id": twin, "reason": why})

    def add(self, name, line, expected):
        whole = {"id": f"{self.chain}-{name}", "chain": self.chain, **line, **expected}
        assert all(whole["id"] != other["id"] for other in self.lines), name
        self.lines.append(whole)

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(write(line) + "\n" for line in self.lines)


def write(value):
    if isinstance(value, Raw):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{write(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
