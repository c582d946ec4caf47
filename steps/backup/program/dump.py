"""A dump: a folder with all of the app's data at an instant, and a manifest of it."""

from pathlib import Path

from settings import Settings
from source import Part

FORMAT = 1
MANIFEST = "manifest.json"


def make(settings: Settings, folder: Path, reason: str, in_place: bool = False) -> dict:
    """Writes a dump into an empty folder and gives its manifest, which is written last.

    reason is "backup", "snapshot" or "dump". in_place leaves the app's files where they are: what is to be
    kept of them is settings.state without the paths of the part "files": more["excluded"].
    """
    raise NotImplementedError


def read(folder: Path) -> dict:
    """The manifest of a dump. Its parts are source.Part."""
    raise NotImplementedError


def check(settings: Settings, folder: Path) -> dict:
    """Fails if a dump is not whole, and gives its manifest."""
    raise NotImplementedError


def snapshot(settings: Settings, words: list[str]) -> None:
    """Writes a dump of the data as it is before a release's command runs. The word is the release."""
    raise NotImplementedError
