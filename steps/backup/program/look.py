"""How much data there is."""

import os
from pathlib import Path

import dump
import run
import say
import sources
from say import Failure
from settings import Settings


def look(settings: Settings, words: list[str]) -> None:
    """Answers how much data there is, by source."""
    data = {}
    for source in sources.of(settings):
        try:
            data[source.name] = {"bytes": source.size(), "counts": fewer(source.counts())}
        except (Failure, OSError) as error:
            data[source.name] = {"bytes": 0, "counts": {}, "error": str(error)[:500]}
    has = os.path.isdir(settings.state) and any(True for _ in os.scandir(settings.state))
    say.answer({"data": data, "free": run.free(Path(settings.work)), "state": has})


def fewer(counts: dict[str, int], most: int = 100) -> dict[str, int]:
    """The largest counts, as many as fit an answer."""
    largest = sorted(counts, key=lambda name: (-counts[name], name))[:most]
    return {name[:200]: counts[name] for name in largest}


def counts(settings: Settings, words: list[str]) -> None:
    """Answers in what the data of now differs from a dump's. The word is the dump's folder."""
    if len(words) != 1:
        raise Failure("counts takes the folder of a dump")
    say.answer(difference(settings, dump.read(Path(words[0]))))


def difference(settings: Settings, manifest: dict) -> dict:
    """In what the data of now differs from a dump's, by its manifest."""
    lost: dict[str, int] = {}
    gone: dict[str, int] = {}
    for part in manifest["parts"]:
        source = sources.named(settings, part.source)
        now = source.counts() if source else {}
        for table in {*now, *part.counts}:
            more = now.get(table, 0) - part.counts.get(table, 0)
            if more:
                (lost if more > 0 else gone)[f"{part.source} {table}"] = abs(more)
    return {"lost": fewer(lost), "gone": fewer(gone), "time": manifest["time"], "release": manifest["release"], "ran": manifest.get("ran") or []}
