"""The SQLite files in the folder of the app's state. SQLite itself copies them, whatever the app writes meanwhile."""

import json
import os
import sys
from pathlib import Path

import run
import tree
from files import mapped, owner, place
from say import Failure, line
from settings import Settings
from source import LIVE, Part, Source, digest, not_live

FOLDER = "sqlite"
WORK = Path(__file__).with_name("sqlitework.py")


class SQLite(Source):
    """The app's SQLite files. They lie among its files, and move with them."""

    name = "sqlite"
    moves = False

    def size(self) -> int:
        """How many bytes they have."""
        return sum(entry.found.st_size for entry in self.entries(LIVE))

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many rows there are, by "PATH:table"."""
        paths = [entry.path for entry in self.entries(where)]
        done = work(self.settings, place(self.settings, where), paths)
        return joined(paths, done)

    def entries(self, where: str) -> list[tree.Entry]:
        """The files, by what is at their beginning."""
        root = place(self.settings, where)
        return tree.sqlite_files(root) if root.is_dir() else []

    def dump(self, folder: Path) -> Part:
        """Has SQLite copy each file into a folder. What only looks like one of SQLite's is copied as it is."""
        entries, target = self.entries(LIVE), run.folder(folder / FOLDER)
        scratch = run.passage(self.settings.scratch) / "sqlite"
        run.remove(scratch)
        scratch.mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(scratch, *owner(self.settings))
        try:
            done = work(self.settings, Path(self.settings.state), [e.path for e in entries], scratch)
            copies, strange = [], []
            for number, entry in enumerate(entries):
                copy = target / str(number)
                why = done[number].get("why")
                if why is None:
                    take(scratch / str(number), copy)
                elif why == "strange" and as_it_is(self.settings.state, entry.path, copy):
                    strange.append(entry.path)
                else:
                    continue  # the app removed it meanwhile
                found = entry.found
                copies.append([f"{FOLDER}/{number}", entry.path, found.st_mode & 0o777, found.st_uid, found.st_gid, found.st_mtime_ns])
        finally:
            run.remove(scratch)
        for path in strange:
            line(f"{path} begins as a file of SQLite's and can't be read as one: it is kept as it is")
        files = [digest(folder, copy[0]) for copy in copies]
        uid, gid = owner(self.settings)
        return Part(self.name, files, joined([e.path for e in entries], done), {"uid": uid, "gid": gid, "copies": copies, "strange": strange})

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Puts the files among the app's other files, which were restored before."""
        root = place(self.settings, not_live(where))
        own = owner(self.settings)
        owners = {part.more["uid"]: own[0]}, {part.more["gid"]: own[1]}
        for source, path, mode, uid, gid, time in part.more["copies"]:
            target = root / tree.safe(path)
            old = tree.opened(folder, source)
            into = parent(root, path, own)
            new = os.open(target.name, tree.NEW_FILE, 0o600, dir_fd=into)
            try:
                tree.copy(old, new, os.fstat(old).st_size)
                os.fchown(new, *mapped([0, 0, 0, uid, gid], owners))
                os.fchmod(new, mode & 0o777)
                os.utime(new, ns=(time, time))
                os.fsync(new)
            finally:
                for fd in (old, new, into):
                    os.close(fd)

    def exists(self, where: str) -> bool:
        """They are where the app's other files are."""
        return place(self.settings, where).is_dir()

    def remove(self, where: str) -> None:
        """They go with the app's other files."""


def parent(root: Path, path: str, own: tuple[int, int]) -> int:
    """Opens the folder of a path, and makes those that are not there. No link is followed."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    for name in path.split("/")[:-1]:
        try:
            os.mkdir(name, 0o700, dir_fd=fd)
            os.chown(name, *own, dir_fd=fd, follow_symlinks=False)
        except FileExistsError:
            pass
        inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
        os.close(fd)
        fd = inner
    return fd


def work(settings: Settings, root: Path, paths: list[str], into: Path | None = None) -> list[dict]:
    """Has sqlitework.py count or copy files, as the app's user."""
    if not paths:
        return []
    task = json.dumps({"root": str(root), "files": paths, "into": str(into) if into else ""})
    printed = run.output([sys.executable, "-I", "-B", str(WORK)], user=settings.user, data=task.encode(), seconds=2 * run.HOUR,
                         what="read the app's SQLite files")
    done = json.loads(printed)
    if len(done) != len(paths):
        raise Failure("not all of the app's SQLite files were read")
    for path, one in zip(paths, done):
        if one.get("why") == "failed":
            raise Failure(f"read the app's SQLite file {path!a}: {one['error']}", "run the same command again once the app writes less to it")
    return done


def joined(paths: list[str], done: list[dict]) -> dict[str, int]:
    """Counts of several files, by "PATH:table"."""
    return {f"{path}:{table}": count for path, one in zip(paths, done) for table, count in one.get("counts", {}).items()}


def take(copy: Path, target: Path) -> None:
    """Takes a copy that the app's user made into the dump: from now on it is root's."""
    fd = os.open(copy, tree.ONLY_READ)
    try:
        os.rename(copy, target)
        os.fchown(fd, 0, 0) if os.getuid() == 0 else None
        os.fchmod(fd, 0o600)
        os.fsync(fd)
    finally:
        os.close(fd)


def as_it_is(root: str, path: str, target: Path) -> bool:
    """Copies a file as it is; False if it is gone."""
    for entry in tree.walk(root):
        if entry.path == path and entry.kind == "f":
            try:
                source = entry.open()
            except FileNotFoundError:
                return False
            copy = os.open(target, tree.NEW_FILE, 0o600)
            tree.copy(source, copy, os.fstat(source).st_size)
            os.fsync(copy)
            os.close(source)
            os.close(copy)
            return True
    return False

