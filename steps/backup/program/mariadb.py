"""The app's database in MariaDB."""

from settings import Instance, Settings
from source import Source


class MariaDB(Source):
    """The app's database."""

    name = "mariadb"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance
