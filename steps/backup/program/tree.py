"""Folders that the app can write to, read and copied by root.

Names there are the app's choice and may change at any moment, so nothing is found by a path: each name is looked
up in a folder that is open already, and no link is followed.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from typing import Iterator

from say import Failure

BLOCK = 1 << 20
DEEPEST = 200  # folders in folders: each is open while what is in it is read
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
        return regular(self.name, self.folder)


def regular(name: str, folder: int) -> int:
    """Opens a regular file in an open folder for reading. FileNotFoundError if there is none, whatever is there instead."""
    fd = inner(name, ONLY_READ, folder)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise FileNotFoundError(errno.ENOENT, "it is no file", name)


def inner(name: str, flags: int, folder: int) -> int:
    """Opens something in an open folder. FileNotFoundError if it is not there, or is a link or of another kind."""
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise FileNotFoundError(errno.ENOENT, "it is no file", name) from None
        raise


def opened(root: str | os.PathLike, path: str) -> int:
    """Opens a file in a tree for reading. FileNotFoundError if there is none, or if a link leads to it."""
    *folders, name = safe(path).split("/")
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for each in folders:
            fd, old = inner(each, os.O_RDONLY | os.O_DIRECTORY, fd), fd
            os.close(old)
        return regular(name, fd)
    finally:
        os.close(fd)


def walk(root: str | os.PathLike) -> Iterator[Entry]:
    """What is in a tree, a folder before what is in it. Sockets, pipes and devices are left out."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield from inside(fd, "", 0)
    finally:
        os.close(fd)


def inside(folder: int, path: str, depth: int) -> Iterator[Entry]:
    """What is in an open folder, itself first, then its files and links, then its folders."""
    if depth > DEEPEST:
        raise Failure(f"the folder {path[:200]!a}… lies deeper than {DEEPEST} folders", "move it")
    yield Entry("d", path or ".", os.fstat(folder), folder, ".")
    folders = []
    for name in sorted(os.listdir(folder)):
        entry = look(folder, os.path.join(path, name), name)
        if entry is None:
            folders.append(name)
        else:
            yield entry
    for name in folders:
        try:
            fd = inner(name, os.O_RDONLY | os.O_DIRECTORY, folder)
        except FileNotFoundError:  # no folder, or none any more
            continue
        try:
            yield from inside(fd, os.path.join(path, name), depth + 1)
        finally:
            os.close(fd)


def look(folder: int, path: str, name: str) -> Entry | None:
    """A file or a link in an open folder; None if it is something else, or gone."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            return Entry("l", path, found, folder, name, os.readlink(name, dir_fd=folder))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINVAL):  # gone, or no link any more
            return None
        raise
    return Entry("f", path, found, folder, name) if stat.S_ISREG(found.st_mode) else None


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
