"""Other programs: started from words, with an environment of their own and bounds."""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Iterator

from program import Reader, ending, finish  # noqa: F401 (what starts programs has all that ends them)
from say import Failure
from settings import Settings

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
HOUR = 3600


def as_user(user: str, words: list[str]) -> list[str]:
    """The words that run a command with the rights of a user and no others. It ends if this program is killed."""
    rights = ["setpriv", "--pdeathsig=KILL"]
    if user == "root" or os.getuid() != 0:
        return [*rights, "--", *words]
    entry = pwd.getpwnam(user)
    rights += ["--clear-groups", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--no-new-privs"]
    if closed():
        rights += CLOSED
    return [*rights, "--", *words]


# With a capability more than the app's own processes have, a process is closed to them in /proc and to their
# debuggers. net_broadcast allows nothing.
CLOSED = ["--inh-caps=+net_broadcast", "--ambient-caps=+net_broadcast"]


@lru_cache
def closed() -> bool:
    """Whether a process can be given that capability here."""
    return subprocess.run(["setpriv", *CLOSED, "true"], env=ENVIRONMENT, capture_output=True, check=False).returncode == 0


def start(words: list[str], *, user: str = "root", env: dict[str, str] | None = None, **pipes) -> subprocess.Popen:
    """Starts a program. pipes are stdin, stdout and stderr; what is not given is closed or kept back."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **pipes}
    return subprocess.Popen(as_user(user, words), env={**ENVIRONMENT, **(env or {})}, cwd="/", start_new_session=True, **pipes)


def output(words: list[str], *, user: str = "root", env: dict[str, str] | None = None, data: bytes | None = None,
           stdin=None, stdout=None, take: Callable[[memoryview], Any] | None = None, keep: tuple[int, ...] = (), seconds: float = 60,
           what: str = "", hint: str = "") -> bytes:
    """Runs a program to its end and gives what it printed, or has it print into the file stdout, or has take take it.

    data or stdin is its input; it also has the open files keep. A Failure says what failed, with the program's last words.
    """
    given = subprocess.PIPE if data is not None else stdin if stdin is not None else subprocess.DEVNULL
    process = start(words, user=user, env=env, stdin=given, stdout=subprocess.PIPE if stdout is None else stdout, pass_fds=keep)
    return finish(process, [data] if data is not None else [], seconds=seconds, what=what or words[0], hint=hint, take=take)


@contextmanager
def given(content: bytes) -> Iterator[int]:
    """An open file in memory, which a program of any user can read as /dev/fd/NUMBER."""
    fd = os.memfd_create("given")
    try:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


class Started:
    """A program that runs until its output was taken or the block ends."""

    def __init__(self, process: subprocess.Popen, what: str) -> None:
        self.process, self.what = process, what

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            end(self.process)

    def output(self, seconds: float) -> bytes:
        """Waits for its end and gives what it printed. A Failure says what failed, with the program's last words."""
        return finish(self.process, seconds=seconds, what=self.what)


def end(process: subprocess.Popen) -> None:
    """Ends a program that is no longer wanted."""
    process.kill()
    process.communicate()


@contextmanager
def locked(settings: Settings, doing: str) -> Iterator[None]:
    """Holds the lock of the data: one backup, restore or swap at a time."""
    fd = os.open(settings.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = os.read(fd, 200).decode(errors="replace").strip() or "another backup or restore"
            raise Failure(f"{held}: it must end first", "run the same command again in a while") from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"another {doing} is running since {now()}\n".encode(), 0)
        yield
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def now() -> str:
    """The time as RFC 3339 in UTC, in seconds."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp() -> str:
    """The time as it stands in names: 20060102t150405."""
    return datetime.now(timezone.utc).strftime("%Y%m%dt%H%M%S")


def wait(ready, seconds: float, every: float = 0.05) -> bool:
    """Waits until ready() is true, at most for so long."""
    limit = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > limit:
            return False
        time.sleep(every)
    return True


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a file of root's whole: it is there with all of its content, or as it was."""
    part = path.with_name(path.name + ".part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with open(fd, "wb") as file:
        os.fchmod(fd, mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Has the names in a folder survive a crash."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def folder(path: Path) -> Path:
    """Makes a folder that only root may enter, and those above it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def passage(path: Path) -> Path:
    """Makes a folder in which nobody but root can list or make anything, and others find what is theirs."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.mkdir(mode=0o711, exist_ok=True)
    for each in (path.parent, path):
        os.chmod(each, os.stat(each).st_mode & 0o777 | 0o111)
    return path


def remove(path: Path) -> None:
    """Removes a folder of root's with all that is in it, whoever owns that; it is no error if it is not there."""
    shutil.rmtree(path, ignore_errors=False, onerror=still_there)


def still_there(_function, _path, error) -> None:
    """Passes over what is not there any more."""
    if not isinstance(error[1], FileNotFoundError):
        raise error[1]


def free(path: Path) -> int:
    """How many bytes are free on a path's disk, for root."""
    found = os.statvfs(path)
    return found.f_bfree * found.f_frsize


def reserve(path: Path) -> int:
    """How many bytes of a path's disk stay free: a tenth."""
    found = os.statvfs(path)
    return found.f_blocks * found.f_frsize // 10
