"""What is true of the live data alone: which releases' commands ran over it, and which copies lead back from it.

Data that takes its place brings its own marks: a command that never ran over it has to run again.
"""

import os
from pathlib import Path

from settings import Settings, is_release

OFF = ".off"
INITIALIZED = "initialized"
COPY = "copy-"


def places(settings: Settings) -> dict[str, Path]:
    """Where each mark is, or would be, by its name. Only root may write there."""
    found = {INITIALIZED: Path(settings.root, INITIALIZED)}
    for release in Path(settings.root, "releases").glob("*"):
        if is_release(release.name):
            found[release.name] = release / "released"
    for copy in settings.snapshot("0" * 12).parent.glob("*"):
        name = copy.name.removesuffix(OFF)
        if is_release(name):
            found[COPY + name] = copy.with_name(name)
    return found


def of(settings: Settings) -> list[str]:
    """The marks of the live data: names of releases whose command ran, COPY and names of releases, and INITIALIZED."""
    return sorted(name for name, place in places(settings).items() if place.exists())


def put(settings: Settings, wanted: list[str]) -> None:
    """Has the marks be those of other data."""
    for name, on in places(settings).items():
        off = on.with_name(on.name + OFF)
        if name in wanted and not on.exists() and off.exists():
            os.rename(off, on)
        elif name not in wanted and on.exists() and not off.exists():
            os.rename(on, off)
        elif name not in wanted and on.is_file():
            on.unlink()
    if INITIALIZED in wanted:
        places(settings)[INITIALIZED].touch(mode=0o644)
