"""Data is restored beside the live data, compared, and only then swapped with it."""

from pathlib import Path

from settings import Settings


def restore(settings: Settings, folder: Path) -> dict:
    """Checks a dump, restores it beside the live data, and compares. It gives what was compared.

    A failure leaves nothing beside.
    """
    raise NotImplementedError


def discard(settings: Settings) -> None:
    """Removes what is beside the live data."""
    raise NotImplementedError


def exchange(settings: Settings, names: list[str], new: str) -> str:
    """Swaps the live data of these sources with what lies at new, and gives the stamp of what was before.

    The app is stopped meanwhile: requests wait. At any failure the live data is as it was, and the app runs.
    """
    raise NotImplementedError


def swap(settings: Settings, words: list[str]) -> None:
    """Replaces the live data by a dump. The word is the dump's folder."""
    raise NotImplementedError


def back(settings: Settings, words: list[str]) -> None:
    """Puts data back that was set aside. The word is its stamp."""
    raise NotImplementedError


def forget(settings: Settings, words: list[str]) -> None:
    """Removes data that was set aside before the release that takes the traffic did so."""
    raise NotImplementedError
