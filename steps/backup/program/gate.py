"""The app starts only over data that is whole: what a killed swap left is put back first."""

import time

import exchange
import run
import say
import units
from settings import Settings


def gate(settings: Settings, words: list[str]) -> None:
    """Waits for a swap that runs, and ends one that was killed. It runs before a unit starts, by units.close_gates.

    With the word guard it waits for the app's start too.
    """
    seconds = 12 * run.HOUR if words == ["guard"] else units.GATE_SECONDS - 60
    limit, said = time.monotonic() + seconds, ""
    while time.monotonic() < limit:
        note = exchange.Note.read(settings)
        if note is None:
            return
        with exchange.alive(settings, block=False) as mine:
            if not mine and words != ["guard"] and note.values["phase"] not in exchange.CLOSED:
                return
            try:
                if mine and (note := exchange.Note.read(settings)) is not None:
                    exchange.end(note, block=False)
                    return
            except (say.Failure, OSError) as error:  # a database that still starts
                if str(error) != said:
                    said = str(error)
                    say.line("a swap that was killed is to be undone: " + said)
        time.sleep(0.2)
    raise say.Failure("the data that a killed run was swapping could not be put back" + (": " + said if said else ""),
                      "slipway doctor looks at the server")
