"""Data of one database goes out of the server and into it."""

import gzip
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

import exchange
import mariadb
import plain
import postgres
import redisdb
import run
import say
import sources
import tree
from say import Failure
from settings import Settings
from source import BESIDE, Part, Source, digest

INPUT = "-"  # the word for standard input


def dump(settings: Settings, words: list[str]) -> None:
    """Prints a dump of a database. The word is its kind."""
    source = chosen(settings, words[:1], len(words) == 1)
    out = sys.stdout.buffer
    if isinstance(source, redisdb.Redis):
        print_redis(settings, source, out)
    elif isinstance(source, postgres.Postgres):
        source.write(out, "--compress=1")
    elif isinstance(source, mariadb.MariaDB):
        source.write(out)
    out.flush()


def print_redis(settings: Settings, source: redisdb.Redis, out: BinaryIO) -> None:
    """Prints a dump of Redis, which is checked first."""
    with run.locked(settings, "dump"):
        folder = settings.backup_state / "db-dump"
        run.remove(folder)
        try:
            source.dump(run.folder(folder))
            with open(folder / redisdb.FILE, "rb") as file:
                shutil.copyfileobj(file, out, tree.BLOCK)
        finally:
            run.remove(folder)


def chosen(settings: Settings, words: list[str], right: bool) -> Source:
    """The database whose kind the words name."""
    if not right or not words or words[0] not in sources.SERVICES:
        raise Failure("the words are a kind of database (" + ", ".join(sorted(sources.SERVICES)) + ") and, to load, a file")
    return sources.service(settings, words[0])


def load(settings: Settings, words: list[str]) -> None:
    """Replaces the data of a database by a dump. The words are its kind and the dump's file, or "-" for standard input.

    What was there before is set aside.
    """
    source = chosen(settings, words[:1], len(words) == 2)
    with run.locked(settings, "load"):
        exchange.recover(settings)
        folder = settings.backup_state / "db-load"
        run.remove(folder)
        try:
            take(words[1], run.folder(folder) / "given")
            say.line(f"load it into {source.name} beside the live data")
            source.remove(BESIDE)
            LOADS[source.name](source, folder)
            found = told(source)
            say.line("swap it with the live data: requests wait")
            stamp = exchange.exchange(settings, [source.name], BESIDE)
        except BaseException:
            if exchange.Note.read(settings) is None:
                source.remove(BESIDE)
            raise
        finally:
            run.remove(folder)
    say.line(f"slipway restore {settings.name} before-{stamp} puts the data of before back")
    say.answer({"before": stamp, "counts": {f"{source.name} {table}": count for table, count in found.items()}})


def told(source: Source) -> dict[str, int]:
    """Says what was loaded and what is there now. A Failure if nothing was."""
    found, now = source.counts(BESIDE), source.counts()
    if not found or found == {"keys": 0}:
        raise Failure("the dump has no tables and no keys: the data stays as it is")
    for table in sorted({*found, *now}, key=lambda t: (-max(found.get(t, 0), now.get(t, 0)), t))[:50]:
        say.line(f"  {table}: {now.get(table, 'nothing')} now, {found.get(table, 'nothing')} in the dump")
    return dict(sorted(found.items(), key=lambda item: -item[1])[:100])


def take(given: str, target: Path) -> None:
    """Copies a dump, unpacked if gzip packed it, for as long as a twentieth of the disk stays free."""
    with open(given, "rb") if given != INPUT else os.fdopen(os.dup(0), "rb") as file, open(target, "xb") as out:
        reader = gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == b"\x1f\x8b" else file
        left = run.free(target) - run.reserve(target) // 2
        try:
            while block := reader.read(tree.BLOCK):
                left -= len(block)
                if left < 0:
                    raise Failure("the dump does not fit the disk", "remove what is not needed, or take a larger server")
                out.write(block)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Failure("the dump was cut short: gzip can't unpack it") from None
    if target.stat().st_size == 0:
        raise Failure("the dump is empty")


def load_postgres(source: postgres.Postgres, folder: Path) -> None:
    """Loads what pg_dump made, in its own format or as SQL."""
    path = folder / "given"
    source.make(BESIDE)
    with open(path, "rb") as file:
        start = file.read(8192)
    if start.startswith(b"PGDMP") or start.startswith(b"toc.dat"):
        plain.check_postgres(source.listing(path), source.version())
        source.load(path, BESIDE, [])
    else:
        said = start.decode(errors="replace")
        plain.check_postgres(said, source.version())
        plain.check_end(path, said)
        plain.load_postgres(source, path, BESIDE)


def load_mariadb(source: mariadb.MariaDB, folder: Path) -> None:
    """Loads what mariadb-dump or mysqldump made."""
    with open(folder / "given", "rb") as file:
        said = file.read(8192).decode(errors="replace")
        plain.check_mariadb(said, source.version())
        plain.check_end(folder / "given", said)
        file.seek(0)
        source.make(BESIDE)
        source.load(file, BESIDE)


def load_redis(source: redisdb.Redis, folder: Path) -> None:
    """Loads a dump.rdb."""
    with open(folder / "given", "rb") as file:
        if file.read(5) != b"REDIS":
            raise Failure("this is no dump of Redis", "a dump is what slipway db dump prints, or a dump.rdb")
    with source.laid(folder / "given") as copy:
        source.checked(copy)
    source.restore(folder, Part(source.name, [digest(folder, "given")], {}), BESIDE)


LOADS = {"postgres": load_postgres, "mariadb": load_mariadb, "redis": load_redis}
