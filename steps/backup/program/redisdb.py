"""The app's database in Redis, or Valkey."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import run
import tree
from say import Failure
from settings import Instance, Settings
from source import BESIDE, LIVE, Part, Source, check_files, digest, not_live

FILE = "redis.rdb"
SECRETS = "/etc/slipway/services.env"  # has the password, where Redis wants one
SECONDS = 1800


class Redis(Source):
    """The app's database."""

    name = "redis"

    def __init__(self, settings: Settings, instance: Instance) -> None:
        super().__init__(settings)
        self.instance = instance

    def place(self, where: str) -> Path:
        """The folder of the data that lies there."""
        if where == LIVE:
            return Path(self.instance.data)
        if where == BESIDE:
            return self.settings.scratch / "redis"
        return self.settings.set_aside / where.removeprefix("before-") / "redis"

    def version(self) -> str:
        """The major version of the server."""
        with Connection(self.instance.socket) as redis:
            return redis.info().get("redis_version", "").split(".")[0]

    def size(self) -> int:
        """How many bytes the data takes in memory, which is more than it takes in a dump."""
        with Connection(self.instance.socket) as redis:
            return int(redis.info()["used_memory_dataset"])

    def counts(self, where: str = LIVE) -> dict[str, int]:
        """How many keys there are that do not expire by themselves."""
        if where == LIVE:
            with Connection(self.instance.socket) as redis:
                return redis.keys()
        with self.server(self.place(where)) as redis:
            return redis.keys()

    def dump(self, folder: Path) -> Part:
        """Has Redis write its data, and copies that. The keys are counted in the copy."""
        with Connection(self.instance.socket) as redis:
            background_save(redis)
            saved = self.place(LIVE) / os.path.basename(redis.ask("CONFIG", "GET", "dbfilename")[1])
        with self.laid(saved) as copy:
            keys = self.checked(copy)
            os.rename(copy, folder / FILE)
        with open(os.open(folder / FILE, tree.ONLY_READ), "rb") as file:
            os.fchown(file.fileno(), os.getuid(), os.getgid())
            os.fsync(file.fileno())
        return Part(self.name, [digest(folder, FILE)], keys)

    def check(self, folder: Path, part: Part, fresh: bool = False) -> None:
        """Fails if the dump is not whole, or if Redis' own program does not take it."""
        check_files(folder, part, sums=not fresh)
        if fresh:
            return
        with self.laid(folder / part.files[0].path) as copy:
            if (found := self.checked(copy)) != part.counts:
                raise Failure(f"the dump of Redis has {found['keys']} keys, and {part.counts['keys']} were written")

    def checked(self, path: Path) -> dict[str, int]:
        """Has Redis' own program read a dump, and gives how many keys it has that do not expire."""
        program = which("redis-check-rdb", "valkey-check-rdb")
        printed = run.output([program, str(path)], user=self.instance.user, seconds=SECONDS, what="check the dump of Redis").decode(errors="replace")
        numbers = {what: int(number) for number, what in re.findall(r"^\[info\] (\d+) (keys read|expires)$", printed, re.MULTILINE)}
        if "RDB looks OK" not in printed or "keys read" not in numbers:
            raise Failure("the dump of Redis is damaged")
        return {"keys": numbers["keys read"] - numbers.get("expires", 0)}

    @contextmanager
    def laid(self, dump: Path) -> Iterator[Path]:
        """A copy of a dump that the server's user can read, for as long as the block takes."""
        scratch = run.passage(self.settings.scratch) / "redis-check"
        run.remove(scratch)
        try:
            self.lay(dump, scratch)
            yield scratch / "dump.rdb"
        finally:
            run.remove(scratch)

    def restore(self, folder: Path, part: Part, where: str) -> None:
        """Makes the data folder of a server of a dump."""
        root = self.place(not_live(where))
        run.passage(root.parent)
        self.lay(folder / part.files[0].path, root)
        with self.server(root) as redis:
            redis.ask("CONFIG", "SET", "appendonly", "yes")  # a server with appendonly reads nothing else
            done = run.wait(lambda: redis.info().get("aof_rewrite_in_progress") == "0" and redis.info().get("aof_rewrite_scheduled") == "0", SECONDS)
            if not done or redis.info().get("aof_last_bgrewrite_status") != "ok":
                raise Failure("Redis did not write the restored data")

    def lay(self, dump: Path, folder: Path) -> None:
        """Makes a folder of a server's with a dump in it."""
        folder.mkdir(mode=0o700)
        with open(os.open(dump, tree.ONLY_READ), "rb") as source, open(folder / "dump.rdb", "xb") as target:
            shutil.copyfileobj(source, target, tree.BLOCK)
        entry = pwd.getpwnam(self.instance.user)
        for path in (folder / "dump.rdb", folder):
            os.chown(path, entry.pw_uid, entry.pw_gid)

    @contextmanager
    def server(self, folder: Path) -> Iterator["Connection"]:
        """Runs a server of its own over a folder, for as long as the block takes."""
        path = folder / "s"
        appends = "yes" if (folder / "appendonlydir").exists() else "no"
        words = [which("redis-server", "valkey-server"), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(folder),
                 "--save", "", "--daemonize", "no", "--appendonly", appends, "--dbfilename", "dump.rdb", "--logfile", ""]
        process = run.start(words, user=self.instance.user, stdout=subprocess.DEVNULL)
        try:
            if not run.wait(lambda: process.poll() is not None or answers(path), SECONDS) or process.poll() is not None:
                process.kill()
                raise Failure(f"Redis does not take the restored data: {run.ending(process.wait(), process.stderr.read())}")
            with Connection(str(path)) as redis:
                yield redis
                redis.ask("CONFIG", "SET", "save", "")
                redis.send("SHUTDOWN", "NOSAVE")
            process.wait(60)
        finally:
            if process.poll() is None:
                run.end(process)
            process.stderr.close()
            path.unlink(missing_ok=True)

    def exists(self, where: str) -> bool:
        """Whether there is a folder of its data."""
        return self.place(where).is_dir()

    def rename(self, here: str, there: str) -> None:
        """Has the folder of the data lie elsewhere. A server that has it open is stopped."""
        old, new = self.place(here), self.place(there)
        if LIVE in (here, there):
            if subprocess.run(["systemctl", "is-active", "--quiet", self.instance.unit], check=False).returncode == 0:
                run.output(["systemctl", "stop", self.instance.unit], seconds=120, what="stop Redis")
        if old.exists() and (any(old.iterdir()) or not new.exists()):
            if there != LIVE:
                run.passage(new.parent)
            os.rename(old, new)
        run.sync(old.parent)
        run.sync(new.parent)

    def remove(self, where: str) -> None:
        """Removes a folder that is not live."""
        run.remove(self.place(not_live(where)))

    def units(self) -> list[str]:
        """The server: what it finds at its start is what it has from then on."""
        return [self.instance.unit]

    def resume(self, block: bool = True) -> None:
        """Starts the server, and waits until it has read its data."""
        run.output(["systemctl", "start", *([] if block else ["--no-block"]), self.instance.unit], seconds=120, what="start Redis")
        if block and not run.wait(lambda: answers(Path(self.instance.socket)), SECONDS):
            raise Failure("Redis does not answer")


def background_save(redis: "Connection") -> None:
    """Has Redis write a dump that begins now."""
    before = redis.info()
    if not run.wait(lambda: redis.info()["rdb_bgsave_in_progress"] == "0", SECONDS, 0.1):
        raise Failure("Redis has been saving for long already")
    redis.ask("BGSAVE", "SCHEDULE")

    def done() -> bool:
        now = redis.info()
        return now["rdb_bgsave_in_progress"] == "0" and (now["rdb_saves"], now["rdb_last_bgsave_status"]) != (before["rdb_saves"], "ok")

    if not run.wait(done, SECONDS, 0.05) or redis.info()["rdb_last_bgsave_status"] != "ok":
        raise Failure("Redis could not write its data: its log says why", "slipway ssh -- sudo journalctl -u slipway-redis")


def answers(path: Path) -> bool:
    """Whether a server has read its data and answers."""
    try:
        with Connection(str(path)) as redis:
            return redis.ask("PING") == "PONG"
    except (OSError, Failure):
        return False


def which(*names: str) -> str:
    """The path of the first of these programs that the system has."""
    found = [path for name in names if (path := shutil.which(name, path=run.ENVIRONMENT["PATH"]))]
    if not found:
        raise Failure(f"the server has no {names[0]}", "run the command that deploys it again")
    return found[0]


class Connection:
    """A connection to a server, in Redis' own protocol."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, *words: str) -> None:
        """Sends a command."""
        parts = [word.encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))

    def ask(self, *words: str):
        """Sends a command and gives the answer: a text, a number, a list of them, or None."""
        self.send(*words)
        return self.read()

    def read(self):
        """Reads an answer."""
        line = self.file.readline(1 << 16)
        kind, rest = line[:1], line[1:].rstrip(b"\r\n")
        if kind == b"-":
            raise Failure("Redis: " + rest.decode(errors="replace"))
        if kind in (b"+", b""):
            return rest.decode(errors="replace")
        if kind == b":":
            return int(rest)
        if int(rest) < 0:
            return None
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return self.file.read(int(rest) + 2)[:-2].decode(errors="replace")

    def info(self) -> dict[str, str]:
        """What the server says of itself."""
        lines = self.ask("INFO", "everything").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def keys(self) -> dict[str, int]:
        """How many keys there are; those that expire are not counted."""
        said = [value for name, value in self.info().items() if name.startswith("db") and name[2:].isdigit()]
        numbers = [dict(pair.split("=") for pair in value.split(",")) for value in said]
        return {"keys": sum(int(n["keys"]) - int(n["expires"]) for n in numbers)}
