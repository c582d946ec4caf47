"""The app's files."""

from source import Source


class Files(Source):
    """The app's files."""

    name = "files"
