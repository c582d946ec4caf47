"""Data of one database goes out of the server and into it."""

from settings import Settings


def dump(settings: Settings, words: list[str]) -> None:
    """Prints a dump of a database. The word is its kind."""
    raise NotImplementedError


def load(settings: Settings, words: list[str]) -> None:
    """Replaces the data of a database by a dump. The words are its kind and the dump's file."""
    raise NotImplementedError
