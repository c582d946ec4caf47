"""A drill: a backup is fetched, restored beside the live data, and compared. Then it is removed."""

import beside
import run
import say
import state
from repository import Repository
from say import Failure
from settings import Settings


def drill(settings: Settings, words: list[str]) -> None:
    """Proves a backup. The word is its id, or the last one's if there is none."""
    with run.locked(settings, "drill"):
        say.answer(prove(settings, words[0] if words else ""))


def prove(settings: Settings, wanted: str) -> dict:
    """Restores a backup beside the live data, and gives what was compared. The caller holds the lock."""
    known = state.load(settings)
    folder = settings.backup_state / "fetched"
    with state.attempt(settings, known, "drill") as tried:
        repository = Repository(settings)
        try:
            run.remove(folder)
            backup = find(repository, wanted)
            tried.update(id=backup.id, of=backup.time)
            room(settings, backup.bytes)
            say.line(f"check the repository {repository.place}")
            repository.check()
            say.line(f"fetch the backup {backup.id[:8]} of {backup.time[:16]}")
            fetched = repository.restore(backup.id, folder)
            say.line("restore it beside the live data, and compare")
            restored = beside.restore(settings, fetched)
            compared = state.sums({f"{source} {name}": n for source, found in restored.items() for name, n in found.items()})
        finally:
            beside.discard(settings)
            run.remove(folder)
        tried.update(compared)
        known.proven[backup.id] = run.now()
    say.line(f"proven: {compared['rows']} rows of {compared['tables']} tables and {compared['files']} files came back as they were saved")
    return {"id": backup.id[:8], "time": backup.time, **compared}


def find(repository: Repository, wanted: str):
    """A backup by the beginning of its id, or the last one."""
    found = [s for s in repository.snapshots() if s.id.startswith(wanted)]
    if not found:
        raise Failure(f"there is no backup {wanted}".rstrip() + f" at {repository.place}", "slipway backup list shows them")
    return found[-1]


def room(settings: Settings, size: int) -> None:
    """Fails if a backup does not fit the disk twice: as it is fetched, and as it is restored."""
    free = run.free(run.folder(settings.backup_state))
    if 2 * size > free - (64 << 20):
        raise Failure(f"the disk has no room for a drill: it takes about {2 * size >> 20} MB, and {free >> 20} MB are free",
                      "remove what is not needed, or take a larger server")
