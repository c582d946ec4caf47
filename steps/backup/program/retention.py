"""Old backups go, but never the last good ones."""

import say
import state
from repository import Repository


def apply(repository: Repository, known: state.State, stay: list[str], go: list[str]) -> None:
    """Removes backups that are older than what is kept. That it fails makes no backup bad: it is a warning."""
    gone = chosen(stay, go, known)
    try:
        if gone:
            say.line(f"remove old backups: {len(gone)}")
            repository.forget(gone)
        known.proven = {i: time for i, time in known.proven.items() if i in {*stay, *go} - {*gone}}
    except say.Failure as failure:
        known.warnings.append(f"old backups could not be removed: {failure.what}"[:500])
        say.line("warning: " + known.warnings[-1])


def chosen(stay: list[str], go: list[str], known: state.State) -> list[str]:
    """The backups that may go: neither the last good one, nor the one that was proven last."""
    there = {*stay, *go}
    good = known.good.get("id")
    if good not in there:
        return []
    proven = max((i for i in known.proven if i in there), key=lambda i: state.seconds(known.proven[i]), default="")
    return [i for i in go if i not in (good, proven)]
