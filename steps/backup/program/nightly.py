"""A backup: a dump, checked, put into the repository, and found there again."""

import json
from contextlib import suppress
from pathlib import Path

import beside
import drill
import dump
import restic
import retention
import run
import say
import sources
import state
from repository import Repository
from say import Failure
from settings import Settings

ANEW = "--begin-anew"


def backup(settings: Settings, words: list[str]) -> None:
    """Makes a backup now. With --begin-anew a repository that is gone is made anew."""
    if words not in ([], [ANEW]):
        raise Failure("a backup takes no words but " + ANEW)
    with run.locked(settings, "backup"):
        say.answer(save(settings, words == [ANEW]))


def nightly(settings: Settings, words: list[str]) -> None:
    """Makes a backup, and proves one by a drill if none was proven for a week."""
    with run.locked(settings, "backup"):
        saved = save(settings, anew=False)
        last = state.load(settings).drill
        if not last.get("ok") or state.since(last.get("time", "")) > state.WEEK - run.HOUR:
            drill.prove(settings, saved["id"])
        say.answer(saved)


def reach(settings: Settings, words: list[str]) -> None:
    """Makes the repository if there is none yet, and answers whether it can be reached."""
    with run.locked(settings, "try of the backups' place"):
        known = state.load(settings)
        repository = Repository(settings)
        open_repository(settings, repository, known, anew=False)
        say.answer({"repository": known.repository})


def save(settings: Settings, anew: bool) -> dict:
    """Makes a backup and gives what is known of it. The caller holds the lock."""
    known = state.load(settings)
    folder = settings.backup_state / "dump"
    with state.attempt(settings, known, "last"):
        repository = Repository(settings)
        run.remove(folder)
        beside.discard(settings)
        try:
            if anew or not earlier(repository, known):
                open_repository(settings, repository, known, anew)
            room(settings)
            manifest = dump.write(settings, folder, "backup", in_place=True)
            rows = state.flat(manifest)
            size = sum(f["bytes"] for part in manifest["parts"] for f in part["files"]) + rows.get("files bytes", 0)
            say.line(f"save the dump in the repository {repository.place}")
            saved = repository.unlocked(lambda: put(settings, repository, known, folder, manifest, size))
            stay, go = confirm(settings, repository, saved, folder)
        finally:
            run.remove(folder)
        keep(settings, known, saved, manifest, rows, size)
        retention.apply(repository, known, stay, go)
    return {"id": saved[:8], "time": manifest["time"], "bytes": size, **state.sums(rows), "warnings": known.warnings}


def put(settings: Settings, repository: Repository, known: state.State, folder: Path, manifest: dict, size: int) -> str:
    """Puts a dump into the repository that has the earlier backups, and gives the backup's id.

    While restic works, it is asked whether it is that repository, and the dump is read to its end.
    """
    with repository.opens() as opens, repository.saves(folder, manifest, size) as saves, dump.reading(settings, folder, manifest) as readers:
        name(repository, opens, earlier(repository, known))
        saved = repository.keep(saves)
        try:
            dump.finish(readers)
        except Failure:
            with suppress(Failure):  # what can't be read says more
                repository.forget([saved])
            raise
    return saved


def earlier(repository: Repository, known: state.State) -> dict:
    """What is known of the repository at this place; empty if there never was one."""
    return known.repository if known.repository.get("place") == repository.place else {}


def open_repository(settings: Settings, repository: Repository, known: state.State, anew: bool) -> None:
    """Makes the repository if none was ever made at this place, and fails if it is another one than it was."""
    say.line(f"open the repository {repository.place}")
    try:
        with repository.opens() as opens:
            found = name(repository, opens, {} if anew else earlier(repository, known))
    except restic.NotThere:
        say.line("make the repository")
        found = repository.begin()
    if earlier(repository, known).get("id") != found:
        known.repository = {"place": repository.place, "id": found, "time": run.now()}
        known.good, known.proven, known.drill, known.warnings = {}, {}, {}, []
        (settings.backup_state / state.COUNTS).unlink(missing_ok=True)
        state.save(settings, known)


def name(repository: Repository, opens: restic.Call, before: dict) -> str:
    """The repository's own name. It fails if earlier backups are in another one, or if theirs is gone."""
    try:
        found = repository.id(opens)
    except restic.NotThere as failure:
        if not before:
            raise
        raise Failure(f"the repository that has the earlier backups is gone: {failure.what}",
                      f"bring it back; if it is lost for good, slipway backup now {ANEW} makes a new one") from None
    if before and before["id"] != found:
        raise Failure(f"at {repository.place} there is another repository than the one that has the earlier backups",
                      f"bring it back; if it is lost for good, slipway backup now {ANEW} goes on with this one")
    return found


def room(settings: Settings) -> None:
    """Fails if the dump does not fit the disk."""
    needed = sum(source.size() for source in sources.of(settings) if source.name != "files")
    free = run.free(run.folder(settings.backup_state))
    if needed > free - (32 << 20):
        raise Failure(f"the disk is full: the dump takes about {needed >> 20} MB, and {free >> 20} MB are free",
                      "remove what is not needed, or take a larger server")


def confirm(settings: Settings, repository: Repository, saved: str, folder: Path) -> tuple[list[str], list[str]]:
    """Fails unless the repository lists the backup and gives back its manifest as it was written.

    It gives the backups that stay and those that may go, as Repository.sorted does.
    """
    with repository.reads_manifest(saved) as reads:
        stay, go = repository.sorted(settings.backup["keep"])
        if saved not in [*stay, *go]:
            raise Failure(f"the repository does not list the backup {saved[:8]} that was just saved")
        if reads.output(repository.patience) != (folder / dump.MANIFEST).read_bytes():
            raise Failure(f"the repository gives back another manifest than the backup {saved[:8]} has")
    return stay, go


def keep(settings: Settings, known: state.State, saved: str, manifest: dict, rows: dict[str, int], size: int) -> None:
    """Notes that a backup is good, and what fell since the one before."""
    before = state.counts(settings)
    known.warnings = state.fallen(before, rows) if before is not None else []
    for warning in known.warnings:
        say.line("warning: since the last backup " + warning)
    known.good = {"id": saved, "time": manifest["time"], "bytes": size, "release": manifest["release"], **state.sums(rows)}
    run.write(settings.backup_state / state.COUNTS, json.dumps(rows).encode())
    state.save(settings, known)


def listing(settings: Settings, words: list[str]) -> None:
    """Answers with each backup, the oldest first."""
    proven = state.load(settings).proven
    for s in Repository(settings).snapshots():
        say.answer({"backup": {"id": s.id[:8], "time": s.time, "bytes": s.bytes, "release": s.release, "drilled": proven.get(s.id)}})
    say.answer({"listed": True})
