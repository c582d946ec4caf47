"""The app's files: all that is in the folder of its state but for SQLite's files."""

import json
import os
import pwd
from pathlib import Path
from typing import Iterator

import run
import tree
from say import Failure
from settings import Settings
from source import BESIDE, LIVE, Part, Source, digest, check_files, not_live

LIST = "files.list"  # a line of JSON for each: kind, path, mode, uid, gid, time in ns, size, SHA-256 or target
FOLDER = "files"


def place(settings: Settings, where: str) -> Path:
    """The folder of the app's state, live or elsewhere."""
    if where == LIVE:
        return Path(settings.state)
    if where == BESIDE:
        return settings.scratch / "state"
    return settings.set_aside / where.removeprefix("before-") / "state"


def owner(settings: Settings) -> tuple[int, int]:
    """The numbers of the app's user and of its group."""
    entry = pwd.getpwnam(settings.user)
    return entry.pw_uid, entry.pw_gid


class Files(Source):
    """The app's files."""

    name = "files"

    def size(self) -> int:
        """How many bytes they have, SQLite's left out."""
        return self.counts()["bytes"]

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many files there are, and how many bytes they have."""
        if not self.exists(where):
            return {"bytes": 0, "files": 0}
        sizes = [e.found.st_size for e in tree.plain(place(self.settings, where)) if e.kind == "f"]
        return {"bytes": sum(sizes), "files": len(sizes)}

    def exists(self, where: str) -> bool:
        """Whether there is a folder of the app's state."""
        return os.path.isdir(place(self.settings, where))

    def dump(self, folder: Path, in_place: bool = False) -> Part:
        """Copies the files into a folder, or only lists them."""
        run.folder(folder / FOLDER)
        total = {"bytes": 0, "files": 0}
        with open(folder / LIST, "x", encoding="ascii") as out:
            os.fchmod(out.fileno(), 0o600)
            for entry in tree.plain(self.settings.state) if self.exists(LIVE) else ():
                line = listed(entry) if in_place or entry.kind != "f" else copied(entry, folder / FOLDER)
                if line is None:
                    continue
                if entry.kind == "f":
                    total["files"] += 1
                    total["bytes"] += line[6]
                out.write(json.dumps(line) + "\n")
            out.write(json.dumps(["end"]) + "\n")
            out.flush()
            os.fsync(out.fileno())
        uid, gid = owner(self.settings)
        more: dict = {"uid": uid, "gid": gid}
        if in_place:
            more["in_place"] = self.settings.state
        return Part(self.name, [digest(folder, LIST)], total, more)

    def check(self, folder: Path, part: Part, fresh: bool = False) -> None:
        """Fails if a file is not there or is not what was copied."""
        check_files(folder, part, sums=not fresh)
        if fresh:
            return
        in_place, missing, total = "in_place" in part.more, 0, 0
        for line in read(folder):
            if line[0] != "f":
                continue
            total += 1
            path = folder / FOLDER / line[1]
            if in_place:
                missing += not path.is_file()
                continue
            found = digest(folder / FOLDER, line[1]) if path.is_file() else None
            if found is None or (found.bytes, found.sha256) != (line[6], line[7]):
                raise Failure(f"the dump's file {line[1]!a} is not what was copied")
        if missing > 10 and missing > total // 20:  # what the app removed while the files were read
            raise Failure(f"the dump lacks {missing} of {total} files")

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Copies the files of a dump to where they are to lie."""
        root = place(self.settings, not_live(where))
        run.passage(root.parent)
        root.mkdir(mode=0o700)
        owners = {part.more["uid"]: owner(self.settings)[0]}, {part.more["gid"]: owner(self.settings)[1]}
        lines = list(read(folder))
        for line in lines:
            if line[0] == "d" and line[1] != ".":
                (root / line[1]).mkdir(mode=0o700)
        for line in lines:
            if line[0] == "f":
                put(folder / FOLDER / line[1], root / line[1], line, owners, "in_place" in part.more)
        for line in lines:  # links come last: nothing is written through one
            if line[0] == "l":
                os.symlink(line[7], root / line[1])
                os.chown(root / line[1], *mapped(line, owners), follow_symlinks=False)
        if not any(line[:2] == ["d", "."] for line in lines):
            lines.insert(0, ["d", ".", 0o755, part.more["uid"], part.more["gid"], 0, 0, ""])
        for line in reversed([line for line in lines if line[0] == "d"]):
            os.chown(root / line[1], *mapped(line, owners))
            os.chmod(root / line[1], line[2] & 0o3777)
            os.utime(root / line[1], ns=(line[5], line[5]))
        run.output(["sync", "--file-system", str(root)], seconds=run.HOUR, what="write the restored files to the disk")

    def rename(self, here: str, there: str) -> None:
        """Has the folder of the app's state lie elsewhere."""
        old, new = place(self.settings, here), place(self.settings, there)
        # systemd makes an empty folder for a unit that wants to start meanwhile: it is replaced, and never moved.
        if old.exists() and (any(old.iterdir()) or not new.exists()):
            if there != LIVE:
                run.passage(new.parent)
            os.rename(old, new)
        run.sync(old.parent)
        run.sync(new.parent)

    def remove(self, where: str) -> None:
        """Removes a folder that is not live."""
        run.remove(place(self.settings, not_live(where)))


def listed(entry: tree.Entry, size: int = -1, last: str = "") -> list:
    """A line of the list."""
    found = entry.found
    size = found.st_size if size < 0 and entry.kind == "f" else max(size, 0)
    return [entry.kind, entry.path, found.st_mode & 0o7777, found.st_uid, found.st_gid, found.st_mtime_ns, size, entry.target or last]


def copied(entry: tree.Entry, target: Path) -> list | None:
    """Copies a file into the dump and gives its line; None if the app removed it meanwhile."""
    try:
        source = entry.open()
    except FileNotFoundError:
        return None
    path = target / entry.path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        copy = os.open(path, tree.NEW_FILE, 0o600)
        try:
            return listed(entry, *tree.copy(source, copy, os.fstat(source).st_size))
        finally:
            os.close(copy)
    finally:
        os.close(source)


def put(source: Path, target: Path, line: list, owners: tuple, may_lack: bool) -> None:
    """Copies a file of a dump to where it is to lie, with its owner, mode and time."""
    try:
        old = os.open(source, tree.ONLY_READ)
    except FileNotFoundError:
        if may_lack:
            return
        raise
    new = os.open(target, tree.NEW_FILE, 0o600)
    try:
        tree.copy(old, new, os.fstat(old).st_size)
        os.fchown(new, *mapped(line, owners))
        os.fchmod(new, line[2] & 0o777)
        os.utime(new, ns=(line[5], line[5]))
    finally:
        os.close(old)
        os.close(new)


def mapped(line: list, owners: tuple) -> tuple[int, int]:
    """The owner of something that is restored: the app's user may have another number on this server."""
    return owners[0].get(line[3], line[3]), owners[1].get(line[4], line[4])


def read(folder: Path) -> Iterator[list]:
    """The lines of a dump's list. A Failure tells that it was cut short."""
    with open(folder / LIST, encoding="ascii") as file:
        for text in file:
            line = json.loads(text)
            if line == ["end"]:
                return
            tree.safe(line[1])
            yield line
    raise Failure("the dump's list of files is cut short")
