"""The app's database in Postgres."""

from settings import Instance, Settings
from source import Source


class Postgres(Source):
    """The app's database."""

    name = "postgres"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance
