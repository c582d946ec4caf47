"""The sources of data that a deployment has."""

import files
import mariadb
import postgres
import redisdb
import sqlite
from say import Failure
from settings import Settings
from source import Source

SERVICES = {"postgres": postgres.Postgres, "mariadb": mariadb.MariaDB, "redis": redisdb.Redis}


def of(settings: Settings) -> list[Source]:
    """All sources, in the order in which they are dumped and restored: databases, files, SQLite files."""
    services = [SERVICES[instance.kind](settings, instance) for instance in settings.services]
    return [*services, files.Files(settings), sqlite.SQLite(settings)]


def service(settings: Settings, kind: str) -> Source:
    """The source of a database."""
    for instance in settings.services:
        if instance.kind == kind:
            return SERVICES[kind](settings, instance)
    raise Failure(f"there is no {kind} beside the app", "slipway db says which databases there are")


def named(settings: Settings, name: str) -> Source | None:
    """The source of that name, as a manifest has it; None if the deployment has none."""
    return next((source for source in of(settings) if source.name == name), None)
