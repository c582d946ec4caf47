"""What is known of the deployment's backups: the last try, the last good one, the last drill."""

import json
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Iterator

import run
import say
from settings import Settings

FILE = "state.json"
COUNTS = "counts.json"  # the rows of the last good backup, by table
WEEK = 7 * 86400


@dataclass
class State:
    """The file that status and doctor show. It has no secret, and no names of tables but in warnings."""

    format: int = 1
    repository: dict = field(default_factory=dict)  # "place" and "id" of the one that was last reached
    last: dict = field(default_factory=dict)  # the last try: "time", "ok", "error", "hint"; not ok while it runs
    good: dict = field(default_factory=dict)  # the last good backup: "id", "time", "bytes", "release", "tables", "rows", "files"
    drill: dict = field(default_factory=dict)  # the last drill: "time", "of", "id", "ok", "error", "hint", "tables", "rows", "files"
    proven: dict = field(default_factory=dict)  # when each backup was last restored and compared, by id
    warnings: list[str] = field(default_factory=list)  # what is odd about the last good backup


def load(settings: Settings) -> State:
    """What is known; a file that can't be read is as none."""
    try:
        read = json.loads((settings.backup_state / FILE).read_text(encoding="utf-8"))
        return State(**{f.name: read[f.name] for f in fields(State) if f.name in read})
    except (OSError, ValueError, TypeError):
        return State()


def save(settings: Settings, known: State) -> None:
    """Writes what is known, whole."""
    run.folder(settings.backup_state)
    run.write(settings.backup_state / FILE, json.dumps(asdict(known)).encode())


def counts(settings: Settings) -> dict[str, int] | None:
    """The rows of the last good backup, by table; None if that is not known."""
    try:
        return json.loads((settings.backup_state / COUNTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


@contextmanager
def attempt(settings: Settings, known: State, of: str) -> Iterator[dict]:
    """Has a try at something count as failed unless it comes to its end, even if the server is switched off."""
    tried = {"time": run.now(), "ok": False, "error": "it has not ended", "hint": ""}
    setattr(known, of, tried)
    save(settings, known)
    try:
        yield tried
        tried.update(ok=True, error="")
    except say.Failure as failure:
        tried.update(error=failure.what[:1000], hint=failure.hint)
        raise
    except BaseException as error:
        tried.update(error=f"it was interrupted ({type(error).__name__} {error})"[:1000])
        raise
    finally:
        tried["ended"] = run.now()
        save(settings, known)


def seconds(time: str) -> float:
    """The seconds since 1970 of an RFC 3339 time."""
    time = re.sub(r"(\.\d{1,6})\d*", r"\1", time).replace("Z", "+00:00")
    return datetime.fromisoformat(time).timestamp()


def since(time: str) -> float:
    """How many seconds ago a time was; infinite if it is none, or lies in the future: a clock is wrong then."""
    try:
        age = datetime.now(timezone.utc).timestamp() - seconds(time)
    except ValueError:
        return float("inf")
    return age if age > -300 else float("inf")


def flat(manifest: dict) -> dict[str, int]:
    """The rows of a dump, by source and table."""
    return {f"{part['source']} {name}": count for part in manifest["parts"] for name, count in part["counts"].items()}


def sums(rows: dict[str, int]) -> dict[str, int]:
    """How many tables, rows and files were counted."""
    tables = {name: count for name, count in rows.items() if not name.startswith("files ")}
    return {"tables": len(tables), "rows": sum(tables.values()), "files": rows.get("files files", 0)}


def fallen(before: dict[str, int], now: dict[str, int]) -> list[str]:
    """What vanished since the last good backup, or fell by half."""
    found = []
    for name, count in sorted(before.items()):
        left, name = now.get(name), name[:200]
        if left is None and count:
            found.append(f"{name} had {count} and is gone")
        elif left is not None and count >= 10 and left * 2 <= count:
            found.append(f"{name} fell from {count} to {left}")
    return found[:20]
