"""What the program tells: lines for people, and answers for Slipway."""

import json
import sys

LIMIT = 64 << 10  # bytes of an answer


class Failure(Exception):
    """What happened and why, and what to type next. Neither has a secret."""

    def __init__(self, what: str, hint: str = "", **more: object) -> None:
        super().__init__(what)
        self.what, self.hint, self.more = what, hint, more


def line(text: str) -> None:
    """Prints a line for people."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    print("·" + text[1:] if text.startswith("@") else text, flush=True)


def note(text: str) -> None:
    """Prints a line for people on standard error, for commands whose output is data."""
    print("".join(c if c.isprintable() else "?" for c in text), file=sys.stderr, flush=True)


def answer(values: dict) -> None:
    """Prints a line for Slipway."""
    text = json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    if len(text) > LIMIT:
        text = json.dumps({"error": "the answer is larger than 64 kB", "hint": ""})
    print("@ " + text, flush=True)


def failed(failure: Failure, file=None) -> None:
    """Prints a failure as the last line."""
    values = {**failure.more, "error": failure.what[:4000], "hint": failure.hint[:1000]}
    print("@ " + json.dumps(values, sort_keys=True), file=file or sys.stdout, flush=True)
