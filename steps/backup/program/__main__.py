"""What Slipway runs on the server to dump, count, restore and swap an app's data.

    python3 -I /usr/local/lib/slipway/data COMMAND WORD...

Lines for people go to standard output, and so do answers for Slipway, which begin with "@ ". A
failure ends with status 1 and an answer that says what happened and what to type next.
"""

import importlib
import os
import signal
import sys

import say
import settings

# The commands, by name: the module and the function that is called with the settings and the words.
COMMANDS = {
    "look": ("look", "look"),
    "counts": ("look", "counts"),
    "dump": ("move", "dump"),
    "load": ("move", "load"),
    "fits": ("dump", "fits"),
    "snapshot": ("dump", "snapshot"),
    "forget": ("beside", "forget"),
    "swap": ("beside", "swap"),
    "back": ("beside", "back"),
    "aside": ("beside", "aside"),
    "find": ("restore", "find"),
    "restore": ("restore", "restore"),
    "initial": ("initial", "initial"),
    "gate": ("gate", "gate"),
    "backup": ("nightly", "backup"),
    "nightly": ("nightly", "nightly"),
    "reach": ("nightly", "reach"),
    "backups": ("nightly", "listing"),
    "drill": ("drill", "drill"),
    "still": ("still", "still"),
    "give": ("transfer", "give"),
    "take": ("transfer", "take"),
    "settle": ("transfer", "settle"),
    "send": ("elsewhere", "send"),
    "fetch": ("elsewhere", "fetch"),
    "hush": ("elsewhere", "hush"),
}


def main(words: list[str]) -> int:
    """Runs a command and gives the exit status."""
    os.umask(0o077)
    if words == ["--check"]:
        for module, function in COMMANDS.values():
            getattr(importlib.import_module(module), function)
        return 0
    if not words or words[0] not in COMMANDS:
        print("usage: one of " + ", ".join(sorted(COMMANDS)), file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    file = sys.stderr if words[0] in ("dump", "give") else sys.stdout  # what these print is a dump
    try:
        module, function = COMMANDS[words[0]]
        call = getattr(importlib.import_module(module), function)
        call(settings.load(os.environ.get("SLIPWAY_DATA", settings.FILE)), words[1:])
        return 0
    except say.Failure as failure:
        say.failed(failure, file)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        say.failed(say.Failure("it was interrupted", "run the same command again"), file)
    except OSError as error:
        say.failed(say.Failure(describe(error)), file)
    except Exception as error:  # a mistake in the program is told as one, without what it had in hand
        say.failed(say.Failure(f"the program made a mistake ({type(error).__name__} in {place(error)})", "run the same command again"), file)
    return 1


def place(error: Exception) -> str:
    """Where an error was raised."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{os.path.basename(at.tb_frame.f_code.co_filename)} line {at.tb_lineno}" if at else "the program"


def describe(error: OSError) -> str:
    """An error of the system's, in a few words."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}"


def stop(*_: object) -> None:
    """Has a signal end the program as an interrupt does: what it began is undone."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
