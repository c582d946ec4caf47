"""A dump: a folder with all of the app's data at an instant, and a manifest of it."""

import json
import os
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Iterator

import files
import marks
import run
import say
import sources
import tree
from say import Failure
from settings import Settings, is_release
from source import File, Part, check_files, digest

FORMAT = 1
MANIFEST = "manifest.json"
VARIABLES = "variables"
SOURCE = "source.tar"


def make(settings: Settings, folder: Path, reason: str) -> dict:
    """Writes a dump into an empty folder, reads it to its end, and gives its manifest."""
    manifest = write(settings, folder, reason)
    with reading(settings, folder, manifest) as readers:
        finish(readers)
    return manifest


@contextmanager
def reading(settings: Settings, folder: Path, manifest: dict) -> Iterator[list[run.Started]]:
    """The programs that read a fresh dump to its end. They run until finish, or until the block ends."""
    with ExitStack() as stack:
        readers = []
        for part in map(Part.of, manifest["parts"]):
            if (reader := sources.named(settings, part.source).reader(folder, part)) is not None:
                readers.append(stack.enter_context(reader))
        yield readers


def finish(readers: list[run.Started]) -> None:
    """Waits for the programs that read a dump, and fails if one can't."""
    for reader in readers:
        reader.output(6 * run.HOUR)


def write(settings: Settings, folder: Path, reason: str, in_place: bool = False) -> dict:
    """Writes a dump into an empty folder and gives its manifest, which is written last. Nobody has read the dump then.

    reason is "backup", "snapshot" or "dump". in_place leaves the app's files where they are, in settings.state:
    the part "files" only lists them. SQLite's files, which sqlite.SQLite.entries finds, are copied all the same.
    """
    run.folder(folder)
    if any(folder.iterdir()):
        raise Failure(f"{folder} is not empty")
    parts, versions = [], {}
    for source in sources.of(settings):
        say.line(f"dump {source.name}")
        part = source.dump(folder, in_place) if isinstance(source, files.Files) else source.dump(folder)
        source.check(folder, part, fresh=True)
        parts.append(part.as_dict())
        if version := source.version():
            versions[source.name] = version
    manifest = {
        "format": FORMAT, "time": run.now(), "name": settings.name, "tag": settings.tag, "user": settings.user,
        "release": settings.release(), "reason": reason, "ran": marks.of(settings),
        "versions": versions, "parts": parts, "settings": settings.plan, "beside": beside_files(settings, folder),
    }
    run.write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    return manifest


def beside_files(settings: Settings, folder: Path) -> list[dict]:
    """Adds the variables of the kept releases and the source of the one that takes the traffic."""
    added = []
    if os.path.isdir(settings.variables):
        run.folder(folder / VARIABLES)
        for name in sorted(os.listdir(settings.variables)):
            if name.endswith(".env"):
                shutil.copyfile(os.path.join(settings.variables, name), folder / VARIABLES / name, follow_symlinks=False)
                added.append(f"{VARIABLES}/{name}")
    release = settings.release()
    source = os.path.join(settings.root, "releases", release, "src")
    if release and os.path.isdir(source):
        run.output(["tar", "--create", f"--file={folder / SOURCE}", "--one-file-system", f"--directory={source}", "."],
                   seconds=run.HOUR, what="pack the release's source")
        added.append(SOURCE)
    return [vars(digest_of(folder, path)) for path in added]


def digest_of(folder: Path, path: str) -> File:
    """A file of the dump, with its sum and for root only."""
    os.chmod(folder / path, 0o600)
    return digest(folder, path)


def read(folder: Path) -> dict:
    """The manifest of a dump. Its parts are source.Part."""
    try:
        return parse((folder / MANIFEST).read_bytes(), str(folder))
    except FileNotFoundError:
        raise Failure(f"{folder} is not a whole dump: it has no {MANIFEST}") from None


def parse(text: bytes, place: str) -> dict:
    """A manifest from its text. Its parts are source.Part."""
    try:
        manifest = json.loads(text)
        manifest["parts"] = [Part.of(part) for part in manifest["parts"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"the manifest of {place} can't be read: {error}") from None
    if manifest.get("format") != FORMAT:
        raise Failure("the dump was made by a newer Slipway", "update slipway")
    return manifest


def check(settings: Settings, folder: Path) -> dict:
    """Fails if a dump is not whole, and gives its manifest."""
    manifest = read(folder)
    for part in manifest["parts"]:
        source = sources.named(settings, part.source)
        source.check(folder, part) if source else check_files(folder, part)
    beside = [tree.safe(f["path"]) for f in manifest["beside"]]
    check_files(folder, Part.of({"source": "", "files": [f for f in manifest["beside"] if f["bytes"]], "counts": {}}))
    for path in beside:
        if not (folder / path).exists():
            raise Failure(f"the dump lacks {path}: it is not whole")
    return manifest


def fits(settings: Settings, words: list[str]) -> None:
    """Answers whether a snapshot of the data fits the disk."""
    needed, free = need(settings)
    say.answer({"needed": needed, "free": free, "fits": needed <= free})


def need(settings: Settings) -> tuple[int, int]:
    """How many bytes the data takes, and how many a snapshot may take: a tenth of the disk stays free."""
    place = Path(settings.work)
    return sum(source.size() for source in sources.of(settings)), run.free(place) - run.reserve(place)


def snapshot(settings: Settings, words: list[str]) -> None:
    """Writes a dump of the data as it is before a release's command runs. The word is the release."""
    if len(words) != 1 or not is_release(words[0]):
        raise Failure("a snapshot is named by its release")
    folder = settings.snapshot(words[0])
    if (folder / MANIFEST).exists():
        say.answer({"snapshot": str(folder), "kept": True})
        return
    with run.locked(settings, "snapshot"):
        run.folder(folder.parent)
        part = folder.with_name(folder.name + ".part")
        for left in folder, part:
            run.remove(left)
        needed, free = need(settings)
        if needed > free:
            raise Failure(f"the data takes {needed >> 20} MB, and a snapshot may take {max(free, 0) >> 20} MB: 10 % of the disk stay free",
                          "remove what is not needed, or take a larger server", full=True)
        try:
            manifest = make(settings, part, "snapshot")
            os.rename(part, folder)
            run.sync(folder.parent)
        except BaseException:
            run.remove(part)
            raise
        say.answer({"snapshot": str(folder), "bytes": used(folder), "time": manifest["time"], "kept": False})


def used(folder: Path) -> int:
    """How many bytes the files of a folder of root's have."""
    return sum(entry.found.st_size for entry in tree.walk(folder) if entry.kind == "f")
