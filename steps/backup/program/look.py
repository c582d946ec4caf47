"""How much data there is."""

from settings import Settings


def look(settings: Settings, words: list[str]) -> None:
    """Answers how much data there is, by source."""
    raise NotImplementedError


def counts(settings: Settings, words: list[str]) -> None:
    """Answers in what the data of now differs from a dump's. The word is the dump's folder."""
    raise NotImplementedError
