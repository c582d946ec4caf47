"""The swap: live data is renamed away and other data takes its name, or all stays as it was.

What is about to be done is written down first. So whoever finds the note of a swap that nobody works on any more
can put everything back: the next command, or a unit of the app that wants to start (gate).
"""

import fcntl
import json
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import handover
import marks
import run
import say
import sources
import units
from after import After
from settings import Settings
from source import LIVE, Source, before

SWAPPING, SWITCHING, STARTING, DONE = "swapping", "switching", "starting", "done"
CLOSED = (SWAPPING, SWITCHING)  # when no unit starts that has a gate


class Note:
    """What is written down of a swap that is under way."""

    def __init__(self, settings: Settings, values: dict) -> None:
        self.settings, self.values = settings, values

    @classmethod
    def read(cls, settings: Settings) -> "Note | None":
        """The note of the swap that is under way, or was when it was killed; None if there is none."""
        try:
            return cls(settings, json.loads(path(settings).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def write(self, **changed: object) -> None:
        """Writes the note down, and waits until it is on the disk."""
        self.values.update(changed)
        run.write(path(self.settings), json.dumps(self.values).encode())

    def remove(self) -> None:
        """Forgets the swap: it is done, or undone."""
        path(self.settings).unlink(missing_ok=True)
        run.sync(self.settings.set_aside)

    def close_gates(self) -> None:
        """Has the app's services, and those of the sources, wait for the swap."""
        apps = [*units.of_app(self.settings), *handover.services(self.settings, self.values["release"])]
        units.close_gates(self.settings, [*apps, *(unit for source in self.sources for unit in source.units())])

    @property
    def sources(self) -> list[Source]:
        """The sources whose data is swapped."""
        return [source for name in self.values["names"] if (source := sources.named(self.settings, name)) is not None]

    def rename(self, source: Source, here: str, there: str) -> None:
        """Renames data, and has a later run finish it if this one is killed."""
        self.write(step=[source.name, here, there])
        source.rename(here, there)
        self.write(step=None)

    def finish_step(self) -> None:
        """Finishes the renaming at which a run was killed, before any other data is renamed and another step takes its place here."""
        if self.values["step"] is None:
            return
        name, here, there = self.values["step"]
        for source in self.sources:
            if source.name == name:
                source.rename(here, there)
        self.write(step=None)


def path(settings: Settings) -> Path:
    """The note's file."""
    return settings.set_aside / "swap.json"


@contextmanager
def alive(settings: Settings, block: bool = True) -> Iterator[bool]:
    """Holds what tells that somebody works on the swap; False if somebody else does."""
    fd = os.open(run.passage(settings.set_aside) / "swap.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if block else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(fd)


def exchange(settings: Settings, names: list[str], new: str, wanted: list[str] | None = None, after: After = After()) -> str:
    """Swaps the live data of these sources with what lies at new, and gives the stamp of what was before.

    The app is stopped meanwhile: requests wait. wanted is what marks.of says of the other data. If after has another
    release take the traffic, the app is not started again. At any failure the live data is as it was, and the app runs.
    """
    recover(settings)
    if busy := units.commands(settings):
        raise say.Failure(f"{len(busy)} command(s) of slipway run use the data", "end them, then run the same command again")
    stamp, running, listening = unused(settings), units.running(settings), units.running(settings, "socket")
    moved = [source for name in names if (source := sources.named(settings, name)) is not None and source.moves]
    was_healthy = bool(running) and units.healthy(settings, 5)
    note = Note(settings, {"stamp": stamp, "new": new, "names": [s.name for s in moved], "phase": SWAPPING, "step": None,
                           "running": running, "listening": listening, "live": [s.name for s in moved if s.exists(LIVE)],
                           "release": after.release, "serving": settings.release(), "link": handover.link(settings),
                           "had": marks.of(settings), "wanted": wanted, "time": run.now()})
    with alive(settings):
        note.write()
        units.guard()
        try:
            note.close_gates()
            if after.release:
                handover.begin(settings, after.release)
            units.stop(running)
            move(note)
            settle(note, was_healthy, after)
        except BaseException:
            if switched(note):  # it has the traffic with its data, and something beside it failed
                finish(note)
                raise
            say.line("that failed: the data of before comes back")
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)  # the guard would go on with it, but later
            undo(note)
            raise
        finish(note)
    return stamp


def unused(settings: Settings) -> str:
    """A stamp under which no data lies yet: two swaps may be in one second."""
    while (settings.set_aside / (stamp := run.stamp())).exists() or any(source.exists(before(stamp)) for source in sources.of(settings)):
        time.sleep(0.1)
    return stamp


def move(note: Note) -> None:
    """Renames all live data away, and the other data into its place."""
    aside, new = before(note.values["stamp"]), note.values["new"]
    run.passage(note.settings.set_aside / note.values["stamp"])
    for source in note.sources:
        if source.name in note.values["live"]:
            note.rename(source, LIVE, aside)
        note.rename(source, new, LIVE)


def settle(note: Note, was_healthy: bool, after: After) -> None:
    """Starts the app over the other data, and fails if it does not answer as it did before."""
    if after.command:
        note.write(phase=SWITCHING)
        for source in note.sources:
            for unit in source.units():
                units.open_gates(note.settings, unit.removesuffix(".service"))
            source.resume()
        if after.release:
            units.open_gates(note.settings, after.release)
        after.run()
    if after.release:
        handover.end_others(note.settings, after.release)
        return
    note.write(phase=STARTING)
    for source in note.sources:
        source.resume()
    units.start(note.values["listening"] + note.values["running"])
    if was_healthy and not units.healthy(note.settings, units.patience(note.settings)):
        raise say.Failure("the app did not answer with the other data, and answers with that of before", "slipway logs shows why")


def finish(note: Note) -> None:
    """Leaves the data as it is now: the swap is done."""
    note.write(phase=DONE)
    if note.values["wanted"] is not None:
        marks.put(note.settings, note.values["wanted"])
    handover.end(note.settings, note.values["serving"], note.values["link"])
    about = {"time": note.values["time"], "release": note.settings.release(), "names": note.values["live"],
             "from": note.values["serving"], "marks": note.values["had"]}
    run.write(note.settings.set_aside / note.values["stamp"] / "before.json", json.dumps(about).encode())
    units.open_gates(note.settings)
    note.remove()


def undo(note: Note, block: bool = True) -> None:
    """Puts everything back as it was before the swap, whatever of it was done."""
    note.write(phase=SWAPPING)
    note.close_gates()  # they may not be closed yet: a request would start again what is stopped
    if note.values["release"]:
        units.stop([unit for unit in units.running(note.settings, "socket") if unit not in note.values["listening"]])
        handover.end(note.settings, note.values["serving"], note.values["link"])
    units.stop_all(note.settings)
    aside, new = before(note.values["stamp"]), note.values["new"]
    note.finish_step()
    for source in note.sources:
        had = source.name in note.values["live"]
        if (not had or source.exists(aside)) and not source.exists(new) and source.exists(LIVE):
            note.rename(source, LIVE, new)
        if had and source.exists(aside):
            note.rename(source, aside, LIVE)
    try:
        os.rmdir(note.settings.set_aside / note.values["stamp"])
    except OSError:
        pass  # what is in there is not removed, whatever it is
    units.open_gates(note.settings)
    for source in note.sources:
        source.resume(block)
    units.start(note.values["listening"] + note.values["running"], block)
    note.remove()


def recover(settings: Settings) -> None:
    """Ends the swap of a run that was killed: by finishing it if its release has the traffic, or else by undoing it."""
    with alive(settings):
        if (note := Note.read(settings)) is not None:
            say.line("an earlier run was killed while it swapped data: that is put in order first")
            end(note)
        else:
            units.open_gates(settings)


def end(note: Note, block: bool = True) -> None:
    """Finishes or undoes the swap of a run that was killed."""
    if note.values["phase"] == DONE or switched(note):
        finish(note)
    else:
        undo(note, block)


def switched(note: Note) -> bool:
    """Whether the release that is to take the traffic does."""
    return note.values["release"] not in ("", note.values["serving"]) and note.settings.release() == note.values["release"]
