"""Folders that the app can write to, read and copied by root.

Names there are the app's choice and may change at any moment, so nothing is found by a path: each name is looked
up in a folder that is open already, and no link is followed.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import Iterator

BLOCK = 1 << 20
ONLY_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
IS_SQLITE = b"SQLite format 3\0"
BESIDE_SQLITE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Entry:
    """Something in a tree: a folder, a file or a link."""

    kind: str  # "d", "f" or "l"
    path: str  # relative to the root; "." is the root itself
    found: os.stat_result
    folder: int  # the open folder that it is in
    name: str
    target: str = ""  # of a link

    def open(self) -> int:
        """Opens a file for reading. FileNotFoundError if it is another one by now, or gone."""
        fd = os.open(self.name, ONLY_READ, dir_fd=self.folder)
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return fd
        os.close(fd)
        raise FileNotFoundError(self.path)


def walk(root: str | os.PathLike) -> Iterator[Entry]:
    """What is in a tree, a folder before what is in it. Sockets, pipes and devices are left out."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for folder, folders, names, folder_fd in os.fwalk(".", dir_fd=fd, follow_symlinks=False, onerror=gone):
            inside = os.path.normpath(folder)
            yield Entry("d", inside, os.fstat(folder_fd), folder_fd, ".")
            folders.sort()
            for name in sorted(folders + names):
                entry = look(folder_fd, inside, name)
                if entry is not None:
                    yield entry
    finally:
        os.close(fd)


def look(folder: int, inside: str, name: str) -> Entry | None:
    """A file or a link in an open folder; None if it is something else, or gone."""
    path = os.path.normpath(os.path.join(inside, name))
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return Entry("l", path, found, folder, name, os.readlink(name, dir_fd=folder))
    except FileNotFoundError:
        return None
    return Entry("f", path, found, folder, name) if stat.S_ISREG(found.st_mode) else None


def gone(error: OSError) -> None:
    """Passes over a folder that was removed, or replaced, while its parent was read."""
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error


def sqlite_files(root: str | os.PathLike) -> list[Entry]:
    """The files that say that they are SQLite's. Their folders are closed: only path and found count."""
    return [entry for entry in walk(root) if entry.kind == "f" and is_sqlite(entry)]


def is_sqlite(entry: Entry) -> bool:
    """Whether a file begins as SQLite's do."""
    if entry.found.st_size < 512:
        return False
    try:
        fd = entry.open()
    except FileNotFoundError:
        return False
    try:
        return os.pread(fd, len(IS_SQLITE), 0) == IS_SQLITE
    finally:
        os.close(fd)


def plain(root: str | os.PathLike) -> Iterator[Entry]:
    """What walk finds but for SQLite's files and those that SQLite has beside them."""
    without: set[str] = set()
    for entry in sqlite_files(root):
        without.update({entry.path, *(entry.path + suffix for suffix in BESIDE_SQLITE)})
    return (entry for entry in walk(root) if entry.path not in without)


def copy(source: int, target: int, size: int) -> tuple[int, str]:
    """Copies at most size bytes between open files; gives how many it copied and their SHA-256. Holes stay holes."""
    sums, copied = hashlib.sha256(), 0
    while copied < size and (block := os.read(source, min(BLOCK, size - copied))):
        sums.update(block)
        if block.count(0) == len(block):
            os.lseek(target, len(block), os.SEEK_CUR)
        else:
            write_all(target, block)
        copied += len(block)
    os.ftruncate(target, copied)
    return copied, sums.hexdigest()


def write_all(fd: int, block: bytes) -> None:
    """Writes all of a block: the system may take a part of it only."""
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(fd, rest):]


def safe(path: str) -> str:
    """A path of a dump. ValueError if it leads out of the folder that it is relative to."""
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise ValueError(f"{path!r} leads out of the dump")
    return path
