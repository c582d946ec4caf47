"""Requests that arrive while code and data go to another release wait at that release's socket, not at the old one's."""

import os
from pathlib import Path

import run
import units
from settings import Settings


def path(settings: Settings, release: str) -> Path:
    """The link that nginx follows to a release's socket, for each request anew."""
    return Path(settings.root, "releases", release, "socket")


def link(settings: Settings) -> str:
    """Where that link of the release that takes the traffic leads; empty if there is none."""
    try:
        return os.readlink(path(settings, settings.release())) if settings.release() else ""
    except OSError:
        return ""


def services(settings: Settings, release: str) -> list[str]:
    """The services of a release, which may not be loaded."""
    return [unit.name for unit in Path(settings.units).glob(f"{settings.user}-*{release}*.service")] if release else []


def begin(settings: Settings, release: str) -> None:
    """Has requests wait at a release's own socket. Its service has to be gated."""
    if not link(settings):
        return
    units.systemctl("start", f"{settings.user}-{release}.socket", what=f"open the socket of release {release}")
    point(path(settings, settings.release()), f"/run/{settings.user}/{release}.sock")


def end(settings: Settings, serving: str, target: str) -> None:
    """Has the old release's link lead to its own socket again."""
    if target and path(settings, serving).parent.is_dir():
        point(path(settings, serving), target)


def end_others(settings: Settings, release: str) -> None:
    """Ends the units of all other releases: they must not run over the data of this one."""
    for kind in ("socket", "service"):
        units.stop([unit for unit in units.running(settings, kind) if release not in unit])


def point(at: Path, target: str) -> None:
    """Has a link lead elsewhere, without a moment in which it is not there."""
    part = at.with_name(at.name + ".slipway-part")
    part.unlink(missing_ok=True)
    os.symlink(target, part)
    os.rename(part, at)
    run.sync(at.parent)
