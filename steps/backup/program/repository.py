"""The repository of the backups, which restic keeps: elsewhere, encrypted, each block of data once."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import restic
import run
import state
import tree
from say import Failure
from settings import Settings
from view import View

KEY = "/etc/slipway/backup.key"  # its password
LOCAL = "repository"  # the folder of one that is fetched to the operator's computer
DUMP = "/dump"  # where a dump is in the view, and so in every snapshot
_ID = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class Snapshot:
    """A backup in the repository."""

    id: str
    time: str  # RFC 3339, by the clock of the server that made it
    tags: list[str] = field(default_factory=list)

    def tagged(self, kind: str) -> str:
        """What a tag like "release-0123456789ab" says; empty without one."""
        return next((tag.removeprefix(kind + "-") for tag in self.tags if tag.startswith(kind + "-")), "")

    @property
    def bytes(self) -> int:
        """How much data it holds."""
        text = self.tagged("bytes")
        return int(text) if text.isdecimal() else 0

    @property
    def release(self) -> str:
        """The release that took the traffic."""
        return self.tagged("release")


class Repository:
    """The repository that the deployment's settings name. All calls are bounded in time."""

    def __init__(self, settings: Settings) -> None:
        if not settings.backup:
            raise Failure("backups are off", "slipway --backup-to says where they go")
        self.settings = settings
        self.place: str = settings.backup["repository"]
        self.secrets = restic.secrets()
        self.patience = restic.patience(self.secrets)

    def opens(self) -> restic.Call:
        """restic, which opens the repository. id tells what it found."""
        return self.start(["cat", "config", "--no-lock"], "open the repository")

    def id(self, opens: restic.Call) -> str:
        """The repository's own name. It is a restic.NotThere if there is none."""
        # restic tries for a quarter of an hour before it says what is wrong.
        return json.loads(opens.output(min(self.patience, 90)))["id"]

    def begin(self) -> str:
        """Makes the repository, and gives its name."""
        self.call(["init"], "make the repository")
        with self.opens() as opens:
            return self.id(opens)

    def snapshots(self, tag: str | None = None) -> list[Snapshot]:
        """The whole backups of a deployment by its tag, this one's if none is given, the oldest first."""
        printed = self.call(["snapshots", "--json", "--no-lock", "--tag", self.settings.tag if tag is None else tag], "list the backups")
        found = [Snapshot(s["id"], s["time"], s.get("tags") or []) for s in json.loads(printed) or []]
        return sorted(found, key=lambda s: state.seconds(s.time))

    def saves(self, folder: Path, manifest: dict, size: int) -> restic.Saving:
        """restic, which puts a dump into the repository whose files are still in place."""
        view = self.view()
        view.show(folder, DUMP)
        if os.path.isdir(self.settings.state):
            run.folder(folder / "files")
            view.show(self.settings.state, DUMP + "/files")
        excluded = folder.parent / "excluded"
        run.write(excluded, "".join(pattern(path) for path in without(self.settings)).encode())
        tags = [self.settings.tag, f"release-{manifest['release'] or 'none'}", f"bytes-{size}"]
        words = ["backup", "--json", "--host", self.settings.name, "--exclude-file", view.hide(excluded)]
        words += [word for tag in tags for word in ("--tag", tag)] + [DUMP]
        return restic.Saving(self.words(view, words), self.environment(), self.patience, self.explain)

    def keep(self, saves: restic.Saving) -> str:
        """Waits until a dump is in the repository, and gives the snapshot's id. One that lacks files does not stay there."""
        saved = saves.saved()
        if saves.skipped:
            self.forget([saved])
            raise Failure(f"the backup lacks files that could not be read: {saves.skipped}")
        return saved

    def restore(self, snapshot: str, folder: Path) -> Path:
        """Fetches a backup into an empty folder of root's, and gives the dump's folder in it."""
        view = self.view()
        run.folder(folder)
        view.show(folder, "/fetched", write=True)
        self.call(["restore", checked(snapshot), "--target", "/fetched"], "fetch the backup", view, seconds=8 * run.HOUR)
        return folder / DUMP.strip("/")

    def manifest(self, snapshot: str) -> bytes:
        """The manifest of a backup, as it was written."""
        with self.reads_manifest(snapshot) as reads:
            return reads.output(self.patience)

    def reads_manifest(self, snapshot: str) -> restic.Call:
        """restic, which prints the manifest of a backup."""
        return self.start(["dump", checked(snapshot), DUMP + "/manifest.json", "--no-lock"], "read the backup's manifest")

    def check(self) -> None:
        """Fails if the repository lacks something that its backups need, or is not what was written."""
        self.call(["check"], "check the repository", seconds=4 * run.HOUR)

    def forget(self, snapshots: list[str]) -> None:
        """Removes backups, and what no other one needs."""
        if snapshots:
            self.call(["forget", "--prune", *[checked(s) for s in snapshots]], "remove old backups", seconds=4 * run.HOUR)

    def sorted(self, keep: dict[str, int]) -> tuple[list[str], list[str]]:
        """The ids of all backups of this deployment: those that stay if so many daily, weekly and monthly ones do, and
        all of the last day, and the others."""
        words = ["forget", "--dry-run", "--no-lock", "--json", "--tag", self.settings.tag, "--group-by", "", "--keep-within", "1d"]
        words += [word for kind in ("daily", "weekly", "monthly") for word in (f"--keep-{kind}", str(keep.get(kind, 0)))]
        groups = json.loads(self.call(words, "list the backups") or b"null") or []
        stay, go = ([s["id"] for group in groups for s in group.get(which) or []] for which in ("keep", "remove"))
        return stay, go

    def unlocked(self, do: Callable[[], Any]) -> Any:
        """Has restic do something, once more if a lock was in its way that a killed run of this server left."""
        try:
            return do()
        except restic.Locked:
            self.unlock()
            return do()

    def unlock(self) -> None:
        """Removes the locks that killed runs of this server left: the caller holds the server's own lock."""
        self.call(["unlock"], "unlock the repository")
        ids = self.call(["list", "locks", "--no-lock"], "look for locks").decode().split()
        locks = [json.loads(self.call(["cat", "lock", checked(lock), "--no-lock"], "read a lock")) for lock in ids]
        if locks and all(lock.get("hostname") == os.uname().nodename for lock in locks):
            self.call(["unlock", "--remove-all"], "unlock the repository")

    def view(self) -> View:
        """What restic sees at least."""
        view = View(self.settings)
        cache = run.folder(self.settings.backup_state / "cache")
        view.show(cache, "/var/cache/restic", write=True)
        view.show(run.folder(self.settings.backup_state / "tmp"), "/tmp", write=True)
        return view

    def words(self, view: View, words: list[str]) -> list[str]:
        """The words that run restic in a view."""
        if not os.path.exists("/usr/bin/restic"):
            raise Failure("restic is not installed", "deploy again: that installs it")
        if not os.path.exists(KEY):
            raise Failure(f"the repository's key is not on the server: {KEY}", "deploy again: that puts it there")
        options = ["--password-file", view.hide(KEY), "--cache-dir", "/var/cache/restic"]
        return view.words(["/usr/bin/restic", *options, *self.where(view), *words])

    def where(self, view: View) -> list[str]:
        """The words that name the repository."""
        scheme, _, rest = self.place.partition(":")
        if scheme == "local":
            folder = run.folder(self.settings.backup_state / LOCAL)
            return ["--repo", view.show(folder, "/repository", write=True)]
        if scheme == "spaces":
            region, _, bucket = rest.partition("/")
            endpoint = self.secrets.get(restic.SPACES, f"https://{region}.digitaloceanspaces.com")
            return ["--repo", f"s3:{endpoint}/{bucket}/slipway"]
        if scheme == "sftp":
            return restic.over_ssh(view, rest)
        return ["--repo", self.place]

    def environment(self) -> dict[str, str]:
        """The variables of restic's process, with the credentials."""
        given = {name: value for name, value in self.secrets.items() if not name.startswith("SLIPWAY_")}
        return {**given, "RESTIC_PROGRESS_FPS": "1", "TMPDIR": "/tmp", "HOME": "/tmp"}

    def call(self, words: list[str], what: str, view: View | None = None, seconds: float | None = None) -> bytes:
        """Runs restic to its end and gives what it printed."""
        words = self.words(view or self.view(), words)

        def do() -> bytes:
            with self.started(words, what) as started:
                return started.output(seconds or self.patience)

        return self.unlocked(do)

    def start(self, words: list[str], what: str) -> restic.Call:
        """Starts restic. It takes half a second to open the repository, so two that look at it do so at once."""
        return self.started(self.words(self.view(), words), what)

    def started(self, words: list[str], what: str) -> restic.Call:
        """Starts restic by the words that run it."""
        return restic.Call(words, self.environment(), what, self.explain)

    def explain(self, text: str) -> Failure:
        """What restic's last words mean."""
        for secret in self.secrets.values():
            if len(secret) > 3:
                text = text.replace(secret, "…")
        return restic.failure(text, self.place)


def checked(snapshot: str) -> str:
    """The id of something in the repository."""
    if not _ID.fullmatch(snapshot):
        raise Failure(f"{snapshot!a} is no backup's id", "slipway backup list shows them")
    return snapshot


def without(settings: Settings) -> list[str]:
    """The files that are not backed up in place: SQLite's, of which the dump has a consistent copy.

    restic reads one pattern a line, without the spaces at its ends. A name that is none would leave out other files: a
    file with such a name is saved twice instead.
    """
    if not os.path.isdir(settings.state):
        return []
    found = [e.path for e in tree.sqlite_files(settings.state) if e.path.isprintable() and e.path == e.path.strip()]
    return [path + suffix for path in found for suffix in ("", *tree.BESIDE_SQLITE)]


def pattern(path: str) -> str:
    """A line of restic's exclude file that matches one path of the app's files."""
    return re.sub(r"([\\*?\[])", r"\\\1", f"{DUMP}/files/{path}").replace("$", "$$") + "\n"
