"""The app's systemd units: stopped while data is swapped, and started again once it is whole."""

import http.client
import os
import shlex
import socket
import time
from pathlib import Path

import run
from say import Failure
from settings import Settings

GATE = "slipway-swap.conf"
GATE_UNIT = "slipway-swap.service"
WRITTEN = "# Written by slipway, for as long as data is swapped.\n"
GATE_SECONDS = 900
RUNNING = ("active", "activating", "reloading")


def systemctl(*words: str, seconds: float = 60, what: str = "") -> str:
    """Runs systemctl and gives what it prints."""
    return run.output(["systemctl", *words], seconds=seconds, what=what or "systemctl " + words[0]).decode(errors="replace")


def of_app(settings: Settings, kind: str = "service") -> dict[str, str]:
    """The states of the app's services or sockets, of all releases, by name."""
    printed = systemctl("list-units", "--all", "--plain", "--no-legend", "--no-pager", f"{settings.user}-*.{kind}")
    rows = [line.split(None, 4) for line in printed.splitlines()]
    return {row[0]: row[2] for row in rows if len(row) > 3 and row[1] == "loaded"}


def running(settings: Settings, kind: str = "service") -> list[str]:
    """The app's services or sockets that run, or are about to."""
    return [unit for unit, state in of_app(settings, kind).items() if state in RUNNING]


def commands(settings: Settings) -> list[str]:
    """The commands of slipway run that run."""
    printed = systemctl("list-units", "--plain", "--no-legend", "--no-pager", "--state=active,activating", "slipway-run-*.service")
    return [line.split()[0] for line in printed.splitlines()]


def stop(units: list[str]) -> None:
    """Stops services. Their sockets stay: what asks there waits."""
    if units:
        systemctl("stop", *units, seconds=600, what="stop the app")


def stop_all(settings: Settings) -> None:
    """Stops the app's services, also one that passed the gate just before it was closed."""
    quiet = 0
    for _ in range(100):
        if still := running(settings):
            quiet = 0
            try:
                stop(still)
            except Failure:
                pass  # a request wants it started again: then it waits at the gate, and runs no more
        elif (quiet := quiet + 1) == 4:
            return
        time.sleep(0.15)
    raise Failure("the app does not stop")


def start(units: list[str], block: bool = True) -> None:
    """Starts units, however often that was done lately. That one does not start is found by the health check."""
    if units:
        run.start(["systemctl", "reset-failed", *units]).communicate(timeout=60)
        process = run.start(["systemctl", "start", *([] if block else ["--no-block"]), *units])
        try:
            process.communicate(timeout=300)
        except run.subprocess.TimeoutExpired:
            run.end(process)


def guard() -> None:
    """Starts what waits until the swap is done, and undoes it if this program is killed."""
    run.output(["systemd-run", "--quiet", "--collect", "--description=puts data back if a swap is killed", *gate_words(), "guard"],
               what="start the guard of the swap")


def gate_words() -> list[str]:
    """The words that wait until the data is whole."""
    return ["/usr/bin/python3", "-I", "-B", os.path.dirname(os.path.abspath(__file__)), "gate"]


def close_gates(settings: Settings, units: list[str]) -> None:
    """Has services wait for a swap that is under way whenever they start, after a reboot too.

    They wait for a unit of its own: what a service itself would run first needs the folders that are swapped.
    """
    lines = ["[Unit]", "Description=waits until the app's data is whole", "StartLimitIntervalSec=0", "[Service]", "Type=oneshot",
             f"TimeoutStartSec={GATE_SECONDS}", "ExecStart=" + " ".join(gate_words())]
    run.write(Path(settings.units, GATE_UNIT), (WRITTEN + "\n".join(lines) + "\n").encode(), 0o644)
    for unit in units:
        folder = Path(settings.units, unit + ".d")
        folder.mkdir(mode=0o755, exist_ok=True)
        os.chmod(folder, 0o755)
        run.write(folder / GATE, f"{WRITTEN}[Unit]\nRequires={GATE_UNIT}\nAfter={GATE_UNIT}\n".encode(), 0o644)
    systemctl("daemon-reload")


def open_gates(settings: Settings, release: str = "") -> None:
    """Has services start at once again: all, or those of a release."""
    gates = Path(settings.units).glob(f"*.service.d/{GATE}*")  # with those that were half written
    found = [gate for gate in gates if release in gate.parent.name]
    for gate in found:
        gate.unlink(missing_ok=True)
        try:
            gate.parent.rmdir()
        except OSError:
            pass  # somebody else has settings there
    own = [] if release else list(Path(settings.units).glob(GATE_UNIT + "*"))
    for unit in own:
        unit.unlink(missing_ok=True)
    if found or own:
        systemctl("daemon-reload")


def healthy(settings: Settings, seconds: float) -> bool:
    """Whether the release that takes the traffic answers its health check, within so long."""
    limit = time.monotonic() + seconds
    while not accepted(settings, min(10, max(1, seconds))):
        if time.monotonic() > limit:
            return False
        time.sleep(0.1)
    return True


def patience(settings: Settings) -> float:
    """How many seconds the release may take to become healthy."""
    return float(health(settings).get("health_seconds", "60"))


def health(settings: Settings) -> dict[str, str]:
    """The release's health check: its file is of assignments for a shell."""
    try:
        text = Path(settings.root, "current", "health").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return dict(word.split("=", 1) for word in shlex.split(text, comments=True) if "=" in word)


def accepted(settings: Settings, seconds: float) -> bool:
    """Whether the release gives an answer that its health check takes."""
    check = health(settings)
    connection = http.client.HTTPConnection(check.get("health_host") or "localhost", timeout=seconds)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(seconds)
    try:
        connection.sock.connect(os.path.realpath(os.path.join(settings.root, "current", "socket")))
        headers = {"X-Forwarded-Proto": check.get("health_scheme") or "http", "Connection": "close"}
        connection.request("GET", check.get("health_path") or "/", headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    wanted = check.get("health_status")
    return str(status) == wanted if wanted else 100 <= status < 500
