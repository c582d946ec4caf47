"""The app's sqlite."""

from source import Source


class SQLite(Source):
    """The app's sqlite."""

    name = "sqlite"
