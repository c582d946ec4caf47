"""restic: its credentials, how it ends, and how it is watched while it saves."""

import json
import os
import re
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Callable

import run
import say
from say import Failure
from view import View

SECRETS = "/etc/slipway/backup.env"
IDENTITY = "/etc/slipway/backup_ed25519"
KNOWN_HOSTS = "/etc/slipway/backup_known_hosts"
PATIENCE = "SLIPWAY_BACKUP_PATIENCE"  # the seconds for which a connection may do nothing
SPACES = "SLIPWAY_SPACES_ENDPOINT"
_SFTP = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)@([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?:([A-Za-z0-9._/@+-]+)")


class NotThere(Failure):
    """There is no repository at its place."""


class Locked(Failure):
    """Something holds a lock in the repository."""


class Corrupt(Failure):
    """The repository is not what was written."""


def secrets() -> dict[str, str]:
    """The variables with the credentials, as the deployment wrote them: KEY="value"."""
    try:
        text = Path(SECRETS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name and value[:1] == value[-1:] == '"' and len(value) > 1:
            found[name] = re.sub(r"\\(.)", r"\1", value[1:-1])
    return found


def patience(given: dict[str, str]) -> float:
    """For how many seconds a connection may do nothing before it counts as cut."""
    text = given.get(PATIENCE, "")
    return float(text) if text.isdecimal() else 600.0


def over_ssh(view: View, rest: str) -> list[str]:
    """The words that name a repository at an SSH server: user@host:path or user@host:port:path."""
    found = _SFTP.fullmatch(rest)
    if found is None:
        raise Failure(f"sftp:{rest} is not like sftp:user@host:path")
    user, host, port, path = found.groups()
    if not os.path.exists(IDENTITY):
        raise Failure(f"the server has no key for {host}", "deploy again: that makes one")
    if not os.path.exists(KNOWN_HOSTS):
        raise Failure(f"the host key of {host} is not known, so nothing is sent there",
                      "ssh to it once from your computer or give --backup-host-key, then deploy again")
    options = [f"-i{view.hide(IDENTITY)}", f"-oUserKnownHostsFile={view.hide(KNOWN_HOSTS)}", "-F/dev/null", "-oStrictHostKeyChecking=yes",
               "-oBatchMode=yes", "-oIdentitiesOnly=yes", "-oConnectTimeout=20", "-oServerAliveInterval=15", f"-p{port or 22}"]
    command = " ".join(["ssh", *options, f"-l{user}", host, "-s", "sftp"])
    return ["--repo", f"sftp:{user}@{host}:{path}", "--option", f"sftp.command={command}"]


# What restic and those to whom it talks say, and what that means. The first that matches counts.
MEANINGS: list[tuple[str, type[Failure], str, str]] = [
    (r"wrong password or no key", Failure, "the repository was made with another key than this deployment's",
     "give the deployment a place of its own with --backup-to, or put the right key back"),
    (r"no space left|quotaexceeded|quota exceeded|storagefull|storage full|insufficientstorage|entitytoolarge|disk quota|507 insufficient",
     Failure, "there is no room left at the place of the backups", "make room there, or keep fewer backups with --backup-keep"),
    (r"nosuchbucket|the specified bucket does not exist", NotThere, "the bucket of the backups does not exist", ""),
    (r"is there a repository at|repository does not exist|unable to open config file", NotThere, "there is no repository at the place of the backups", ""),
    (r"host key verification failed|remote host identification has changed", Failure, "the SSH server shows another host key than the one that is known",
     "find out why; --backup-host-key takes another one"),
    (r"permission denied \(|too many authentication failures", Failure, "the SSH server does not take this server's key",
     "slipway backup key --ssh shows the key to allow there"),
    (r"connection (closed|reset) by [\s\S]*unable to start the sftp session", Failure,
     "the SSH server ended the connection before a login: it does so for a while after logins that it refused", "try again in a minute"),
    (r"unable to start the sftp session", Failure,
     "the SSH server does not take this server's key, or shows another host key than the one that is known",
     "slipway backup key --ssh shows the key to allow there; --backup-host-key takes another host key"),
    (r"accessdenied|access denied|invalidaccesskeyid|signaturedoesnotmatch|403 forbidden|access key id you provided", Failure,
     "the place of the backups refuses the credentials", "give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the next deployment"),
    (r"requesttimetooskewed|difference between the request time", Failure, "the server's clock is wrong, so the place of the backups refuses it", "set the server's clock"),
    (r"already locked|unable to create lock|`unlock` command", Locked, "another server works in the repository", "try again when it has ended"),
    (r"ciphertext verification failed|invalid data returned|hash does not match|has invalid|data corrupt|pack .* (damaged|contains)|"
     r"does not exist.*pack|pack.*does not exist|repository contains errors|tree .* not known", Corrupt,
     "the repository is damaged: it does not hold what was written", "back up to another place with --backup-to; the damaged one stays as it is"),
]


def failure(text: str, place: str) -> Failure:
    """What restic's last words mean."""
    for found, kind, what, hint in MEANINGS:
        if re.search(found, text, re.IGNORECASE):
            return kind(f"{what} ({place}): {text}", hint)
    return Failure(f"{text} ({place})", "slipway backup now tries again")


class Call(run.Started):
    """restic runs."""

    def __init__(self, words: list[str], env: dict[str, str], what: str, explain: Callable[[str], Failure]) -> None:
        super().__init__(run.start(words, env=env, stdout=subprocess.PIPE), what)
        self.explain = explain

    def output(self, seconds: float) -> bytes:
        """Waits for its end and gives what it printed. What it said last is told if it takes too long, too."""
        try:
            return super().output(seconds)
        except Failure as failure:
            raise self.explain(str(failure)) from None


class Saving(Call):
    """restic saves a dump. It is ended when it makes no progress for too long."""

    def __init__(self, words: list[str], env: dict[str, str], limit: float, explain: Callable[[str], Failure]) -> None:
        super().__init__(words, env, "save the backup", explain)
        self.id, self.skipped = "", ""
        self.limit, self.done, self.moved, self.told = limit, -1, time.monotonic(), time.monotonic()
        self.last: list[bytes] = []

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)  # so it takes its lock away
            with suppress(subprocess.TimeoutExpired):
                self.process.communicate(timeout=10)
        super().__exit__()

    def saved(self) -> str:
        """Waits for its end and gives the snapshot's id."""
        try:
            self.follow()
            status = self.process.wait(60)
        except TimeoutError:
            said = run.ending(1, b"".join(self.last))
            raise self.explain(f"nothing was sent for {int(self.limit)} s: the connection is cut; {said}") from None
        if status not in (0, 3) or not self.id:
            raise self.explain(f"{self.what}: {run.ending(status, b''.join(self.last))}")
        return self.id

    def follow(self) -> None:
        """Reads what restic prints until it ends."""
        rest = {self.process.stdout: b"", self.process.stderr: b""}
        with selectors.DefaultSelector() as waiting:
            for file in rest:
                waiting.register(file, selectors.EVENT_READ)
            while waiting.get_map():
                if time.monotonic() - self.moved > self.limit:
                    raise TimeoutError
                for key, _ in waiting.select(1):
                    block = os.read(key.fd, 1 << 16)
                    if not block:
                        waiting.unregister(key.fileobj)
                    *lines, rest[key.fileobj] = (rest[key.fileobj] + block).split(b"\n")
                    rest[key.fileobj] = rest[key.fileobj][:1 << 20]
                    for line in lines:
                        self.line(line)

    def line(self, line: bytes) -> None:
        """Takes a line that restic printed. What is no JSON is an error of its."""
        try:
            message = json.loads(line)
            kind = message.get("message_type")
        except (ValueError, AttributeError):
            kind, message = "", {}
            self.last = [*self.last[-5:], line[:1000] + b"\n"]
        if kind == "status":
            self.progress(message.get("bytes_done") or 0, message.get("total_bytes") or 0)
        elif kind == "exit_error":
            self.last = [*self.last[-5:], str(message.get("message"))[:1000].encode() + b"\n"]
        elif kind == "error":
            said = message.get("error")
            text = str(said.get("message") or said) if isinstance(said, dict) else str(said)
            self.last = [*self.last[-5:], text[:1000].encode() + b"\n"]
            if not re.search(r"no such file|not exist|file disappeared", text):  # the app removed it meanwhile
                self.skipped = text[:300] or "?"
        elif kind == "summary":
            self.id = str(message.get("snapshot_id") or "")
            self.moved = time.monotonic()

    def progress(self, done: int, total: int) -> None:
        """Notes how far it is, and says so now and then."""
        now = time.monotonic()
        if done != self.done:
            self.done, self.moved = done, now
        if now - self.told > 10:
            self.told = now
            say.line(f"saved {done >> 20} of {total >> 20} MB")
