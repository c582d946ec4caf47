"""What the program knows of the deployment, from the file that a deployment writes."""

import json
import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path

FILE = "/etc/slipway/data.json"

_RELEASE = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Instance:
    """A database of Slipway's own beside the app."""

    kind: str  # "postgres", "mariadb" or "redis"
    unit: str  # its systemd unit, with ".service"
    socket: str  # the folder of PostgreSQL's socket, or the socket itself
    database: str
    role: str
    user: str  # the Unix user that it runs as
    data: str  # the folder of its data


@dataclass(frozen=True)
class Settings:
    """What a deployment wrote for the program. It has no secrets."""

    name: str
    tag: str
    user: str
    state: str
    root: str
    variables: str
    kept: list[dict] = field(default_factory=list)
    services: list[Instance] = field(default_factory=list)
    backup: dict | None = None
    plan: dict = field(default_factory=dict)
    work: str = "/var/lib/slipway"  # on the file system of state, so that folders can be renamed between them
    units: str = "/etc/systemd/system"
    lock: str = "/run/slipway-data.lock"

    @property
    def backup_state(self) -> Path:
        """The folder of what is known of backups, and where they are made."""
        return Path(self.work, "backup")

    @property
    def set_aside(self) -> Path:
        """The folder with a folder for each time at which data was replaced."""
        return Path(self.work, "set-aside")

    @property
    def scratch(self) -> Path:
        """The folder of data that is restored beside the live data."""
        return Path(self.work, "beside")

    def snapshot(self, release: str) -> Path:
        """The folder of the data as it was before a release's command ran."""
        return Path(self.work, "snapshots", release)

    def release(self) -> str:
        """The release that takes the traffic; empty before the first."""
        try:
            found = os.path.basename(os.readlink(os.path.join(self.root, "current")))
        except OSError:
            return ""
        return found if is_release(found) else ""


def is_release(name: str) -> bool:
    """Whether a word is the name of a release."""
    return _RELEASE.fullmatch(name) is not None


def load(path: str = FILE) -> Settings:
    """Reads the settings."""
    with open(path, encoding="utf-8") as file:
        read = json.load(file)
    read["services"] = [Instance(**known(Instance, instance)) for instance in read.get("services") or []]
    read["kept"] = read.get("kept") or []
    read["plan"] = read.pop("settings", None) or {}
    return Settings(**known(Settings, read))


def known(kind: type, read: dict) -> dict:
    """Those keys that a class has."""
    return {f.name: read[f.name] for f in fields(kind) if f.name in read}
