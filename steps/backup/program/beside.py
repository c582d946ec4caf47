"""Data is restored beside the live data, compared, and only then swapped with it."""

import json
from pathlib import Path

import dump
import exchange
import run
import say
import sources
from after import After
from say import Failure
from settings import Settings
from source import BESIDE, before


def restore(settings: Settings, folder: Path) -> dict:
    """Checks a dump, restores it beside the live data, and compares. It gives what was compared, by source.

    A failure leaves nothing beside.
    """
    exchange.recover(settings)
    say.line("check the dump")
    manifest = dump.check(settings, folder)
    for part in manifest["parts"]:
        if sources.named(settings, part.source) is None and (part.counts or part.files):
            raise Failure(f"the dump has {part.source}, and the deployment has none", f"deploy with --service {part.source} first")
    had = {part.source for part in manifest["parts"]}
    for source in sources.of(settings):
        if source.name not in had:
            say.line(f"the dump has no {source.name}: that stays as it is")
    room(settings, folder)
    compared = {}
    try:
        discard(settings)
        for part in manifest["parts"]:
            if (source := sources.named(settings, part.source)) is None:
                continue
            say.line(f"restore {part.source} beside the live data")
            restored = source.beside(folder, part)
            compared[part.source] = compare(part, restored.counts())
    except BaseException:
        discard(settings)
        raise
    return compared


def compare(part, found: dict[str, int]) -> dict[str, int]:
    """Fails if what was restored has not the rows that were dumped; gives the rows."""
    if "in_place" in part.more:  # files that the app wrote while they were read
        return found
    for table in sorted({*part.counts, *found}):
        if part.counts.get(table) != found.get(table):
            raise Failure(f"{part.source} {table!a}: {found.get(table, 'nothing')} was restored, and {part.counts.get(table, 'nothing')} was dumped")
    return found


def room(settings: Settings, folder: Path) -> None:
    """Fails if restored data would not fit the disk: a full one ends the databases that run."""
    needed, free = dump.used(folder) * 3 // 2, run.free(run.passage(settings.scratch))
    if needed > free - run.reserve(settings.scratch) // 2:
        raise Failure(f"restored beside the live data it takes {needed >> 20} MB, and {free >> 20} MB of the disk are free",
                      "remove what is not needed, or take a larger server", full=True)


def discard(settings: Settings) -> None:
    """Removes what is beside the live data, once no swap is under way."""
    exchange.recover(settings)
    for source in sources.of(settings):
        source.remove(BESIDE)


def swap(settings: Settings, words: list[str]) -> None:
    """Replaces the live data by a dump. The words are the dump's folder, and those of After."""
    if not words:
        raise Failure("swap takes the folder of a dump")
    after = After.of(words[1:])
    with run.locked(settings, "restore"):
        replace(settings, Path(words[0]), after)


def replace(settings: Settings, folder: Path, after: After = After()) -> None:
    """Restores a dump beside the live data, compares, and swaps them: code and data change together, or neither does."""
    exchange.recover(settings)
    compared = restore(settings, folder)
    say.line("swap it with the live data: requests wait")
    wanted = dump.read(folder).get("ran")
    if wanted is not None and after.command and not after.release:
        wanted = [*wanted, settings.release()]
    try:
        stamp = exchange.exchange(settings, list(compared), BESIDE, wanted, after)
    except BaseException:
        if exchange.Note.read(settings) is None:  # else what is beside may be what was live
            discard(settings)
        raise
    say.answer({"before": stamp, "counts": {f"{s} {t}": n for s, c in compared.items() for t, n in c.items()} if small(compared) else {}})


def small(compared: dict) -> bool:
    """Whether all counts fit an answer."""
    return len(json.dumps(compared)) < say.LIMIT - 4096


def back(settings: Settings, words: list[str]) -> None:
    """Puts data back that was set aside. The words are its stamp, and those of After."""
    if not words or words[0] not in kept(settings):
        have = ", ".join(sorted(kept(settings))) or "none"
        raise Failure(f"no data was set aside at {' '.join(words[:1])!a}: there is {have}")
    stamp, after = words[0], After.of(words[1:])
    with run.locked(settings, "restore"):
        exchange.recover(settings)
        about = kept(settings)[stamp]
        names = [name for name in about["names"] if (s := sources.named(settings, name)) and s.exists(before(stamp))]
        say.line("put the data back: requests wait")
        now = exchange.exchange(settings, names, before(stamp), about.get("marks"), after)
        run.remove(settings.set_aside / stamp)
        say.answer({"before": now, "counts": {}})


def aside(settings: Settings, words: list[str]) -> None:
    """Answers with the data that was set aside, by its stamp."""
    exchange.recover(settings)
    say.answer({"aside": {stamp: {"time": about["time"], "from": about.get("from", ""), "release": about["release"]} for stamp, about in kept(settings).items()}})


def kept(settings: Settings) -> dict[str, dict]:
    """What is known of the data that was set aside, by its stamp."""
    found = {}
    for path in settings.set_aside.glob("*/before.json"):
        found[path.parent.name] = json.loads(path.read_text(encoding="utf-8"))
    return found


def forget(settings: Settings, words: list[str]) -> None:
    """Removes data that was set aside before the release that takes the traffic did so."""
    with run.locked(settings, "clean-up"):
        exchange.recover(settings)
        for stamp, about in kept(settings).items():
            if about["release"] == settings.release():
                continue
            for source in sources.of(settings):
                source.remove(before(stamp))
            run.remove(settings.set_aside / stamp)
            say.line(f"removed the data that was set aside at {stamp}")
