"""The app's database in Redis."""

from settings import Instance, Settings
from source import Source


class Redis(Source):
    """The app's database."""

    name = "redis"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance
