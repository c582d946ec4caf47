"""What all sources of data have in common: a database, the app's files, its SQLite files."""

import hashlib
import io
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import run
import say
import tree
from settings import Settings

LIVE = ""  # where the app has its data
BESIDE = "beside"  # where data is restored to, until it is swapped or discarded


def before(stamp: str) -> str:
    """Where the data lies that was replaced at a time, as run.stamp has it."""
    return "before-" + stamp


@dataclass(frozen=True)
class File:
    """A file of a dump. Its path is relative to the dump's folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Part:
    """What a source put into a dump."""

    source: str
    files: list[File]
    counts: dict[str, int]
    more: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        """The part as the manifest has it."""
        return asdict(self)

    @classmethod
    def of(cls, read: dict) -> "Part":
        """A part that a manifest has."""
        return cls(read["source"], [File(**f) for f in read["files"]], read["counts"], read.get("more") or {})


class Source:
    """A source of data. It lies somewhere: LIVE, BESIDE, or before(stamp).

    Nothing but rename touches what is LIVE, and nothing removes it.
    """

    name = ""
    moves = True  # False: it lies in what another source moves

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def size(self) -> int:
        """How many bytes its data takes."""
        raise NotImplementedError

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many rows there are, by table."""
        raise NotImplementedError

    def version(self) -> str:
        """The major version of the database; empty for files."""
        return ""

    def dump(self, folder: Path) -> Part:
        """Writes a consistent dump of the live data into a folder."""
        raise NotImplementedError

    def check(self, folder: Path, part: Part, fresh: bool = False) -> None:
        """Fails if the dump is not whole.

        A fresh one was made by dump a moment ago, which took its sums from what it wrote: they are not taken again, and
        its content is for the reader.
        """
        check_files(folder, part, sums=not fresh)

    def reader(self, folder: Path, part: Part) -> run.Started | None:
        """A program that reads a fresh dump to its end; None if dump itself had its content looked through."""
        return None

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Makes the data of a dump anew somewhere that is not LIVE."""
        raise NotImplementedError

    def exists(self, where: str) -> bool:
        """Whether it lies there."""
        raise NotImplementedError

    def rename(self, here: str, there: str) -> None:
        """Has the data of here lie there, where nothing is. Run again, it finishes what a crash left."""
        raise NotImplementedError

    def remove(self, where: str) -> None:
        """Removes what lies there, which is not LIVE; it is no error if nothing does."""
        raise NotImplementedError

    def units(self) -> list[str]:
        """The units that must not start while its data is renamed."""
        return []

    def resume(self, block: bool = True) -> None:
        """Starts again what rename had to stop. Without block it is not waited for."""

    def beside(self, folder: Path, part: Part) -> "Beside":
        """Restores a dump beside the live data."""
        self.remove(BESIDE)
        self.restore(folder, part, BESIDE)
        return Beside(self)


class Beside:
    """A dump that was restored beside the live data."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def counts(self) -> dict[str, int]:
        """How many rows it has, by table."""
        return self.source.counts(BESIDE)

    def discard(self) -> None:
        """Removes it."""
        self.source.remove(BESIDE)


def not_live(where: str) -> str:
    """Ends the program at a mistake in it that would remove or overwrite live data."""
    if where == LIVE:
        raise AssertionError("live data is never removed or overwritten")
    return where


class Written(io.RawIOBase):
    """A new file of a dump, whose sum is taken from what is written to it."""

    def __init__(self, folder: Path, path: str) -> None:
        super().__init__()
        self.path, self.size, self.sums = path, 0, hashlib.sha256()
        self.fd = os.open(folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def writable(self) -> bool:
        """It is there to be written."""
        return True

    def write(self, block) -> int:
        """Writes all of a block."""
        rest = memoryview(block)
        while rest:
            done = os.write(self.fd, rest)
            self.sums.update(rest[:done])
            self.size, rest = self.size + done, rest[done:]
        return len(block)

    def close(self) -> None:
        """Closes the file."""
        if not self.closed:
            os.close(self.fd)
        super().close()

    def file(self) -> File:
        """The file as it was written so far."""
        return File(self.path, self.size, self.sums.hexdigest())


def digest(folder: Path, path: str) -> File:
    """A file of a dump, with its sum."""
    size, sums = 0, hashlib.sha256()
    with open(tree.opened(folder, path), "rb", buffering=0) as file:
        while block := file.read(1 << 20):
            size += len(block)
            sums.update(block)
    return File(path, size, sums.hexdigest())


def check_files(folder: Path, part: Part, sums: bool = True) -> None:
    """Fails if a file of a dump is not there, is empty, or is not what was written. Without sums, only sizes are compared."""
    for wanted in part.files:
        path = folder / wanted.path
        try:
            size = os.stat(path, follow_symlinks=False).st_size
        except FileNotFoundError:
            raise say.Failure(f"the dump lacks {wanted.path}: it is not whole") from None
        if size == 0:
            raise say.Failure(f"the dump's {wanted.path} is empty")
        if size != wanted.bytes:
            raise say.Failure(f"the dump's {wanted.path} has {size} bytes, and {wanted.bytes} were written: it was cut short")
        if sums and digest(folder, wanted.path).sha256 != wanted.sha256:
            raise say.Failure(f"the dump's {wanted.path} is not what was written: its SHA-256 differs")
