"""The app's database goes to one that a provider runs, or comes from there. It is reached over TLS, as the app.

Where it is and its password come on standard input, and go into no argument.
"""

import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import beside
import exchange
import postgres
import run
import say
import sources
from say import Failure
from settings import Settings
from source import BESIDE, Part, before

SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"
HINT = "run the same command again"
OUTSIDE = re.compile("timeout expired|Connection refused|Connection timed out|no pg_hba.conf entry|closed the connection")
# What libpq takes for a name, and not for the folder of a socket, a list, an option or a whole address.
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
# The user owns what it made, and nothing else is the app's.
EMPTY = "DROP OWNED BY CURRENT_USER CASCADE; CREATE SCHEMA IF NOT EXISTS public;"
OWN = """SELECT format('{0} INSERT, UPDATE, DELETE, TRUNCATE ON TABLE %s {1} %I', c.oid::regclass, current_user) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE pg_get_userbyid(c.relowner) = current_user AND c.relkind IN ('r', 'p', 'v', 'f')
AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \\gexec
"""


class Elsewhere:
    """A database of PostgreSQL's at a provider."""

    def __init__(self, source: postgres.Postgres, given: dict, authority: int) -> None:
        self.source, self.given, self.authority = source, given, authority
        self.instance = source.instance
        self.env = {**postgres.OPTIONS, "PGPASSWORD": given["password"], "PGSSLMODE": "verify-full", "PGCONNECT_TIMEOUT": "10",
                    "PGSSLROOTCERT": f"/dev/fd/{authority}" if given.get("ca") else SYSTEM_CA}

    def words(self, program: str, *more: str) -> list[str]:
        """The words that run one of PostgreSQL's programs on it."""
        return [self.source.program(program), f"--host={self.given['host']}", f"--port={int(self.given['port'])}", f"--username={self.given['user']}",
                "--no-password", *more, f"--dbname={self.given['name']}"]

    def run(self, words: list[str], what: str, **more) -> bytes:
        """Runs such a program to its end, and gives what it printed."""
        keep = (self.authority, *more.pop("keep", ()))
        return run.output(words, user=self.instance.user, env=self.env, keep=keep, what=what, hint=HINT, **{"seconds": 6 * run.HOUR, **more})

    def wait(self) -> None:
        """Waits until it lets in who was named to it, at most for a while."""
        for left in reversed(range(30)):
            try:
                self.query("SELECT 1")
                return
            except Failure as failure:
                if not left or not OUTSIDE.search(failure.what):
                    raise
                time.sleep(2)

    def query(self, sql: str) -> list[str]:
        """The lines that a query gives."""
        return self.run(self.words("psql", *postgres.PLAIN), "ask the database of the provider's", data=sql.encode()).decode(errors="replace").splitlines()

    def psql(self, where: str) -> subprocess.Popen:
        """Starts a client on it."""
        return run.start(self.words("psql", *postgres.PLAIN), user=self.instance.user, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         pass_fds=(self.authority,))

    def counts(self) -> dict[str, int]:
        """How many rows it has, by table."""
        with postgres.Reading(self, "") as reading:
            return reading.counts()

    def refuse_version(self, newest: bool) -> None:
        """Fails if its version can't read what is here, or if what is here can't read its data."""
        own, theirs = int(self.source.version()), int(self.query("SHOW server_version_num")[0]) // 10000
        if newest and theirs < own or not newest and theirs > own:
            raise Failure(f"the server has PostgreSQL {own}, and the provider {theirs}: an older one can't read the data of a newer one",
                          "choose versions that fit, then move")

    def dump(self, folder: Path) -> dict[str, int]:
        """Dumps it, and gives the rows of the same instant, by table."""
        with postgres.Reading(self, "") as reading:
            tables = reading.count()
            with open(folder / postgres.FILE, "xb") as out:
                self.run(self.words("pg_dump", *postgres.DUMP, f"--snapshot={reading.snapshot}"), "dump the database of the provider's", stdout=out)
            return reading.counted(tables)

    def load(self, path: Path) -> None:
        """Has it be what a dump has, and nothing else."""
        self.query(EMPTY)
        entries, extensions = [], []
        for entry in self.source.listing(path).splitlines():
            found = postgres.ENTRY.match(entry)
            if found and found["kind"] == "EXTENSION":
                extensions.append(found["rest"].split(" ")[0])
            elif found and postgres.is_apps(found) and postgres.schema(found) != "public":
                entries.append(entry)
        schemas = [e for e in entries if postgres.schema(postgres.ENTRY.match(e))]
        self.restore(path, schemas)
        for extension, schema in self.extensions(extensions):
            self.query(f"CREATE EXTENSION IF NOT EXISTS {postgres.name(extension)} WITH SCHEMA {postgres.name(schema)} CASCADE")
        self.restore(path, [e for e in entries if e not in schemas])
        self.query(postgres.ANALYZE)

    def extensions(self, wanted: list[str]) -> list[list[str]]:
        """The extensions of the app's own database, each with its schema."""
        rows = self.source.query("SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace", self.source.database(""))
        return [row.split("|", 1) for row in rows if row.split("|", 1)[0] in wanted]

    def restore(self, path: Path, entries: list[str]) -> None:
        """Makes some entries of a dump."""
        if not entries:
            return
        with open(path, "rb") as file, run.given("".join(e + "\n" for e in entries).encode()) as fd:
            words = self.words("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", f"--use-list=/dev/fd/{fd}")
            self.run(words, "load the data into the database of the provider's", stdin=file, keep=(fd,))


def checked(given: dict) -> dict:
    """What standard input tells of a database, if it is one that TLS leads to."""
    port = given.get("port")
    names = all(isinstance(given.get(key), str) and form.fullmatch(given[key]) for key, form in (("host", HOST), ("user", NAME), ("name", NAME)))
    texts = all(isinstance(given.get(key, ""), str) and "\0" not in given.get(key, "") for key in ("password", "ca"))
    if not names or not texts or not given.get("password") or isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise Failure("the provider names no host, port, user and database that can be connected to")
    return given


@contextmanager
def reached(settings: Settings, words: list[str]) -> Iterator[Elsewhere]:
    """The database that standard input tells of. The word is its kind."""
    if words[:1] != ["postgres"]:
        raise Failure("only PostgreSQL goes to a provider's database or comes from there")
    given = checked(json.loads(sys.stdin.buffer.read(1 << 20)))
    with run.given((given.get("ca", "")).encode()) as authority:
        there = Elsewhere(sources.service(settings, "postgres"), given, authority)
        there.wait()
        yield there


@contextmanager
def scratch(settings: Settings) -> Iterator[Path]:
    """An empty folder for a dump, for as long as the block takes."""
    folder = settings.backup_state / "elsewhere"
    with run.locked(settings, "move"):
        exchange.recover(settings)
        run.remove(folder)
        try:
            yield run.folder(folder)
        finally:
            run.remove(folder)


def told(counts: dict[str, int]) -> None:
    """Answers how much there is."""
    say.answer({"tables": len(counts), "rows": sum(counts.values())})


def send(settings: Settings, words: list[str]) -> None:
    """Has the provider's database be what the app's own is, compared row for row."""
    with reached(settings, words) as there, scratch(settings) as folder:
        there.refuse_version(newest=True)
        say.line("dump PostgreSQL")
        part = there.source.dump(folder)
        say.line("load it into the database of the provider's")
        there.load(folder / postgres.FILE)
        told(beside.compare(part, there.counts()))


def fetch(settings: Settings, words: list[str]) -> None:
    """Has the app's own database be what the provider's is, compared row for row."""
    with reached(settings, words) as there, scratch(settings) as folder:
        there.refuse_version(newest=False)
        source = there.source
        say.line("dump the database of the provider's")
        counts = there.dump(folder)
        try:
            beside.discard(settings)
            source.make(BESIDE)
            source.load(folder / postgres.FILE, BESIDE, [])
            told_counts = beside.compare(Part("postgres", [], counts), source.counts(BESIDE))
            say.line("swap it with what is there")
            stamp = exchange.exchange(settings, ["postgres"], BESIDE)
        except BaseException:
            if exchange.Note.read(settings) is None:
                beside.discard(settings)
            raise
        source.remove(before(stamp))
        run.remove(settings.set_aside / stamp)
        told(told_counts)


def hush(settings: Settings, words: list[str]) -> None:
    """Has the provider's database refuse the app's writes, with the word on, or take them again, with off."""
    with reached(settings, words) as there:
        if words[1:] == ["on"]:
            there.query("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on;\n" + OWN.format("REVOKE", "FROM"))
            run.wait(lambda: there.query("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() "
                                         "AND state <> 'idle' AND datname = current_database()") == ["0"], 15, 0.5)
        elif words[1:] == ["off"]:
            there.query(OWN.format("GRANT", "TO") + "ALTER ROLE CURRENT_USER RESET default_transaction_read_only;")
        else:
            raise Failure("hush takes a kind, and on or off")
        told(there.counts())
