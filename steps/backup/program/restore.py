"""A backup takes the place of the live data: it is fetched, restored beside, compared, and swapped."""

import re

import beside
import drill
import dump
import look
import run
import say
import state
from after import After
from repository import Repository, Snapshot
from say import Failure
from settings import Settings

LATEST = "latest"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def chosen(repository: Repository, when: str, tag: str | None = None) -> Snapshot:
    """A deployment's backup: the last one, the last one at a time or before, or that whose id begins so."""
    found = repository.snapshots(tag)
    if _TIME.fullmatch(when):
        fit = [s for s in found if state.seconds(s.time) <= state.seconds(when)]
    elif when in ("", LATEST):
        fit = found
    else:
        fit = [s for s in found if s.id.startswith(when)]
        if len(fit) > 1:
            raise Failure(f"the ids of {len(fit)} backups begin with {when!a}", "write more of it: slipway backup list shows them")
    if not fit:
        what = f"from {when} or before" if _TIME.fullmatch(when) else when if when not in ("", LATEST) else ""
        raise Failure(" ".join(f"there is no backup {what} at {repository.place}".split()), "slipway backup list shows those that there are")
    return fit[-1]


def find(settings: Settings, words: list[str]) -> None:
    """Answers with a backup, and in what the data of now differs from it. The word says which."""
    repository = Repository(settings)
    backup = chosen(repository, words[0] if words else LATEST)
    manifest = dump.parse(repository.manifest(backup.id), f"the backup {backup.id[:8]}")
    say.answer({**look.difference(settings, manifest), "id": backup.id[:8], "bytes": backup.bytes})


def restore(settings: Settings, words: list[str]) -> None:
    """Has a backup be the live data. The words are its id, and those of After."""
    if not words:
        raise Failure("restore takes the id of a backup")
    after = After.of(words[1:])
    with run.locked(settings, "restore"), fetched(settings, Repository(settings), words[0]) as folder:
        beside.replace(settings, folder, after)


class fetched:
    """The dump of a backup, fetched; its folder is removed in the end."""

    def __init__(self, settings: Settings, repository: Repository, when: str, tag: str | None = None) -> None:
        self.settings, self.repository, self.when, self.tag = settings, repository, when, tag
        self.folder = settings.backup_state / "fetched"

    def __enter__(self):
        try:
            run.remove(self.folder)
            self.backup = chosen(self.repository, self.when, self.tag)
            drill.room(self.settings, self.backup.bytes)
            say.line(f"fetch the backup {self.backup.id[:8]} of {self.backup.time[:16]}")
            return self.repository.restore(self.backup.id, self.folder)
        except BaseException:
            run.remove(self.folder)
            raise

    def __exit__(self, *_: object) -> None:
        run.remove(self.folder)
