"""A backup of another deployment is what a new one begins with: data and variables."""

import json
import re
from pathlib import Path

import beside
import dump
import exchange
import restore
import run
import say
from repository import Repository
from say import Failure
from settings import Settings, is_release
from source import BESIDE

DONE = "restored.json"
_VARIABLE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\n', re.DOTALL)


def initial(settings: Settings, words: list[str]) -> None:
    """Takes up a backup. The words are the other deployment's tag, which backup, the first release, and the names of
    variables that keep the value that they have.
    """
    if len(words) < 3 or not is_release(words[2]):
        raise Failure("initial takes a tag, a backup, a release and names of variables")
    tag, when, release, *given = words
    done = Path(settings.work, DONE)
    with run.locked(settings, "restore"):
        if done.exists():
            return
        if settings.release():
            raise Failure(f"{settings.name} serves a release already: a backup is taken up before the first one",
                          f"slipway restore {settings.name} restores a backup of its own; give --as another name")
        with restore.fetched(settings, Repository(settings), when, tag) as folder:
            manifest = dump.read(folder)
            exchange.recover(settings)
            compared = beside.restore(settings, folder)
            variables(settings, folder, manifest["release"], release, given)
            exchange.exchange(settings, list(compared), BESIDE, manifest.get("ran"))
            say.line(f"the data of {manifest['name']} of {manifest['time']} is here, row for row as it was saved")
        run.write(done, json.dumps({"tag": tag, "when": when, "name": manifest["name"], "time": manifest["time"]}).encode())


def variables(settings: Settings, folder: Path, before: str, release: str, given: list[str]) -> None:
    """Has the first release have the variables that the backup's release had, but for those that are given."""
    source = folder / dump.VARIABLES / f"{before}.env"
    if not before or not source.exists():
        return
    run.folder(Path(settings.variables))
    target = Path(settings.variables, f"{release}.env")
    own = parse(target.read_text(encoding="utf-8")) if target.exists() else {}
    merged = {**own, **parse(source.read_text(encoding="utf-8")), **{name: own[name] for name in given if name in own}}
    run.write(target, "".join(f'{name}="{value}"\n' for name, value in merged.items()).encode())


def parse(text: str) -> dict[str, str]:
    """The variables of a file as Slipway writes it, each as it stands there."""
    found, end = {}, 0
    for match in _VARIABLE.finditer(text):
        if match.start() != end:
            break
        found[match[1]], end = match[2], match.end()
    if end != len(text):
        raise Failure("a file of variables can't be read")
    return found
