"""All of the app's data goes to another server, where it takes the place of what is there."""

import os
import sys
import tarfile
from pathlib import Path

import beside
import dump
import exchange
import run
import say
import sources
import tree
from after import After
from say import Failure
from settings import Settings
from source import BESIDE, before

ENTRY = 8 << 10  # bytes that a name takes on the disk, and something more


def give(settings: Settings, words: list[str]) -> None:
    """Prints a dump of all data as an archive of tar's; what is for people goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    folder = settings.backup_state / "given"
    with run.locked(settings, "move"):
        exchange.recover(settings)
        run.remove(folder)
        needed, free = dump.need(settings)
        if needed > free:
            raise Failure(f"a copy of the data takes {needed >> 20} MB, and it may take {max(free, 0) >> 20} MB: 10 % of the disk stay free",
                          "remove what is not needed", full=True)
        try:
            dump.make(settings, run.folder(folder), "move")
            with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                for entry in sorted(tree.walk(folder), key=lambda e: e.path == dump.MANIFEST):
                    if entry.path != ".":
                        archive.add(folder / entry.path, entry.path, recursive=False)
            out.close()
        finally:
            run.remove(folder)


def taken(settings: Settings) -> Path:
    """The folder of the dump that came from another server."""
    return settings.backup_state / "taken"


def take(settings: Settings, words: list[str]) -> None:
    """Unpacks an archive of give's from standard input."""
    folder = taken(settings)
    with run.locked(settings, "move"):
        run.remove(folder)
        run.folder(folder)
        left = run.free(folder) - run.reserve(folder)
        try:
            with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
                for member in archive:
                    left -= max(member.size, 0) + ENTRY
                    if left < 0:
                        raise Failure("the data does not fit the disk of the new server", "take a larger one", full=True)
                    unpack(archive, member, folder)
        except tarfile.TarError:
            raise Failure("the data was cut short on its way", "run the same command again") from None
        manifest = dump.read(folder)
        refuse_newer(settings, manifest)
        say.answer({"time": manifest["time"], "bytes": dump.used(folder)})


def refuse_newer(settings: Settings, manifest: dict) -> None:
    """Fails if a database here is older than the one that the data comes from: it can't read that."""
    for source in sources.of(settings):
        theirs, own = manifest["versions"].get(source.name, ""), source.version()
        if [int(n) for n in theirs.split(".") if n.isdigit()] > [int(n) for n in own.split(".") if n.isdigit()]:
            raise Failure(f"the data is of {source.name} {theirs}, and the new place has {source.name} {own}, which can't read it",
                          f"slipway move {settings.name} --back gives it up; then choose a system that is as new")


def unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Unpacks one entry: a folder or a file, and nothing else that an archive may have."""
    path = folder / tree.safe(member.name)
    if member.isdir():
        path.mkdir(mode=0o700)
        return
    if not member.isreg():
        raise Failure("the data that came has something that no dump has")
    with os.fdopen(os.open(path, tree.NEW_FILE, 0o600), "wb") as file:
        source = archive.extractfile(member)
        while block := source.read(tree.BLOCK):
            file.write(block)


def settle(settings: Settings, words: list[str]) -> None:
    """Has the data that came take the place of what is there, compared row for row. What was there is given up.

    The words are a release, and those of After for its command, which runs over the data if it never did.
    """
    folder, after = taken(settings), After()
    with run.locked(settings, "move"):
        exchange.recover(settings)
        try:
            compared = beside.restore(settings, folder)
            wanted = dump.read(folder).get("ran")
            if words and wanted is not None and words[0] not in wanted:
                after, wanted = After.of(words[1:]), [*wanted, words[0]]
            say.line("swap it with what is there")
            try:
                stamp = exchange.exchange(settings, list(compared), BESIDE, wanted, after)
            except BaseException:
                if exchange.Note.read(settings) is None:
                    beside.discard(settings)
                raise
        finally:
            run.remove(folder)
        for source in sources.of(settings):
            source.remove(before(stamp))
        run.remove(settings.set_aside / stamp)
        rows = [count for source, tables in compared.items() if source != "files" for count in tables.values()]
        say.answer({"tables": len(rows), "rows": sum(rows), "files": compared.get("files", {}).get("files", 0)})
